//! Error codes in failure records, error events and log lines, counted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::find::{by_message, of_functions};
use super::key_error::{Missing, Traceback, is_frame};
use super::report::ReportLines;
use super::spelling::Text;
use super::{Case, Explanation, Family, exact};
use crate::decode::Severity;
use crate::failure::{Damage, Finding};
use crate::framing::failure_key::{ATTEMPTS, is_error_code, is_error_message};
use crate::framing::{self, Envelope, FoundRecord, InputFormat};
use crate::json::{self, Token};

/// Unknown codes that are kept by name; a hostile input may hold any number.
const MAX_UNKNOWN: usize = 16;

/// Most bytes of a code or a word that may be one.
const LONGEST_CODE: usize = 64;

/// Most characters of a message, and bytes of a line, that are looked at.
const LONGEST_MESSAGE: usize = 4096;

/// A code of the input.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Its page.
    pub explanation: &'static Explanation,
    /// Records with it; 0 if the input names it without a number.
    pub records: u64,
    /// The causes that messages named, and the records with each.
    pub cases: Vec<(&'static Case, u64)>,
}

/// How often each code was found.
#[derive(Debug, Default)]
pub struct CodeCounts {
    known: BTreeMap<&'static str, Counted>,
    unknown: BTreeMap<String, u64>,
    /// Records with yet other unknown codes.
    pub more_unknown: u64,
    /// Records without an error code.
    pub without: u64,
    /// Records that could not be read.
    pub damaged: u64,
    /// Records that are damage among failure records, and the line of the first
    /// of them, from 1.
    damage: Damage<u64>,
    lost: u64,
    first_lost: Option<u64>,
    report: ReportLines,
    traceback: Traceback,
}

impl CodeCounts {
    /// Counts the codes of the records in `block`, which starts on this line.
    pub fn add(&mut self, block: &[u8], line: u64, format: InputFormat) {
        // Nothing in here stops it.
        let _done = framing::records(block, format, &mut |framed| {
            if self.one(&framed) || framed.envelope == Envelope::Failure {
                self.account(&framed, block, line);
            } else {
                self.damage.start(|| Finding::of(&framed, block));
            }
            ControlFlow::Continue(())
        });
    }

    /// True if records with a code were found.
    pub fn has_codes(&self) -> bool {
        !(self.known.is_empty() && self.unknown.is_empty())
    }

    /// The codes that have an explanation, those with most records first.
    pub fn known(&self) -> Vec<Counted> {
        let mut known: Vec<_> = self.known.values().cloned().collect();
        for counted in &mut known {
            counted.cases.sort_by_key(|(_, records)| std::cmp::Reverse(*records));
        }
        known.sort_by_key(|it| std::cmp::Reverse(it.records));
        known
    }

