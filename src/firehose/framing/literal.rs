//! Literals of Python's `repr` and of Node's `console.log`, as JSON.
//!
//! Neither is JSON. They are read by the rules of their runtimes (quotes,
//! `True`/`None`/`undefined`, keys without quotes, what `console.log` leaves out)
//! and written as JSON, which is what the rest understands.

use crate::bytes::part;
use crate::json;

/// Deepest nesting of a printed event; `console.log` itself stops at 3.
const MAX_DEPTH: usize = 64;

/// A literal that was read.
pub(super) struct Literal {
    /// The same as JSON.
    pub(super) json: Vec<u8>,
    /// What was left out of it.
    pub(super) cut: Option<String>,
}

/// Reads the Python or Node literal at `start`: its end, or where it broke off,
/// and if it is good the same as JSON and what was left out of it.
pub(super) fn read(text: &[u8], start: usize) -> (usize, Option<Literal>) {
    let mut reader = Reader { text, at: start, out: Vec::new(), cut: None };
    match reader.value(0) {
        Some(()) => (reader.at, Some(Literal { json: reader.out, cut: reader.cut })),
        None => (reader.at, None),
    }
}

/// True if the runtime has left elements of a list out, not of a string.
pub(super) fn is_of_items(cut: &str) -> bool {
    cut.ends_with(" more items") || cut.ends_with(" more item")
}

/// What `console.log` writes for what it does not open.
const STUBS: [&[u8]; 8] = [
    b"[Object",
    b"[Array",
    b"[Circular",
    b"[Function",
    b"[class",
    b"[Getter",
    b"[Setter",
    b"[Symbol",
];

