//! What `--payload` takes, alike in `fh event` and `fh send-demo`.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::error::Error;
use firehose::demo::{ContentType, SampleKind};

/// Reads the name of a kind; completion and errors know all of them.
pub(super) fn parser() -> impl TypedValueParser<Value = SampleKind> {
    let names = SampleKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names)
        .try_map(|name| SampleKind::find(&name).ok_or("there is none of this name"))
}

/// What the flags make of the payloads of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) kind: SampleKind,
    pub(super) gzip: bool,
    pub(super) newline: bool,
    pub(super) log_events: Option<u64>,
    /// The flag that makes gzip of gzip, and what it does with it.
    pub(super) gzip_twice: &'static str,
}

impl Form {
    /// Refuses flags that the kind does not go with, with what to do instead.
    pub(super) fn check(&self) -> Result<(), Error> {
        let kind = self.kind.as_str();
        if self.gzip && self.kind.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip already"))
                .hint(format!("leave `--gzip` out{}", self.gzip_twice)));
        }
        if self.newline && self.kind.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip: no newline can follow it"))
                .hint("leave `--newline` out; CloudWatch Logs puts none between its records"));
        }
        if self.newline && self.kind.content_type() == ContentType::Protobuf {
            return Err(Error::user(format!("`{kind}` is protobuf: a newline would break it"))
                .hint("leave `--newline` out; the length before each message separates them"));
        }
        if self.log_events.is_some() && !self.kind.has_log_events() {
            let kinds: Vec<_> = SampleKind::ALL.iter().filter(|it| it.has_log_events()).collect();
            let kinds: Vec<_> = kinds.iter().map(|it| format!("`{}`", it.as_str())).collect();
            return Err(Error::user(format!("`{kind}` has no log events"))
                .hint(format!("`--log-events` is for {}", kinds.join(", "))));
        }
        Ok(())
    }
}
