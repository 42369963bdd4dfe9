//! JSON with a slip that leaves its brackets whole: a comma before the closing
//! bracket, `NaN`, single quotes. It is one record, although it is not JSON.

use super::line::{Reading, ends_its_line, goes_on, opens_more, skip_separator};
use super::lookahead::{Budget, Lookahead};
use super::shape::{Region, Shape};
use crate::decode::{foreign_literal, is_trailing_comma};
use crate::json::JsonError;
use crate::limits::MAX_RECORD;

/// Bytes within which the brackets have to close.
const MAX_LENGTH: usize = MAX_RECORD;

/// Nesting within which they have to.
const MAX_DEPTH: usize = 128;

/// A document that is JSON but for a slip, as one region.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    first: usize,
    error: JsonError,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let end = match find(block, first, &error, reading, &mut ahead.documents)? {
        Slip::Ends(end) if ends_its_line(block, end) => end,
        Slip::Ends(_) => return None,
        Slip::Open => block.len(),
    };
    let offset = error.offset.saturating_sub(start);
    let shape = Shape::Line(Some(JsonError { offset, ..error }));
    Some(Region { start, body: start..end, end: skip_separator(block, end), shape })
}

/// Where a document with a slip ends.
enum Slip {
    /// Here.
    Ends(usize),
    /// In what has not come yet.
    Open,
}

/// Returns where the document that starts at `first` and breaks at `error` ends;
/// `None` if what is wrong with it is more than a slip.
fn find(
    block: &[u8],
    first: usize,
    error: &JsonError,
    reading: Reading,
    budget: &mut Budget,
) -> Option<Slip> {
    let at = error.offset;
    let is_quote = block.get(at) == Some(&b'\'');
    if !is_quote && !is_trailing_comma(block, at) && foreign_literal(block, at).is_none() {
        return None;
    }
    let end = block.len().min(first.saturating_add(MAX_LENGTH));
    let document = block.get(first..end)?;
    let mut brackets = Brackets::default();
    for (offset, byte) in document.iter().enumerate() {
        match brackets.next(*byte) {
            Some(true) => {
                budget.spend(offset);
                return Some(Slip::Ends(first + offset + 1));
            }
            Some(false) if offset < budget.left() => {}
            _ => {
                budget.spend(offset);
                return None;
            }
        }
    }
    budget.spend(document.len());
    (reading == Reading::Part && end == block.len()).then_some(Slip::Open)
}

/// The brackets that are open.
#[derive(Default)]
struct Brackets {
    closing: Vec<u8>,
    /// The quote that ends the string at hand.
    quote: Option<u8>,
    is_escaped: bool,
    /// The last byte that is not white space.
    last: Option<u8>,
    is_after_newline: bool,
}

impl Brackets {
    /// Takes one byte more; true if it closes the last bracket, `None` if it
    /// cannot stand here.
    fn next(&mut self, byte: u8) -> Option<bool> {
        if let Some(quote) = self.quote {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                _ if byte == quote => self.quote = None,
                // The string was cut off.
                b'\n' => return None,
                _ => {}
            }
            return Some(false);
        }
        if self.is_after_newline && !(opens_more(self.last) || goes_on(Some(byte))) {
            return None;
        }
        self.is_after_newline = byte == b'\n';
        if !byte.is_ascii_whitespace() {
            self.last = Some(byte);
        }
        match byte {
            b'"' | b'\'' => self.quote = Some(byte),
            b'{' | b'[' if self.closing.len() == MAX_DEPTH => return None,
            b'{' => self.closing.push(b'}'),
            b'[' => self.closing.push(b']'),
            b'}' | b']' if self.closing.pop() != Some(byte) => return None,
            _ => {}
        }
        Some(self.closing.is_empty())
    }
}
