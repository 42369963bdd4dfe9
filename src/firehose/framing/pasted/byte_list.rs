//! Lists of the numbers of bytes in source code and on a terminal: `{0x1f, 0x8b, …}`, `31 139 8`,
//! one number a line.

use super::super::line::{Reading, end_of_line, trim_end};
use super::super::lookahead::Lookahead;
use super::super::printed_bytes::is_plainly_bytes;
use super::super::shape::{Region, Shape};
use crate::bytes::part;
use crate::decode::may_hold_record;
use crate::limits::MAX_RECORD;

/// Bytes of text that a list may take: `0x1f, ` for each byte.
const MAX_LENGTH: usize = 8 * MAX_RECORD;

/// Bytes of a line before the first number: a declaration.
const MAX_BEFORE: usize = 120;

/// The bytes that the list shows that starts on the line at `start`.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let line = part(block, start..line_end);
    let first = start + first_number(block, start, line)?;
    if ahead.documents.left() == 0 {
        return None;
    }
    let mut bytes = Vec::new();
    let mut at = first;
    while let Some((byte, end)) = number(block, at) {
        bytes.push(byte);
        at = end;
        let next = at + separator(part(block, at..));
        if next == at || at - first > MAX_LENGTH {
            break;
        }
        at = next;
    }
    ahead.documents.spend(at.saturating_sub(first));
    if reading == Reading::Part && at >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    // Numbers by themselves end with their line; those in brackets with the bracket.
    let closes = matches!(block.get(at), Some(b'}' | b']' | b')'));
    let is_end = at >= block.len()
        || closes
        || matches!(block.get(at), Some(b'\n' | b'\r'))
        || block.get(at.wrapping_sub(1)) == Some(&b'\n');
    if !is_end || !is_plainly_bytes(&bytes) {
        return None;
    }
    let last = if closes { at } else { at.saturating_sub(1) };
    let mut end = end_of_line(block, last);
    // All records of a line are taken or none.
    let around = [part(block, start..first), part(block, last..end)];
    if around.iter().any(|it| may_hold_record(it)) {
        return None;
    }
    // `xxd -i` has the length on a line of its own.
    let below = block.len().min(end + 1);
    let next = end_of_line(block, below);
    if reading == Reading::Part && closes && next >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    if closes && part(block, below..next).starts_with(b"unsigned int ") {
        end = next;
    }
    let body = start..trim_end(block, start, end);
    Some(Region { start, body, end, shape: Shape::Bytes(bytes, None) })
}

/// Where the first number is, if the line may start a list of bytes.
fn first_number(block: &[u8], start: usize, line: &[u8]) -> Option<usize> {
    let near = part(line, ..line.len().min(MAX_BEFORE));
    let text = near.trim_ascii();
    // Most lines are text: a look at a few bytes.
    let may_be = matches!(text.first(), Some(b'1' | b'3' | b'9'))
        || matches!(text.last(), Some(b'{' | b'[' | b'('))
        || memchr::memmem::find(near, b"0x").is_some();
    if !may_be {
        return None;
    }
    if starts_payload(text) {
        return near.iter().position(u8::is_ascii_digit);
    }
    let open = near.iter().rposition(|byte| matches!(byte, b'{' | b'[' | b'('));
    let first = match open {
        Some(open) => open + 1,
        None => near.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
    };
    let after = part(block, start + first..);
    let blanks =
        after.iter().take(MAX_BEFORE).take_while(|byte| byte.is_ascii_whitespace()).count();
    let at = part(after, blanks..);
    // A list in the middle of a line of text is not read here.
    let is_below = || matches!(text.last(), Some(b'{' | b'[' | b'('));
    let is_listed =
        at.starts_with(b"0x") || is_below() && starts_payload(part(at, ..at.len().min(12)));
    (is_listed && number(at, 0).is_some()).then_some(first + blanks)
}

/// True for the first two numbers of what starts with `{"` or `[{`, of gzip, or the first
/// of them alone on its line.
fn starts_payload(text: &[u8]) -> bool {
    const STARTS: [[&[u8]; 2]; 3] = [[b"123", b"34"], [b"91", b"123"], [b"31", b"139"]];
    let mut numbers =
        text.split(|byte| matches!(byte, b' ' | b',' | b'\r' | b'\n')).filter(|it| !it.is_empty());
    let (one, two) = (numbers.next(), numbers.next());
    // JavaScript joins them with commas; that has a message of its own.
    let is_joined = memchr::memchr(b' ', text).is_none() && text.starts_with(b"123,");
    let is_start = |[first, second]: &[&[u8]; 2]| {
        one == Some(first)
            && two.is_none_or(|two| two == *second || second.starts_with(two) && two.len() < 3)
    };
    !is_joined && STARTS.iter().any(is_start)
}

/// The byte whose number starts at `at`, and where that ends.
fn number(block: &[u8], at: usize) -> Option<(u8, usize)> {
    let near = part(block, at..block.len().min(at + 6));
    if let Some(digits) = near.strip_prefix(b"0x") {
        let count = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let value = u8::from_str_radix(str::from_utf8(part(digits, ..count)).ok()?, 16).ok()?;
        return Some((value, at + 2 + count));
    }
    let sign = usize::from(near.first() == Some(&b'-'));
    let count = part(near, sign..).iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = str::from_utf8(part(near, ..sign + count)).ok()?;
    let value = text.parse().or_else(|_| text.parse().map(i8::cast_unsigned)).ok()?;
    Some((value, at + sign + count))
}

/// How long what stands between two numbers is.
fn separator(text: &[u8]) -> usize {
    let near = part(text, ..text.len().min(MAX_BEFORE));
    let is_between = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b',';
    near.iter().take_while(is_between).count()
}

/// True if the line may be of a list that goes on: a look at a few bytes.
pub(super) fn may_go_on(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let is_number = |text: &[u8]| {
        (1..=4).contains(&text.len()) && text.iter().all(|it| it.is_ascii_digit() || *it == b'-')
    };
    text.starts_with(b"0x")
        || text.starts_with(b"unsigned ")
        || is_number(text)
        || text.starts_with(b"}")
        || matches!(text, [rest @ .., b',' | b'{' | b'['] if rest.is_empty() || rest.len() < MAX_BEFORE)
        || text.split(|byte| *byte == b' ').take(3).filter(|it| is_number(it)).count() == 3
}
