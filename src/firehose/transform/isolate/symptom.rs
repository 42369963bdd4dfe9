//! How a call failed, and whether two failed in the same way.

use std::collections::BTreeSet;

use crate::decode::Severity;
use crate::transform::check::CheckResult;
use crate::transform::invocation::InvocationResult;
use crate::transform::rule::{Consequence, Rule};

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symptom {
    /// There was no response, or none that can be read: an exception with its
    /// type and message, a timeout, the end of the process.
    Failed(String),
    /// The same, of a response that is too large.
    TooLarge(String),
    /// The response breaks these rules by which records fail or are lost.
    Broken(BTreeSet<Rule>),
}

/// What a search looks for: one way to fail, of one cause. A response that breaks
/// several rules has several, and each may be of another record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The call fails like this.
    Failed(String),
    /// The response is too large.
    TooLarge(String),
    /// The response breaks this rule, whatever else it breaks.
    Breaks(Rule),
}

impl Cause {
    /// The rule that is broken, if the call had a response.
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::Failed(_) | Self::TooLarge(_) => None,
            Self::Breaks(rule) => Some(*rule),
        }
    }

    /// True if it is the size of the response, to which every record adds: no fewer of
    /// them fail, but none needs to be at fault.
    pub fn adds_up(&self) -> bool {
        match self {
            Self::Failed(_) => false,
            Self::TooLarge(_) => true,
            Self::Breaks(rule) => *rule == Rule::ResponseTooLarge,
        }
    }
}

impl Symptom {
    /// How a call failed, if it did; `checked` is what was made of its response.
    pub fn of(result: &InvocationResult, checked: Option<&CheckResult>) -> Option<Self> {
        match result {
            InvocationResult::Response(_) => {
                let rules = checked?.violations.iter().map(|violation| violation.rule);
                let errors = rules.filter(|rule| rule.severity() == Severity::Error);
                let errors: BTreeSet<_> = errors.collect();
                (!errors.is_empty()).then_some(Self::Broken(errors))
            }
            // A number there is the exit code, which is part of it.
            InvocationResult::Exited { .. } => Some(Self::Failed(result.to_string())),
            _ => {
                let how = without_numbers(&result.to_string());
                Some(if is_too_large(result) { Self::TooLarge(how) } else { Self::Failed(how) })
            }
        }
    }

    /// What to search for first: of several broken rules one that costs the whole
    /// batch, if there is one. `None` if no rule is broken.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Failed(how) => Some(Cause::Failed(how.clone())),
            Self::TooLarge(how) => Some(Cause::TooLarge(how.clone())),
            Self::Broken(rules) => {
                rules.iter().copied().min_by_key(|rule| !is_fatal(*rule)).map(Cause::Breaks)
            }
        }
    }

    /// True if the call failed in this way.
    pub fn has(&self, cause: &Cause) -> bool {
        match (self, cause) {
            (Self::Failed(how), Cause::Failed(wanted))
            | (Self::TooLarge(how), Cause::TooLarge(wanted)) => how == wanted,
            (Self::Broken(rules), Cause::Breaks(rule)) => rules.contains(rule),
            _ => false,
        }
    }

    /// True if the cause may be this one: a message may differ in what it quotes.
    pub fn is_like(&self, cause: &Cause) -> bool {
        match (self, cause) {
            (Self::Failed(one), Cause::Failed(two)) => without_quoted(one) == without_quoted(two),
            _ => self.has(cause),
        }
    }
}

/// True if the response was refused for its size, here or by Lambda.
fn is_too_large(result: &InvocationResult) -> bool {
    match result {
        InvocationResult::TooLarge { .. } => true,
        InvocationResult::FunctionError(error) => error.is_of_response_size(),
        _ => false,
    }
}

/// True if every record fails by a rule that one of them breaks.
fn is_fatal(rule: Rule) -> bool {
    matches!(rule.definition().consequence, Consequence::AllRecordsFail(_))
}

/// A message with each number, address and UUID replaced by `#`: they tell the
/// place of a record in the event, or the call.
fn without_numbers(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let is_of_word = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.find(|it| !is_of_word(it)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(if is_number(word) { "#" } else { word });
        let end = after.find(is_of_word).unwrap_or(after.len());
        let (between, next) = after.split_at(end);
        out.push_str(between);
        rest = next;
    }
    out
}

