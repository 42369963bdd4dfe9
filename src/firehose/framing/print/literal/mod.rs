//! Literals with quotes, as JSON: Python's `repr`, Node's `console.log`, Ruby's
//! `inspect`, Rust's `{:?}` and Go's `%#v`.

mod nested;

use super::super::hex_list;
use super::writer::Writer;
use super::{Literal, MAX_DEPTH, Outcome, REST, is_of_items, is_word, strings};
use crate::bytes::part;
use crate::decode::ProblemKind;
use crate::json;

/// Reads the literal at `start`: its end, or where it broke off, and if it is good
/// the same as JSON and what was left out of it.
pub(super) fn read(text: &[u8], start: usize) -> (usize, Outcome) {
    let mut reader = Reader { text, at: start, out: Writer::default(), cut: None, ended: false };
    match reader.value(0) {
        Some(()) => {
            let cut = reader.cut.map(ProblemKind::CutPrint);
            (reader.at, Ok(Literal { json: reader.out.out, cut }))
        }
        None => (reader.at, Err(reader.out.out)),
    }
}

/// True for a structure of Ruby or a list of them, which no other reader knows.
pub(super) fn is_ruby_struct(text: &[u8]) -> bool {
    let first = text.strip_prefix(b"[").unwrap_or(text);
    first.trim_ascii_start().starts_with(b"#<struct ")
}

/// What `console.log` writes for what it does not open.
const STUBS: [&[u8]; 9] = [
    b"[Object",
    b"[Array",
    b"[Circular",
    b"[Function",
    b"[class",
    b"[Getter",
    b"[Setter",
    b"[Symbol",
    b"[Uint8Array]",
];

/// What Rust prints around a value, and Python around bytes.
const WRAPPERS: [&[u8]; 8] =
    [b"Some", b"Base64Data", b"Bytes", b"Blob", b"String", b"Number", b"Bool", b"bytearray"];