/// Reads a line that is Python's `repr` of bytes, `b'\\x1f\\x8b…'`.
pub(super) fn python_bytes(line: &[u8]) -> Option<Vec<u8>> {
    let [b'b', quote @ (b'"' | b'\''), body @ .., last] = line.trim_ascii() else {
        return None;
    };
    if last != quote || !body.contains(&b'\\') && !body.contains(&b'"') {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == *quote || !byte.is_ascii() {
            return None;
        }
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&escape, tail) = rest.split_first()?;
        rest = tail;
        bytes.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'\'' | b'"' => escape,
            b'x' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                u8::try_from(hex(digits)?).ok()?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
    cut: Option<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        part(self.text, self.at..)
    }

    fn space(&mut self) {
        self.at = json::skip_space(self.text, self.at);
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' if STUBS.iter().any(|stub| self.rest().starts_with(stub)) => self.node_stub(),
            b'[' => self.list(depth, b']'),
            b'(' => self.list(depth, b')'),
            b'\'' | b'"' | b'`' => self.string(),
            b'b' | b'u' if matches!(self.rest().get(1), Some(b'\'' | b'"')) => {
                self.at += 1;
                self.string()
            }
            b'-' | b'0'..=b'9' => {
                self.number();
                Some(())
            }
            b'<' => self.angled(depth),
            byte if is_word(byte) => self.word(depth),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.out.push(b'{');
        let mut first = true;
        loop {
            self.space();
            if self.eat(b"}") {
                self.out.push(b'}');
                return Some(());
            }
            if !first {
                if !self.eat(b",") {
                    return None;
                }
                self.space();
                if self.eat(b"}") {
                    self.out.push(b'}');
                    return Some(());
                }
            }
            if self.more_items() {
                continue;
            }
            if !first {
                self.out.push(b',');
            }
            first = false;
            match self.peek()? {
                b'\'' | b'"' | b'`' => self.string()?,
                byte if is_word(byte) => {
                    let word = self.take_while(is_word);
                    self.write_text(&word);
                }
                _ => return None,
            }
            self.space();
            if !self.eat(b":") {
                return None;
            }
            self.out.push(b':');
            self.space();
            self.value(depth + 1)?;
        }
    }

    fn list(&mut self, depth: usize, close: u8) -> Option<()> {
        self.at += 1;
        self.out.push(b'[');
        let mut written = false;
        loop {
            self.space();
            if self.eat(&[close]) {
                self.out.push(b']');
                return Some(());
            }
            if !self.more_items() {
                if written {
                    self.out.push(b',');
                }
                written = true;
                self.value(depth + 1)?;
            }
            self.space();
            if !self.eat(b",") && self.peek() != Some(close) {
                return None;
            }
        }
    }

    /// Node's `... 12 more items`.
    fn more_items(&mut self) -> bool {
        if !self.rest().starts_with(b"... ") {
            return false;
        }
        let end = self.rest().iter().position(|byte| matches!(byte, b'\n' | b']' | b'}' | b','));
        let note = part(self.rest(), 4..end.unwrap_or(self.rest().len()));
        // Items that are left out weigh more than the end of a string.
        if !self.cut.as_deref().is_some_and(is_of_items) {
            self.cut = Some(String::from_utf8_lossy(note.trim_ascii()).into_owned());
        }
        self.at += end.unwrap_or(self.rest().len());
        true
    }

    /// Node's `[Object]`, `[Array]`, `[Circular *1]`, `[Function: f]`.
    fn node_stub(&mut self) -> Option<()> {
        let end = memchr::memchr(b']', self.rest())?;
        let stub = part(self.rest(), ..=end);
        if stub.contains(&b'\n') || stub.len() > 200 {
            return None;
        }
        let stub = stub.to_vec();
        self.write_text(&stub);
        self.at += stub.len();
        Some(())
    }

    /// Node's `<Buffer 1f 8b>` and Python's `<object at 0x…>`.
    fn angled(&mut self, depth: usize) -> Option<()> {
        let end = memchr::memchr(b'>', self.rest())?;
        let text = part(self.rest(), ..=end).to_vec();
        self.at += text.len();
        // `<ref *1> {` is a mark on the value that follows.
        if text.starts_with(b"<ref ") {
            self.space();
            return self.value(depth + 1);
        }
        self.write_text(&text);
        Some(())
    }

    fn take_while(&mut self, is: fn(u8) -> bool) -> Vec<u8> {
        let taken: Vec<u8> = self.rest().iter().copied().take_while(|byte| is(*byte)).collect();
        self.at += taken.len();
        taken
    }

    fn number(&mut self) {
        let is_number =
            |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let number = self.take_while(is_number);
        self.eat(b"n"); // a BigInt
        if json::skip_value(&number, 0) == Ok(number.len()) {
            self.out.extend_from_slice(&number);
        } else {
            self.write_text(&number);
        }
    }

    fn word(&mut self, depth: usize) -> Option<()> {
        let word = self.take_while(|byte| is_word(byte) || byte == b'.');
        match word.as_slice() {
            b"True" | b"true" => self.out.extend_from_slice(b"true"),
            b"False" | b"false" => self.out.extend_from_slice(b"false"),
            b"None" | b"null" | b"undefined" => self.out.extend_from_slice(b"null"),
            _ if self.peek() == Some(b'(') => {
                // `datetime.datetime(2026, 1, 1)`, `Decimal('1.10')`, `Map(2) {`
                let end = memchr::memchr(b')', self.rest())?;
                let mut call = word;
                call.extend_from_slice(part(self.rest(), ..=end));
                self.at += end + 1;
                self.write_text(&call);
            }
            _ => {
                // A class name before its members.
                self.space();
                return match self.peek()? {
                    b'{' => self.value(depth + 1),
                    _ if word == b"NaN"
                        || word == b"nan"
                        || word == b"inf"
                        || word == b"Infinity" =>
                    {
                        self.write_text(&word);
                        Some(())
                    }
                    _ => None,
                };
            }
        }
        Some(())
    }

    /// A quoted string, and what Node joins to it or says it left out.
    fn string(&mut self) -> Option<()> {
        self.out.push(b'"');
        loop {
            self.one_string()?;
            let after = self.at;
            self.space();
            if self.eat(b"+") {
                self.space();
                if matches!(self.peek(), Some(b'\'' | b'"' | b'`')) {
                    continue;
                }
            }
            self.at = after;
            if self.rest().starts_with(b"... ") {
                self.more_items();
            }
            self.out.push(b'"');
            return Some(());
        }
    }

    fn one_string(&mut self) -> Option<()> {
        let quote = self.peek()?;
        self.at += 1;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                _ if byte == quote => return Some(()),
                b'\n' | b'\r' if quote != b'`' => return None,
                b'\\' => self.escape()?,
                b'"' => self.out.extend_from_slice(b"\\\""),
                0..=0x1f => self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => self.out.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        let digits = match byte {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'n' | b'r' | b't' | b'b' | b'f' | b'\\' => {
                self.out.extend_from_slice(&[b'\\', byte]);
                return Some(());
            }
            b'"' => {
                self.out.extend_from_slice(b"\\\"");
                return Some(());
            }
            b'\'' | b'`' | b'/' | b'$' => {
                self.out.push(byte);
                return Some(());
            }
            b'v' => {
                self.out.extend_from_slice(b"\\u000b");
                return Some(());
            }
            b'0' | b'a' => {
                self.out.extend_from_slice(if byte == b'0' { b"\\u0000" } else { b"\\u0007" });
                return Some(());
            }
            _ => return None,
        };
        let code = hex(self.text.get(self.at..self.at + digits)?)?;
        self.at += digits;
        let mut units = [0; 2];
        match char::from_u32(code) {
            Some(character) => {
                for unit in character.encode_utf16(&mut units) {
                    self.out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            None if code > 0xffff => return None,
            // A lone surrogate: JSON can say it in the same way.
            None => self.out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
        }
        Some(())
    }

    fn write_text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for &byte in text {
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                0..=0x1f => self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }
}

/// Reads hexadecimal digits, and nothing else.
fn hex(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0u32, |code, byte| Some(code.checked_mul(16)? + char::from(*byte).to_digit(16)?))
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Option<(String, Option<String>)> {
        let (end, literal) = read(text.as_bytes(), 0);
        let Literal { json, cut } = literal?;
        assert_eq!(end, text.len());
        Some((String::from_utf8(json).unwrap(), cut))
    }

    #[test]
    fn python_repr_becomes_json() {
        let text = r#"{'a': None, 'b': [True, False, -1.5e-07], "it's": 'say "hi"\n\x1b\\', 'é': (1, 2), 'd': Decimal('1.10'), 'y': b'ab'}"#;
        assert_eq!(
            read_all(text).unwrap().0,
            r#"{"a":null,"b":[true,false,-1.5e-07],"it's":"say \"hi\"\n\u001b\\","é":[1,2],"d":"Decimal('1.10')","y":"ab"}"#
        );
    }

    #[test]
    fn node_inspect_becomes_json_and_says_what_it_left_out() {
        let text = "{\n  invocationId: 'x',\n  'a-b': undefined,\n  m: [Object],\n  s: 'it' +\n    'em',\n  n: 12n,\n  b: <Buffer 1f 8b>,\n  records: [\n    1,\n    2,\n    ... 98 more items\n  ]\n}";
        let (json, cut) = read_all(text).unwrap();
        assert_eq!(
            json,
            r#"{"invocationId":"x","a-b":null,"m":"[Object]","s":"item","n":12,"b":"<Buffer 1f 8b>","records":[1,2]}"#
        );
        assert_eq!(cut.as_deref(), Some("98 more items"));
    }

    #[test]
    fn items_that_were_left_out_are_reported_before_the_end_of_a_string() {
        let text = "{ records: [ 'a'... 5 more characters, ... 3 more items ], note: 'b'... 2 more characters }";
        assert_eq!(read_all(text).unwrap().1.as_deref(), Some("3 more items"));
    }

    #[test]
    fn python_bytes_become_the_bytes() {
        assert_eq!(python_bytes(br#"b'\x1f\x8b\n\'"'"#).unwrap(), b"\x1f\x8b\n'\"");
        for text in ["b'plain'", r"b'\xg0'", r"b'\x1'", r"b'a'b\n'", "b'", "b"] {
            assert!(python_bytes(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in ["{", "{'a'}", "{'a': }", "['a' 'b']", "{'a': 'b\n'}", "[INFO", "{a b}"] {
            assert!(read(text.as_bytes(), 0).1.is_none(), "{text}");
        }
        assert!(read("[".repeat(100_000).as_bytes(), 0).1.is_none());
    }
}
