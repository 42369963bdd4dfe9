//! What becomes of the records of a transform event, now that an answer is there:
//! delivered with these bytes, dropped, or failed with this code.
//!
//! The same truth as [`check`](super::check()), by the same rules; without its
//! remarks on content, for which every payload would have to be decoded. Metadata
//! for tables of Iceberg is not judged.

mod answer;

use std::collections::BTreeMap;
use std::ops::Range;

use base64::engine::simd::Simd;

use super::check::{CheckSettings, encoding};
use super::invocation::InvocationResult;
use super::response::{Response, ResponseRecord, TransformResult};
use super::rule::{Consequence, NOT_RETURNED, Rule};
use super::{Failure, Source};
use crate::errors::{Attempts, ErrorCode, code};
use crate::json::Token;
use crate::limits::MAX_RESPONSE_PAYLOAD;
pub use answer::{Answer, Behaviors, Refusal};

/// What an answer settles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The call failed: Firehose calls again, and once it has called as often as
    /// it may, every record fails like this.
    CallFailed(Fault),
    /// Each record of the event has its fate.
    Records(SettledRecords),
}

/// The fates of the records of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettledRecords {
    /// In the order of the event.
    pub fates: Vec<SettledFate>,
    /// Bytes that are delivered; [`SettledFate::Delivered`] has the places.
    pub bytes: Vec<u8>,
    /// Elements of the response that match no record: their data is lost without
    /// a trace.
    pub lost: usize,
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettledFate {
    /// It goes on to the destination.
    Delivered {
        /// Its payload, in [`SettledRecords::bytes`].
        payload: Range<usize>,
        /// Partition keys of its metadata, without those that are null, empty or
        /// not a string.
        partition_keys: BTreeMap<String, String>,
    },
    /// It is left out, as the transform asked.
    Dropped,
    /// It goes to the error output.
    Failed(Fault),
}

/// How a record fails: what its failure record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// `errorCode`.
    pub code: &'static str,
    /// `errorMessage`.
    pub message: &'static str,
    /// `attemptsMade`, once it is final.
    pub attempts: u32,
}

impl Fault {
    /// `retries` is `NumberOfRetries`. Where it is not known how often Firehose
    /// tries, it is once: a call that succeeded is not repeated.
    fn new(failure: Failure, retries: u32) -> Self {
        let error = failure.error;
        let attempts = error.attempts.count(retries).unwrap_or(1);
        // What is less known of a code is never its message.
        let message = error.message.or_else(|| match error.code {
            it if it == code::LAMBDA_FUNCTION_ERROR.code
                && !matches!(error.attempts, Attempts::AllRetries) =>
            {
                Some(code::INVALID_OUTPUT_STRUCTURE)
            }
            it => MESSAGES.iter().find(|known| known.code == it).and_then(|known| known.message),
        });
        Self { code: error.code, message: message.unwrap_or_default(), attempts }
    }

    /// One that is final.
    pub(crate) const fn once(error: ErrorCode, message: &'static str) -> Self {
        Self { code: error.code, message, attempts: 1 }
    }
}

/// Codes whose message is known, where a way to fail comes without it.
const MESSAGES: [ErrorCode; 4] = [
    code::LAMBDA_FUNCTION_ERROR,
    code::LAMBDA_JSON_PROCESSING_EXCEPTION,
    code::LAMBDA_JSON_MAPPING_EXCEPTION,
    code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED,
];

/// Settles the records with these `ids`, in the order of the event that they were
/// sent in.
pub fn settle(
    source: Source,
    ids: &[&str],
    answer: &Answer,
    settings: &CheckSettings,
    behaviors: Behaviors,
) -> Settled {
    let mut settling = Settling {
        source,
        settings,
        behaviors,
        strict: encoding::strict(),
        waiting: Waiting::new(ids),
        fates: ids.iter().map(|_| None).collect(),
        bytes: Vec::new(),
        lost: 0,
        all_fail: None,
    };
    match settling.answer(answer) {
        Some(failure) => Settled::CallFailed(settling.fault(failure)),
        None => Settled::Records(settling.finish()),
    }
}

