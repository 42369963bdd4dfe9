//! A line of base64 that may be a piece of a wrapped record: what stands before
//! it, and whether the next line may go on where it ends.

use std::borrow::Cow;
use std::ops::Range;

use super::line::{Reading, end_of_line, trim_end};
use crate::bytes::part;
use crate::decode::{base64_symbols, is_base64_symbol, without_line_mark, without_shell_mark};

/// True for the widths at which tools wrap base64: PEM's (RFC 7468) and MIME's (RFC 2045).
#[inline]
pub(super) const fn is_width(length: usize) -> bool {
    matches!(length, 64 | 76)
}

/// Widths at which terminals, editors and mail programs wrap. Shorter lines are
/// names and numbers.
const OTHER_WIDTHS: Range<usize> = 32..1025;

/// Most marks of a quotation and blanks before a line.
const MAX_PREFIX: usize = 64;

/// The marks of a quotation and the blanks that stand before the text of a line.
pub(super) fn prefix(line: &[u8]) -> &[u8] {
    let near = part(line, ..line.len().min(MAX_PREFIX));
    part(near, ..near.iter().take_while(|it| is_mark(**it)).count())
}

/// True for what may stand before the text of a line.
#[inline]
pub(super) const fn is_mark(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'>' | b'|')
}

/// What stands before the base64 of a line: marks of a quotation, also in HTML and of a
/// box, the `+ ` of a diff, the number of the line, blanks.
fn margin(line: &[u8]) -> &[u8] {
    let near = part(line, ..line.len().min(MAX_PREFIX));
    let mut length = 0;
    while let Some(mark) = mark_length(part(near, length..)) {
        length += mark;
    }
    part(near, ..length)
}

/// How long the mark is that `text` starts with.
fn mark_length(text: &[u8]) -> Option<usize> {
    /// Digits of the number of a line.
    const MAX_DIGITS: usize = 6;
    match text {
        [byte, ..] if is_mark(*byte) => Some(1),
        [b'+' | b'-', b' ', ..] => Some(2),
        [b'&', b'g', b't', b';', ..] => Some(4),
        [0xe2, 0x94, 0x82, ..] => Some("│".len()),
        [b'0'..=b'9', ..] => {
            let digits = text.iter().take_while(|it| it.is_ascii_digit()).count();
            let after = part(text, digits..);
            let sign = ["│", "→", ": ", ":\t", " ", "\t", "|"];
            let sign = sign.iter().find(|sign| after.starts_with(sign.as_bytes()))?;
            (digits <= MAX_DIGITS).then_some(digits + sign.len())
        }
        _ => None,
    }
}

/// True for what stands before two lines of one run: the same, but for their numbers.
fn is_same_margin(one: &[u8], other: &[u8]) -> bool {
    let signs = |margin: &[u8]| -> Vec<u8> {
        margin.iter().copied().filter(|it| !it.is_ascii_digit() && *it != b' ').collect()
    };
    one == other || has_number(one) && has_number(other) && signs(one) == signs(other)
}

fn has_number(margin: &[u8]) -> bool {
    margin.iter().any(u8::is_ascii_digit)
}

/// True if `rest`, the start of a line that is not all here, may become a line with
/// `margin` before its text.
pub(super) fn may_become_margin(rest: &[u8], margin: &[u8]) -> bool {
    let is_part = |it: &u8| it.is_ascii_digit() || *it == b' ' || margin.contains(it);
    margin.starts_with(rest)
        || has_number(margin) && rest.len() <= MAX_PREFIX && rest.iter().all(is_part)
}

/// Base64 without the dots with which a tool shortened it.
pub(super) fn without_dots(text: &[u8]) -> &[u8] {
    let mut bare = text;
    // The bytes of `…` may not all be here.
    while let [rest @ .., b'.' | 0xe2 | 0x80 | 0xa6] = bare {
        bare = rest;
    }
    bare
}

/// Where the line at `start` has its text: what stands before it, blanks and a mark of the
/// shell at its end and the line break left out.
pub(super) fn bare(block: &[u8], start: usize, line_end: usize) -> Range<usize> {
    let line = part(block, start..trim_end(block, start, line_end)).trim_ascii_end();
    let line = without_line_mark(line);
    start + margin(line).len()..start + line.len()
}

/// The line at `start`, if it goes on with one that has `prefix` before its text.
pub(super) fn next_line(block: &[u8], start: usize, prefix: &[u8]) -> Option<Range<usize>> {
    let line = bare(block, start, end_of_line(block, start));
    is_same_margin(block.get(start..line.start)?, prefix).then_some(line)
}

