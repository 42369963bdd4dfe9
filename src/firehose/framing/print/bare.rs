//! Prints whose strings have no quotes, as JSON: the `toString` of Java's maps,
//! lists, classes and records, and Go's `%+v`. Python's objects are printed like
//! Java's, with quotes: `Record(record_id='1')`.
//!
//! Where a string ends is told by what follows: the next key, or the end of what
//! it is in.

use super::writer::Writer;
use super::{Literal, MAX_DEPTH, Outcome, is_word, literal, strings};
use crate::bytes::part;

/// The longest name of a key or class.
const MAX_NAME: usize = 100;

/// `{recordId=1, data=e30=}`, `Record(recordId=1, data=e30=)`, `{recordId: 1}`.
pub(super) fn java(text: &[u8], start: usize) -> (usize, Outcome) {
    read(text, start, Language::Java)
}

/// `{RecordID:1 Data:[123 125]}`.
pub(super) fn go(text: &[u8], start: usize) -> (usize, Outcome) {
    read(text, start, Language::Go)
}

fn read(text: &[u8], start: usize, language: Language) -> (usize, Outcome) {
    let mut reader = Reader { text, at: start, out: Writer::default(), language };
    match reader.value(0, In::List(0)) {
        Some(()) => (reader.at, Ok(Literal { json: reader.out.out, cut: None })),
        None => (reader.at, Err(reader.out.out)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Java,
    Go,
}

/// What a value is in, with the bracket that closes it.
#[derive(Debug, Clone, Copy)]
enum In {
    Object(u8),
    List(u8),
}

impl In {
    const fn close(self) -> u8 {
        match self {
            Self::Object(close) | Self::List(close) => close,
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    out: Writer,
    language: Language,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        part(self.text, self.at..)
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn space(&mut self) {
        self.at += blanks(self.rest());
    }

    fn value(&mut self, depth: usize, place: In) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let is_go = self.language == Language::Go;
        if is_go {
            self.eat(b"&");
        }
        match self.rest().first()? {
            b'{' if !is_go && matches!(self.rest().get(1), Some(b'\'' | b'"')) => {
                return self.python_dict();
            }
            b'\'' | b'"' | b'b' if !is_go && self.quoted(place) => return Some(()),
            b'{' => return self.object(1, b'}', depth),
            b'[' if !is_go && self.rest().starts_with(b"[B@") => {
                let hash = part(self.rest(), 3..);
                let hash = hash.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                self.out.text(part(self.rest(), ..3 + hash));
                self.at += 3 + hash;
                return Some(());
            }
            b'[' => return self.list(depth),
            b'm' if is_go && self.rest().starts_with(b"map[") => {
                return self.object(4, b']', depth);
            }
            _ if is_go => {}
            _ => {
                // Lombok's `Record(data=…)`, the `Record[data=…]` of a Java record.
                let name = name(self.rest());
                let close = match self.rest().get(name) {
                    Some(b'(') => b')',
                    Some(b'[') => b']',
                    _ => 0,
                };
                let within = part(self.rest(), name..).get(1..).unwrap_or_default();
                if name > 0
                    && close != 0
                    && !self.rest().starts_with(b"java.")
                    && (self.key(within).is_some() || within.first() == Some(&close))
                {
                    return self.object(name + 1, close, depth);
                }
            }
        }
        let text = self.bare_text(place)?;
        match text {
            b"null" | b"<nil>" => self.out.out.extend_from_slice(b"null"),
            _ if matches!(place, In::List(_)) && is_integer(text) => self.out.number(text),
            _ => self.out.text(text),
        }
        Some(())
    }

    /// A string or bytes in quotes, as Python prints them; false for other text with
    /// a quote in it.
    fn quoted(&mut self, place: In) -> bool {
        let mut out = Writer::default();
        let end = if self.rest().starts_with(b"b") {
            let Some((bytes, end)) = strings::byte_string(self.text, self.at) else { return false };
            out.base64_or_bytes(&bytes);
            end
        } else {
            out.out.push(b'"');
            let Ok(end) = strings::quoted(self.text, self.at, &mut out) else { return false };
            out.out.push(b'"');
            end
        };
        let after = part(self.text, end..);
        let next = part(after, blanks(after)..).first();
        let is_whole = next.is_some_and(|next| *next == b',' || *next == place.close());
        if is_whole {
            self.out.out.extend_from_slice(&out.out);
            self.at = end;
        }
        is_whole
    }

    fn python_dict(&mut self) -> Option<()> {
        let (end, outcome) = literal::read(self.text, self.at);
        self.at = end;
        self.out.out.extend_from_slice(&outcome.ok()?.json);
        Some(())
    }

    /// An object that opens with this many bytes.
    fn object(&mut self, opening: usize, close: u8, depth: usize) -> Option<()> {
        self.at += opening;
        self.out.open_object();
        loop {
            self.space();
            if self.eat(&[close]) {
                self.out.close_object();
                return Some(());
            }
            let (name, sign) = self.key(self.rest())?;
            self.out.key(part(self.rest(), ..name));
            self.at += name + sign;
            let start = self.out.out.len();
            self.value(depth + 1, In::Object(close))?;
            // Numbers without commas: bytes.
            let is_list = self.out.out.get(start) == Some(&b'[');
            if self.language == Language::Go
                && is_list
                && is_byte_list(part(&self.out.out, start..))
            {
                self.out.list_is_bytes(start);
            }
            if self.language == Language::Java {
                self.eat(b",");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.out.out.push(b'[');
        loop {
            self.space();
            if self.eat(b"]") {
                self.out.out.push(b']');
                return Some(());
            }
            self.out.comma();
            let before = self.at;
            self.value(depth + 1, In::List(b']'))?;
            if self.language == Language::Java {
                self.eat(b",");
            }
            if self.at == before {
                return None;
            }
        }
    }

    /// The lengths of the key at the start of `text` and of the sign behind it.
    fn key(&self, text: &[u8]) -> Option<(usize, usize)> {
        let length = name(text);
        let is_name = text.first().is_some_and(|byte| is_word(*byte));
        let sign = match (self.language, text.get(length)?) {
            (Language::Java, b'=') | (Language::Go, b':') => 1,
            (Language::Java, b':') if text.get(length + 1) == Some(&b' ') => 2,
            _ => return None,
        };
        is_name.then_some((length, sign))
    }

    /// Text up to what ends it.
    fn bare_text(&mut self, place: In) -> Option<&'a [u8]> {
        let text = self.rest();
        let mut open = 0_usize;
        let mut at = 0;
        loop {
            // The end of the text is that of its line.
            let byte = text.get(at).copied().unwrap_or(b'\n');
            match byte {
                b'\n' | b'\r' => {
                    self.at += at;
                    return None;
                }
                b'[' | b'(' | b'{' => open += 1,
                b']' | b')' | b'}' if open > 0 => open -= 1,
                _ if byte == place.close() => break,
                b']' | b')' | b'}' => {
                    self.at += at;
                    return None;
                }
                _ if open == 0 && self.ends_text(part(text, at..), place) => break,
                _ => {}
            }
            at += 1;
        }
        self.at += at;
        Some(part(text, ..at))
    }

    /// True if text ends before `rest`, which starts with no bracket.
    fn ends_text(&self, rest: &[u8], place: In) -> bool {
        let separator = if self.language == Language::Java { b',' } else { b' ' };
        if rest.first() != Some(&separator) {
            return false;
        }
        let next = part(rest, 1..);
        let next = part(next, blanks(next)..);
        match place {
            In::List(_) => true,
            // `09:09:22` is a time.
            In::Object(close) => {
                !next.first().is_some_and(u8::is_ascii_digit) && self.key(next).is_some()
                    || next.first() == Some(&close)
            }
        }
    }
}

/// How many blanks there are at the start.
fn blanks(text: &[u8]) -> usize {
    text.iter().take(MAX_NAME).take_while(|byte| matches!(**byte, b' ' | b'\t')).count()
}

/// The length of the name at the start.
fn name(text: &[u8]) -> usize {
    let is_part = |byte: &&u8| is_word(**byte) || matches!(**byte, b'.' | b'-');
    text.iter().take(MAX_NAME).take_while(is_part).count()
}

fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.len() < 4 && digits.iter().all(u8::is_ascii_digit)
}

/// True for a list of numbers that has one at least.
fn is_byte_list(json: &[u8]) -> bool {
    let numbers = json.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    numbers.is_some_and(|numbers| {
        !numbers.is_empty() && numbers.iter().all(|byte| byte.is_ascii_digit() || *byte == b',')
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn json(reader: fn(&[u8], usize) -> (usize, Outcome), text: &str) -> String {
        let (end, literal) = reader(text.as_bytes(), 0);
        match literal {
            Ok(literal) => {
                assert_eq!(end, text.len());
                String::from_utf8(literal.json).unwrap()
            }
            Err(_) => format!("refused at {end}"),
        }
    }

    #[test]
    fn java_becomes_json() {
        assert_snapshot!(json(java, "{a=b c, d, e=[1, x=y], f={}, g=null, h=e30=}"), @r#"{"a":"b c, d","e":[1,"x=y"],"f":{},"g":null,"h":"e30="}"#);
        assert_snapshot!(json(java, "{id: a:b,list: [{data: java.nio.HeapByteBuffer[pos=0 lim=3 cap=3],recordId: 49,}]}"), @r#"{"id":"a:b","list":[{"data":"java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]","recordId":"49"}]}"#);
        assert_snapshot!(json(java, "Event(id=1, records=[Event.Record(data=e30=, recordId=2)])"), @r#"{"id":"1","records":[{"data":"e30=","recordId":"2"}]}"#);
        assert_snapshot!(json(java, "[Record[recordId=2, data=e30=]]"), @r#"[{"recordId":"2","data":"e30="}]"#);
        assert_snapshot!(json(java, "Event(records=[Record(record_id='1', data='e30=', metadata={'a': None}), Record(record_id=\"2\", data=b'e30=', note='it\\'s, b')])"), @r#"{"records":[{"recordId":"1","data":"e30=","metadata":{"a":null}},{"recordId":"2","data":"e30=","note":"it's, b"}]}"#);
        assert_snapshot!(json(java, "Record(Data=SdkBytes(bytes=0x7b7d))"), @r#"{"Data":{"bytes":"0x7b7d"}}"#);
    }

    #[test]
    fn go_becomes_json() {
        assert_snapshot!(json(go, "{InvocationID:0b21 Arn: Records:[{RecordID:49 Time:{Time:2017-07-27 09:09:22.192 +0000 UTC} Data:[123 125] Metadata:{ShardID: N:0}}]}"), @r#"{"invocationId":"0b21","Arn":"","records":[{"recordId":"49","Time":{"Time":"2017-07-27 09:09:22.192 +0000 UTC"},"data":{"inner":[123,125]},"metadata":{"ShardID":"","N":"0"}}]}"#);
        assert_snapshot!(json(go, "&{Records:[{Data:[123 125] PartitionKey:a} {Data:[]}] Keys:map[a:b c:d] P:<nil>}"), @r#"{"records":[{"Data":{"inner":[123,125]},"PartitionKey":"a"},{"Data":[]}],"Keys":{"a":"b","c":"d"},"P":null}"#);
    }

    #[test]
    fn what_is_neither_is_refused_early() {
        for text in ["{", "{a", "{a=", "{a=b", "{a=b]", "{\"a\"=b}", "{a=b\n}", "[", "{{a=b}}"] {
            assert!(java(text.as_bytes(), 0).1.is_err(), "{text}");
            assert!(go(text.as_bytes(), 0).1.is_err(), "{text}");
        }
        let deep = "{a=".repeat(100_000);
        let (end, literal) = java(deep.as_bytes(), 0);
        assert!(literal.is_err() && end < 1000, "{end}");
    }
}
