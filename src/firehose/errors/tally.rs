//! Error codes in failure records, error events and log lines, counted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Explanation, exact};
use crate::decode::Severity;
use crate::failure::{Damage, Finding};
use crate::framing::failure_key::is_error_code;
use crate::framing::{self, Envelope, FoundRecord, InputFormat};
use crate::json;

/// Unknown codes that are kept by name; a hostile input may hold any number.
const MAX_UNKNOWN: usize = 16;

/// Most bytes of a code or a word that may be one.
const LONGEST_CODE: usize = 64;

/// How often each code was met.
#[derive(Debug, Default)]
pub struct CodeCounts {
    known: BTreeMap<&'static str, u64>,
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

    /// The codes that have an explanation, those with most records first.
    pub fn known(&self) -> Vec<(&'static Explanation, u64)> {
        let explained = |(code, count): (&&str, &u64)| Some((exact(code)?, *count));
        let mut known: Vec<_> = self.known.iter().filter_map(explained).collect();
        known.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
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
        let mut codes = match (framed.error_code, framed.data.bytes()) {
            (Some(token), _) => vec![token.text_up_to(LONGEST_CODE)],
            (None, Some(data)) => codes_in(data),
            (None, None) => Vec::new(),
        };
        if !codes.is_empty() {
            codes.drain(..).for_each(|code| self.count(&code));
            return false;
        }
        if framed.problem.as_ref().is_some_and(|it| it.severity() == Severity::Error) {
            self.damaged += 1;
            return false;
        }
        self.without += 1;
        framed.envelope == Envelope::None
    }

    fn count(&mut self, code: &str) {
        if let Some(explanation) = exact(code) {
            *self.known.entry(explanation.code).or_default() += 1;
        } else if self.unknown.len() < MAX_UNKNOWN || self.unknown.contains_key(code) {
            *self.unknown.entry(code.to_owned()).or_default() += 1;
        } else {
            self.more_unknown += 1;
        }
    }
}

/// The code of an error event, which is a JSON object, or the known ones in
/// other text, however it is wrapped around them.
fn codes_in(data: &[u8]) -> Vec<String> {
    let field = json::fields(data, json::skip_space(data, 0))
        .map_while(Result::ok)
        .find(|field| is_error_code(field.key));
    if let Some(field) = field {
        return vec![field.value.text_up_to(LONGEST_CODE)];
    }
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    let words = data.split(|byte| !is_inside(byte));
    let may_be = |word: &&[u8]| word.len() <= LONGEST_CODE && word.contains(&b'.');
    let words = words.filter(may_be).filter_map(|word| str::from_utf8(word).ok());
    words
        .map(|word| word.trim_matches('.'))
        .filter_map(exact)
        .map(|explanation| explanation.code.to_owned())
        .collect()
}