/// A message with `"…"` and `'…'` for what it quotes. A quoted payload may have quotes
/// inside, a name has none.
fn without_quoted(message: &str) -> String {
    let text = match (message.find('"'), message.rfind('"')) {
        (Some(start), Some(end)) if start < end => {
            let (before, rest) = message.split_at(start);
            format!("{before}\"…{}", rest.split_at(end - start).1)
        }
        _ => message.to_owned(),
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, quoted)) = rest.split_once('\'') {
        out.push_str(before);
        // The apostrophe of `can't` quotes nothing.
        let is_inside = before.ends_with(char::is_alphanumeric);
        rest = match quoted.split_once('\'').filter(|_| !is_inside) {
            Some((_, after)) => {
                out.push_str("'…'");
                after
            }
            None => quoted,
        };
    }
    out.push_str(rest);
    out
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    digits.contains(|it: char| it.is_ascii_digit())
        && digits.chars().all(|it| it.is_ascii_hexdigit() || it == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::invocation::{Exit, FunctionError, Phase};

    fn failed(message: &str) -> Option<Symptom> {
        let error = FunctionError {
            error_type: "ValueError".to_owned(),
            message: message.to_owned(),
            ..FunctionError::default()
        };
        Symptom::of(&InvocationResult::FunctionError(error), None)
    }

    #[test]
    fn a_place_or_an_id_in_a_message_makes_no_other_failure() {
        let at = |line| failed(&format!("record {line}: Expecting value: line 1 column {line}"));
        assert_eq!(at(3), at(271));
        let request = |id: &str| failed(&format!("<object at 0x7f{id}> of {id}-8c1d-4f00-9e0a-ff"));
        assert_eq!(request("01ab22cd"), request("99ab22ce"));
        assert_ne!(failed("'price'"), failed("'amount'"));
        assert_ne!(failed("'field1'"), failed("'field2'"));
        assert_ne!(failed(""), failed("'price'"));
    }

    #[test]
    fn what_is_quoted_does_not_make_another_cause() {
        let cause = |message| failed(message).unwrap().cause().unwrap();
        let is_like = |one, two| failed(one).unwrap().is_like(&cause(two));
        assert!(is_like(
            r#"Unexpected token '}', "{"a":}" is not valid JSON"#,
            r#"Unexpected token 'x', "{"b":"y",x}" is not valid JSON"#
        ));
        assert!(is_like("can't read 'a' at byte 3", "can't read 'b' at byte 17"));
        assert!(!is_like("can't read 'a'", "can't write 'a'"));
        assert!(!is_like("a 'quote", "b 'quote"));
    }

    #[test]
    fn exit_codes_and_kinds_differ() {
        let exited = |code| {
            let exit = Exit::Code(code);
            Symptom::of(&InvocationResult::Exited { exit, phase: Phase::Invoke }, None)
        };
        assert_eq!(exited(1), exited(1));
        assert_ne!(exited(1), exited(3));
        assert_ne!(exited(1), failed("the process ended"));
    }

    #[test]
    fn of_several_rules_that_of_the_whole_batch_is_searched_for_first() {
        let broken = |rules: &[Rule]| Symptom::Broken(rules.iter().copied().collect());
        let both = broken(&[Rule::RecordMissing, Rule::ResultMisspelt]);
        let cause = both.cause().unwrap();
        assert_eq!(cause, Cause::Breaks(Rule::ResultMisspelt));
        assert!(both.has(&cause) && broken(&[Rule::ResultMisspelt]).is_like(&cause));
        assert!(!broken(&[Rule::RecordMissing]).has(&cause));
        assert!(!failed("`result` is `OK`").unwrap().is_like(&cause));
        let single = broken(&[Rule::RecordMissing, Rule::DataMissing]).cause();
        assert_eq!(single, Some(Cause::Breaks(Rule::RecordMissing)), "the first of the list");
    }

    #[test]
    fn only_the_size_of_a_response_adds_up() {
        let adds_up = |result: &InvocationResult| {
            Symptom::of(result, None).unwrap().cause().unwrap().adds_up()
        };
        let error = |error_type: &str, message: &str| {
            let (error_type, message) = (error_type.to_owned(), message.to_owned());
            let error = FunctionError { error_type, message, ..FunctionError::default() };
            InvocationResult::FunctionError(error)
        };
        assert!(adds_up(&InvocationResult::TooLarge { bytes: 7_000_000 }));
        assert!(adds_up(&error("Function.ResponseSizeTooLarge", "")));
        assert!(adds_up(&error("", "Response payload size exceeded maximum allowed payload size")));
        assert!(!adds_up(&error("ValueError", "10 MB; Lambda accepts 6")));
    }

    #[test]
    fn a_response_without_broken_rules_is_no_failure() {
        assert_eq!(Symptom::of(&InvocationResult::Response(b"{}".to_vec()), None), None);
    }
}
