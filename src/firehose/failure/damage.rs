//! One account of damage: what an input has besides failure records, and what of
//! that was a failure record before it was cut or edited.

use super::manifest_entries;
use crate::bytes::part;
use crate::decode::{ProblemKind, is_base64_symbol};
use crate::framing::{Envelope, FoundRecord, failure_key};
use crate::json;

/// Places of damage that are handed out one by one of each input; the others are
/// counted.
pub const MAX_PLACES: u64 = 10;

/// What a record that was found in an input is to a reader of failure records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// A failure record.
    Record,
    /// A manifest of Redshift, and how many objects it names.
    Manifest(u64),
    /// What is left of a failure record: it has a key of one.
    Damaged,
    /// A whole JSON object without such a key, or a record in another envelope: no cut
    /// makes that of a failure record.
    Object,
    /// Words, of which a cut failure record has none outside of quotes.
    Words,
    /// Anything else.
    Other,
}

impl Finding {
    /// Tells what `framed` is, which was found in `block`.
    pub fn of(framed: &FoundRecord<'_>, block: &[u8]) -> Self {
        if framed.envelope == Envelope::Failure {
            return Self::Record;
        }
        if framed.envelope != Envelope::None && framed.problem.is_none() {
            return Self::Object;
        }
        let text = part(block, framed.at..);
        if let Some(entries) = manifest_entries(text) {
            return Self::Manifest(entries);
        }
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
        let line = part(text, ..end);
        match &framed.problem {
            // Sound, but of another kind.
            Some(problem) if matches!(problem.kind, ProblemKind::NotThisFormat(_)) => {
                if is_words(line.trim_ascii()) { Self::Words } else { Self::Other }
            }
            _ => Self::of_text(line),
        }
    }

    /// Tells what a text is that is not a failure record.
    pub fn of_text(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        if failure_key::is_marked(text) {
            Self::Damaged
        } else if text.starts_with(b"{") && json::skip_value(text, 0) == Ok(text.len()) {
            Self::Object
        } else if is_words(text) {
            Self::Words
        } else {
            Self::Other
        }
    }

    /// What is to be said of it where failure records are expected.
    pub const fn problem(self) -> ProblemKind {
        match self {
            Self::Words => ProblemKind::TextAmongFailures,
            _ => ProblemKind::NotAFailure,
        }
    }
}

/// True for several words in which nothing of JSON and no base64 is, and for the fence of code.
fn is_words(text: &[u8]) -> bool {
    /// Longer runs of symbols are no words.
    const MAX_WORD: usize = 24;
    text == b"```"
        || text.contains(&b' ')
            && text.iter().any(u8::is_ascii_alphabetic)
            && memchr::memchr3(b'"', b'{', b'}', text).is_none()
            && text.split(|it| !is_base64_symbol(*it)).all(|word| word.len() <= MAX_WORD)
}

/// What an input is expected to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expected {
    /// Anything: a failure object may be printed in a log, or be one of several
    /// files that were joined. Only an input that starts with a failure record is
    /// an object of them.
    #[default]
    Any,
    /// Failure records, because the user asked for them. An input without one is other
    /// data.
    Failures,
}

/// Tells damage from other data in one input, in order of its records. `P` is a
/// place in it.
///
/// Firehose writes nothing but failure records into an object of them, so
/// whatever else is in there was one.
#[derive(Debug)]
pub struct Damage<P> {
    expected: Expected,
    /// The first record, or what is left of it, is a failure record.
    starts_with_failure: Option<bool>,
    has_failures: bool,
    /// What came before the first failure record: it may be damage.
    early: Vec<P>,
    more_early: u64,
    /// Damage that was not handed out.
    uncounted: u64,
    given: u64,
}

impl<P> Default for Damage<P> {
    fn default() -> Self {
        Self::of(Expected::default())
    }
}

impl<P> Damage<P> {
    /// Of an input that nothing is known of as yet.
    pub const fn of(expected: Expected) -> Self {
        Self {
            expected,
            starts_with_failure: None,
            has_failures: false,
            early: Vec::new(),
            more_early: 0,
            uncounted: 0,
            given: 0,
        }
    }

    /// Asks what the first record of the input is, where not every record is given
    /// to [`take`](Self::take); nothing is asked after that.
    pub fn start(&mut self, first: impl FnOnce() -> Finding) {
        let is_failure = || matches!(first(), Finding::Record | Finding::Damaged);
        self.starts_with_failure.get_or_insert_with(is_failure);
    }

    /// Takes the next record. Returns the places of damage that are known now:
    /// what came before the first failure record is damage only once there is one.
    pub fn take(&mut self, found: Finding, place: P) -> Vec<P> {
        self.start(|| found);
        if found == Finding::Record {
            return self.failure();
        }
        let mut damage = Vec::new();
        if self.is_candidate(found) {
            if found == Finding::Damaged && self.expected == Expected::Failures {
                damage = self.failure();
            }
            damage.extend(self.candidate(place));
        }
        damage
    }

    /// Takes more records whose places are not needed.
    pub fn more(&mut self, found: Finding, count: u64) {
        if self.is_candidate(found) {
            *(if self.has_failures { &mut self.uncounted } else { &mut self.more_early }) += count;
        }
    }

