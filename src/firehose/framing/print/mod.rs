//! What programs print of their data, as JSON: a reader for each syntax.
//!
//! None of it is JSON. It is read by the rules of its language (quotes,
//! `True`/`None`/`undefined`, keys without quotes, what the runtime leaves out)
//! and written as JSON, which is what the rest understands.

mod bare;
mod broken;
mod go_values;
mod literal;
mod strings;
#[cfg(test)]
mod tests;
mod writer;

use super::line::Reading;
use crate::decode::ProblemKind;
pub(super) use broken::{closed, is_at_end};
pub(super) use strings::{byte_string, byte_strings, python_bytes, ruby_bytes};

/// Deepest nesting of a printed event; `console.log` itself stops at 3.
const MAX_DEPTH: usize = 64;

/// What was printed.
#[derive(Debug)]
pub(super) struct Literal {
    /// The same as JSON; empty where no record of it is whole.
    pub(super) json: Vec<u8>,
    /// What is missing of it.
    pub(super) cut: Option<ProblemKind>,
}

/// What was printed, or the JSON of it as far as it could be read.
type Outcome = Result<Literal, Vec<u8>>;

/// Reads what is printed at `start`, if `is_wanted` by its JSON: where reading
/// ended, and what it is. Of what breaks off at the end of its line, the values
/// before that; the end of the text is one only if all of it is here.
pub(super) fn read(
    text: &[u8],
    start: usize,
    reading: Reading,
    is_wanted: &dyn Fn(&[u8]) -> bool,
) -> (usize, Option<Literal>) {
    type Reader = fn(&[u8], usize) -> (usize, Outcome);
    const READERS: [Reader; 4] = [literal::read, bare::java, bare::go, go_values::read];
    let mut reached = start;
    let (mut unwanted, mut broken) = (None, None);
    for reader in READERS {
        let (end, found) = reader(text, start);
        match found {
            Ok(literal) if is_wanted(&literal.json) => return (end, Some(literal)),
            Ok(literal) => unwanted = unwanted.or(Some((end, literal))),
            Err(json) => {
                broken = broken
                    .or_else(|| Some((end, broken::off(text, end, &json, reading, is_wanted)?)));
            }
        }
        reached = reached.max(end);
    }
    // Without a whole record, it is not of this language if another reads on.
    let is_sure = |(end, (_, literal)): &(usize, (usize, Literal))| {
        *end >= reached || !literal.json.is_empty()
    };
    let broken = broken.filter(is_sure).map(|(_, found)| found);
    unwanted.or(broken).map_or((reached, None), |(end, literal)| (end, Some(literal)))
}

/// Reads the quoted string at `start`: where it ends, and what it stands for.
pub(super) fn quoted(text: &[u8], start: usize) -> Option<(usize, Vec<u8>)> {
    let mut json = writer::Writer::default();
    json.out.extend_from_slice(b"[\"");
    let end = strings::quoted(text, start, &mut json).ok()?;
    json.out.extend_from_slice(b"\"]");
    let (token, _) = crate::json::elements(&json.out, 0).next()?.ok()?;
    Some((end, token.string_bytes()?.into_owned()))
}

/// True if the runtime has left elements of a list out, not of a string.
pub(super) fn is_of_items(cut: &str) -> bool {
    cut.ends_with(" more items") || cut.ends_with(" more item") || cut == REST
}

/// What is said of a print that ends in `...`.
const REST: &str = "it ends with `...`";

/// A piece of a name: of a key without quotes, or of a class.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}
