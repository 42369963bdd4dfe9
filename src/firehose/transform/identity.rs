//! What a record is called: its sequence number, and the `recordId` made of it.

use std::fmt::Write as _;

use crate::json::Token;

/// Digits of a sequence number.
const SEQUENCE: usize = 56;
/// What an id of 160 characters starts with, before 84 zeros.
const SHARD: &str = "shardId-";
const ZEROS: usize = 84;

/// The name of a record: a sequence number, and its place in an aggregate.
///
/// Ids were seen in two forms: 62 digits (a sequence number and 6 more) and,
/// since 2025, 160 characters (`shardId-`, 84 zeros, a sequence number, 12
/// more). That the last digits are the place in an aggregate is inferred.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordIdentity {
    /// 56 digits.
    pub(super) sequence: String,
    /// 0 outside of aggregates.
    pub(super) subsequence: u32,
    /// The id has 160 characters.
    pub(super) is_long: bool,
}

impl RecordIdentity {
    /// Reads what failure objects have of it: JSON tokens of `sequenceNumber`
    /// or `EventId`, and of `subSequenceNumber`.
    ///
    /// `EventId` is `4957….0` in old objects of Splunk and `65:shardId-000…`
    /// in those of 2025. What is of no known form has no identity.
    pub(crate) fn of_failure(name: Token<'_>, subsequence: Option<Token<'_>>) -> Option<Self> {
        let name = str::from_utf8(name.body()?).ok()?;
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        if let Some(digits) = name.strip_prefix(SHARD) {
            let (zeros, digits) = digits.split_at_checked(ZEROS)?;
            let (sequence, subsequence) = digits.split_at_checked(SEQUENCE)?;
            let is_good = zeros.bytes().all(|zero| zero == b'0') && subsequence.len() == 12;
            return Self::new(sequence, subsequence, true).filter(|_| is_good);
        }
        let (sequence, place) = name.split_once('.').unwrap_or((name, "0"));
        let subsequence = subsequence
            .and_then(|token| str::from_utf8(token.raw()).ok())
            .filter(|token| *token != "null")
            .unwrap_or(place);
        Self::new(sequence, subsequence, false)
    }

    fn new(sequence: &str, subsequence: &str, is_long: bool) -> Option<Self> {
        let is_good = sequence.len() == SEQUENCE && sequence.bytes().all(|it| it.is_ascii_digit());
        // Six digits are what the short form has room for.
        let subsequence = subsequence.parse().ok().filter(|place| *place < 1_000_000)?;
        is_good.then(|| Self { sequence: sequence.to_owned(), subsequence, is_long })
    }

    /// Appends the `recordId`.
    pub(super) fn push_id(&self, out: &mut String) {
        let Self { sequence, subsequence, is_long } = self;
        // Writing to a string does not fail.
        let _unused = if *is_long {
            write!(out, "{SHARD}{:0ZEROS$}{sequence}{subsequence:012}", 0)
        } else {
            write!(out, "{sequence}{subsequence:06}")
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "49668231907715301429481730562918473650281947365019283746";

    fn id(name: &str, subsequence: Option<&str>) -> Option<String> {
        let token = format!("\"{name}\"");
        let subsequence = subsequence.map(|token| Token::new(token.as_bytes()));
        let identity = RecordIdentity::of_failure(Token::new(token.as_bytes()), subsequence)?;
        let mut id = String::new();
        identity.push_id(&mut id);
        Some(id)
    }

    #[test]
    fn failures_of_every_year_name_their_record() {
        assert_eq!(id(NUMBER, None), Some(format!("{NUMBER}000000")));
        assert_eq!(id(NUMBER, Some("3")), Some(format!("{NUMBER}000003")));
        assert_eq!(id(NUMBER, Some("null")), Some(format!("{NUMBER}000000")));
        assert_eq!(id(&format!("{NUMBER}.2"), None), Some(format!("{NUMBER}000002")));
        let long = format!("shardId-{}{NUMBER}000000000007", "0".repeat(84));
        assert_eq!(long.len(), 160);
        assert_eq!(id(&long, None), Some(long.clone()));
        assert_eq!(id(&format!("000000000000000065:{long}"), None), Some(long));
    }

    #[test]
    fn what_is_of_no_known_form_names_none() {
        for name in [
            "",
            "record1",
            "shardId-000",
            "é",
            &NUMBER.replacen('4', "", 1),
            &format!("{NUMBER}.x"),
        ] {
            assert_eq!(id(name, None), None, "{name}");
        }
        assert_eq!(id(NUMBER, Some("1000000")), None);
        assert_eq!(RecordIdentity::of_failure(Token::new(b"17"), None), None);
    }
}
