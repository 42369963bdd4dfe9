//! The line editor: keys in, lines and their echo out. Pure, so that it can be
//! tested without a terminal.

use crate::terminal::{escape, group};
use firehose::limits::MAX_FRAME;

/// Bytes of a line that are echoed, about as many as a terminal itself takes.
const MAX_ECHO: usize = 4096;

/// Bytes of a line that are kept for editing; then they are passed on.
const MAX_LINE: usize = MAX_FRAME;

/// Columns between tab stops.
const TAB: usize = 8;

const DELETE: u8 = 0x7f;

/// The keys that edit, as the terminal's settings name them. A key that
/// is off is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Ctrl-D: end of input on an empty line.
    pub(super) end: Option<u8>,
    /// Backspace, whichever bytes it sends.
    pub(super) erase: [Option<u8>; 3],
    /// Ctrl-W: deletes a word.
    pub(super) erase_word: Option<u8>,
    /// Ctrl-U: deletes the line.
    pub(super) kill: Option<u8>,
    /// Ctrl-V: the next key is text.
    pub(super) quote: Option<u8>,
    /// Ctrl-R: shows the line again.
    pub(super) reprint: Option<u8>,
    /// Ctrl-Z: stops the process.
    pub(super) suspend: Option<u8>,
}

impl Keys {
    /// True for a key after which the process may leave the terminal to
    /// another: what comes after it must not be read ahead.
    pub(super) fn may_end(&self, byte: u8) -> bool {
        [self.end, self.suspend].contains(&Some(byte))
    }
}

/// What a key leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Input: a line with its newline, or the part of one before Ctrl-D.
    Text(Vec<u8>),
    /// No more input.
    End,
    /// The process is to be stopped, and continued where it was.
    Suspend,
}

/// The line that is being typed or pasted.
#[derive(Debug, Default)]
pub(super) struct Editor {
    keys: Keys,
    line: Vec<u8>,
    /// Bytes of `line` that are on the screen.
    shown: usize,
    /// The column where `line` starts, and where the cursor is.
    start: usize,
    column: usize,
    /// Bytes of this line that were passed on before its end.
    passed: usize,
    /// The next key is text.
    is_quoted: bool,
    /// The line is longer than its echo.
    is_elided: bool,
    echo: Vec<u8>,
}

impl Editor {
    /// Sets the keys that edit.
    pub(super) const fn set_keys(&mut self, keys: Keys) {
        self.keys = keys;
    }

    /// The keys that edit.
    pub(super) const fn keys(&self) -> Keys {
        self.keys
    }

    /// True in a line that can only be a paste.
    pub(super) const fn is_long(&self) -> bool {
        self.is_elided
    }

    /// Takes one byte from the keyboard.
    pub(super) fn push(&mut self, byte: u8) -> Option<Event> {
        let is = |key: Option<u8>| key == Some(byte);
        let keys = self.keys;
        if std::mem::take(&mut self.is_quoted) {
            return self.insert(byte);
        }
        match byte {
            b'\n' => return Some(self.end_line()),
            _ if is(keys.end) && self.line.is_empty() => return Some(Event::End),
            _ if is(keys.end) => return Some(self.pass_on()),
            _ if is(keys.suspend) => return Some(Event::Suspend),
            _ if is(keys.quote) => self.is_quoted = true,
            _ if keys.erase.contains(&Some(byte)) => self.erase(),
            _ if is(keys.erase_word) => self.delete_from(start_of_last_word(&self.line)),
            _ if is(keys.kill) => self.delete_from(0),
            _ if is(keys.reprint) => {
                self.echo.extend_from_slice(b"^R\n");
                self.redraw();
            }
            _ => return self.insert(byte),
        }
        None
    }

    /// Hands over what there is of a line, at the end of the input.
    pub(super) fn take_line(&mut self) -> Vec<u8> {
        self.shown = 0;
        std::mem::take(&mut self.line)
    }

    /// Echoes the line again, after other output.
    pub(super) fn redraw(&mut self) {
        (self.start, self.column, self.shown, self.is_elided) = (0, 0, 0, false);
        self.show();
    }

    /// Takes what has to be written to the screen.
    pub(super) fn take_echo(&mut self) -> Vec<u8> {
        self.show();
        std::mem::take(&mut self.echo)
    }

    fn insert(&mut self, byte: u8) -> Option<Event> {
        self.line.push(byte);
        if self.line.len() > self.shown + MAX_ECHO {
            self.show();
        }
        (self.line.len() >= MAX_LINE).then(|| self.pass_on())
    }

    fn end_line(&mut self) -> Event {
        self.show();
        self.show_length();
        self.echo.push(b'\n');
        let mut line = std::mem::take(&mut self.line);
        line.push(b'\n');
        let echo = std::mem::take(&mut self.echo);
        *self = Self { keys: self.keys, echo, ..Self::default() };
        Event::Text(line)
    }