/// Records of the event that have no match in the response yet, by their ids.
struct Waiting<'a> {
    /// Sorted; the places of equal ids in their order.
    ids: Vec<(&'a str, usize)>,
    is_matched: Vec<bool>,
}

/// What an id of the response is in the event.
enum Match {
    /// The record at this place.
    At(usize),
    /// The record at this place, which has a match.
    Again(usize),
    Unknown,
}

impl<'a> Waiting<'a> {
    fn new(ids: &[&'a str]) -> Self {
        let mut ids: Vec<_> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        ids.sort_unstable();
        let is_matched = vec![false; ids.len()];
        Self { ids, is_matched }
    }

    fn take(&mut self, id: &str) -> Match {
        let start = self.ids.partition_point(|(known, _)| *known < id);
        let equal = self.ids.iter().skip(start).take_while(|(known, _)| *known == id);
        let mut first = None;
        for (_, at) in equal {
            match self.is_matched.get_mut(*at) {
                Some(is_matched @ false) => {
                    *is_matched = true;
                    return Match::At(*at);
                }
                _ => first = first.or(Some(*at)),
            }
        }
        first.map_or(Match::Unknown, Match::Again)
    }
}

/// A record of the response that has a match.
struct Returned {
    /// `None` if its result is `Dropped`.
    payload: Option<Range<usize>>,
    partition_keys: BTreeMap<String, String>,
    /// How it fails by what it is, whatever the others are.
    failure: Option<Failure>,
}

struct Settling<'a> {
    source: Source,
    settings: &'a CheckSettings,
    behaviors: Behaviors,
    strict: Simd,
    waiting: Waiting<'a>,
    fates: Vec<Option<Returned>>,
    bytes: Vec<u8>,
    lost: usize,
    all_fail: Option<Failure>,
}

