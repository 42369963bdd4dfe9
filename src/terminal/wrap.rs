//! Prose in lines as wide as the terminal, with or without color in it: broken at
//! blanks, but not within what belongs together.

use unicode_width::UnicodeWidthChar as _;

use super::columns;

/// Columns that a line has at least, whatever its indent.
const MIN_ROOM: usize = 20;

/// Bytes of a command in parentheses at most.
const MAX_IN_PARENTHESES: usize = 512;

/// What commands that are printed begin with.
const COMMANDS: [&str; 5] = ["fh ", "aws ", "echo ", "eval ", "sudo "];

/// Appends `text` in lines of at most `width` columns, each behind `indent` blanks.
pub fn push_wrapped(out: &mut String, text: &str, indent: usize, width: usize) {
    push_blanks(out, indent);
    Layout::new(indent, width).push_lines(out, text, indent);
    out.push('\n');
}

/// A line broken into lines of at most `width` columns; all but the first have
/// `indent` blanks before them.
pub fn wrap(line: &str, indent: usize, width: usize) -> String {
    let mut out = String::with_capacity(line.len());
    Layout::new(indent, width).push_lines(&mut out, line, 0);
    out
}

/// A line whose first `label` bytes are a label, below whose end the others begin. A
/// command after a colon goes on to the end of the line, as in hints.
pub fn wrap_labelled(line: &str, label: usize, width: usize) -> String {
    let Some((label, text)) = line.split_at_checked(label) else { return line.to_owned() };
    let mut out = label.to_owned();
    let layout = Layout::new(columns(label), width);
    Layout { announces: true, ..layout }.push_lines(&mut out, text, columns(label));
    out
}

fn push_blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// How lines are broken.
struct Layout {
    /// Blanks before all but the first.
    indent: usize,
    /// Columns behind them.
    room: usize,
    /// A colon announces a command, if one follows: there are texts with `fh` after a
    /// colon that are prose.
    announces: bool,
}

/// What is not broken at blanks.
struct Word<'a> {
    text: &'a str,
    /// It is a command or has a quote, and is to be copied.
    is_whole: bool,
    /// What comes after the blank behind it.
    after: Option<&'a str>,
}

impl Layout {
    fn new(indent: usize, width: usize) -> Self {
        let room = width.saturating_sub(indent).max(MIN_ROOM);
        Self { indent, room, announces: false }
    }

    /// Appends `text` from `column` on.
    fn push_lines(&self, out: &mut String, text: &str, mut column: usize) {
        let Self { indent, room, announces } = *self;
        let width = indent.saturating_add(room);
        let (mut rest, mut is_first, mut is_announced) = (Some(text), true, false);
        while let Some(text) = rest {
            let word = next_word(text, room, is_announced);
            for (place, piece) in pieces(&word, room).enumerate() {
                let length = painted_columns(piece);
                if column > indent && column.saturating_add(1 + length) > width || place > 0 {
                    out.push('\n');
                    push_blanks(out, indent);
                    column = indent;
                } else if !is_first {
                    out.push(' ');
                    column += 1;
                }
                out.push_str(piece);
                column += length;
                is_first = false;
            }
            is_announced = announces && word.text.ends_with(':');
            rest = word.after;
        }
    }
}

/// What comes first in `text`. Together stay: what is between backticks, if it is a
/// command or has room on a line; a command in parentheses; one that is announced, up to
/// the end of the line; a number and its unit.
fn next_word(text: &str, room: usize, is_announced: bool) -> Word<'_> {
    if is_announced && is_command(text) {
        return Word { text, is_whole: true, after: None };
    }
    // The rest of a hostile text is not searched once for each of its words.
    let aside = text
        .strip_prefix('(')
        .filter(|within| is_command(within))
        .and_then(|_| text.bytes().take(MAX_IN_PARENTHESES).position(|it| it == b')'));
    let start = aside.unwrap_or(0);
    let end = start + end_of_word(text.get(start..).unwrap_or_default(), room);
    let (word, after) = split_at_blank(text, end);
    let is_whole = aside.is_some() || word.contains('`');
    let word = Word { text: word, is_whole, after };
    let Some(next) = after.filter(|_| is_number(word.text)) else { return word };
    let both = end + 1 + end_of_word(next, room);
    let is_unit = next.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.get(..both).is_some_and(|both| painted_columns(both) <= room);
    if !is_unit {
        return word;
    }
    let (text, after) = split_at_blank(text, both);
    Word { text, is_whole, after }
}

