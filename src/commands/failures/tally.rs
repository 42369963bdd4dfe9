//! What came of all the inputs, besides the failures.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::terminal;
use firehose::failure::{FailureRecord, LeftOut, MAX_COUNT, names_a_type};
use firehose::redrive::PutBack;

/// What was found, counted.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tally {
    /// Objects and files that were not read on purpose.
    pub(super) left_out: LeftOut,
    /// Inputs that were read.
    pub(super) inputs: u64,
    /// Failure records, wanted or not.
    pub(super) failed: u64,
    /// Those that are wanted.
    pub(super) wanted: u64,
    /// A record has one of the codes that are wanted.
    pub(super) has_code: bool,
    /// Some codes of records that are not wanted for their code.
    pub(super) other_codes: BTreeSet<String>,
    /// Those without a time, where one was asked for.
    pub(super) timeless: u64,
    /// Records that are damaged, and inputs.
    pub(super) damaged: u64,
    /// Inputs with something else in them, and some of their names.
    pub(super) strange_inputs: u64,
    pub(super) strange_names: BTreeSet<String>,
    /// Those of which a key names a type of failure.
    pub(super) strange_failures: u64,
    /// Records and other things that were found in all the inputs.
    pub(super) things: u64,
    /// Manifests of Redshift, and the objects that they name.
    pub(super) manifests: u64,
    pub(super) manifest_entries: u64,
    /// An input could not be read.
    pub(super) unreadable: bool,
    /// Inputs of which not all could be read, and what is wrong with some of them.
    pub(super) unread_inputs: u64,
    pub(super) unread: BTreeSet<String>,
    /// Objects that were saved, in this run and before.
    pub(super) saved: u64,
    pub(super) saved_before: u64,
    /// Objects that could not be had, by why.
    pub(super) gaps: BTreeMap<String, u64>,
    /// Records of those that are wanted that were put back from this machine, if any were.
    #[serde(skip)]
    pub(super) put_back: Option<PutBack>,
    /// Payloads that were written, where to, and those that are not base64.
    #[serde(skip)]
    pub(super) extracted: Option<(u64, String, u64)>,
    /// No more were wanted than were found.
    pub(super) is_cut: bool,
}

/// Names of inputs that are kept.
const MAX_NAMES: usize = 3;
/// Codes that are kept, and their characters.
const MAX_CODES: usize = 5;
const LONGEST_CODE: usize = 80;
/// Reasons why objects cannot be had, and their characters.
const MAX_WHYS: usize = 16;
const LONGEST_WHY: usize = 40;
/// Inputs that could not be read in full and are named, and the characters of that.
const MAX_UNREAD: usize = 10;
const LONGEST_UNREAD: usize = 2048;

/// Keeps the first of some texts in alphabetical order: whichever come first, they are
/// the same.
fn keep_least(texts: &mut BTreeSet<String>, text: String, most: usize) {
    texts.insert(text);
    if texts.len() > most {
        texts.pop_last();
    }
}

impl Tally {
    /// Counts an input without a failure record; `key` is that of its object.
    pub(super) fn strange(&mut self, name: &str, key: Option<&str>) {
        self.strange_inputs += 1;
        self.strange_failures += u64::from(key.is_some_and(names_a_type));
        keep_least(&mut self.strange_names, name.to_owned(), MAX_NAMES);
    }

    /// Counts an input of which not all could be read; `what` names it and says why.
    pub(super) fn add_unread(&mut self, what: &str) {
        self.unread_inputs += 1;
        let what = what.chars().take(LONGEST_UNREAD).collect();
        keep_least(&mut self.unread, what, MAX_UNREAD);
    }

    /// What could not be read in full: the first inputs, and how many more there are.
    pub(super) fn unread(&self) -> Vec<String> {
        let more = self.unread_inputs.saturating_sub(self.unread.len() as u64);
        let more = (more > 0).then(|| terminal::plural(more, "more input"));
        self.unread.iter().cloned().chain(more).collect()
    }

    /// Keeps the code of a record that is not wanted for it.
    pub(super) fn add_other_code(&mut self, record: &FailureRecord<'_>) {
        if let Some(code) = record.code {
            keep_least(&mut self.other_codes, code.text_up_to(LONGEST_CODE), MAX_CODES);
        }
    }

    /// Keeps the code of records that are not wanted, for their code or for another
    /// reason.
    pub(super) fn add_unwanted(&mut self, code: &str, is_wanted_code: bool) {
        if is_wanted_code {
            self.has_code = true;
        } else {
            let code = code.chars().take(LONGEST_CODE).collect();
            keep_least(&mut self.other_codes, code, MAX_CODES);
        }
    }

    /// Adds what was found in other inputs. The result is that of one that has read
    /// all of them, in any order.
    pub(super) fn merge(&mut self, other: Self) {
        self.left_out.extend(other.left_out);
        for (count, more) in [
            (&mut self.inputs, other.inputs),
            (&mut self.failed, other.failed),
            (&mut self.wanted, other.wanted),
            (&mut self.timeless, other.timeless),
            (&mut self.damaged, other.damaged),
            (&mut self.strange_inputs, other.strange_inputs),
            (&mut self.strange_failures, other.strange_failures),
            (&mut self.things, other.things),
            (&mut self.manifests, other.manifests),
            (&mut self.manifest_entries, other.manifest_entries),
            (&mut self.unread_inputs, other.unread_inputs),
        ] {
            *count = count.saturating_add(more);
        }
        self.has_code |= other.has_code;
        self.unreadable |= other.unreadable;
        for code in other.other_codes {
            keep_least(&mut self.other_codes, code, MAX_CODES);
        }
        for name in other.strange_names {
            keep_least(&mut self.strange_names, name, MAX_NAMES);
        }
        for what in other.unread {
            keep_least(&mut self.unread, what, MAX_UNREAD);
        }
        for (why, count) in other.gaps {
            let all = self.gaps.entry(why).or_default();
            *all = all.saturating_add(count);
        }
    }

    /// True if this may have come of reading: no number is so large that a sum could
    /// overflow, and no list longer than those that are kept.
    pub(super) fn is_possible(&self) -> bool {
        let LeftOut { other_streams, unknown_stream, other_data, not_opened, not_readable } =
            self.left_out;
        let counts = [
            other_streams,
            unknown_stream,
            other_data,
            not_opened,
            not_readable,
            self.inputs,
            self.failed,
            self.wanted,
            self.timeless,
            self.damaged,
            self.strange_inputs,
            self.strange_failures,
            self.things,
            self.manifests,
            self.manifest_entries,
            self.unread_inputs,
        ];
        let is_word = |it: &str| it.len() <= LONGEST_WHY;
        counts.iter().chain(self.gaps.values()).all(|count| *count <= MAX_COUNT)
            && self.strange_names.len() <= MAX_NAMES
            && self.other_codes.len() <= MAX_CODES
            && self.unread.len() <= MAX_UNREAD
            && self.unread.iter().all(|what| what.chars().count() <= LONGEST_UNREAD)
            && self.gaps.len() <= MAX_WHYS
            && self.gaps.keys().all(|why| is_word(why))
            && (self.saved, self.saved_before) == (0, 0)
            && !self.is_cut
    }

    /// True if no record fits, and nothing that could be one was damaged.
    pub(super) fn found_nothing(&self) -> bool {
        self.wanted + self.damaged + self.manifests == 0
    }

    /// True if something that was named could not be read.
    pub(super) fn is_unreadable(&self) -> bool {
        self.unreadable || !self.gaps.is_empty()
    }
}
