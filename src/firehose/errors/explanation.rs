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
    /// A case has all that there is to change: what is below is for messages that name
    /// none.
    pub(super) cases_are_whole: bool,
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
    /// The function answered, and Firehose refused the answer: `attemptsMade` is 1, and
    /// the function logged no error.
    pub is_refused: bool,
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

    /// The cause of a failure with this `code` and `message`: the one that they name, else
    /// the one that a single attempt shows. Firehose repeats calls that fail; the code's
    /// own message names no cause, and calls may be set not to be repeated.
    pub fn cause(&self, code: &str, message: &str, attempts: Option<u64>) -> Option<&'static Case> {
        let is_general = || {
            let own = self.error.message.filter(|_| !message.is_empty());
            own.is_some_and(|own| Wording::new(own).is_in(&squeeze(message)))
        };
        self.case_in(&format!("{code} {message}")).or_else(|| {
            let refused = self.cases.iter().find(|case| case.is_refused);
            refused.filter(|_| attempts == Some(1) && !is_general())
        })
    }

    /// What to change for a failure: for its cause, if that is known, and in general where
    /// that is not all.
    pub fn advice(&self, cause: Option<&'static Case>) -> impl Iterator<Item = &'static str> {
        let general = if self.is_settled_by(cause) { &[] } else { self.change };
        cause.map(|case| case.means).into_iter().chain(general.iter().copied())
    }

    /// True if the cause says all that is to be said of what to change.
    pub fn is_settled_by(&self, cause: Option<&Case>) -> bool {
        self.cases_are_whole && cause.is_some()
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
    /// The same for an answer that Firehose refused.
    pub(super) const fn of_answer(self) -> Self {
        Self { is_refused: true, ..self }
    }

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