/// Where the first blank is that is not between backticks.
fn end_of_word(text: &str, room: usize) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find([' ', '`'])) {
        at += found;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(' ') {
            return at;
        }
        let within = rest.get(1..).unwrap_or_default();
        let close = within.find('`').filter(|close| *close <= room || is_command(within));
        at += close.map_or(1, |close| close + 2);
    }
    text.len()
}

fn split_at_blank(text: &str, end: usize) -> (&str, Option<&str>) {
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, after.strip_prefix(' '))
}

fn is_command(text: &str) -> bool {
    COMMANDS.iter().any(|command| text.starts_with(command))
}

/// True for a number, with or without the start of a color or a parenthesis.
fn is_number(word: &str) -> bool {
    let plain = word.strip_prefix('\u{1b}').and_then(|it| it.split_once('m'));
    let number = plain.map_or(word, |(_, plain)| plain).trim_start_matches('(');
    number.starts_with(|it: char| it.is_ascii_digit())
        && number.ends_with(|it: char| it.is_ascii_digit())
        && number.bytes().all(|it| it.is_ascii_digit() || matches!(it, b',' | b'.'))
}

/// Columns of a text without what sets its color.
fn painted_columns(text: &str) -> usize {
    let (mut all, mut rest) = (0, text);
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        all += columns(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    all + columns(rest)
}

/// A word in pieces of at most `room` columns, if it is of wide characters and longer:
/// Chinese and Japanese have no blanks. Any other word is one piece.
fn pieces<'a>(word: &Word<'a>, room: usize) -> impl Iterator<Item = &'a str> {
    let text = word.text;
    let is_whole =
        word.is_whole || text.is_ascii() || painted_columns(text) <= room || !has_wide(text);
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (piece, after) = match rest.take()? {
            all if is_whole => (all, ""),
            long => long.split_at(end_of_columns(long, room)),
        };
        rest = Some(after).filter(|after| !after.is_empty());
        Some(piece)
    })
}

fn has_wide(word: &str) -> bool {
    word.chars().any(|it| it.width() == Some(2))
}

