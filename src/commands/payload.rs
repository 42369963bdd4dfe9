//! Which flags go with which `--payload`, alike in `fh event` and `fh send-demo`.

use crate::error::Error;
use firehose::demo::{ContentType, SampleKind};

/// What the flags make of the payloads of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct PayloadForm {
    pub(super) kind: SampleKind,
    pub(super) gzip: bool,
    pub(super) newline: bool,
    pub(super) log_events: Option<u64>,
    /// The flag that makes gzip of gzip, and what it does with it.
    pub(super) gzip_twice: &'static str,
}

impl PayloadForm {
    /// Refuses flags that the kind does not go with, with what to do instead.
    pub(super) fn check(&self) -> Result<(), Error> {
        let kind = self.kind.as_str();
        if self.gzip && self.kind.is_gzip() {
            return Err(Error::user(format!("`{kind}` is already gzip"))
                .hint(format!("omit `--gzip`{}", self.gzip_twice)));
        }
        if self.newline && self.kind.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip and cannot end with a newline"))
                .hint("omit `--newline`; CloudWatch Logs puts none between its records"));
        }
        if self.newline && self.kind.content_type() == ContentType::Protobuf {
            return Err(Error::user(format!("`{kind}` is protobuf: a newline would break it"))
                .hint("omit `--newline`; the length before each message separates them"));
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
