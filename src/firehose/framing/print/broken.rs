//! Prints that break off: a line of a log has a largest length, and what cuts it
//! leaves no mark.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::line::Reading;
use super::Literal;
use crate::bytes::part;
use crate::decode::ProblemKind;
use crate::json;

/// The longest token that may be left unread where a text ends: an escape, or
/// `... 3 more items`.
const TOKEN: usize = 10;

/// The longest start of a line that may be taken for more of the print before it.
const MAX_FOREIGN: usize = 100;

/// True if reading that broke off at `reached` came to the end of the text.
pub(in super::super) fn is_at_end(text: &[u8], reached: usize) -> bool {
    reached + TOKEN >= text.len()
}

/// The values that were printed before reading broke off, at `reached`, if it did
/// so at the end of a line, and where that is. Where none is whole, the JSON is
/// empty; so it is where the print may go on after the text.
pub(super) fn off(
    text: &[u8],
    reached: usize,
    json: &[u8],
    reading: Reading,
    is_wanted: &dyn Fn(&[u8]) -> bool,
) -> Option<(usize, Literal)> {
    let has_begun = has_begun(json);
    if reading == Reading::Part && is_at_end(text, reached) {
        return has_begun.then_some((text.len(), Literal { json: Vec::new(), cut: None }));
    }
    // Most of what breaks off has neither a record nor an object that is whole.
    if !has_begun && memchr::memchr(b'}', json).is_none() {
        return None;
    }
    let end = end_before(text, reached)?;
    let whole = closed(json).filter(|json| is_wanted(json));
    if whole.is_none() && !has_begun {
        return None;
    }
    let cut = Some(ProblemKind::PrintEndsEarly);
    Some((end, Literal { json: whole.unwrap_or_default(), cut }))
}

/// True if a record was about to be printed.
fn has_begun(json: &[u8]) -> bool {
    const KEYS: [&[u8]; 2] = [br#""records":["#, br#""recordId":"#];
    static RECORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""record"#));
    RECORD.find_iter(json).any(|at| KEYS.iter().any(|key| part(json, at..).starts_with(key)))
}

/// Where the line ends at whose end reading broke off; it may have gone on into
/// the line after that.
fn end_before(text: &[u8], reached: usize) -> Option<usize> {
    let before = part(text, ..reached.min(text.len()));
    let rest = part(text, before.len()..);
    if rest.len() <= TOKEN && !rest.contains(&b'\n') || rest.trim_ascii().is_empty() {
        return Some(text.trim_ascii_end().len());
    }
    if matches!(rest.first(), Some(b'\n' | b'\r')) {
        return Some(before.trim_ascii_end().len());
    }
    let line = memchr::memrchr(b'\n', before)? + 1;
    let is_foreign = |byte: &u8| byte.is_ascii_alphanumeric();
    let is_other = part(text, line..).first().is_some_and(is_foreign) || line == before.len();
    (is_other && before.len() - line <= MAX_FOREIGN)
        .then(|| part(text, ..line).trim_ascii_end().len())
}

/// JSON that breaks off, up to the last object of a list that is whole, with the
/// brackets closed that are open there.
pub(in super::super) fn closed(json: &[u8]) -> Option<Vec<u8>> {
    let mut open = Vec::new();
    let mut whole = None;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => match json::skip_value(json, at) {
                Ok(end) => at = end - 1,
                Err(_) => break,
            },
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop();
                let is_item = *byte == b'}' && open.last() == Some(&b']');
                let has_item = whole.is_some_and(|(_, depth)| depth > open.len());
                if is_item || has_item {
                    whole = Some((at + 1, open.len()));
                }
            }
            _ => {}
        }
        at += 1;
    }
    let (end, depth) = whole?;
    let mut closed = part(json, ..end).to_vec();
    closed.extend(open.iter().take(depth).rev());
    Some(closed)
}
