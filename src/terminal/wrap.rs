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
    push_lines(out, text, indent, indent, width);
    out.push('\n');
}

/// A line broken into lines of at most `width` columns; all but the first have
/// `indent` blanks before them.
pub fn wrap(line: &str, indent: usize, width: usize) -> String {
    let mut out = String::with_capacity(line.len());
    push_lines(&mut out, line, 0, indent, width);
    out
}

/// A line whose first `label` bytes are a label, below whose end the others begin.
pub fn wrap_labelled(line: &str, label: usize, width: usize) -> String {
    let Some((label, text)) = line.split_at_checked(label) else { return line.to_owned() };
    let mut out = label.to_owned();
    push_lines(&mut out, text, columns(label), columns(label), width);
    out
}

fn push_blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Appends `text` from `column` on.
fn push_lines(out: &mut String, text: &str, mut column: usize, indent: usize, width: usize) {
    let room = width.saturating_sub(indent).max(MIN_ROOM);
    let width = indent.saturating_add(room);
    let (mut rest, mut is_first, mut is_announced) = (Some(text), true, false);
    while let Some(text) = rest {
        let (word, after) = next_word(text, room, is_announced);
        for (place, piece) in pieces(word, room).enumerate() {
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
        is_announced = word.ends_with(':');
        rest = after;
    }
}

/// What comes first in `text` and is not broken, and what comes after the blank behind
/// it. Together stay: what is between backticks, if it is a command or has room on a
/// line; a command in parentheses; one after a colon, up to the end of the line; a number
/// and its unit.
fn next_word(text: &str, room: usize, is_announced: bool) -> (&str, Option<&str>) {
    if is_announced && is_command(text) {
        return (text, None);
    }
    let end = match text.strip_prefix('(') {
        Some(within) if is_command(within) => {
            // The rest of a hostile text is not searched once for each of its words.
            let close = text.bytes().take(MAX_IN_PARENTHESES).position(|it| it == b')').unwrap_or(0);
            close + end_of_word(text.get(close..).unwrap_or_default(), room)
        }
        _ => end_of_word(text, room),
    };
    let (word, after) = split_at_blank(text, end);
    let Some(next) = after.filter(|_| is_number(word)) else { return (word, after) };
    let unit = end_of_word(next, room);
    let both = end + 1 + unit;
    let is_unit = next.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.get(..both).is_some_and(|both| painted_columns(both) <= room);
    if is_unit { split_at_blank(text, both) } else { (word, after) }
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
fn pieces(word: &str, room: usize) -> impl Iterator<Item = &str> {
    let is_whole = word.is_ascii() || painted_columns(word) <= room || !has_wide(word);
    let mut rest = Some(word);
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
    fn a_long_quote_that_is_no_command_is_broken() {
        let line = "it is `a text of more words than there is room for on one line`";
        assert_eq!(
            wrap(line, 2, 40),
            "it is `a text of more words than there\n  is room for on one line`"
        );
    }
}
