//! What was found, in a sentence that claims no more than is known.

use super::{Conclusion, IsolationReport};
use crate::terminal::{ERROR, GOOD, Style, WARN, group, plural};

impl IsolationReport<'_> {
    /// What was found, in a sentence.
    pub(super) fn headline(&self) -> (Style, String) {
        let calls = plural(self.calls as u64, "call");
        let all = plural(self.event.records.len() as u64, "record");
        match self.conclusion {
            Conclusion::NoFailure => {
                (GOOD, format!("Nothing to isolate: the call with {all} does not fail ({calls})"))
            }
            Conclusion::Unstable => {
                let text = format!(
                    "This function answers differently each time: the same records failed in one \
                     call and not in another, so no record can be named as the cause ({calls})"
                );
                (WARN, text)
            }
            Conclusion::NotLoaded => {
                let text = "Not caused by a record: the function fails before it gets an event";
                (ERROR, text.to_owned())
            }
            Conclusion::Isolated if self.is_flaky => {
                (WARN, format!("{} may {} ({calls})", self.part(), self.effect(false)))
            }
            Conclusion::Isolated => (ERROR, format!("{} ({calls})", self.isolated())),
            Conclusion::AddsUp => {
                let (part, effect) = (self.part(), self.effect(false));
                (
                    ERROR,
                    format!(
                        "No single record is the cause: {part} {effect} together, by the size of what is returned for them ({calls})"
                    ),
                )
            }
            Conclusion::LimitReached => {
                let most = group(self.max_calls as u64);
                (WARN, self.unfinished(&format!("stopped at the limit of {most} calls")))
            }
            Conclusion::Interrupted => {
                (WARN, self.unfinished(&format!("was interrupted after {calls}")))
            }
        }
    }

    /// What the records do, of which none can be left out.
    fn isolated(&self) -> String {
        let (part, effect) = (self.part(), self.effect(false));
        if self.is_no_record() {
            "The call fails in the same way without any record".to_owned()
        } else if self.event.records.len() == 1 {
            "The event has one record, and the call fails with it".to_owned()
        } else if self.records.len() == 1 {
            format!("{part} is enough to {effect}")
        } else if self.is_only_together {
            format!("{part} {effect}, only together")
        } else {
            format!("{part} {effect} in this way; with fewer of them it fails in another way")
        }
    }

    /// What is known of a search that `ended` like this.
    fn unfinished(&self, ended: &str) -> String {
        let (part, effect) = (self.part(), self.effect(self.records.len() == 1));
        format!("{part} still {effect}, perhaps fewer do: the search {ended}")
    }

    /// `2 of 300 records`
    fn part(&self) -> String {
        let all = plural(self.event.records.len() as u64, "record");
        format!("{} of {all}", group(self.records.len() as u64))
    }

    /// `make the call fail`, or for one record `makes the call fail`.
    fn effect(&self, is_one: bool) -> String {
        let s = if is_one { "s" } else { "" };
        match self.rule {
            Some(rule) => format!("break{s} `{}`", rule.as_str()),
            None => format!("make{s} the call fail"),
        }
    }
}
