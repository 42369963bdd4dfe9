//! Payloads between the fences of Markdown, or in the armour of PEM (RFC 7468): what stands
//! around them is no record.

use super::super::line::{Reading, end_of_line, trim_end};
use super::super::lookahead::Lookahead;
use super::super::printed_bytes;
use super::super::region::next;
use super::super::shape::{Region, Shape};
use super::super::{InputFormat, envelope};
use crate::bytes::part;
use crate::decode::{Line, is_encoded};
use crate::limits::MAX_RECORD;

/// Bytes between the fences.
const MAX_LENGTH: usize = 2 * MAX_RECORD;

const FENCE: &[u8] = b"```";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// True for a line that may open what is read here: a look at a few bytes.
pub(super) fn may_open(line: &[u8]) -> bool {
    line.starts_with(FENCE) || line.starts_with(BEGIN)
}

/// The payloads between the fence on the line at `start` and the one that closes it, if
/// nothing but payloads is there.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let closing = closing(part(block, start..line_end).trim_ascii_end())?;
    let first = line_end + 1;
    if first >= block.len() {
        return (reading == Reading::Part).then(|| Region::unfinished(block, start));
    }
    let (is_armour, most) = (closing != FENCE, block.len().min(first + MAX_LENGTH));
    let mut at = first;
    loop {
        let end = end_of_line(block, at);
        let is_whole = end < block.len() || reading == Reading::Whole;
        let line = part(block, at..end).trim_ascii_end();
        if is_whole && (line == closing || is_armour && is_end(line)) {
            let inner = first..trim_end(block, first, at);
            let is_good = has_only_payloads(part(block, inner.clone()), is_armour, ahead);
            return is_good.then_some(Region { start, body: inner, end, shape: Shape::Fenced });
        }
        ahead.documents.spend(end - at);
        at = end + 1;
        if at >= most || ahead.documents.left() == 0 {
            break;
        }
    }
    let is_open = reading == Reading::Part && at >= block.len() && block.len() - first < MAX_LENGTH;
    // Keys, certificates and prose are shown as they come.
    let inner = part(block, first..);
    let opens_value = matches!(inner.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'));
    let may_close = |ahead| !is_armour && opens_value || begins_payload(inner, reading, ahead);
    (is_open && may_close(ahead)).then(|| Region::unfinished(block, start))
}

/// The line that closes what this one opens.
fn closing(line: &[u8]) -> Option<&'static [u8]> {
    /// Letters of the name of a language.
    const MAX_NAME: usize = 20;
    if let Some(name) = line.strip_prefix(FENCE) {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+');
        return (name.len() <= MAX_NAME && name.iter().all(is_name)).then_some(FENCE);
    }
    let name = line.strip_prefix(BEGIN)?.strip_suffix(DASHES)?;
    (!name.is_empty()).then_some(END)
}

fn is_end(line: &[u8]) -> bool {
    line.starts_with(END) && line.ends_with(DASHES)
}

/// True if every region of `inner` is a payload.
fn has_only_payloads(inner: &[u8], is_armour: bool, ahead: &mut Lookahead) -> bool {
    if is_armour {
        return begins_payload(inner, Reading::Whole, ahead);
    }
    ahead.documents.spend(inner.len());
    if ahead.documents.left() == 0 {
        return false;
    }
    let (mut at, mut within, mut count) = (0, Lookahead::new(inner), 0);
    while let Some(region) = next(inner, at, InputFormat::Auto, Reading::Whole, &mut within) {
        if !is_payload(inner, &region) {
            return false;
        }
        at = region.end;
        count += 1;
    }
    count > 0
}

fn is_payload(block: &[u8], region: &Region<'_>) -> bool {
    let text = part(block, region.body.clone()).trim_ascii();
    match &region.shape {
        Shape::Line(error) => {
            error.is_some() && envelope::is_cut_envelope(text)
                || is_encoded(text)
                || printed_bytes::of_line(text).is_some()
        }
        Shape::Lines(_) => text.split(|byte| *byte == b'\n').all(|it| is_encoded(it.trim_ascii())),
        Shape::Fenced => false,
        _ => true,
    }
}

/// True if the first line starts a payload, or is not all here: in the armour of PEM, keys
/// and certificates are none.
fn begins_payload(inner: &[u8], reading: Reading, ahead: &mut Lookahead) -> bool {
    let blanks = inner.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let end = end_of_line(inner, blanks);
    if end >= inner.len() && reading == Reading::Part {
        return true;
    }
    let line = part(inner, blanks..end).trim_ascii_end();
    ahead.base64.spend(line.len());
    ahead.base64.left() > 0 && matches!(ahead.sniffer.line(line), Line::Whole | Line::Start)
}
