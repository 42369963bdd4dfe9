//! Go's `%v` and `Println` of a transform event, response or record: values
//! without their names, so they are told by their order.

use super::cursor::Cursor;
use super::writer::Writer;
use super::{Literal, Outcome};
use crate::bytes::part;
use crate::decode::numbers;

/// The results of a transform response.
const RESULTS: [&[u8]; 3] = [b"Ok", b"Dropped", b"ProcessingFailed"];

/// The longest `recordId`, and the longest text before the records.
const MAX_TEXT: usize = 1000;

/// Reads `{id arn … [{recordId {time} [123 125] {…}} …]}`, or one record of it.
pub(super) fn read(text: &[u8], start: usize) -> (usize, Outcome) {
    let mut reader = Reader { cursor: Cursor { text, at: start }, out: Writer::default() };
    if reader.event().is_none() {
        let mut record = Reader { cursor: Cursor { text, at: start }, out: Writer::default() };
        let is_record = record.record().is_some();
        if is_record || record.cursor.at > reader.cursor.at {
            reader = record;
        }
        if !is_record {
            return (reader.cursor.at, Err(reader.out.out));
        }
    }
    (reader.cursor.at, Ok(Literal { json: reader.out.out, cut: None }))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    out: Writer,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Option<()> {
        self.cursor.eat(b"{")?;
        let near = self.cursor.near(MAX_TEXT);
        let list = near.iter().position(|byte| matches!(byte, b'[' | b'{' | b'}' | b'\n'))?;
        self.cursor.at += list;
        self.cursor.eat(b"[")?;
        self.out.open_object();
        self.out.key(b"records");
        self.out.out.push(b'[');
        loop {
            self.out.comma();
            self.record()?;
            if self.cursor.eat(b"]}").is_some() {
                break;
            }
            self.cursor.eat(b" ")?;
        }
        self.out.out.push(b']');
        self.out.close_object();
        Some(())
    }

    /// `{recordId {time} [123 125] {…}}`, `{recordId Ok [123 125] {map[]}}`.
    fn record(&mut self) -> Option<()> {
        self.cursor.eat(b"{")?;
        let id = self.word()?;
        if id.is_empty() || id.iter().any(|byte| b"{}[]:".contains(byte)) {
            return None;
        }
        self.out.open_object();
        self.out.key(b"recordId");
        self.out.text(id);
        self.cursor.eat(b" ")?;
        if self.cursor.rest().starts_with(b"{") {
            self.skip_balanced()?;
        } else {
            let result = self.word().filter(|word| RESULTS.contains(word))?;
            self.out.key(b"result");
            self.out.text(result);
        }
        self.cursor.eat(b" [")?;
        self.out.key(b"data");
        self.bytes()?;
        // What follows of the record: metadata.
        while self.cursor.eat(b" ").is_some() {
            if self.cursor.rest().starts_with(b"{") {
                self.skip_balanced()?;
            } else {
                self.word()?;
            }
        }
        self.out.close_object();
        self.cursor.eat(b"}")
    }

    /// Text up to a blank.
    fn word(&mut self) -> Option<&'a [u8]> {
        let rest = self.cursor.rest();
        let length = rest.iter().take(MAX_TEXT).position(|byte| b" }]\n".contains(byte));
        self.cursor.at += length.unwrap_or(rest.len().min(MAX_TEXT));
        let length = length?;
        Some(part(rest, ..length))
    }

    /// `123 125]`.
    fn bytes(&mut self) -> Option<()> {
        let end = memchr::memchr2(b']', b'\n', self.cursor.rest());
        let list = part(self.cursor.rest(), ..end.unwrap_or(self.cursor.rest().len()));
        self.cursor.at += list.len();
        let bytes = numbers(list, b' ').filter(|_| end.is_some())?;
        self.out.bytes(&bytes);
        self.cursor.eat(b"]")
    }

    /// Skips `{…}` with all that it holds.
    fn skip_balanced(&mut self) -> Option<()> {
        let mut open = 0_usize;
        for (at, byte) in self.cursor.rest().iter().enumerate() {
            match byte {
                b'{' => open += 1,
                b'}' => open = open.checked_sub(1)?,
                b'\n' => {
                    self.cursor.at += at;
                    return None;
                }
                _ => {}
            }
            if open == 0 {
                self.cursor.at += at + 1;
                return Some(());
            }
        }
        self.cursor.at = self.cursor.text.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Option<String> {
        let (end, literal) = read(text.as_bytes(), 0);
        let json = literal.ok()?.json;
        assert_eq!(end, text.len());
        Some(String::from_utf8(json).unwrap())
    }

    #[test]
    fn values_are_told_by_their_order() {
        assert_eq!(
            json("{0b21 arn:aws:firehose:eu-west-1:1:deliverystream/a  eu-west-1 [{49 {2026-11-22 10:00:00 +0000 UTC} [123 125] {   0 {0001-01-01 00:00:00 +0000 UTC}}} {50 {x} [] {}}]}").unwrap(),
            r#"{"records":[{"recordId":"49","data":{"inner":[123,125]}},{"recordId":"50","data":{"inner":[]}}]}"#
        );
        assert_eq!(
            json("{[{49 Ok [123 125] {map[]}}]}").unwrap(),
            r#"{"records":[{"recordId":"49","result":"Ok","data":{"inner":[123,125]}}]}"#
        );
        assert_eq!(
            json("{49 {2026} [123 125] {}}").unwrap(),
            r#"{"recordId":"49","data":{"inner":[123,125]}}"#
        );
    }

    #[test]
    fn other_values_are_refused() {
        for text in ["{", "{[", "{[]}", "{49 {2026} [300] {}}", "{49 Fine [1] {}}", "{a b c}"] {
            assert!(json(text).is_none(), "{text}");
        }
    }
}
