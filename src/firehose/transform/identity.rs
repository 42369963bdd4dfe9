//! What a record is called: its sequence number, and the `recordId` made of it.

use std::fmt::Write as _;

use crate::json::Token;

/// Digits of a sequence number.
const SEQUENCE: usize = 56;
/// What a shard's name and an id of 160 characters start with.
const SHARD: &str = "shardId-";
/// Digits of a shard's number, in its name and in an id.
const SHARD_DIGITS: usize = 12;
/// Zeros between the shard's number and the sequence number in an id.
const ZEROS: usize = 72;

/// How an id is written.
///
/// Every public capture since December 2024 has 160 characters, for Direct PUT
/// and Kinesis sources: `shardId-`, the shard's number, 72 zeros, the sequence
/// number, 12 digits more. Older ones have 62 digits, a sequence number and 6
/// more, and so has the one sample of an MSK source (aws-lambda-java-libs, 2024).
/// That the last digits are the place in an aggregate is inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum IdForm {
    /// 62 digits.
    Short,
    /// 160 characters, with the number of the shard; 0 for Direct PUT.
    Long { shard: u64 },
}

impl IdForm {
    /// The number of the shard that the id names, or `unknown`.
    pub(super) const fn shard(self, unknown: u64) -> u64 {
        match self {
            Self::Short => unknown,
            Self::Long { shard } => shard,
        }
    }
}

/// The name of a record: a sequence number, and its place in an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordIdentity {
    /// 56 digits.
    pub(super) sequence: String,
    /// 0 outside of aggregates.
    pub(super) subsequence: u32,
    /// `None` if only the sequence number is known.
    pub(super) form: Option<IdForm>,
}

impl RecordIdentity {
    /// Reads what failure objects have of it: JSON tokens of `sequenceNumber`
    /// or `EventId`, and of `subSequenceNumber`.
    ///
    /// `EventId` is `4957….0` in old objects of Splunk, whose ids had 62 digits,
    /// and `65:shardId-000…` in those of 2025; a bare number does not show how
    /// the id was written. What is of no known form has no identity.
    pub(crate) fn of_failure(name: Token<'_>, subsequence: Option<Token<'_>>) -> Option<Self> {
        let name = str::from_utf8(name.body()?).ok()?;
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        if let Some(digits) = name.strip_prefix(SHARD) {
            let (shard, digits) = digits.split_at_checked(SHARD_DIGITS)?;
            let (zeros, digits) = digits.split_at_checked(ZEROS)?;
            let (sequence, subsequence) = digits.split_at_checked(SEQUENCE)?;
            let is_good = is_digits(shard)
                && zeros.bytes().all(|zero| zero == b'0')
                && subsequence.len() == 12;
            let form = Some(IdForm::Long { shard: shard.parse().ok()? });
            return Self::new(sequence, subsequence, form).filter(|_| is_good);
        }
        let form = name.contains('.').then_some(IdForm::Short);
        let (sequence, place) = name.split_once('.').unwrap_or((name, "0"));
        let subsequence = subsequence
            .and_then(|token| str::from_utf8(token.raw()).ok())
            .filter(|token| *token != "null")
            .unwrap_or(place);
        Self::new(sequence, subsequence, form)
    }

    fn new(sequence: &str, subsequence: &str, form: Option<IdForm>) -> Option<Self> {
        let is_good = sequence.len() == SEQUENCE && is_digits(sequence);
        // Six digits are what the short form has room for.
        let subsequence = subsequence.parse().ok().filter(|place| *place < 1_000_000)?;
        is_good.then(|| Self { sequence: sequence.to_owned(), subsequence, form })
    }

    /// Appends the `recordId`, short unless a form is known.
    pub(super) fn push_id(&self, out: &mut String) {
        let Self { sequence, subsequence, form } = self;
        // Writing to a string does not fail.
        let _unused = match form.unwrap_or(IdForm::Short) {
            IdForm::Short => write!(out, "{sequence}{subsequence:06}"),
            IdForm::Long { shard } => {
                push_shard(out, shard);
                write!(out, "{:0ZEROS$}{sequence}{subsequence:012}", 0)
            }
        };
    }
}

/// Appends the name of a shard: `shardId-000000000003`.
pub(super) fn push_shard(out: &mut String, shard: u64) {
    // Writing to a string does not fail.
    let _unused = write!(out, "{SHARD}{shard:0SHARD_DIGITS$}");
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
        let other = format!("shardId-000000000003{}{NUMBER}000000000000", "0".repeat(72));
        assert_eq!(id(&other, None), Some(other));
        assert_eq!(id(&format!("000000000000000065:{long}"), None), Some(long));
    }

    #[test]
    fn what_is_of_no_known_form_names_none() {
        for name in [
            "",
            "record1",
            "shardId-000",
            "é",
            &format!("shardId-{}{NUMBER}000000000007", "+".repeat(84)),
            &format!("shardId-000000000000{}{NUMBER}000000000007", "1".repeat(72)),
            &NUMBER.replacen('4', "", 1),
            &format!("{NUMBER}.x"),
        ] {
            assert_eq!(id(name, None), None, "{name}");
        }
        assert_eq!(id(NUMBER, Some("1000000")), None);
        assert_eq!(RecordIdentity::of_failure(Token::new(b"17"), None), None);
    }
}
