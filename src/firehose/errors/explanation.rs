//! The page of an error code.

use super::spelling::{Wording, squeeze};
use super::{ErrorCode, Family};

/// An error code, explained.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// The code and the facts about it.
    pub error: ErrorCode,
    /// What of Firehose it comes from.
    pub family: Family,
    /// Other words that lead here: other wordings of the message, other names.
    /// `…` stands for words that differ.
    pub also: &'static [&'static str],
    /// What happened, in a sentence.
    pub happened: &'static str,
    /// What is lost, and what is kept where.
    pub lost: &'static str,
    /// What to look at, most telling first.
    pub look: &'static [&'static str],
    /// Causes that share the code; the message tells them apart.
    pub cases: &'static [Case],
    /// What to change, most likely first.
    pub change: &'static [&'static str],
    /// Commands that show it again; [`FAILED`](super::FAILED),
    /// [`EVENT`](super::EVENT) and the others are names of files to put your own
    /// for.
    pub again: &'static [&'static str],
}

/// One of several causes that share a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What the message has in this case: an HTTP status (`413`, `5xx`), or
    /// AWS's words, in which `…` stands for words that differ.
    pub message: &'static str,
    /// What it means and what to change.
    pub means: &'static str,
}

impl Explanation {
    /// The cause that `text`, a message with or without its code, names.
    pub fn case_in(&self, text: &str) -> Option<&'static Case> {
        let letters = squeeze(text);
        let status = status_in(text);
        let fits = |case: &&Case| match case.status() {
            Some(expected) => status.is_some_and(|status| expected.matches(status)),
            None => Wording::new(case.message).is_in(&letters),
        };
        self.cases.iter().find(fits)
    }

    /// What to change where Firehose gave this `code` and `message`: for the cause
    /// that they name first, then in general.
    pub fn advice(&self, code: &str, message: &str) -> impl Iterator<Item = &'static str> {
        let case = self.case_in(&format!("{code} {message}")).map(|case| case.means);
        case.into_iter().chain(self.change.iter().copied())
    }

    /// Every wording of the message and every other name.
    pub(super) fn wordings(&self) -> impl Iterator<Item = &'static str> {
        let cases = self.cases.iter().filter(|it| it.status().is_none()).map(|it| it.message);
        self.error.message.into_iter().chain(self.also.iter().copied()).chain(cases)
    }
}

/// The statuses of a case: one, or all of a class.
enum Statuses {
    One(u16),
    Class(u16),
}

impl Statuses {
    const fn matches(&self, status: u16) -> bool {
        match *self {
            Self::One(one) => status == one,
            Self::Class(class) => status / 100 == class,
        }
    }
}

impl Case {
    /// The HTTP statuses that this case is for, where it goes by status.
    fn status(&self) -> Option<Statuses> {
        match self.message.strip_suffix("xx") {
            Some(class) => class.parse().ok().map(Statuses::Class),
            None => as_status(self.message).map(Statuses::One),
        }
    }

    /// True if the case goes by the HTTP status, not by words.
    pub fn is_status(&self) -> bool {
        self.status().is_some()
    }

    /// True if it is for the HTTP status `text`.
    pub(super) fn has_status(&self, text: &str) -> bool {
        let wanted = as_status(text);
        self.status().is_some_and(|it| wanted.is_some_and(|status| it.matches(status)))
    }
}

/// The first HTTP status in a message: a word of three digits.
fn status_in(text: &str) -> Option<u16> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).find_map(as_status)
}

/// The status of an HTTP answer (RFC 9110, section 15).
pub(super) fn as_status(text: &str) -> Option<u16> {
    let status = (text.len() == 3).then(|| text.parse().ok()).flatten();
    status.filter(|status| (100..600).contains(status))
}
