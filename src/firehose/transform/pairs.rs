//! Each record of an event next to the record of the response with its `recordId`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::parse::{EventRecord, TransformEvent};
use super::response::{Response, ResponseRecord};
use crate::json::Token;

/// A record before and after the transform.
#[derive(Debug)]
pub struct RecordPair<'a> {
    /// The record of the event.
    pub before: &'a EventRecord<'a>,
    /// What was returned; `None` if the response has nothing for its `recordId`.
    pub after: Option<ReturnedRecord<'a>>,
}

/// A record of the response, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedRecord<'a> {
    /// `result`, whatever it says. Untrusted text.
    pub result: Option<Cow<'a, str>>,
    /// The data in base64, as it stands.
    pub data: Option<Cow<'a, [u8]>>,
}

/// Pairs the records up, in the order of the event. Of several
/// returned for one record, the first one counts.
pub fn pairs<'a>(event: &'a TransformEvent<'a>, response: &'a [u8]) -> Vec<RecordPair<'a>> {
    let mut returned = BTreeMap::new();
    if let Response::Records { list, .. } = Response::read(response) {
        for (element, _) in list.elements().flatten() {
            let Some(record) = ResponseRecord::read(element, event.source.data_key()) else {
                continue;
            };
            let Some(id) = record.id.and_then(Token::string) else { continue };
            returned.entry(id).or_insert(ReturnedRecord {
                result: record.result.and_then(Token::string),
                data: record.data.and_then(Token::string_bytes),
            });
        }
    }
    let pair = |before: &'a EventRecord<'a>| RecordPair {
        before,
        after: returned.get(before.id.as_ref()).cloned(),
    };
    event.records.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_paired_by_their_id() {
        let event =
            br#"{"records":[{"recordId":"a","data":"eA=="},{"recordId":"b","data":"eQ=="}]}"#;
        let response = br#"{"records":[7,{"recordId":"b","result":"Dropped"},{"recordId":"c"}]}"#;
        let event = TransformEvent::parse(event).unwrap();
        let pairs = pairs(&event, response);
        assert!(pairs[0].after.is_none());
        let after = pairs[1].after.as_ref().unwrap();
        assert_eq!(after.result.as_deref(), Some("Dropped"));
        assert!(after.data.is_none());
    }
}