    /// The first codes that have none, as they stand in the input, cut to a
    /// length that codes have.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, u64)> {
        self.unknown.iter().map(|(code, count)| (code.as_str(), *count))
    }

    /// Records that are not failure records among others that are: how many, and
    /// the line of the first.
    pub fn lost(&self) -> Option<(u64, u64)> {
        self.first_lost.map(|line| (self.lost, line))
    }

    fn account(&mut self, framed: &FoundRecord<'_>, block: &[u8], line: u64) {
        let found = Finding::of(framed, block);
        if found != Finding::Record && self.damage.is_full() {
            self.damage.more(found, 1);
        } else {
            let before = block.get(..framed.at).filter(|_| found != Finding::Record);
            let line = line + memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() as u64;
            let places = self.damage.take(found, line);
            self.lost += places.len() as u64;
            self.first_lost = self.first_lost.or_else(|| places.first().copied());
        }
        self.lost += self.damage.take_uncounted();
    }

    /// Counts the codes of a record. True if there is nothing in it to count: no
    /// code, nothing that could not be read, no envelope.
    fn one(&mut self, framed: &FoundRecord<'_>) -> bool {
        let is_counted = match (framed.error_code, framed.data.bytes()) {
            (Some(code), _) => {
                self.object(code, framed.failure.unwrap_or_default(), None, 1);
                true
            }
            (None, Some(data)) => self.event(data),
            (None, None) => false,
        };
        if is_counted {
            return false;
        }
        if framed.problem.as_ref().is_some_and(|it| it.severity() == Severity::Error) {
            self.damaged += 1;
            return false;
        }
        // The lines of a report are not records.
        self.without = if self.report.has_begun() { 0 } else { self.without + 1 };
        framed.envelope == Envelope::None
    }

    /// Counts the code of a JSON object that stands for this many records, and the
    /// cause that its message names.
    fn object(&mut self, code: Token<'_>, object: &[u8], list: Option<&[u8]>, records: u64) {
        let code = code.text_up_to(LONGEST_CODE);
        let Some(explanation) = exact(&code) else {
            return self.answer(&code, object, &Origin::of(object, list), records);
        };
        let is_of_function = explanation.family == Family::Lambda;
        if explanation.cases.is_empty() && !is_of_function {
            return self.count(explanation, None, records);
        }
        let message = message_of(object);
        let cause = explanation.cause(&code, &message, attempts(object));
        self.count(explanation, cause, records);
        if is_of_function {
            for page in of_functions(&Text::new(&message)) {
                self.count(page, None, records);
            }
        }
    }

    /// Counts the error that a service answered with, by its code and its message: its codes
    /// have no dot, as those that Firehose writes to failure records have.
    fn answer(&mut self, code: &str, object: &[u8], origin: &Origin, records: u64) {
        let message = message_of(object);
        let text = match origin {
            Origin::Firehose => format!("PutRecordBatch: {code}: {message}"),
            Origin::Unknown => format!("{code}: {message}"),
            // Services share their codes, not their messages.
            Origin::Other(_) => message,
        };
        let mut pages = if code.contains('.') { Vec::new() } else { by_message(&Text::new(&text)) };
        pages.retain(|page| origin.may_be(page, &text));
        if pages.is_empty() {
            self.count_unknown(code, records);
        }
        for page in pages {
            self.count(page, None, records);
        }
    }

    /// Counts the code of an error event, which is a JSON object, or the known ones
    /// in other text, however it is wrapped around them, with what a function
    /// printed; without a code, those whose message it has. True if there was any.
    fn event(&mut self, data: &[u8]) -> bool {
        let at = json::skip_space(data, 0);
        let object = data.get(at..).unwrap_or_default();
        if self.event_or_group(object, None) {
            return true;
        }
        if let Some((list, groups)) = list_of_objects_with_codes(object) {
            let groups = groups.elements().map_while(Result::ok);
            let is_one = |group: Token<'_>| self.event_or_group(group.raw(), Some(list));
            // Each is counted, so no short circuit.
            return groups.map(|(group, _)| group).map(is_one).filter(|it| *it).count() > 0;
        }
        let text = data.get(..LONGEST_MESSAGE).unwrap_or(data);
        let text = String::from_utf8_lossy(text);
        let records = self.report.records(&text);
        let codes: Vec<_> = codes_in(data).collect();
        for page in &codes {
            self.count(page, page.case_in(&text), records);
        }
        let is_frame = is_frame(&text);
        let text = self.traceback.line(&text);
        let text = Text::new(&text);
        let printed = if codes.is_empty() { by_message(&text) } else { of_functions(&text) };
        // The exception comes on a line of its own.
        let printed: Vec<_> = printed.into_iter().filter(|_| !is_frame).collect();
        for page in &printed {
            self.count(page, page.case_in(text.raw), records);
        }
        let key_error = [Missing::Key, Missing::Variable]
            .into_iter()
            .find(|it| printed.iter().any(|page| page.error.code == it.code()));
        if let Some(lacks) = key_error {
            self.traceback.exception(text.raw, lacks);
        } else if let Some((before, now)) = self.traceback.changed() {
            self.count_again(before, now);
        }
        !codes.is_empty() || !printed.is_empty()
    }

    /// Counts an exception again whose frames come after it and tell what it lacks.
    fn count_again(&mut self, before: Missing, now: Missing) {
        let (Some(before), Some(now)) = (exact(before.code()), exact(now.code())) else { return };
        let code = before.error.code;
        if let Some(counted) = self.known.get_mut(code) {
            counted.records = counted.records.saturating_sub(1);
            if counted.records == 0 {
                self.known.remove(code);
            }
        }
        self.count(now, None, 1);
    }

    /// Counts the code of an error event, or of a group of a report, which has the
    /// number of its records. False if it is neither.
    fn event_or_group(&mut self, object: &[u8], list: Option<&[u8]>) -> bool {
        let Some(code) = field(object, is_error_code) else { return false };
        let records = field(object, |key| key == b"records").and_then(Token::integer);
        let records = records.and_then(|it| it.try_into().ok()).unwrap_or(1);
        self.object(code, object, list, records);
        true
    }

    fn count(
        &mut self,
        explanation: &'static Explanation,
        case: Option<&'static Case>,
        records: u64,
    ) {
        let new = || Counted { explanation, records: 0, cases: Vec::new() };
        let counted = self.known.entry(explanation.error.code).or_insert_with(new);
        counted.records = counted.records.saturating_add(records);
        let Some(case) = case else { return };
        match counted.cases.iter_mut().find(|(known, _)| *known == case) {
            Some((_, before)) => *before = before.saturating_add(records),
            None => counted.cases.push((case, records)),
        }
    }

    fn count_unknown(&mut self, code: &str, records: u64) {
        if self.unknown.len() < MAX_UNKNOWN || self.unknown.contains_key(code) {
            let before = self.unknown.entry(code.to_owned()).or_default();
            *before = before.saturating_add(records);
        } else {
            self.more_unknown = self.more_unknown.saturating_add(records);
        }
    }
}