/// Bytes of the characters that fill at most `room` columns, and of the color around
/// them.
fn end_of_columns(text: &str, room: usize) -> usize {
    let (mut all, mut is_color) = (0, false);
    let too_far = |(_, character): &(usize, char)| {
        let is_shown = !is_color && *character != '\u{1b}';
        is_color = !is_shown && (*character == '\u{1b}' || *character != 'm');
        all += if is_shown { character.width().unwrap_or(0) } else { 0 };
        all > room
    };
    text.char_indices().find(too_far).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, indent: usize, width: usize) -> String {
        let mut out = String::new();
        push_wrapped(&mut out, text, indent, width);
        out
    }

    #[test]
    fn prose_is_broken_at_blanks() {
        let text = "one record was not returned at all";
        assert_eq!(lines(text, 2, 24), "  one record was not\n  returned at all\n");
        let text = "見ました: 確認応答が時間内に届きません";
        assert_eq!(lines(text, 0, 20), "見ました:\n確認応答が時間内に届\nきません\n");
        let link = "https://example.com/a/long/name";
        assert_eq!(lines(link, 0, 20), format!("{link}\n"));
        assert_eq!(wrap("  a  b", 2, 20), "  a  b");
    }

    #[test]
    fn color_has_no_width() {
        let line = "\u{1b}[1mone of\u{1b}[0m two and \u{1b}[2mthree four five\u{1b}[0m";
        let wrapped = "\u{1b}[1mone of\u{1b}[0m two and \u{1b}[2mthree\n  four five\u{1b}[0m";
        assert_eq!(wrap(line, 2, 20), wrapped);
        assert_eq!(wrap(line, 2, usize::MAX), line);
        let wide = format!("\u{1b}[2m{}\u{1b}[0m", "注文".repeat(12));
        let half = "注文".repeat(5);
        assert_eq!(wrap(&wide, 0, 20), format!("\u{1b}[2m{half}\n{half}\n注文注文\u{1b}[0m"));
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        for (text, wrapped) in [
            ("it was billed as 24 ms, ok", "it was billed as\n24 ms, ok"),
            ("it takes about 1 min 30 s", "it takes about 1 min\n30 s"),
            ("buffers of at most 16 MB", "buffers of at most\n16 MB"),
            ("what is there (now 1,159 B)", "what is there (now\n1,159 B)"),
            ("it failed after \u{1b}[1m24 ms\u{1b}[0m", "it failed after\n\u{1b}[1m24 ms\u{1b}[0m"),
            ("of 3 and of more: 24 | 7", "of 3 and of more: 24\n| 7"),
        ] {
            assert_eq!(lines(text, 0, 20).trim_end(), wrapped);
            assert_eq!(wrap(text, 0, 20), wrapped);
            assert_eq!(wrap_labelled(text, 0, 20), wrapped);
        }
    }

    #[test]
    fn lines_are_not_broken_in_commands_and_names() {
        for (line, label, wrapped) in [
            (
                "fh: cannot read `a file with blanks`: no such file or directory",
                4,
                "fh: cannot read `a file with blanks`: no\n    such file or directory",
            ),
            (
                "  hint: log in again: aws sso login --profile production-eu-west-1",
                8,
                "  hint: log in again:\n        aws sso login --profile production-eu-west-1",
            ),
            (
                "fh: this code has no client, so fh runs the handler itself",
                4,
                "fh: this code has no client, so fh runs\n    the handler itself",
            ),
            (
                "  3 with Lambda.FunctionError (fh explain Lambda.FunctionError)",
                2,
                "  3 with Lambda.FunctionError\n  (fh explain Lambda.FunctionError)",
            ),
            (
                "fh: set it with `aws configure set region eu-west-1 --profile production`",
                4,
                "fh: set it with\n    `aws configure set region eu-west-1 --profile production`",
            ),
            (
                "fh: a quote ` that nothing closes stays text",
                4,
                "fh: a quote ` that nothing closes stays\n    text",
            ),
            ("fh: one", 4, "fh: one"),
            ("fh: ", 4, "fh: "),
            ("fh: a  b", 4, "fh: a  b"),
        ] {
            assert_eq!(wrap_labelled(line, label, 40), wrapped);
        }
    }

    #[test]
    fn what_is_to_be_copied_is_whole_in_wide_characters_too() {
        let name = "注文の確認応答が時間内に届きませんでした.json";
        for text in [
            format!("look at it: fh decode {name}"),
            format!("look at `fh decode {name}`"),
            format!("look at it (fh decode {name})"),
            format!("look at `{name}`"),
        ] {
            let wrapped = wrap_labelled(&format!("  hint: {text}"), 8, 30);
            let (_, whole) = text.split_once("at ").unwrap();
            let whole = whole.strip_prefix("it ").or(whole.strip_prefix("it: ")).unwrap_or(whole);
            assert!(wrapped.contains(whole), "{wrapped}");
        }
    }

    #[test]
    fn a_colon_announces_commands_in_hints_only() {
        let text = "what was sent: fh decode shows it, and what it is";
        assert_eq!(wrap(text, 0, 30), "what was sent: fh decode shows\nit, and what it is");
        let hint = "what was sent:\nfh decode shows it, and what it is";
        assert_eq!(wrap_labelled(text, 0, 30), hint);
    }

    #[test]
    fn a_long_quote_that_is_no_command_is_broken() {
        let line = "it is `a text of more words than there is room for on one line`";
        assert_eq!(
            wrap(line, 2, 40),
            "it is `a text of more words than there\n  is room for on one line`"
        );
    }
}
