//! The dumps of Go's package spew: each value after its type, bytes as a hex dump.

use super::cursor::Cursor;
use super::writer::Writer;
use super::{Literal, MAX_DEPTH, Outcome, is_word, strings};
use crate::bytes::part;

/// The longest type, and the longest text of a value, which has no quotes.
const MAX_WORDS: usize = 200;

/// Reads the struct, list or map whose `{` is at `start`.
pub(super) fn read(text: &[u8], start: usize) -> (usize, Outcome) {
    let mut reader = Reader { cursor: Cursor { text, at: start }, out: Writer::default() };
    match reader.braces(b"", 0) {
        Some(()) => (reader.cursor.at, Ok(Literal { json: reader.out.out, cut: None })),
        None => (reader.cursor.at, Err(reader.out.out)),
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    out: Writer,
}

impl<'a> Reader<'a> {
    fn near(&self) -> &'a [u8] {
        self.cursor.near(MAX_WORDS)
    }

    /// `(string) (len=5) "49540"`, `(*string)(0xc000014250)((len=1) "a")`.
    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let kind = self.parenthesis()?;
        if !kind.starts_with(b"*") {
            self.cursor.eat(b" ")?;
            return self.untyped(kind, depth);
        }
        // The addresses may be left out.
        if self.cursor.rest().starts_with(b"(0x") {
            self.parenthesis()?;
        }
        self.cursor.eat(b"(")?;
        let inner = kind.iter().take_while(|byte| **byte == b'*').count();
        self.untyped(part(kind, inner..), depth)?;
        self.cursor.eat(b")")
    }

    /// A value without its type, after its length.
    fn untyped(&mut self, kind: &[u8], depth: usize) -> Option<()> {
        if self.cursor.rest().starts_with(b"(len=") || self.cursor.rest().starts_with(b"(cap=") {
            self.parenthesis()?;
            self.cursor.eat(b" ")?;
        }
        match self.cursor.rest().first()? {
            b'{' => self.braces(kind, depth),
            b'"' => {
                self.out.out.push(b'"');
                match strings::quoted(self.cursor.text, self.cursor.at, &mut self.out) {
                    Ok(end) => self.cursor.at = end,
                    Err(at) => {
                        self.cursor.at = at;
                        return None;
                    }
                }
                self.out.out.push(b'"');
                Some(())
            }
            _ => self.words(),
        }
    }

    /// What stands in the parentheses here, which may hold others.
    fn parenthesis(&mut self) -> Option<&'a [u8]> {
        self.cursor.eat(b"(")?;
        let mut open = 1_usize;
        for (at, byte) in self.near().iter().enumerate() {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\n' => break,
                _ => {}
            }
            if open == 0 {
                let inner = part(self.cursor.rest(), ..at);
                self.cursor.at += at + 1;
                return Some(inner);
            }
        }
        self.cursor.at += self.near().len();
        None
    }

    /// A number, a time, `<nil>`: to the end of the line, or of a pointer.
    fn words(&mut self) -> Option<()> {
        let near = self.near();
        let end = near.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let line = part(near, ..end.unwrap_or(near.len()));
        let line = line.strip_suffix(b",").unwrap_or(line);
        // The parenthesis of a pointer is no part of what it points to.
        let words = line.strip_suffix(b")").filter(|_| !is_balanced(line)).unwrap_or(line);
        self.cursor.at += words.len();
        end?;
        match words {
            b"" => return None,
            b"<nil>" | b"nil" => self.out.out.extend_from_slice(b"null"),
            b"true" | b"false" => self.out.out.extend_from_slice(words),
            _ => self.out.number(words),
        }
        Some(())
    }

    /// The fields of a struct, the elements of a list, the keys of a map, or a dump of bytes.
    fn braces(&mut self, kind: &[u8], depth: usize) -> Option<()> {
        self.cursor.eat(b"{")?;
        let line = part(self.cursor.rest(), ..memchr::memchr(b'\n', self.near())?);
        line.trim_ascii().is_empty().then_some(())?;
        self.cursor.space();
        let is_bytes = kind.ends_with(b"]uint8");
        if is_bytes || self.cursor.rest().starts_with(b"00000000  ") {
            return self.dump();
        }
        let is_list =
            kind.starts_with(b"[") || self.cursor.rest().starts_with(b"(") && !self.is_map();
        if is_list {
            self.out.out.push(b'[');
        } else {
            self.out.open_object();
        }
        while self.cursor.eat(b"}").is_none() {
            if is_list {
                self.out.comma();
            } else if self.cursor.rest().starts_with(b"(") {
                let key = self.key()?;
                self.out.key(&key);
            } else {
                let name = self.near().iter().take_while(|byte| is_word(**byte)).count();
                let name = part(self.cursor.rest(), ..name);
                self.cursor.at += name.len();
                self.cursor.eat(b": ")?;
                self.out.key(name);
            }
            self.value(depth + 1)?;
            if self.cursor.eat(b",").is_none() {
                self.cursor.space();
                self.cursor.rest().starts_with(b"}").then_some(())?;
            }
            self.cursor.space();
        }
        if is_list {
            self.out.out.push(b']');
        } else {
            self.out.close_object();
        }
        Some(())
    }

    /// True if the first value here is the key of a map: `(string) (len=1) "a": (int) 1`.
    fn is_map(&self) -> bool {
        let mut first = Reader { cursor: self.cursor, out: Writer::default() };
        first.key().is_some()
    }

    /// A key of a map, and the colon after it.
    fn key(&mut self) -> Option<Vec<u8>> {
        let kind = self.parenthesis()?;
        (!kind.starts_with(b"*")).then_some(())?;
        self.cursor.eat(b" ")?;
        if self.cursor.rest().starts_with(b"(len=") {
            self.parenthesis()?;
            self.cursor.eat(b" ")?;
        }
        let text = if self.cursor.rest().starts_with(b"\"") {
            if let Err(at) =
                strings::quoted(self.cursor.text, self.cursor.at, &mut Writer::default())
            {
                self.cursor.at = at;
                return None;
            }
            let (end, text) = super::quoted(self.cursor.text, self.cursor.at)?;
            self.cursor.at = end;
            text
        } else {
            let word = self.near().iter().take_while(|it| is_word(**it) || **it == b'-').count();
            let word = part(self.cursor.rest(), ..word).to_vec();
            self.cursor.at += word.len();
            word
        };
        self.cursor.eat(b": ")?;
        Some(text)
    }

    /// ` 00000000  7b 22 61 22  |{"a"|`, up to the brace that closes it.
    fn dump(&mut self) -> Option<()> {
        let mut bytes = Vec::new();
        while self.cursor.eat(b"}").is_none() {
            let line = self.near();
            let Some(end) = memchr::memchr(b'\n', line) else {
                self.cursor.at += line.len();
                return None;
            };
            let line = part(line, ..end);
            let columns = part(line, ..memchr::memchr(b'|', line)?);
            let mut words = columns.split(u8::is_ascii_whitespace).filter(|it| !it.is_empty());
            let offset = usize::from_str_radix(str::from_utf8(words.next()?).ok()?, 16).ok()?;
            (offset == bytes.len()).then_some(())?;
            for word in words {
                let is_byte = word.len() == 2 && word.iter().all(u8::is_ascii_hexdigit);
                is_byte.then_some(())?;
                bytes.push(u8::try_from(strings::hex(word)?).ok()?);
            }
            self.cursor.at += end;
            self.cursor.space();
        }
        self.out.bytes(&bytes);
        Some(())
    }
}

