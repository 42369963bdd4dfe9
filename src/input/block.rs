//! A piece of an input that holds whole records.

use std::sync::Arc;

use super::{ObjectVersion, title};
use firehose::framing::InputFormat;

/// What is known of one input.
#[derive(Debug)]
pub struct OpenInput {
    /// Its name in messages and output.
    pub name: String,
    /// Compressions around the whole of it.
    pub layers: Vec<firehose::decode::Layer>,
    /// What it is read as.
    pub format: InputFormat,
    /// The object that it is, if it is one of S3.
    pub object: Option<ObjectVersion>,
}

impl OpenInput {
    /// Its name in a sentence.
    pub fn title(&self) -> &str {
        title(&self.name)
    }

    /// That a line is too large to be held, in a sentence.
    pub(crate) fn too_large(&self, line: u64) -> String {
        format!("{}: line {line} is too large for a record", self.title())
    }
}

/// Bytes that start where a record starts and end where one ends.
#[derive(Debug)]
pub struct Block {
    /// The input they come from.
    pub input: Arc<OpenInput>,
    /// Number of the line they start on, from 1.
    pub line: u64,
    /// True for the first block of its input.
    pub first: bool,
    pub(super) buffer: Vec<u8>,
    pub(super) length: usize,
}

impl Block {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// Bytes that it takes in memory.
    pub(super) const fn room(&self) -> usize {
        self.buffer.capacity()
    }

    /// The buffer, to be used for another block.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// Tells the line of offsets in a block that only grow.
#[derive(Debug)]
pub struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    /// Starts at the start of `block`.
    pub fn new(block: &'a Block) -> Self {
        Self { bytes: block.bytes(), at: 0, line: block.line }
    }

    /// The number of the line that `at` is on, from 1.
    pub fn line_of(&mut self, at: usize) -> u64 {
        let between = self.bytes.get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = self.at.max(at);
        self.line
    }
}