    /// True if no more places are handed out.
    pub fn is_full(&self) -> bool {
        self.known() >= MAX_PLACES
    }

    /// Takes the damage since the last call that was only counted.
    pub fn take_uncounted(&mut self) -> u64 {
        std::mem::take(&mut self.uncounted)
    }

    /// True for an input with other data and no failure record.
    pub fn is_other_data(&self) -> bool {
        !self.has_failures && !self.early.is_empty()
    }

    /// True for what is damage if there are failure records in the input.
    fn is_candidate(&self, found: Finding) -> bool {
        let is_object_of_failures = self.starts_with_failure == Some(true);
        match (found, self.expected) {
            (Finding::Record | Finding::Manifest(_), _) | (Finding::Object, Expected::Any) => false,
            (Finding::Damaged, _) | (_, Expected::Failures) => true,
            (Finding::Words | Finding::Other, Expected::Any) => is_object_of_failures,
        }
    }

    fn known(&self) -> u64 {
        self.given + self.early.len() as u64
    }

    /// There is a failure record: what came before was damage.
    fn failure(&mut self) -> Vec<P> {
        if std::mem::replace(&mut self.has_failures, true) {
            return Vec::new();
        }
        self.uncounted += std::mem::take(&mut self.more_early);
        self.given += self.early.len() as u64;
        std::mem::take(&mut self.early)
    }

    fn candidate(&mut self, place: P) -> Option<P> {
        match (self.has_failures, self.is_full()) {
            (true, false) => {
                self.given += 1;
                return Some(place);
            }
            (true, true) => self.uncounted += 1,
            (false, false) => self.early.push(place),
            (false, true) => self.more_early += 1,
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{InputFormat, records};
    use std::ops::ControlFlow;

    const RECORD: &str =
        r#"{"rawData":"QQ==","errorCode":"Lambda.FunctionError","attemptsMade":4}"#;

    /// The lines that are damage, and if the input is other data.
    fn account(expected: Expected, lines: &[&str]) -> (Vec<usize>, bool) {
        let format =
            if expected == Expected::Any { InputFormat::Auto } else { InputFormat::Failures };
        let block = lines.join("\n");
        let mut damage = Damage::of(expected);
        let mut lost = Vec::new();
        let _all = records(block.as_bytes(), format, &mut |framed| {
            let line = 1 + memchr::memchr_iter(b'\n', &block.as_bytes()[..framed.at]).count();
            lost.extend(damage.take(Finding::of(&framed, block.as_bytes()), line));
            ControlFlow::Continue(())
        });
        (lost, damage.is_other_data())
    }

    #[test]
    fn what_stands_before_and_after_a_failure_record_is_damage() {
        let all = ["503", RECORD, "text", r#"{"a":1}"#, r#"{"rawData":"QQ"#];
        assert_eq!(account(Expected::Failures, &all), (vec![1, 3, 4, 5], false));
        assert_eq!(account(Expected::Failures, &["503", r#"{"a":1}"#]), (vec![], true));
        // What is left of one says as much as a whole one.
        assert_eq!(account(Expected::Failures, &["503", r#"{"rawData":"QQ"#]), (vec![1, 2], false));
        let manifest = r#"{"entries":[{"url":"s3://b/k"}]}"#;
        assert_eq!(account(Expected::Failures, &[manifest, RECORD]), (vec![], false));
    }

    #[test]
    fn words_are_told_from_what_is_left_of_a_record() {
        for text in ["what is this:", "```", "any idea? @oncall", "END RequestId: 1"] {
            assert_eq!(Finding::of_text(text.as_bytes()), Finding::Words, "{text}");
        }
        for text in ["text", "503", "", "a { b", "x \"y\"", "it eyJvcmRlcklkIjoiQS0xMDQxIiwiY3Vz"] {
            assert_eq!(Finding::of_text(text.as_bytes()), Finding::Other, "{text}");
        }
    }

    #[test]
    fn an_input_of_any_kind_has_damage_if_it_starts_with_a_failure_record() {
        assert_eq!(account(Expected::Any, &[RECORD, "text", RECORD]).0, [2]);
        assert_eq!(account(Expected::Any, &["START", RECORD, "END"]).0, Vec::<usize>::new());
        assert_eq!(account(Expected::Any, &[RECORD, r#"{"id":1}"#]).0, Vec::<usize>::new());
        let edited = RECORD.replace("rawData", "rawdata");
        assert_eq!(account(Expected::Any, &["START", &edited, RECORD, "END", &edited]).0, [2, 5]);
        assert_eq!(account(Expected::Any, &["START", &edited]).0, Vec::<usize>::new());
    }

    #[test]
    fn ten_places_are_handed_out_and_all_are_counted() {
        let mut damage = Damage::of(Expected::Failures);
        for place in 0..15 {
            assert!(damage.take(Finding::Other, place).is_empty());
        }
        assert_eq!(damage.take(Finding::Record, 15).len(), 10);
        assert!(damage.is_full());
        assert!(damage.take(Finding::Other, 16).is_empty());
        damage.more(Finding::Other, 4);
        assert_eq!(damage.take_uncounted(), 10);
        assert_eq!(damage.take_uncounted(), 0);
    }
}
