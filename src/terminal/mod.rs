//! Writing for people: width, color, and what untrusted text may not do.

#[cfg(test)]
pub(crate) mod contrast;
mod pager;
pub mod shell;
#[cfg(unix)]
pub mod typed;
mod wrap;

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

pub use firehose::group;
use firehose::json;
pub use pager::{Pager, rows_of};
pub use wrap::{push_wrapped, wrap, wrap_labelled};

/// Bytes of content that are wider than any terminal.
pub const PREVIEW: usize = 2000;

/// Width where nothing tells it.
pub const DEFAULT_WIDTH: usize = 100;

/// What standard output is.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// True if a person looks at it.
    pub is_terminal: bool,
    /// True if color helps.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Rows, if it is a terminal that tells.
    pub rows: Option<usize>,
    /// True if prose is broken at `width`: on a terminal, or where the user sets
    /// `COLUMNS`.
    pub wraps: bool,
}

/// No terminal: text without color, as long as it is.
pub const PLAIN: Terminal =
    Terminal { is_terminal: false, color: false, width: DEFAULT_WIDTH, rows: None, wraps: false };

/// A color or weight, as its SGR parameters (ECMA-48, 8.3.117).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style(&'static str);

/// Less important.
pub const DIM: Style = Style("2");
/// A heading.
pub const BOLD: Style = Style("1");
/// A key. Colors are those of xterm's cube, which can be read on light and dark: what
/// a theme makes of its sixteen often cannot.
pub const KEY: Style = Style("38;5;32;1");
/// A string.
pub const STRING: Style = Style("38;5;28");
/// A warning.
pub const WARN: Style = Style("38;5;130");
/// Errors.
pub const ERROR: Style = Style("38;5;196;1");
/// All is well.
pub const GOOD: Style = Style("38;5;28");

impl Terminal {
    /// Returns `text` in `style` if there is color.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", style.0) } else { text.to_owned() }
    }

    /// Appends `text` in `style` if there is color.
    pub fn push_painted(&self, style: Style, text: &str, out: &mut String) {
        let codes = if self.color && !text.is_empty() {
            [style.0, "\x1b[", "m", "\x1b[0m"]
        } else {
            [""; 4]
        };
        let [style, open, close, end] = codes;
        for part in [open, style, close, text, end] {
            out.push_str(part);
        }
    }

    /// Columns that prose may fill; otherwise a line stays a line.
    pub const fn prose_width(&self) -> usize {
        if self.wraps { self.width } else { usize::MAX }
    }

    /// Columns that a table may fill; in a pipe nothing is cut.
    pub const fn table_width(&self) -> usize {
        if self.is_terminal { self.width } else { usize::MAX }
    }

    /// Bytes of content that a cell of a table holds: on a terminal what may be
    /// seen of it, in a pipe all of it.
    pub const fn preview(&self) -> usize {
        if self.is_terminal { PREVIEW } else { usize::MAX }
    }

    /// True if text must not reach the reader unescaped: a person looks, or
    /// color was forced, which means that one will.
    pub const fn guarded(&self) -> bool {
        self.is_terminal || self.color
    }
}

/// Returns true for what a terminal would obey rather than show, newline and
/// tab included.
fn is_control(character: char) -> bool {
    character < ' ' || json::is_control(character)
}

/// Returns `text` with everything that a terminal would obey made visible as
/// `\u{1b}`; newlines and tabs stay.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_control(character) && !matches!(character, '\n' | '\t') {
            push_escape(&mut out, character);
        } else {
            out.push(character);
        }
    }
    out
}

fn push_escape(out: &mut String, character: char) {
    // Writing to a string does not fail.
    let _unused = write!(out, "\\u{{{:x}}}", u32::from(character));
}

/// The same as [`escape_line`], but with tabs, which stand between the columns of
/// Lambda's log lines.
pub fn escape_columns(bytes: &[u8]) -> String {
    let parts: Vec<_> = bytes.split(|byte| *byte == b'\t').map(escape_line).collect();
    parts.join("\t")
}