/// The longest text without quotes: a time, a symbol.
const MAX_BARE: usize = 100;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    out: Writer,
    cut: Option<String>,
    /// The print ends in `...`: what is open is closed there.
    ended: bool,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
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

    /// How far off the next `byte` is. All is read to find that there is none,
    /// and counts as read.
    fn find(&mut self, byte: u8) -> Option<usize> {
        let found = memchr::memchr(byte, self.rest());
        if found.is_none() {
            self.at = self.text.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' if self.is_stub() => self.node_stub(),
            b'[' if self.rest().get(1) == Some(&b']') => self.empty_or_go(depth),
            b'[' => self.list(depth, b']'),
            b'(' if self.rest().starts_with(b"(*") => self.go_pointer(),
            b'(' => self.list(depth, b')'),
            b'\'' | b'"' | b'`' => self.string(),
            b'b' if matches!(self.rest().get(1), Some(b'\'' | b'"')) => self.byte_string(),
            b'u' if matches!(self.rest().get(1), Some(b'\'' | b'"')) => {
                self.at += 1;
                self.string()
            }
            b':' => {
                self.at += 1;
                match self.peek()? {
                    b'"' => self.string(),
                    byte if is_word(byte) => {
                        let symbol = self.take_while(is_word);
                        self.out.text(symbol);
                        Some(())
                    }
                    _ => None,
                }
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'<' | b'#' => self.angled(depth),
            b'&' => {
                self.at += 1;
                self.value(depth + 1)
            }
            byte if is_word(byte) => self.word(depth),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.out.open_object();
        let mut first = true;
        loop {
            self.space();
            if !first && !self.ended && self.peek() != Some(b'}') {
                if !self.eat(b",") && !self.is_rest() {
                    return None;
                }
                self.space();
            }
            // Rust's `..` stands for fields that are not shown.
            if self.rest().starts_with(b"..") && !self.rest().starts_with(b"...") {
                self.at += 2;
                self.space();
            }
            if self.ended || self.eat(b"}") {
                self.out.close_object();
                return Some(());
            }
            if self.more_items(!first) {
                continue;
            }
            first = false;
            self.key()?;
            self.space();
            self.value(depth + 1)?;
        }
    }

    /// A key and what stands between it and its value: `:` or Ruby's `=>`.
    fn key(&mut self) -> Option<()> {
        let symbol = self.rest().starts_with(b":");
        self.at += usize::from(symbol);
        match self.peek()? {
            b'\'' | b'"' | b'`' => {
                let mut name = Writer::default();
                self.one_string(&mut name)?;
                if name.out.contains(&b'\\') {
                    self.out.comma();
                    self.out.out.push(b'"');
                    self.out.out.extend_from_slice(&name.out);
                    self.out.out.extend_from_slice(b"\":");
                } else {
                    self.out.key(&name.out);
                }
            }
            // `[Uint8Contents]` of a Node ArrayBuffer.
            b'[' => {
                let end = part(self.rest(), ..self.rest().len().min(MAX_BARE))
                    .iter()
                    .position(|byte| *byte == b']')?;
                self.out.key(part(self.rest(), ..=end));
                self.at += end + 1;
            }
            byte if is_word(byte) => {
                let word = self.take_while(is_word);
                self.out.key(word);
            }
            _ => return None,
        }
        self.space();
        (self.eat(b"=>") || !symbol && self.eat(b":")).then_some(())
    }

    fn list(&mut self, depth: usize, close: u8) -> Option<()> {
        if let Some((length, bytes)) = hex_list::at_start(self.rest()) {
            self.at += length;
            self.out.numbers(&bytes);
            return Some(());
        }
        self.at += 1;
        self.out.out.push(b'[');
        let mut written = false;
        loop {
            self.space();
            if self.ended || self.eat(&[close]) {
                self.out.out.push(b']');
                return Some(());
            }
            if !self.more_items(written) {
                self.out.comma();
                written = true;
                self.value(depth + 1)?;
            }
            self.space();
            if !self.ended && !self.eat(b",") && self.peek() != Some(close) && !self.is_rest() {
                return None;
            }
        }
    }

    /// Node's `... 12 more items`; or `...` where somebody cut the rest off.
    fn more_items(&mut self, may_end: bool) -> bool {
        if may_end && self.is_rest() {
            self.cut = Some(REST.to_owned());
            self.ended = true;
            self.at += 3;
            return true;
        }
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

    /// True at `...` that is alone on its line.
    fn is_rest(&self) -> bool {
        let Some(after) = self.rest().strip_prefix(b"...") else { return false };
        let next = after.iter().find(|byte| !matches!(**byte, b' ' | b'\t' | b'\r'));
        matches!(next, None | Some(b'\n'))
    }

    /// Rust's `[Object {` is a list.
    fn is_stub(&self) -> bool {
        STUBS.iter().any(|stub| self.rest().starts_with(stub))
            && !self.rest().starts_with(b"[Object {")
    }

    /// Node's `[Object]`, `[Array]`, `[Circular *1]`, `[Function: f]`.
    fn node_stub(&mut self) -> Option<()> {
        let near = part(self.rest(), ..self.rest().len().min(2 * MAX_BARE));
        let stub = part(near, ..=memchr::memchr(b']', near)?);
        if stub.contains(&b'\n') {
            return None;
        }
        self.out.text(stub);
        self.at += stub.len();
        Some(())
    }

    /// `[]`; or Go's `[]byte{0x7b}` and `[]events.Record{…}`.
    fn empty_or_go(&mut self, depth: usize) -> Option<()> {
        self.at += 2;
        if !self.peek().is_some_and(|byte| is_word(byte) || byte == b'*') {
            self.out.out.extend_from_slice(b"[]");
            return Some(());
        }
        let kind = self.take_while(|byte| is_word(byte) || matches!(byte, b'.' | b'*'));
        if self.eat(b"(nil)") {
            self.out.out.extend_from_slice(b"null");
            return Some(());
        }
        if self.peek() != Some(b'{') {
            return None;
        }
        let start = self.out.out.len();
        self.list(depth, b'}')?;
        if matches!(kind, b"byte" | b"uint8") {
            self.out.list_is_bytes(start);
        }
        Some(())
    }

    /// Go's `(*string)(nil)` and `(*string)(0xc000014250)`.
    fn go_pointer(&mut self) -> Option<()> {
        let near = part(self.rest(), ..self.rest().len().min(MAX_BARE));
        let middle = memchr::memmem::find(near, b")(")?;
        let end = middle + 2 + memchr::memchr(b')', part(near, middle + 2..))?;
        self.out.text(part(near, ..=end));
        self.at += end + 1;
        Some(())
    }

    /// Node's `<Buffer 1f 8b>`, Python's `<object at 0x…>`, Ruby's `#<Object …>`.
    fn angled(&mut self, depth: usize) -> Option<()> {
        if self.eat(b"#<struct ") {
            return self.ruby_struct(depth);
        }
        let end = self.find(b'>')?;
        let text = part(self.rest(), ..=end);
        self.at += text.len();
        // `<ref *1> {` is a mark on the value that follows.
        if text.starts_with(b"<ref ") {
            self.space();
            return self.value(depth + 1);
        }
        // Go's SDK has the length after it.
        if text == b"<binary>" && self.eat(b" len ") {
            let length = self.take_while(|byte| byte.is_ascii_digit());
            self.out.text(&[b"<binary> len ", length].concat());
            return Some(());
        }
        self.out.text(text);
        Some(())
    }

    fn take_while(&mut self, is: fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let taken = rest.iter().take_while(|byte| is(**byte)).count();
        self.at += taken;
        part(rest, ..taken)
    }

    /// A number, or a time, which has no quotes either.
    fn number(&mut self) -> Option<()> {
        if self.eat(b"0x") {
            let digits = self.take_while(|byte| byte.is_ascii_hexdigit());
            let number = strings::hex(digits)?;
            self.out.out.extend_from_slice(number.to_string().as_bytes());
            return Some(());
        }
        let start = self.at;
        let number = self.take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
        });
        self.eat(b"n"); // a BigInt
        // Rust's `{:x?}` of a time.
        if self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
            self.take_while(|byte| byte.is_ascii_hexdigit());
            self.out.text(part(self.text, start..self.at));
            return Some(());
        }
        let after = json::skip_space(self.text, self.at);
        if matches!(self.text.get(after), Some(b'T' | b':' | b'0'..=b'9')) {
            let text = part(self.text, start..);
            let near = part(text, ..text.len().min(MAX_BARE));
            let end =
                near.iter().position(|byte| matches!(byte, b',' | b']' | b'}' | b')' | b'\n'))?;
            self.out.text(part(near, ..end).trim_ascii());
            self.at = start + end;
        } else {
            self.out.number(number);
        }
        Some(())
    }

    fn word(&mut self, depth: usize) -> Option<()> {
        let word = self.take_while(|byte| is_word(byte) || byte == b'.');
        match word {
            b"True" | b"true" => self.out.out.extend_from_slice(b"true"),
            b"False" | b"false" => self.out.out.extend_from_slice(b"false"),
            b"None" | b"null" | b"undefined" | b"nil" => self.out.out.extend_from_slice(b"null"),
            b"NaN" | b"nan" | b"inf" | b"Infinity" => self.out.text(word),
            b"map" if self.peek() == Some(b'[') => {
                // Go's `map[string]string{`, `map[string]interface {}(nil)`
                let near = part(self.rest(), ..self.rest().len().min(MAX_BARE));
                self.at += memchr::memchr(b']', near)? + 1;
                self.take_while(|byte| is_word(byte) || matches!(byte, b'.' | b'*'));
                self.eat(b" {}");
                if self.eat(b"(nil)") {
                    self.out.out.extend_from_slice(b"null");
                    return Some(());
                }
                return self.value(depth + 1);
            }
            _ if self.peek() == Some(b'(') => return self.call(word, depth),
            _ => {
                // A class name before its members, or the name of a value.
                let end = self.at;
                self.space();
                if self.peek()? == b'{' || word == b"Array" && self.peek()? == b'[' {
                    return self.value(depth + 1);
                }
                let is_hex = || word.iter().all(u8::is_ascii_hexdigit);
                let is_name = (word.first().is_some_and(u8::is_ascii_uppercase) || is_hex())
                    && matches!(self.peek(), Some(b',' | b'}' | b']' | b')'));
                self.at = end;
                if !is_name {
                    return None;
                }
                self.out.text(word);
            }
        }
        Some(())
    }

    /// `datetime.datetime(2026, 1, 1)`, `Decimal('1.10')`, `Map(2) {`, `Some("a")`.
    fn call(&mut self, word: &[u8], depth: usize) -> Option<()> {
        if WRAPPERS.contains(&word) {
            self.at += 1;
            self.space();
            let start = self.out.out.len();
            let is_list = self.peek() == Some(b'[');
            self.value(depth + 1)?;
            if is_list && matches!(word, b"Base64Data" | b"Bytes" | b"Blob") {
                self.out.list_is_bytes(start);
            }
            self.space();
            self.eat(b",");
            self.space();
            return self.eat(b")").then_some(());
        }
        let end = self.closing()?;
        let arguments = part(self.rest(), ..=end);
        self.at += end + 1;
        let after = self.at;
        self.space();
        // The class and size of what follows.
        if matches!(self.peek(), Some(b'{' | b'[')) {
            return self.value(depth + 1);
        }
        self.at = after;
        self.out.text(&[word, arguments].concat());
        Some(())
    }

    /// A quoted string, and what Node joins to it or says it left out.
    fn string(&mut self) -> Option<()> {
        let mut joined = std::mem::take(&mut self.out);
        joined.out.push(b'"');
        let whole = self.joined_strings(&mut joined);
        joined.out.push(b'"');
        self.out = joined;
        whole
    }

    fn joined_strings(&mut self, out: &mut Writer) -> Option<()> {
        loop {
            self.one_string(out)?;
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
                self.more_items(false);
            }
            return Some(());
        }
    }

    fn one_string(&mut self, out: &mut Writer) -> Option<()> {
        match strings::quoted(self.text, self.at, out) {
            Ok(end) => {
                self.at = end;
                Some(())
            }
            Err(at) => {
                self.at = at;
                None
            }
        }
    }

    /// Bytes, also in several literals: text if they are ASCII, as base64 is.
    fn byte_string(&mut self) -> Option<()> {
        let Some((bytes, end)) = strings::byte_strings(self.text, self.at) else {
            self.at += 1;
            return self.string();
        };
        self.at = end;
        self.out.base64_or_bytes(&bytes);
        Some(())
    }
}