/// True if every parenthesis that closes was opened before.
fn is_balanced(line: &[u8]) -> bool {
    let mut open = 0_usize;
    memchr::memchr2_iter(b'(', b')', line).all(|at| {
        let is_open = line.get(at) == Some(&b'(');
        let is_matched = is_open || open > 0;
        open = if is_open { open + 1 } else { open.saturating_sub(1) };
        is_matched
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn json(text: &str) -> String {
        match read(text.as_bytes(), 0) {
            (end, Ok(literal)) => {
                assert_eq!(end, text.len());
                String::from_utf8(literal.json).unwrap()
            }
            (end, Err(_)) => format!("refused at {end}"),
        }
    }

    #[test]
    fn values_stand_after_their_types() {
        assert_snapshot!(json("{\n ID: (string) (len=3) \"a\\\"b\",\n Empty: (string) \"\",\n N: (int64) -1,\n B: (bool) true,\n P: (*string)(0xc000014250)((len=1) \"a\"),\n Q: (*int)(0xc000014258)(1),\n Nil: (*string)(<nil>),\n At: (time.Time) 2026-01-01 12:00:00 +0000 UTC,\n S: (events.Time) {\n  T: (time.Time) 2026-01-01 12:00:00 +0000 UTC m=+0.1\n }\n}"), @r#"{"ID":"a\"b","Empty":"","N":-1,"B":true,"P":"a","Q":1,"Nil":null,"At":"2026-01-01 12:00:00 +0000 UTC","S":{"T":"2026-01-01 12:00:00 +0000 UTC m=+0.1"}}"#);
        assert_snapshot!(json("{\n (types.Record) {\n  Data: ([]uint8) (len=17 cap=24) {\n   00000000  7b 22 61 22 3a 22 31 32  33 34 35 36 37 38 39 22  |{\"a\":\"123456789\"|\n   00000010  7d                                                |}|\n  },\n  Empty: ([]uint8) {\n  },\n  Nil: ([]uint8) <nil>\n },\n (types.Record) {\n }\n}"), @r#"[{"Data":{"inner":[123,34,97,34,58,34,49,50,51,52,53,54,55,56,57,34,125]},"Empty":{"inner":[]},"Nil":null},{}]"#);
        assert_snapshot!(json("{\n Keys: (map[string]interface {}) (len=2) {\n  (string) (len=1) \"a\": (string) (len=1) \"b\",\n  (string) (len=1) \"c\": (interface {}) <nil>\n },\n List: ([]string) (len=1 cap=1) {\n  (string) (len=1) \"x\"\n },\n None: ([]string) {\n }\n}"), @r#"{"Keys":{"a":"b","c":null},"List":["x"],"None":[]}"#);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "{",
            "{}",
            "{\n a: 1\n}",
            "{\n A: (string) \"a\"\n B: (int) 1\n}",
            "{\n 00000000  7b  |{|\n 00000002  7d  |}|\n}",
            "{\n (string) \"a\" \"b\"\n}",
        ] {
            assert!(json(text).starts_with("refused"), "{text}");
        }
        let deep = "{\n (a) ".repeat(100_000);
        assert!(read(deep.as_bytes(), 0).1.is_err());
    }
}