/// Returns bytes that should be UTF-8 as one safe line: `\n`, `\t` and `\r` by
/// their names, other controls as `\u{1b}`, bad bytes as `\x9b`.
pub fn escape_line(bytes: &[u8]) -> String {
    let is_plain = bytes.iter().all(|byte| (b' '..0x7f).contains(byte));
    if let (true, Ok(text)) = (is_plain, std::str::from_utf8(bytes)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                _ if is_control(character) => push_escape(&mut out, character),
                _ => out.push(character),
            }
        }
        for byte in chunk.invalid() {
            let _unused = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Appends text of many lines so that no line can pass for a record of its
/// own: all but the first are marked.
pub fn push_text(out: &mut Vec<u8>, text: &str, terminal: &Terminal) {
    let mark = terminal.paint(DIM, "  │ ");
    for (position, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        if position > 0 {
            out.push(b'\n');
            out.extend_from_slice(mark.as_bytes());
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        out.extend_from_slice(escape(line).as_bytes());
    }
}

/// Appends laid out JSON with its keys and strings in color.
pub fn push_colored_json(out: &mut Vec<u8>, json: &[u8]) {
    let mut at = 0;
    while let Some(quote) = json.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let start = at + quote;
        out.extend_from_slice(json.get(at..start).unwrap_or_default());
        let end = json::skip_value(json, start).unwrap_or(json.len());
        let style = if json.get(end) == Some(&b':') { KEY } else { STRING };
        out.extend_from_slice(format!("\x1b[{}m", style.0).as_bytes());
        out.extend_from_slice(json.get(start..end).unwrap_or_default());
        out.extend_from_slice(b"\x1b[0m");
        at = end;
    }
    out.extend_from_slice(json.get(at..).unwrap_or_default());
}

/// Appends a hex dump: offset, sixteen bytes, what of them is ASCII.
pub fn push_hex_dump(out: &mut Vec<u8>, bytes: &[u8], most: usize) {
    let shown = bytes.get(..bytes.len().min(most)).unwrap_or_default();
    for (row, chunk) in shown.chunks(16).enumerate() {
        let mut line = format!("{:08x} ", row * 16);
        for position in 0..16 {
            if position == 8 {
                line.push(' ');
            }
            match chunk.get(position) {
                Some(byte) => {
                    let _unused = write!(line, " {byte:02x}");
                }
                None => line.push_str("   "),
            }
        }
        line.push_str("  |");
        for byte in chunk {
            line.push(if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' });
        }
        line.push_str("|\n");
        out.extend_from_slice(line.as_bytes());
    }
    if shown.len() < bytes.len() {
        let more = group((bytes.len() - shown.len()) as u64);
        out.extend_from_slice(format!("… {more} more bytes (--raw prints all)\n").as_bytes());
    }
}

/// Columns of a terminal that `text` fills: two for a wide character, none for
/// one that combines (Unicode Standard Annex #11).
pub fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Bytes of the first characters that fill at most `width` columns.
fn fitting(characters: impl Iterator<Item = char>, width: usize) -> usize {
    let (mut columns, mut bytes) = (0, 0);
    for character in characters {
        columns += character.width().unwrap_or(0);
        if columns > width {
            break;
        }
        bytes += character.len_utf8();
    }
    bytes
}

/// Splits text behind the characters that fill `width` columns, or behind the
/// first if that is wider.
pub fn split_at_column(text: &str, width: usize) -> (&str, &str) {
    let first = text.chars().next().map_or(0, char::len_utf8);
    text.split_at(fitting(text.chars(), width).max(first))
}

/// Returns `text` cut to `width` columns, with an ellipsis if it was longer.
pub fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = fitting(text.chars(), width.saturating_sub(1));
    let mut cut = text.get(..kept).unwrap_or_default().to_owned();
    cut.push('…');
    cut
}

/// Returns text cut to `width` columns from its front, where names are alike.
pub fn fit_end(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = fitting(text.chars().rev(), width.saturating_sub(1));
    let mut cut = String::from("…");
    cut.push_str(text.get(text.len() - kept..).unwrap_or_default());
    cut
}

/// `1 event`, `2 events`.
pub fn plural(count: u64, noun: &str) -> String {
    let count_text = group(count);
    match (count, noun) {
        (1, _) => format!("{count_text} {noun}"),
        (_, "entry") => format!("{count_text} entries"),
        _ => format!("{count_text} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_codes_become_visible() {
        assert_eq!(
            escape("a\x1b]0;title\x07\x1b[31m\rb\u{9b}1m\u{202e}\n\tc"),
            "a\\u{1b}]0;title\\u{7}\\u{1b}[31m\\u{d}b\\u{9b}1m\\u{202e}\n\tc"
        );
        assert_eq!(escape_line(b"a\nb\xff\x1b"), "a\\nb\\xff\\u{1b}");
    }

    #[test]
    fn colors_can_be_read_on_light_and_dark() {
        // Black, white, and what is usual between: VS Code, Solarized.
        let grounds = ["#000000", "#ffffff", "#1e1e1e", "#fdf6e3"];
        for Style(style) in [KEY, STRING, WARN, ERROR, GOOD] {
            let number = style.strip_prefix("38;5;").and_then(|it| it.split(';').next());
            let color = contrast::of_cube(number.unwrap().parse().unwrap());
            for ground in grounds {
                let ratio = contrast::ratio(&color, ground);
                assert!(ratio >= 3.5, "{style} {color} on {ground}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn a_line_of_text_cannot_pass_for_a_record() {
        let terminal =
            Terminal { is_terminal: true, color: false, width: 80, rows: None, wraps: true };
        let mut out = Vec::new();
        push_text(&mut out, "first\nfh: all is well\n", &terminal);
        assert_eq!(String::from_utf8(out).unwrap(), "first\n  │ fh: all is well");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(group), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn wide_characters_fill_two_columns() {
        assert_eq!(["abc", "e\u{301}", "日本", "🚚"].map(columns), [3, 1, 4, 2]);
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(["日本語", "a日本語"].map(|text| fit(text, 5)), ["日本…", "a日…"]);
        assert_eq!(["日本語", "日本語a"].map(|text| fit_end(text, 5)), ["…本語", "…語a"]);
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn a_hex_dump_shows_offsets_bytes_and_letters() {
        let mut out = Vec::new();
        push_hex_dump(&mut out, b"0123456789abcdef\x00\xff!", 100);
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
        00000010  00 ff 21                                          |..!|
        ");
    }

    proptest! {
        #[test]
        fn nothing_escaped_controls_a_terminal(text in any::<String>()) {
            for character in escape(&text).chars() {
                prop_assert!(!is_control(character) || matches!(character, '\n' | '\t'));
            }
            prop_assert!(!escape_line(text.as_bytes()).chars().any(is_control));
        }
    }
}