/// All lines of a record in base64, without what stands before each, and without the mark of
/// a shell after the last one or a mark after each. A mark in the middle is damage, and stays.
pub(super) fn joined(text: &[u8]) -> Cow<'_, [u8]> {
    let text = text.trim_ascii_end();
    let lines = || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let is_marked = |line: &[u8]| without_line_mark(line).len() < line.len();
    let has_marks = is_marked(text) && lines().all(is_marked);
    if margin(text).is_empty() && !has_marks {
        return Cow::Borrowed(without_shell_mark(text));
    }
    let bare = |line| {
        let line = part(line, margin(line).len()..);
        if has_marks { without_line_mark(line) } else { line }
    };
    let mut joined = lines().map(bare).collect::<Vec<_>>().join(&b'\n');
    joined.truncate(without_shell_mark(&joined).len());
    Cow::Owned(joined)
}

/// The first lines of a record in base64, without what stands around each.
pub(super) fn joined_start(text: &[u8]) -> Cow<'_, [u8]> {
    if margin(text).is_empty() && memchr::memchr3(b'%', b'$', b'#', text).is_none() {
        return Cow::Borrowed(text);
    }
    let lines = text.split(|byte| *byte == b'\n');
    let bare: Vec<_> = lines.map(|line| part(line, bare(line, 0, line.len()))).collect();
    Cow::Owned(bare.join(&b'\n'))
}

/// Lines after which a line may end where a group of four symbols does.
pub(super) const fn lines_per_step(width: usize) -> usize {
    match width % 4 {
        0 => 1,
        2 => 2,
        _ => 4,
    }
}

/// True for base64, and for the padding that was left for a line of its own when a
/// group of four symbols was cut.
pub(super) fn is_piece(line: &[u8], width: usize) -> bool {
    let is_padding = || !line.is_empty() && !width.is_multiple_of(4);
    base64_symbols(line).is_some_and(|symbols| symbols > 0 || is_padding())
}

/// True if the next line may go on with the base64 of the line at `start`: a look
/// at a few bytes, which records that stand one a line hardly pass.
#[inline]
pub(super) fn may_go_on(block: &[u8], start: usize, line_end: usize, reading: Reading) -> bool {
    !is_plainly_whole(block, start, line_end) && may_be_followed(block, start, line_end, reading)
}

/// What [`may_go_on`] says of a line that is not plainly whole.
fn may_be_followed(block: &[u8], start: usize, line_end: usize, reading: Reading) -> bool {
    let line = bare(block, start, line_end);
    let text = part(block, line.clone());
    if is_width(text.len()) {
        return true;
    }
    if !OTHER_WIDTHS.contains(&text.len()) || text.last() == Some(&b'=') {
        return false;
    }
    next_goes_on(block, start..line.start, text, line_end, reading)
        && (text.iter().all(|byte| is_base64_symbol(*byte)) || value_of(text).is_some())
}

/// The base64 after a label, `data: H4sI…`, if nothing else is on the line and more may
/// follow below.
pub(super) fn value_of(text: &[u8]) -> Option<&[u8]> {
    /// Bytes of a label.
    const MAX_LABEL: usize = 32;
    /// Shorter base64 is a word.
    const MIN_VALUE: usize = 8;
    let colon = part(text, ..text.len().min(MAX_LABEL)).iter().position(|it| *it == b':')?;
    let (label, value) = (part(text, ..colon), part(text, colon + 1..));
    let is_of_label = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.');
    let base64 = value.trim_ascii_start();
    let is_value = base64.len() < value.len()
        && base64.len() >= MIN_VALUE
        && base64.iter().all(|byte| is_base64_symbol(*byte));
    let label = label.trim_ascii_end();
    (!label.is_empty() && label.iter().all(is_of_label) && is_value).then_some(base64)
}

/// The base64 of a line that has marks before it: lines of a quotation may grow longer.
pub(super) fn quoted_value(block: &[u8], start: usize, line_end: usize) -> Option<&[u8]> {
    let line = bare(block, start, line_end);
    let text = part(block, line.clone());
    let is_quoted = !part(block, start..line.start).trim_ascii().is_empty();
    (is_quoted && text.iter().all(|byte| is_base64_symbol(*byte))).then_some(text)
}

/// True for most lines that hold a record: padding ends it, or JSON that the next line
/// starts again. A shortcut, for speed.
#[expect(clippy::inline_always, reason = "one for each line, and most lines end here")]
#[inline(always)]
fn is_plainly_whole(block: &[u8], start: usize, line_end: usize) -> bool {
    let line = part(block, start..line_end);
    if is_width(line.len()) || line.first().is_none_or(|it| is_mark(*it)) {
        return false;
    }
    let next = block.get(line_end + 1..line_end + 3).unwrap_or_default();
    line.last() == Some(&b'=') || starts_json(next) && ends_json(line)
}

