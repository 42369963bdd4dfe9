//! Makes numbered records of payloads.

use std::sync::PoisonError;

use super::finish::SharedUnsentFile;
use super::reading::ReadingArgs;
use crate::input::base64::Base64Reader;
use crate::sending::FeedItem;
use crate::sending::unsent_file::EMPTY;
use crate::terminal;
use firehose::compress::Gzip;
use firehose::json;
use firehose::limits::MAX_RECORD;
use firehose::put::PendingRecord;

/// Makes numbered records of payloads.
pub(super) struct RecordBuilder {
    newline: bool,
    gzip: Option<Gzip>,
    skip: u64,
    base64: Base64Reader,
    number: u64,
    lot: Vec<PendingRecord>,
    too_large: Option<SharedUnsentFile>,
}

/// Why a record cannot be sent, and what to do.
pub(super) type Unsendable = (String, String);

impl RecordBuilder {
    /// What is too large is saved in the file, if there is one.
    pub(super) fn new(reading: &ReadingArgs, too_large: Option<SharedUnsentFile>) -> Self {
        Self {
            newline: reading.newline,
            gzip: reading.gzip.then(Gzip::new),
            skip: reading.skip,
            base64: Base64Reader::new(),
            number: 0,
            lot: Vec::new(),
            too_large,
        }
    }

    /// The records since the last call, if there are any.
    pub(super) fn take(&mut self) -> Option<FeedItem> {
        let lot = std::mem::take(&mut self.lot);
        (!lot.is_empty()).then_some(FeedItem::Records(lot))
    }

    /// Counts a record; false if it is one to be left out.
    pub(super) fn wants_next(&mut self) -> bool {
        self.number += 1;
        self.number > self.skip
    }

    pub(super) fn base64(&mut self, text: &[u8]) -> Result<(), Unsendable> {
        let text = text.trim_ascii();
        if text == EMPTY {
            return self.payload(Vec::new());
        }
        let payload = self.base64.read(text).map(<[u8]>::to_vec);
        let payload = payload.map_err(|problem| {
            let hint = "`fh decode` shows what it is".to_owned();
            (format!("cannot be decoded: {problem}"), hint)
        })?;
        self.payload(payload)
    }

    /// Takes a line that has to be JSON.
    pub(super) fn json(&mut self, line: Vec<u8>) -> Result<(), Unsendable> {
        check_json(&line)?;
        self.payload(line)
    }

    /// Takes a record as the flags want it.
    pub(super) fn payload(&mut self, mut payload: Vec<u8>) -> Result<(), Unsendable> {
        if self.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        if let Some(gzip) = &mut self.gzip {
            payload = gzip.compress(&payload);
        }
        if payload.len() > MAX_RECORD {
            let size = terminal::group(payload.len() as u64);
            let most = terminal::group(MAX_RECORD as u64);
            return Err((
                format!("is {size} bytes; a record is at most {most}"),
                self.save_too_large(&payload),
            ));
        }
        self.lot.push(PendingRecord::new(self.number, payload));
        Ok(())
    }

    /// Keeps what no call takes; says what to do with it.
    fn save_too_large(&self, payload: &[u8]) -> String {
        let Some(too_large) = &self.too_large else {
            return "split it, or send it compressed: `--gzip`".to_owned();
        };
        let kept = too_large.lock().unwrap_or_else(PoisonError::into_inner).push(payload);
        match kept {
            Ok(()) => "it is saved in a separate file; see below".to_owned(),
            Err(error) => format!("it is lost: {error}"),
        }
    }
}

/// Why a line is not one JSON value, if it is not, and what to do.
fn check_json(line: &[u8]) -> Result<(), Unsendable> {
    let start = json::skip_space(line, 0);
    let problem = match json::skip_value(line, start) {
        Ok(end) if json::skip_space(line, end) == line.len() => return Ok(()),
        Ok(end) => format!("has more data after its JSON value, at byte {end}"),
        Err(error) => format!("is not JSON: {error}"),
    };
    Err((problem, "use `--format json-stream` for values of several lines".to_owned()))
}