impl Settling<'_> {
    /// Returns how the call failed, if it did.
    fn answer(&mut self, answer: &Answer) -> Option<Failure> {
        let result = match answer {
            Answer::Refused(refusal) => return Some(refusal.failure()),
            Answer::Called(InvocationResult::Response(response)) => {
                return self.response(response);
            }
            Answer::Called(result) => result,
        };
        // A package that only this machine lacks is a function that fails.
        let failure = result.failure().unwrap_or(Failure::FUNCTION_ERROR);
        if matches!(failure.error.attempts, Attempts::AllRetries) {
            return Some(failure);
        }
        self.all_fail = Some(failure);
        None
    }

    fn response(&mut self, response: &[u8]) -> Option<Failure> {
        if response.len() > MAX_RESPONSE_PAYLOAD {
            return Some(Failure::RESPONSE_TOO_LARGE);
        }
        match Response::read(response) {
            Response::Error(error) => {
                return error.rule().definition().consequence.failure();
            }
            Response::NotJson(_) | Response::TooDeep => self.fail_all(Rule::ResponseNotJson),
            Response::NotObject(..) => self.fail_all(Rule::ResponseNotObject),
            Response::NoRecords(_) => self.fail_all(Rule::RecordsMissing),
            Response::NotList(_) => self.fail_all(Rule::RecordsNotList),
            Response::Records { list, .. } => {
                self.bytes.reserve(response.len() / 4 * 3);
                for (element, _) in list.elements().flatten() {
                    self.element(element);
                }
            }
        }
        None
    }

    fn element(&mut self, element: Token<'_>) {
        let Some(record) = ResponseRecord::read(element, self.source.data_key()) else {
            return self.fail_all(Rule::RecordNotObject);
        };
        let id = record.id.and_then(Token::string);
        match id.map(|id| self.waiting.take(&id)) {
            Some(Match::At(at)) => self.matched(at, &record),
            Some(Match::Again(at)) => {
                self.broken(at, Rule::RecordIdDuplicated);
                if self.behaviors.duplicate_scope {
                    self.fail_all(Rule::RecordIdDuplicated);
                }
            }
            Some(Match::Unknown) | None => self.lost += 1,
        }
    }

    fn matched(&mut self, at: usize, record: &ResponseRecord<'_>) {
        if let Some(slot) = self.fates.get_mut(at) {
            let partition_keys = BTreeMap::new();
            *slot = Some(Returned { payload: Some(0..0), partition_keys, failure: None });
        }
        let result = record.result.and_then(Token::string);
        let result = result.and_then(|text| TransformResult::exactly(&text));
        match result {
            None => self.broken(at, Rule::ResultUnknown),
            Some(TransformResult::ProcessingFailed) => self.broken(at, Rule::ProcessingFailed),
            Some(TransformResult::Dropped) => {
                if let Some(returned) = self.returned(at) {
                    returned.payload = None;
                }
            }
            Some(TransformResult::Ok) => {}
        }
        let is_ok = result == Some(TransformResult::Ok);
        self.data(at, record, is_ok);
        if is_ok && !self.settings.is_iceberg {
            self.metadata(at, record);
        }
    }

    fn data(&mut self, at: usize, record: &ResponseRecord<'_>, is_ok: bool) {
        let token = match record.data {
            Some(token) if !token.is_null() => token,
            _ if is_ok => return self.broken(at, Rule::DataMissing),
            _ => return,
        };
        let Some(data) = token.string_bytes() else {
            return self.broken(at, Rule::DataNotString);
        };
        let start = self.bytes.len();
        if !push_decoded(&self.strict, &data, &mut self.bytes) {
            let rule = encoding::broken_rule(&data);
            self.broken(at, rule);
            if rule.definition().consequence == Consequence::Accepted {
                push_lenient(&self.strict, &data, &mut self.bytes);
            }
        }
        if !is_ok {
            return self.bytes.truncate(start);
        }
        let end = self.bytes.len();
        if let Some(returned) = self.returned(at) {
            returned.payload = Some(start..end);
        }
    }

    fn metadata(&mut self, at: usize, record: &ResponseRecord<'_>) {
        let metadata = record.metadata.filter(|metadata| !metadata.is_null());
        let mut found = BTreeMap::new();
        let mut names_are_known = false;
        match metadata {
            Some(metadata) if !metadata.is_object() => {
                self.broken(at, Rule::PartitionKeyNotString);
            }
            Some(metadata) => {
                let fields = metadata.fields().map_while(Result::ok);
                for field in fields.filter(|field| field.is(b"partitionKeys")) {
                    let keys = field.value;
                    if keys.is_null() || keys == Token::EMPTY_STRING {
                        continue;
                    }
                    if !keys.is_object() {
                        self.broken(at, Rule::PartitionKeyNotString);
                        continue;
                    }
                    names_are_known = true;
                    found.clear();
                    self.partition_keys(at, keys, &mut found);
                }
            }
            None => {}
        }
        let asked = &self.settings.partition_keys;
        let is_missing = |key: &String| !found.contains_key(key);
        let refused = self.returned(at).and_then(|it| it.failure);
        let partitioning = code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED.code;
        let is_refused =
            refused.is_some_and(|it| it.error.code != partitioning || !names_are_known);
        if !is_refused && asked.iter().any(is_missing) {
            self.broken(at, Rule::PartitionKeysMissing);
        }
        if let Some(returned) = self.returned(at) {
            returned.partition_keys = found.into_iter().filter(|(_, it)| !it.is_empty()).collect();
        }
    }

    /// Reads partition keys; those without a value are empty.
    fn partition_keys(&mut self, at: usize, keys: Token<'_>, found: &mut BTreeMap<String, String>) {
        for field in keys.fields().flatten() {
            let name = String::from_utf8_lossy(&field.name()).into_owned();
            let asked = &self.settings.partition_keys;
            let counts = asked.is_empty() || asked.contains(&name);
            let value = field.value.string().map(std::borrow::Cow::into_owned);
            match &value {
                _ if !counts => {}
                None if field.value.is_null() => self.broken(at, Rule::PartitionKeyEmpty),
                None => self.broken(at, Rule::PartitionKeyNotString),
                Some(value) if value.is_empty() => self.broken(at, Rule::PartitionKeyEmpty),
                Some(_) => {}
            }
            found.insert(name, value.unwrap_or_default());
        }
    }

    fn returned(&mut self, at: usize) -> Option<&mut Returned> {
        self.fates.get_mut(at)?.as_mut()
    }

    fn fail_all(&mut self, rule: Rule) {
        if self.settings.ignored.contains(&rule) {
            return;
        }
        if let Some(failure) = rule.definition().consequence.failure() {
            self.all_fail.get_or_insert(failure);
        }
    }

    /// The first failure counts, but for those that say more: see
    /// [`check`](super::check()).
    fn broken(&mut self, at: usize, rule: Rule) {
        if self.settings.ignored.contains(&rule) {
            return;
        }
        let failure = match rule.definition().consequence {
            Consequence::Accepted | Consequence::DataLost(_) => return,
            Consequence::RecordFails(failure) => failure,
            Consequence::AllRecordsFail(failure) => {
                self.all_fail.get_or_insert(failure);
                failure
            }
        };
        let replaces = matches!(rule, Rule::RecordIdDuplicated | Rule::PartitionKeysMissing);
        if let Some(returned) = self.returned(at)
            && (replaces || returned.failure.is_none())
        {
            returned.failure = Some(failure);
        }
    }

    fn fault(&self, failure: Failure) -> Fault {
        let second = failure.also_observed_as.filter(|_| {
            let first = failure.error.code;
            self.behaviors.timeout_code && first == code::LAMBDA_FUNCTION_TIMED_OUT.code
                || self.behaviors.bad_base64 && first == code::LAMBDA_FUNCTION_ERROR.code
                || self.behaviors.no_records && first == code::LAMBDA_MISSING_RECORD_ID.code
        });
        let failure = second.map_or(failure, Failure::new);
        Fault::new(failure, self.settings.retries)
    }

    fn finish(mut self) -> SettledRecords {
        let fates = std::mem::take(&mut self.fates);
        let all_fail = self.all_fail.map(|failure| self.fault(failure));
        let fates = fates.into_iter().map(|returned| match (all_fail, returned) {
            (Some(fault), _) => SettledFate::Failed(fault),
            (None, None) => SettledFate::Failed(self.fault(NOT_RETURNED)),
            (None, Some(Returned { failure: Some(failure), .. })) => {
                SettledFate::Failed(self.fault(failure))
            }
            (None, Some(Returned { payload: None, .. })) => SettledFate::Dropped,
            (None, Some(Returned { payload: Some(payload), partition_keys, .. })) => {
                SettledFate::Delivered { payload, partition_keys }
            }
        });
        let fates = fates.collect();
        if all_fail.is_some() {
            self.bytes = Vec::new();
        }
        SettledRecords { fates, bytes: self.bytes, lost: self.lost }
    }
}

/// Appends what base64 stands for; false, and nothing appended, if it is not
/// strict.
fn push_decoded(strict: &Simd, data: &[u8], out: &mut Vec<u8>) -> bool {
    use base64::Engine as _;
    let start = out.len();
    out.resize(start + data.len() / 4 * 3 + 3, 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let made = strict.decode_slice(data, room).ok();
    out.truncate(start + made.unwrap_or(0));
    made.is_some()
}

/// The same for base64 without padding or in lines, which is taken as it is not
/// known to be refused.
fn push_lenient(strict: &Simd, data: &[u8], out: &mut Vec<u8>) {
    let mut symbols: Vec<u8> = data.to_vec();
    symbols.retain(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    symbols.resize(symbols.len().next_multiple_of(4), b'=');
    push_decoded(strict, &symbols, out);
}

#[cfg(test)]
mod tests;
