//! Hex dumps: `xxd`, `hexdump -C`, `od -t x1`, Wireshark, `Format-Hex`, and lines of
//! hexadecimal without offsets.

use super::super::line::{Reading, end_of_line, line_start, trim_end};
use super::super::lookahead::Lookahead;
use super::super::shape::{Region, Shape};
use super::super::wrapped_line::prefix;
use crate::bytes::part;
use crate::decode::{Ending, ProblemKind, decode_hex};
use crate::json;
use crate::limits::MAX_RECORD;

/// Bytes of a dump that are read: more than the largest record.
const MAX_BYTES: usize = 8 * MAX_RECORD;

/// Bytes on a line of `hexdump -C` and Go.
const WIDTH: usize = 16;

/// The most bytes on a line.
const MAX_WIDTH: usize = 256;

/// Digits of an offset.
const MIN_DIGITS: usize = 4;
const MAX_DIGITS: usize = 16;

/// A line of a dump.
#[derive(Debug)]
struct DumpLine<'a> {
    offset: &'a [u8],
    bytes: Vec<u8>,
    /// The text beside them has marks at its ends, and a line with the length follows.
    has_end: bool,
}

/// The bytes that the dump, or the lines of hexadecimal, shows that start at `start`.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let line = part(block, start..line_end);
    let body = part(line, prefix(line).len()..).trim_ascii_end();
    if is_heading(body) {
        let below = part(block, line_end..);
        let blanks = below.iter().take_while(|it| it.is_ascii_whitespace()).count();
        let next = line_end + blanks;
        let next_end = end_of_line(block, next);
        if reading == Reading::Part && next_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        dump_line(part(block, next..next_end))?;
        return dump(block, start, line_start(block, next), reading);
    }
    if let Some(length) = spew_length(body) {
        return spew(block, start, line_end, length, reading);
    }
    if dump_line(body).is_some() {
        return dump(block, start, start, reading);
    }
    hex_lines(block, start, body, reading, ahead)
}

/// The numbers over the columns of `Format-Hex`.
pub(super) fn is_heading(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F")
}

/// The bytes that spew announces on a line: `Data: ([]uint8) (len=7 cap=8) {`.
fn spew_length(line: &[u8]) -> Option<usize> {
    const MARK: &[u8] = b") (len=";
    let length = line.strip_suffix(b") {")?;
    let length = part(length, memchr::memmem::rfind(length, MARK)? + MARK.len()..);
    let digits = length.iter().take_while(|byte| byte.is_ascii_digit()).count();
    number(part(length, ..digits), 10)
}

/// The dump below a line of spew, and the brace that closes it.
fn spew(
    block: &[u8],
    start: usize,
    line_end: usize,
    length: usize,
    reading: Reading,
) -> Option<Region<'_>> {
    let first = block.len().min(line_end + 1);
    let first_end = end_of_line(block, first);
    if reading == Reading::Part && first_end >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    dump_line(part(block, first..first_end).trim_ascii()).filter(|line| line.has_end)?;
    let mut region = dump(block, start, first, reading)?;
    let Shape::Bytes(bytes, problem) = &mut region.shape else { return Some(region) };
    // The length is known, unlike that of other dumps.
    *problem = (bytes.len() < length).then_some(ProblemKind::HexDumpCut { at: bytes.len() as u64 });
    let below = block.len().min(region.end + 1);
    let below_end = end_of_line(block, below);
    if reading == Reading::Part && below_end >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    if part(block, below..below_end).trim_ascii().starts_with(b"}") {
        region.end = below_end;
        region.body.end = trim_end(block, start, below_end);
    }
    Some(region)
}

fn dump(block: &[u8], start: usize, first: usize, reading: Reading) -> Option<Region<'_>> {
    let mut lines: Vec<DumpLine<'_>> = Vec::new();
    let mut repeats = Vec::new();
    let (mut at, mut end, mut total) = (first, first, 0);
    let mut length = None;
    loop {
        let line_end = end_of_line(block, at);
        if reading == Reading::Part && line_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        let line = part(block, at..line_end);
        let line = part(line, prefix(line).len()..).trim_ascii_end();
        if line == b"*" && !lines.is_empty() {
            repeats.push(lines.len());
        } else if let Some(line) = dump_line(line) {
            // Another dump begins.
            let is_next = || line.offset.iter().all(|it| *it == b'0');
            if !lines.is_empty() && is_next() {
                break;
            }
            total += line.bytes.len();
            lines.push(line);
        } else {
            if !lines.is_empty() && is_offset(line) {
                (length, end) = (Some(line), line_end);
            }
            break;
        }
        end = line_end;
        at = line_end + 1;
        if reading == Reading::Part && at >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        if at >= block.len() || total > MAX_BYTES {
            break;
        }
    }
    let (bytes, problem) = Layout { lines: &lines, repeats: &repeats, length }.read()?;
    let body = start..trim_end(block, start, end);
    Some(Region { start, body, end, shape: Shape::Bytes(bytes, problem) })
}