/// True if what follows the line `text`, as far as it has come, may be base64 that
/// belongs to it.
fn next_goes_on(
    block: &[u8],
    prefix: Range<usize>,
    text: &[u8],
    line_end: usize,
    reading: Reading,
) -> bool {
    /// What may stand after the text of a line.
    const BREAK: usize = 8;
    /// Base64 of a line that is longer than the one before it, in a quotation.
    const MAX_QUOTED: usize = 4096;
    let is_open = reading == Reading::Part;
    if line_end >= block.len() {
        return is_open;
    }
    let prefix = part(block, prefix);
    let rest = part(block, line_end + 1..);
    // Below a label, lines may be indented otherwise.
    let is_indent = || prefix.trim_ascii().is_empty();
    let own = margin(rest);
    let is_same = has_number(prefix) && is_same_margin(own, prefix);
    let next = if is_same { rest.get(own.len()..) } else { rest.strip_prefix(prefix) };
    let Some(next) = next.or_else(|| is_indent().then_some(rest)) else {
        return is_open && may_become_margin(rest, prefix);
    };
    let is_quoted = !is_indent();
    let most = if is_quoted { MAX_QUOTED.max(text.len()) } else { text.len() };
    let near = part(next, ..next.len().min(most + BREAK));
    let end = memchr::memchr(b'\n', near);
    if end.is_none() && near.len() < next.len() {
        return false;
    }
    let next = without_dots(part(near, ..end.unwrap_or(near.len())).trim_ascii());
    let next = without_line_mark(next);
    if next.is_empty() {
        return is_open && end.is_none();
    }
    next.len() <= most && !starts_another(text, next) && is_piece(next, text.len())
}

/// True if `next` plainly starts a record of its own: gzip, or JSON after a line
/// that ends as JSON does.
pub(super) fn starts_another(text: &[u8], next: &[u8]) -> bool {
    const GZIP: &[u8] = b"H4sI";
    next.starts_with(GZIP) || starts_json(next) && ends_json(text)
}

/// True for base64 of what begins with `{"`, `{` and a blank, `["` or `[{`.
#[inline]
fn starts_json(text: &[u8]) -> bool {
    matches!(text, [b'e', b'y' | b'w', ..] | [b'W', b'3' | b'y', ..])
}

/// True for base64 without padding of what ends with `}`, `]` or a newline: told by
/// the last eight bits.
#[inline]
fn ends_json(text: &[u8]) -> bool {
    let Some([.., before, last]) = text.last_chunk::<4>() else { return false };
    let upper = match before {
        b'A'..=b'Z' => before - b'A',
        b'a'..=b'z' => before - b'a' + 26,
        b'0'..=b'9' => before - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    text.len().is_multiple_of(4) && matches!((upper % 4, last), (1, b'9' | b'd') | (0, b'K'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_on(block: &str, reading: Reading) -> bool {
        may_go_on(block.as_bytes(), 0, end_of_line(block.as_bytes(), 0), reading)
    }

    #[test]
    fn the_end_of_json_is_seen_in_base64() {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;

        for byte in 0..=u8::MAX {
            let text = STANDARD.encode([b'x', b'y', byte]);
            assert_eq!(ends_json(text.as_bytes()), b"}]\n".contains(&byte), "{byte}");
        }
        for (text, starts) in
            [("{\"a\"", true), ("{ ", true), ("[{", true), ("[\"", true), ("x{", false)]
        {
            assert_eq!(starts_json(STANDARD.encode(text).as_bytes()), starts, "{text}");
        }
    }

    #[test]
    fn a_line_goes_on_with_base64_that_is_no_longer_than_it() {
        let line = "QUJD".repeat(10);
        for next in [line.as_str(), "QUJD", "QQ==", "QUJD\r", "QUJD \nmore"] {
            for prefix in ["", "> ", "\t", ">> ", "| "] {
                let block = format!("{prefix}{line}\n{prefix}{next}\n");
                assert!(goes_on(&block, Reading::Whole), "{block}");
            }
        }
        let longer = format!("{line}QUJD");
        for next in ["two words", "", "=", longer.as_str(), "H4sIAAAA", "> QUJD"] {
            assert!(!goes_on(&format!("{line}\n{next}\n"), Reading::Whole), "{next}");
        }
        assert!(!goes_on(&format!("{line}=\nQUJD\n"), Reading::Whole));
        assert!(!goes_on("QUJD\nQUJD\n", Reading::Whole), "names");
    }

    #[test]
    fn what_has_not_come_yet_may_go_on() {
        let line = format!("> {}", "QUJD".repeat(10));
        for come in ["", "\n", "\n>", "\n> ", "\n> QUJ"] {
            let block = format!("{line}{come}");
            assert!(goes_on(&block, Reading::Part), "{block:?}");
        }
        assert!(!goes_on(&line, Reading::Whole));
        assert!(!goes_on(&format!("{line}\n\n"), Reading::Part));
    }

    #[test]
    fn json_after_json_is_a_record_of_its_own() {
        // `{"a":"bbbbbbbbbbbbbbbbbbbb"}` and white space, to no padding.
        let json = "eyJhIjoiYmJiYmJiYmJiYmJiYmJiYmJiYmIifQoK";
        assert!(!goes_on(&format!("{json}\n{json}\n"), Reading::Whole));
        let open = "eyJhIjoiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmIi";
        assert!(goes_on(&format!("{open}\neyJhIjox\n"), Reading::Whole));
    }
}