    /// Hands over a line that is not complete.
    fn pass_on(&mut self) -> Event {
        self.show();
        self.show_length();
        self.passed += self.line.len();
        self.start = self.column;
        Event::Text(self.take_line())
    }

    /// Echoes the length of a line that is not shown in full.
    fn show_length(&mut self) {
        if self.is_elided {
            let length = group((self.passed + self.line.len()) as u64);
            self.echo.extend_from_slice(format!(" ({length} bytes)").as_bytes());
        }
    }

    /// Deletes the last character.
    fn erase(&mut self) {
        self.show();
        // An incomplete one is not on the screen.
        let is_whole = self.shown == self.line.len();
        self.delete_from(if is_whole { start_of_last(&self.line) } else { self.shown });
    }

    fn delete_from(&mut self, length: usize) {
        self.show();
        self.line.truncate(length);
        self.shown = self.shown.min(length);
        if !self.is_elided {
            let column = end_column(&self.line, self.start);
            let gone = self.column.saturating_sub(column);
            self.echo.extend_from_slice("\x08 \x08".repeat(gone).as_bytes());
            self.column = column;
        } else if self.line.is_empty() {
            self.echo.extend_from_slice(b" (deleted)\n");
            (self.start, self.column, self.is_elided) = (0, 0, false);
        }
    }

    /// Echoes all complete characters.
    fn show(&mut self) {
        while !self.is_elided {
            let rest = self.line.get(self.shown..).unwrap_or_default();
            let Some((length, character)) = first_character(rest) else { return };
            if self.shown >= MAX_ECHO {
                self.is_elided = true;
                self.echo.extend_from_slice("…".as_bytes());
                break;
            }
            let text = on_screen(character, self.column);
            self.echo.extend_from_slice(text.as_bytes());
            self.column += text.chars().count();
            self.shown += length;
        }
        self.shown = self.line.len();
    }
}

/// How a terminal shows a character: `^C` for a control character, blanks for
/// a tab; all else that it might obey as `\u{9b}`.
fn on_screen(character: char, column: usize) -> String {
    match u8::try_from(character) {
        Ok(b'\t') => " ".repeat(TAB - column % TAB),
        Ok(byte @ (..b' ' | DELETE)) => format!("^{}", char::from(byte ^ 0x40)),
        _ => escape(character.encode_utf8(&mut [0; 4])),
    }
}

/// The column after `line`, if it starts at `column`.
fn end_column(mut line: &[u8], mut column: usize) -> usize {
    while let Some((length, character)) = first_character(line) {
        column += on_screen(character, column).chars().count();
        line = line.get(length..).unwrap_or_default();
    }
    column
}

/// The first character and its length in bytes, a replacement character for a
/// byte that is not UTF-8; nothing if more bytes are needed to know it.
fn first_character(bytes: &[u8]) -> Option<(usize, char)> {
    let head = bytes.get(..bytes.len().min(4)).unwrap_or_default();
    let (valid, needs_more) = match std::str::from_utf8(head) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = head.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), error.error_len().is_none())
        }
    };
    match valid.chars().next() {
        Some(character) => Some((character.len_utf8(), character)),
        None if needs_more => None,
        None => Some((1, char::REPLACEMENT_CHARACTER)),
    }
}

/// Where the last character of `line` starts.
fn start_of_last(line: &[u8]) -> usize {
    let is_character = |start: &usize| {
        let tail = line.get(*start..).unwrap_or_default();
        std::str::from_utf8(tail).is_ok_and(|text| text.chars().count() == 1)
    };
    let one_byte = line.len().saturating_sub(1);
    (line.len().saturating_sub(4)..line.len()).find(is_character).unwrap_or(one_byte)
}