/// The lines of a dump, which lines after it repeat, and its length as it says it.
struct Layout<'a> {
    lines: &'a [DumpLine<'a>],
    repeats: &'a [usize],
    length: Option<&'a [u8]>,
}

impl Layout<'_> {
    /// The bytes of the dump, and what is missing of it; `None` for lines of another kind.
    fn read(&self) -> Option<(Vec<u8>, Option<ProblemKind>)> {
        let first = self.lines.first()?;
        let next = self.lines.get(1).map(|it| it.offset).or(self.length);
        let Some(next) = next else {
            // A single line may be anything that has a number before it.
            let is_sure = first.has_end
                || crate::decode::is_compressed(&first.bytes)
                || first.bytes.starts_with(b"{\"");
            let is_start = first.offset.iter().all(|it| *it == b'0');
            return (is_sure && is_start).then(|| (first.bytes.clone(), self.truncated()));
        };
        let is_repeated = self.repeats.first() == Some(&1);
        let is_radix = |radix: &u32| {
            let step = number(next, *radix).zip(number(first.offset, *radix));
            step.and_then(|(next, start)| next.checked_sub(start)).is_some_and(|step| {
                step == first.bytes.len()
                    || step > 0 && step < first.bytes.len()
                    || is_repeated && step > 0 && step.is_multiple_of(first.bytes.len())
            })
        };
        let radix = [16, 8, 10].into_iter().find(is_radix)?;
        let start = number(first.offset, radix)?;
        let mut out = Vec::new();
        let missing = |at: usize| Some(ProblemKind::HexDumpCut { at: at as u64 });
        let mut problem = if start > 0 { missing(0) } else { None };
        for (index, line) in self.lines.iter().enumerate() {
            let at = number(line.offset, radix)?.checked_sub(start)?;
            if self.repeats.contains(&index) {
                let before = &self.lines.get(index.checked_sub(1)?)?.bytes;
                repeat(&mut out, before, at)?;
            }
            // What stands beside the bytes may look like more of them.
            if at < out.len() {
                out.truncate(at);
            } else if at > out.len() {
                problem = problem.or_else(|| missing(start + out.len()));
            }
            out.extend_from_slice(&line.bytes);
        }
        match self.length.and_then(|it| number(it, radix)?.checked_sub(start)) {
            Some(length) if length < out.len() => out.truncate(length),
            Some(length) => {
                if self.repeats.contains(&self.lines.len()) {
                    repeat(&mut out, &self.lines.last()?.bytes, length)?;
                }
                if length > out.len() {
                    problem = problem.or_else(|| missing(start + out.len()));
                }
            }
            None => problem = problem.or_else(|| self.truncated()),
        }
        Some((out, problem))
    }

    /// A dump of this form ends with its length if `hexdump -C` printed it, and not if Go
    /// did: nothing is missing after a short line, bytes are after JSON that breaks off, and
    /// of others it is not known.
    fn truncated(&self) -> Option<ProblemKind> {
        let has_end = self.length.is_none() && self.lines.iter().any(|it| it.has_end);
        let widest = self.lines.iter().map(|it| it.bytes.len()).max()?;
        let is_full = self.lines.last()?.bytes.len() == widest.max(WIDTH);
        if !has_end || !is_full {
            return None;
        }
        let bytes: Vec<u8> = self.lines.iter().flat_map(|it| it.bytes.clone()).collect();
        let length = bytes.len() as u64;
        let is_open = matches!(bytes.as_slice(), [b'{', b'"', ..] | [b'[', b'{', ..])
            && json::skip_value(&bytes, 0).is_err();
        Some(if is_open {
            ProblemKind::HexDumpCut { at: length }
        } else {
            ProblemKind::HexDumpOpen { bytes: length }
        })
    }
}

