//! Which records are wanted: the flags that all commands have that read
//! failure records.

use std::time::SystemTime;

use jiff::tz::TimeZone;
use regex::bytes::Regex;

use crate::aws::Arrived;
use crate::context;
use crate::error::Error;
use crate::times;
use crate::times::When;
use firehose::decode::Decoded;
use firehose::failure::FailureRecord;
use firehose::s3::prefix::Window;

/// Characters of a code that are looked at.
const LONGEST_CODE: usize = 256;

/// Flags that leave records out.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only records whose error code contains this, ignoring case (repeatable)
    #[arg(long, value_name = "CODE", help_heading = "Filters")]
    pub(crate) code: Vec<String>,

    /// Only records whose decoded content matches this regular expression
    #[arg(long, value_name = "REGEX", help_heading = "Filters")]
    pub(crate) grep: Option<Regex>,

    /// Only records that arrived since: 10m, 14:05, yesterday, 2026-11-22 14:05, RFC 3339 or epoch time
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub(crate) since: Option<When>,

    /// Only records that arrived until this time
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub(crate) until: Option<When>,
}

impl FilterArgs {
    /// The same flags for another command; its clock shows another time.
    pub(crate) fn to_args(&self, settled: &Filter) -> Vec<String> {
        let codes = self.code.iter().map(|code| ("--code", Some(code.clone())));
        let others = [
            ("--grep", self.grep.as_ref().map(ToString::to_string)),
            ("--since", settled.since.and_then(times::rfc3339)),
            ("--until", settled.until.and_then(times::rfc3339)),
        ];
        let given = codes.chain(others).filter_map(|(flag, value)| Some((flag, value?)));
        given.flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }
}

/// Flags that leave records out, settled.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// In lower case.
    codes: Vec<String>,
    grep: Option<Regex>,
    /// Milliseconds since 1970.
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// Whether a record is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wanted,
    Unwanted,
    /// A time was asked for, and it has none.
    Timeless,
}

impl Filter {
    pub(crate) fn new(args: &FilterArgs, now: SystemTime, zone: &TimeZone) -> Result<Self, Error> {
        let (since, until) = times::resolve(args.since, args.until, now, zone)?;
        let codes = args.code.iter().map(|code| code.trim().to_lowercase()).collect();
        Ok(Self { codes, grep: args.grep.clone(), since, until })
    }

    /// Judges by what Firehose says of the record.
    pub(crate) fn judge(&self, record: &FailureRecord<'_>) -> Verdict {
        if !self.has_code(record) {
            return Verdict::Unwanted;
        }
        match record.arrival {
            _ if self.since.is_none() && self.until.is_none() => Verdict::Wanted,
            None => Verdict::Timeless,
            Some(arrival) => {
                let is_late = self.since.is_none_or(|since| arrival >= since);
                let is_early = self.until.is_none_or(|until| arrival <= until);
                if is_late && is_early { Verdict::Wanted } else { Verdict::Unwanted }
            }
        }
    }

    /// True if the error code is one that is wanted.
    pub(crate) fn has_code(&self, record: &FailureRecord<'_>) -> bool {
        if self.codes.is_empty() {
            return true;
        }
        let code = record.code.map(|token| token.text_up_to(LONGEST_CODE));
        self.is_code(&code.unwrap_or_default())
    }

    /// True for an error code that is wanted.
    pub(crate) fn is_code(&self, code: &str) -> bool {
        let code = code.to_lowercase();
        self.codes.is_empty() || self.codes.iter().any(|wanted| code.contains(wanted))
    }

    /// Parts of the codes that are wanted, in lower case; none for any code.
    pub(crate) fn codes(&self) -> &[String] {
        &self.codes
    }

    /// When the records that are wanted arrived.
    pub(crate) fn window(&self, now: SystemTime) -> Window {
        let until = self.until.unwrap_or_else(|| context::milliseconds(now));
        Window { since: self.since, until }
    }

    /// The same for objects; one that began after now still counts.
    pub(crate) const fn arrived(&self) -> Arrived {
        Arrived { since: self.since, until: self.until }
    }

    /// True if the content decides too.
    pub(crate) const fn needs_content(&self) -> bool {
        self.grep.is_some()
    }

    /// Judges by what is in the record: JSON on one line, other content as it
    /// is.
    pub(crate) fn fits(&self, decoded: &Decoded<'_>) -> bool {
        let content = if decoded.content.has_json() { decoded.formatted } else { decoded.text() };
        self.grep.as_ref().is_none_or(|grep| grep.is_match(content))
    }
}