/// Where the last word of `line` starts, blanks after it included.
fn start_of_last_word(line: &[u8]) -> usize {
    let words = line.trim_ascii_end();
    words.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYS: Keys = Keys {
        end: Some(4),
        erase: [Some(DELETE), Some(8), None],
        erase_word: Some(23),
        kill: Some(21),
        quote: Some(22),
        reprint: Some(18),
        suspend: Some(26),
    };

    /// The texts handed over for these keys, what is shown, and how often the
    /// input ended.
    fn typed(keys: &[u8]) -> (Vec<Vec<u8>>, String, usize) {
        let mut editor = Editor { keys: KEYS, ..Editor::default() };
        let (mut texts, mut echo, mut ends) = (Vec::new(), Vec::new(), 0);
        for byte in keys {
            match editor.push(*byte) {
                Some(Event::Text(text)) => texts.push(text),
                Some(Event::End) => ends += 1,
                Some(Event::Suspend) | None => {}
            }
            echo.extend(editor.take_echo());
        }
        (texts, String::from_utf8(echo).unwrap(), ends)
    }

    /// What is left on the screen after this echo.
    fn screen(echo: &str) -> Vec<String> {
        let mut lines = vec![Vec::new()];
        let mut column = 0;
        for character in echo.chars() {
            let line = lines.last_mut().unwrap();
            match character {
                '\n' => {
                    lines.push(Vec::new());
                    column = 0;
                }
                '\x08' => column -= 1,
                _ => {
                    line.truncate(column);
                    line.push(character);
                    column += 1;
                }
            }
        }
        lines.iter().map(|line| String::from_iter(line).trim_end().to_owned()).collect()
    }

    fn one_line(keys: &str) -> (String, String) {
        let (texts, echo, _) = typed(keys.as_bytes());
        assert_eq!(texts.len(), 1, "{keys:?}");
        (String::from_utf8(texts[0].clone()).unwrap(), screen(&echo)[0].clone())
    }

    #[test]
    fn keys_edit_the_line_and_its_echo() {
        let same = |keys: &str, line: &str| {
            assert_eq!(one_line(keys), (format!("{line}\n"), line.to_owned()), "{keys:?}");
        };
        same("abc\n", "abc");
        same("abd\x7fc\n", "abc");
        same("abd\x08c\n", "abc");
        same("\x7f\x7fab\n", "ab");
        same("aü\x7fb\n", "ab");
        same("a✓\x7f\x7fb\n", "b");
        same("one two \x17three\n", "one three");
        same("one\x17\x17two\n", "two");
        same("wrong\x15right\n", "right");
        same("a\tb\x7f\x7fb\n", "ab");
        same("a\x16\x04\x7fb\n", "ab");
    }

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(one_line("a\x1b[2Jb\n"), ("a\x1b[2Jb\n".to_owned(), "a^[[2Jb".to_owned()));
        assert_eq!(one_line("a\x16\x7fb\n"), ("a\x7fb\n".to_owned(), "a^?b".to_owned()));
        assert_eq!(one_line("a\u{9b}b\n"), ("a\u{9b}b\n".to_owned(), "a\\u{9b}b".to_owned()));
        assert_eq!(one_line("a\tb\n").1, "a       b");
    }

    #[test]
    fn ctrl_d_passes_on_what_there_is_and_ends_an_empty_line() {
        assert_eq!(typed(b"\x04"), (Vec::new(), String::new(), 1));
        let (texts, echo, ends) = typed(b"ab\x04c\n\x04");
        assert_eq!((texts, ends), (vec![b"ab".to_vec(), b"c\n".to_vec()], 1));
        assert_eq!(echo, "abc\n");
        // What was passed on cannot be taken back.
        assert_eq!(typed(b"ab\x04\x7f\x15c\n").1, "abc\n");
    }

    #[test]
    fn a_long_line_arrives_whole_and_is_shown_in_part() {
        let long = "x".repeat(1_000_000);
        let (line, shown) = one_line(&format!("{long}\n"));
        assert_eq!(line.len(), 1_000_001);
        assert_eq!(shown, format!("{}… (1,000,000 bytes)", "x".repeat(MAX_ECHO)));
        let (line, _) = one_line(&format!("{long}\x15short\n"));
        assert_eq!(line, "short\n");
    }

    #[test]
    fn a_line_that_cannot_be_held_is_passed_on_in_parts() {
        let mut editor = Editor { keys: KEYS, line: vec![b'x'; MAX_LINE - 1], ..Editor::default() };
        let Some(Event::Text(part)) = editor.push(b'y') else { panic!("it is kept") };
        assert_eq!(part.len(), MAX_LINE);
        assert_eq!(editor.push(b'\n'), Some(Event::Text(b"\n".to_vec())));
    }

    #[test]
    fn without_keys_every_byte_is_text() {
        let mut editor = Editor::default();
        let keys = b"\x04\x08\x12\x15\x16\x17\x1a\x7f";
        assert!(keys.iter().all(|byte| editor.push(*byte).is_none()));
        assert_eq!(editor.take_line(), keys);
    }

    proptest! {
        #[test]
        fn text_without_keys_arrives_as_it_is(text in "[^\0-\x1f\x7f]{0,50}(\n[^\0-\x1f\x7f]{0,50}){0,5}") {
            let (texts, _, _) = typed(format!("{text}\n").as_bytes());
            prop_assert_eq!(texts.concat(), format!("{text}\n").into_bytes());
        }

        #[test]
        fn any_bytes_at_all_are_echoed_safely(keys in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (_, echo, _) = typed(&keys);
            let is_safe = |it: char| !it.is_control() || matches!(it, '\n' | '\x08');
            prop_assert!(echo.chars().all(is_safe), "{:?}", echo);
        }

        #[test]
        fn erasing_all_that_was_typed_leaves_an_empty_screen(text in "[^\0\x03-\x08\n\x12\x15-\x17\x1a\x7f]{0,40}") {
            let (_, echo, _) = typed(format!("{text}{}", "\x7f".repeat(40)).as_bytes());
            prop_assert_eq!(screen(&echo), vec![String::new()]);
        }
    }
}