/// Repeats the bytes of a line up to `length`.
fn repeat(out: &mut Vec<u8>, line: &[u8], length: usize) -> Option<()> {
    if length > MAX_BYTES || line.is_empty() {
        return None;
    }
    while out.len() < length {
        let count = line.len().min(length - out.len());
        out.extend_from_slice(part(line, ..count));
    }
    Some(())
}

fn number(digits: &[u8], radix: u32) -> Option<usize> {
    usize::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
}

/// The digits of an offset that `line` starts with, and what follows them.
fn offset(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_prefix(b"0x").unwrap_or(line);
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let rest = part(line, digits..);
    (MIN_DIGITS..=MAX_DIGITS).contains(&digits).then(|| (part(line, ..digits), rest))
}

fn is_offset(line: &[u8]) -> bool {
    offset(line).is_some_and(|(_, rest)| rest.is_empty())
}

fn dump_line(line: &[u8]) -> Option<DumpLine<'_>> {
    let (offset, rest) = offset(line)?;
    let is_xxd = rest.first() == Some(&b':');
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let rest = match rest {
        [b' ' | b'\t', ..] => rest.trim_ascii_start(),
        _ => return None,
    };
    let mut bytes = Vec::new();
    let mut at = 0;
    let mut width = 0;
    loop {
        let group = part(rest, at..);
        let digits = group.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let next = group.get(digits);
        let is_group =
            matches!(digits, 2 | 4 | 8) && matches!(next, None | Some(b' ' | b'\t' | b'-'));
        if !is_group || width > 0 && digits > width {
            break;
        }
        width = width.max(digits);
        let made = bytes.len();
        let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        for digits in part(group, ..digits).chunks(2) {
            bytes.push(pair(digits)?);
        }
        // `hexdump` and `od -x` without more print numbers of two bytes, the lower first.
        if digits == 4
            && !is_xxd
            && let Some(group) = bytes.get_mut(made..)
        {
            group.reverse();
        }
        at += digits;
        let blanks = part(rest, at..)
            .iter()
            .take_while(|byte| matches!(**byte, b' ' | b'\t' | b'-'))
            .count();
        // Two blanks stand in the middle of a line, and before the text beside it.
        let is_middle = blanks == 2 && bytes.len() == 8 && digits == 2;
        if blanks != 1 && !is_middle || bytes.len() >= MAX_WIDTH {
            break;
        }
        at += blanks;
    }
    let beside = part(rest, at..).trim_ascii();
    let has_end = matches!(beside, [b'|', .., b'|'] | [b'>', .., b'<']);
    (!bytes.is_empty()).then_some(DumpLine { offset, bytes, has_end })
}

/// Lines of hexadecimal that are one record: the first starts one, and all are whole.
fn hex_lines<'a>(
    block: &'a [u8],
    start: usize,
    first: &[u8],
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    if !may_be_hex(first) {
        return None;
    }
    let mut bytes = hexadecimal(first)?;
    ahead.base64.spend(bytes.len());
    let begun = ahead.sniffer.ending(&bytes, bytes.len());
    if !matches!(begun, Ending::OpenJson | Ending::OpenBinary) || ahead.base64.left() == 0 {
        return None;
    }
    let mut end = end_of_line(block, start);
    loop {
        let next = end + 1;
        if next >= block.len() {
            if reading == Reading::Part {
                return Some(Region::unfinished(block, start));
            }
            break;
        }
        let next_end = end_of_line(block, next);
        if reading == Reading::Part && next_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        let line = part(block, next..next_end);
        let line = part(line, prefix(line).len()..).trim_ascii_end();
        let Some(more) = hexadecimal(line).filter(|_| line.len() <= first.len()) else { break };
        bytes.extend_from_slice(&more);
        end = next_end;
        if line.len() < first.len() || bytes.len() > MAX_BYTES {
            break;
        }
    }
    ahead.base64.spend(bytes.len());
    let is_whole = ahead.sniffer.ending(&bytes, bytes.len()) == Ending::At(bytes.len());
    let body = start..trim_end(block, start, end);
    is_whole.then_some(Region { start, body, end, shape: Shape::Bytes(bytes, None) })
}