/// The known codes of Firehose that stand in a text as words.
fn codes_in(text: &[u8]) -> impl Iterator<Item = &'static Explanation> {
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    let words = text.split(move |byte| !is_inside(byte));
    let may_be = |word: &&[u8]| word.len() <= LONGEST_CODE && word.contains(&b'.');
    let words = words.filter(may_be).filter_map(|word| str::from_utf8(word).ok());
    let codes = words.map(|word| word.trim_matches('.')).filter_map(exact);
    codes.filter(|page| page.family != Family::Function)
}

/// The first value of a JSON object whose key is of this kind.
fn field(object: &[u8], is_it: impl Fn(&[u8]) -> bool) -> Option<Token<'_>> {
    let mut fields = json::fields(object, 0).map_while(Result::ok);
    fields.find(|field| is_it(field.key)).map(|field| field.value)
}

/// How often Firehose tried, in a failure record or for all records of a group.
fn attempts(object: &[u8]) -> Option<u64> {
    let made = field(object, |key| key == ATTEMPTS)?;
    let one = made.integer_or_string().or_else(|| {
        let least = made.get(b"least").and_then(Token::integer)?;
        made.get(b"most").and_then(Token::integer).filter(|most| *most == least)
    });
    one?.try_into().ok()
}

/// The message of an error, if it has one.
fn message_of(object: &[u8]) -> String {
    let message = field(object, is_error_message).or_else(|| field(object, is_message));
    message.map(|it| it.text_up_to(LONGEST_MESSAGE)).unwrap_or_default()
}

/// A list of objects with codes, and its key: the groups of a report, the records in the
/// answer to `PutRecordBatch`, the events of `CloudTrail`, and the records in the answer to
/// `PutRecords` of Kinesis Data Streams.
fn list_of_objects_with_codes(object: &[u8]) -> Option<(&[u8], Token<'_>)> {
    let is_it = |key: &[u8]| matches!(key, b"kinds" | PUT_RECORD_BATCH | RECORDS);
    let mut fields = json::fields(object, 0).map_while(Result::ok);
    fields.find(|field| is_it(field.key)).map(|field| (field.key, field.value))
}

/// The list in the answer to `PutRecordBatch`.
const PUT_RECORD_BATCH: &[u8] = b"RequestResponses";

/// The list in a file of `CloudTrail` and in the answer to `PutRecords`.
const RECORDS: &[u8] = b"Records";

/// The service that answered with a code.
enum Origin {
    Firehose,
    /// Another one, by its name in `CloudTrail` where that is known.
    Other(String),
    Unknown,
}

impl Origin {
    /// Of an object with a code, which may be in the list with this key.
    fn of(object: &[u8], list: Option<&[u8]>) -> Self {
        let source = field(object, |key| key == b"eventSource");
        match (source.map(|it| it.text_up_to(LONGEST_CODE)), list) {
            (Some(source), _) if source == "firehose.amazonaws.com" => Self::Firehose,
            (Some(source), _) => Self::Other(source),
            (None, Some(PUT_RECORD_BATCH)) => Self::Firehose,
            (None, Some(RECORDS)) => Self::Other(String::new()),
            (None, _) => Self::Unknown,
        }
    }

    /// True if it may answer what this page explains. Many services slow callers down.
    fn may_be(&self, page: &Explanation, message: &str) -> bool {
        let Self::Other(source) = self else { return true };
        let is_of_put = page.error.code.starts_with("PutRecordBatch");
        let is_of_lambda = page.family == Family::Lambda;
        (!is_of_put || message.to_lowercase().contains("firehose"))
            && (!is_of_lambda || source == "lambda.amazonaws.com")
    }
}

/// The key of the message of an error event.
fn is_message(key: &[u8]) -> bool {
    key == b"message"
}
