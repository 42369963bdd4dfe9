//! A piece of a block, and what it looks like.

use std::ops::Range;

use super::keys::Keys;
use crate::bytes::part;
use crate::decode::ProblemKind;
use crate::json::{self, JsonError};

/// A piece of a block that stands by itself.
#[derive(Debug)]
pub(super) struct Region<'a> {
    /// Where it starts, white space before it left out.
    pub(super) start: usize,
    /// The text to look at.
    pub(super) body: Range<usize>,
    /// Where the next region may start.
    pub(super) end: usize,
    pub(super) shape: Shape<'a>,
}

impl Region<'_> {
    /// What starts at `start` and may go on after the block.
    pub(super) const fn unfinished(block: &[u8], start: usize) -> Self {
        let end = block.len();
        Self { start, body: start..end, end, shape: Shape::Line(None) }
    }

    /// True for a JSON object with a key: text and code begin with `{}` and lists too.
    pub(super) fn is_json(&self, block: &[u8]) -> bool {
        let first = json::skip_space(block, self.body.start + 1);
        matches!(self.shape, Shape::Object(_)) && block.get(first) == Some(&b'"')
    }

    /// True for a line of brackets that close, and nothing else.
    pub(super) fn is_closing(&self, block: &[u8]) -> bool {
        let is_closing = |byte: &u8| matches!(byte, b']' | b'}' | b',' | b' ' | b'\t' | b'\r');
        matches!(self.shape, Shape::Line(_))
            && part(block, self.body.clone()).iter().all(is_closing)
    }
}

#[derive(Debug)]
pub(super) enum Shape<'a> {
    /// A JSON object, and the keys that tell what it is.
    Object(Box<Keys<'a>>),
    /// A JSON array.
    Array,
    /// A line; with the error, if it starts as JSON does (offset in the body).
    Line(Option<JsonError>),
    /// Lines of base64 that are one record; with a remark if it may be several.
    Wrapped(Option<ProblemKind>),
    /// Lines of base64 that are a record each, although they look wrapped.
    Lines(Option<ProblemKind>),
    /// An event that a handler printed, as JSON.
    Printed {
        json: Vec<u8>,
        /// What is missing of it.
        cut: Option<ProblemKind>,
        /// Where the document ends early that it is the last of (offset in the region).
        broken: Option<JsonError>,
    },
    /// An event that was printed without records; and why.
    Empty(ProblemKind),
    /// A payload over several lines, such as Python's `b'…'`, base64 with a label before it or
    /// a hex dump; with a remark if something is odd about it.
    Bytes(Vec<u8>, Option<ProblemKind>),
    /// Regions of their own, between lines that are no record.
    Fenced,
    /// Gzip members between other records.
    Gzip,
}