fn hexadecimal(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b":").or_else(|| line.strip_suffix(b",")).unwrap_or(line);
    let mut bytes = Vec::new();
    decode_hex(line, &mut bytes).map(|_| bytes)
}

/// True for a line of hexadecimal that begins as records do: `{"`, `[{`, gzip, zlib, zstd, KPL.
pub(super) fn may_be_hex(line: &[u8]) -> bool {
    const STARTS: [&[u8; 4]; 8] =
        [b"7b22", b"7B22", b"5b7b", b"5B7B", b"1f8b", b"1F8B", b"28b5", b"f389"];
    const SPACED: [&[u8; 5]; 8] =
        [b"7b 22", b"7B 22", b"5b 7b", b"5B 7B", b"1f 8b", b"1F 8B", b"28 b5", b"f3 89"];
    let spaced = |line: &[u8]| match line.first_chunk::<5>() {
        Some([a, b, b' ' | b':' | b'-', c, d]) => SPACED.contains(&&[*a, *b, b' ', *c, *d]),
        _ => false,
    };
    line.first_chunk::<4>().is_some_and(|start| STARTS.contains(&start)) || spaced(line)
}

/// True if the line may be one of a dump or of hexadecimal: a look at a few bytes.
pub(super) fn may_go_on(line: &[u8]) -> bool {
    let body = line.trim_ascii();
    if body == b"*" || is_heading(body) || is_offset(body) {
        return true;
    }
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    let is_spaced = matches!(body, [a, b, b' ' | b':' | b'-', c, d, ..] if [a, b, c, d].into_iter().all(is_hex))
        || matches!(body, [a, b] if is_hex(a) && is_hex(b));
    is_spaced || dump_line(body).is_some() || body.len() >= 2 && body.iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the lines of `text`, as `hexdump -C` and Go print them.
    fn problem(text: &str) -> Option<ProblemKind> {
        let line = |(index, bytes): (usize, &[u8])| {
            let digits: Vec<_> = bytes.iter().map(|it| format!("{it:02x}")).collect();
            format!("{:08x}  {}  |{}|", index * 16, digits.join(" "), ".".repeat(bytes.len()))
        };
        let lines: Vec<_> = text.as_bytes().chunks(16).enumerate().map(line).collect();
        match dump(lines.join("\n").as_bytes(), 0, 0, Reading::Whole)?.shape {
            Shape::Bytes(bytes, problem) => {
                assert_eq!(bytes, text.as_bytes());
                problem
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_dump_that_ends_with_a_whole_line_may_go_on() {
        for whole in [
            "{\"a\":\"12345678\"}",
            "plain text here\n",
            "{\"a\":1} {\"b\":222}\n{\"c\":345}\n1234",
        ] {
            let bytes = whole.len() as u64;
            assert_eq!(problem(whole), Some(ProblemKind::HexDumpOpen { bytes }), "{whole}");
        }
        assert_eq!(problem("{\"a\":\"1234567890"), Some(ProblemKind::HexDumpCut { at: 16 }));
        assert_eq!(problem("plain text\n"), None);
    }

    #[test]
    fn a_dump_of_spew_has_its_length_above_it() {
        const LINE: &str =
            "    00000000  7b 22 61 22 3a 31 7d                              |{\"a\":1}|";
        let found = |heading: &str| {
            let text = format!("{heading}\n{LINE}\n   }},\nnext");
            let heading = spew_length(heading.as_bytes())?;
            let line = memchr::memchr(b'\n', text.as_bytes())?;
            let region = spew(text.as_bytes(), 0, line, heading, Reading::Whole)?;
            assert_eq!(text.get(region.end..), Some("\nnext"));
            match region.shape {
                Shape::Bytes(bytes, problem) => Some((bytes, problem)),
                other => panic!("{other:?}"),
            }
        };
        let whole = || b"{\"a\":1}".to_vec();
        assert_eq!(found("   Data: ([]uint8) (len=7 cap=8) {"), Some((whole(), None)));
        let cut = Some(ProblemKind::HexDumpCut { at: 7 });
        assert_eq!(found("(json.RawMessage) (len=70) {"), Some((whole(), cut)));
        for heading in ["func f() {", "f(len=7) {", "(a) (len=) {", "([]uint8) (len=7)"] {
            assert_eq!(found(heading), None, "{heading}");
        }
    }
}
