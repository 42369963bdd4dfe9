//! The least that decoding can cost: the fastest parts there are, C among them,
//! put together for one form of input and nothing else.
//!
//! `limit lines|failures|event FILE` decodes base64 and gzip, checks that the JSON
//! inside is JSON, and writes it, a value a line. It recognizes nothing, reports
//! nothing and has no bounds: it is what `fh decode` is measured beside.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::{env, io};

use base64_simd::{Out, STANDARD};
use libdeflater::Decompressor;
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use sonic_rs::LazyValue;

/// Bytes that are read and written at a time.
const BLOCK: usize = 256 * 1024;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().collect();
    let [_, form, path] = arguments.as_slice() else {
        return Err("usage: limit lines|failures|event FILE".into());
    };
    let mut input = File::open(path)?;
    let mut decoder = Decoder::new();
    match form.as_str() {
        "lines" => each_line(&mut input, |line| decoder.record(line))?,
        "failures" => {
            let key = Finder::new(b"\"rawData\":");
            each_line(&mut input, |line| match key.find(line) {
                Some(at) => decoder.record(string(&line[at + key.needle().len()..])),
                None => Err("a line without rawData".into()),
            })?;
        }
        "event" => {
            let mut event = Vec::new();
            input.read_to_end(&mut event)?;
            let key = Finder::new(b"\"data\":");
            for at in key.find_iter(&event) {
                decoder.record(string(&event[at + key.needle().len()..]))?;
            }
        }
        _ => return Err("the form is lines, failures or event".into()),
    }
    decoder.flush()
}

/// Hands over the lines of a file, a block at a time.
fn each_line(
    input: &mut File,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut block = vec![0; BLOCK];
    let mut kept = 0;
    loop {
        if kept == block.len() {
            block.resize(2 * kept, 0);
        }
        let read = input.read(&mut block[kept..])?;
        let full = kept + read;
        let end = if read == 0 { full } else { memrchr(b'\n', &block[..full]).map_or(0, |at| at + 1) };
        let mut at = 0;
        while at < end {
            let length = memchr(b'\n', &block[at..end]).unwrap_or(end - at);
            take(&block[at..at + length])?;
            at += length + 1;
        }
        if read == 0 {
            return Ok(());
        }
        block.copy_within(end..full, 0);
        kept = full - end;
    }
}

/// What stands between the next two quotes.
fn string(text: &[u8]) -> &[u8] {
    let text = memchr(b'"', text).map_or(text, |at| &text[at + 1..]);
    &text[..memchr(b'"', text).unwrap_or(text.len())]
}

/// Buffers that every record uses again.
struct Decoder {
    payload: Vec<u8>,
    inflated: Vec<u8>,
    inflate: Decompressor,
    out: Vec<u8>,
}

impl Decoder {
    fn new() -> Self {
        Self {
            payload: Vec::new(),
            inflated: Vec::new(),
            inflate: Decompressor::new(),
            out: Vec::with_capacity(2 * BLOCK),
        }
    }

    fn record(&mut self, text: &[u8]) -> Result<(), Failure> {
        self.payload.resize(text.len().max(self.payload.len()), 0);
        let payload = STANDARD.decode(text, Out::from_slice(&mut self.payload))?;
        let content = if payload.starts_with(&[0x1f, 0x8b]) {
            // The last four bytes are the size of the content (RFC 1952).
            let size = payload.last_chunk().map_or(0, |size| u32::from_le_bytes(*size)) as usize;
            self.inflated.resize(size.max(self.inflated.len()), 0);
            let length = self.inflate.gzip_decompress(payload, &mut self.inflated)?;
            &self.inflated[..length]
        } else {
            payload
        };
        let _checked: LazyValue<'_> = sonic_rs::from_slice(content)?;
        self.out.extend_from_slice(content.trim_ascii_end());
        self.out.push(b'\n');
        if self.out.len() >= BLOCK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        io::stdout().lock().write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }
}
