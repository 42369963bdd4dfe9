//! Writes what was printed as JSON, with the keys that AWS gives its fields.

use crate::bytes::part;
use crate::json;

/// Fields whose keys languages print in their own way: Go's `RecordID`, Rust's and
/// Ruby's `record_id`.
const FIELDS: [&str; 17] = [
    "recordId",
    "data",
    "result",
    "records",
    "metadata",
    "approximateArrivalTimestamp",
    "kinesisRecordMetadata",
    "kafkaRecordValue",
    "partitionKey",
    "sequenceNumber",
    "invocationId",
    "requestId",
    "timestamp",
    "kinesis",
    "awslogs",
    "body",
    "isBase64Encoded",
];

/// Those that API calls have too, with a capital.
const OF_API: [&str; 4] = ["data", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp"];

/// The longest of them, with underscores and Go's and Rust's `Firehose` in it.
const MAX_KEY: usize = 40;

/// JSON as it is written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    /// Where the objects that are open have keys that start with a capital.
    capitals: Vec<usize>,
    /// For each object that is open: its first place in `capitals`, and whether it
    /// is a record of a transform event.
    open: Vec<(usize, bool)>,
}

impl Writer {
    pub(super) fn open_object(&mut self) {
        self.out.push(b'{');
        self.open.push((self.capitals.len(), false));
    }

    /// A record of a transform event has no capitals in its keys, one of an API
    /// call has: only now it shows which one this is.
    pub(super) fn close_object(&mut self) {
        self.out.push(b'}');
        let Some((first, is_record)) = self.open.pop() else { return };
        for at in self.capitals.drain(first.min(self.capitals.len())..) {
            if let Some(letter) = self.out.get_mut(at).filter(|_| is_record) {
                letter.make_ascii_lowercase();
            }
        }
    }

    /// A key, its colon and, unless it is the first, a comma before it.
    pub(super) fn key(&mut self, name: &[u8]) {
        self.comma();
        match field(name) {
            None => self.text(name),
            Some(field) => {
                let start = self.out.len() + 1;
                self.text(field.as_bytes());
                let is_id = field == "recordId";
                if let Some((_, is_record)) = self.open.last_mut().filter(|_| is_id) {
                    *is_record = true;
                }
                let is_capital = name.first().is_some_and(u8::is_ascii_uppercase);
                if is_capital && OF_API.contains(&field) {
                    self.capitals.push(start);
                    if let Some(letter) = self.out.get_mut(start) {
                        letter.make_ascii_uppercase();
                    }
                }
            }
        }
        self.out.push(b':');
    }

    /// A comma, unless an object or list has just been opened.
    pub(super) fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    /// A string.
    pub(super) fn text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for &byte in text {
            self.byte_of_text(byte);
        }
        self.out.push(b'"');
    }

    /// Bytes in quotes: text if they may be base64.
    pub(super) fn base64_or_bytes(&mut self, bytes: &[u8]) {
        if bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte)) {
            self.text(bytes);
        } else {
            self.bytes(bytes);
        }
    }

    pub(super) fn byte_of_text(&mut self, byte: u8) {
        match byte {
            b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
            b'\n' => self.out.extend_from_slice(b"\\n"),
            b'\r' => self.out.extend_from_slice(b"\\r"),
            b'\t' => self.out.extend_from_slice(b"\\t"),
            0..=0x1f => self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => self.out.push(byte),
        }
    }

    /// A number, or text if JSON has no such number.
    pub(super) fn number(&mut self, number: &[u8]) {
        if json::skip_value(number, 0) == Ok(number.len()) {
            self.out.extend_from_slice(number);
        } else {
            self.text(number);
        }
    }

    /// Makes the list of numbers that was written from `start` on the bytes that
    /// they are: `{"inner":[…]}`, as AWS's SDK for Rust prints them.
    pub(super) fn list_is_bytes(&mut self, start: usize) {
        let list = part(&self.out, start.min(self.out.len())..).to_vec();
        self.out.truncate(start);
        self.out.extend_from_slice(br#"{"inner":"#);
        self.out.extend_from_slice(&list);
        self.out.push(b'}');
    }

    /// Bytes, in the same form.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let start = self.out.len();
        self.numbers(bytes);
        self.list_is_bytes(start);
    }

    /// A list of the numbers of these bytes.
    pub(super) fn numbers(&mut self, bytes: &[u8]) {
        self.out.push(b'[');
        for byte in bytes {
            self.comma();
            self.out.extend_from_slice(byte.to_string().as_bytes());
        }
        self.out.push(b']');
    }
}

/// The field that a key stands for, in whatever way a language writes it.
fn field(name: &[u8]) -> Option<&'static str> {
    if name.len() > MAX_KEY {
        return None;
    }
    let plain: Vec<u8> =
        name.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect();
    // Go and Rust call it by the service, AWS by what is in it.
    let plain = if plain == b"kinesisfirehoserecordmetadata" {
        b"kinesisrecordmetadata"
    } else {
        &plain[..]
    };
    FIELDS.into_iter().find(|field| field.as_bytes().eq_ignore_ascii_case(plain))
}
