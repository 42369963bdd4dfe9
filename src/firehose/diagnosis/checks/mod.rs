//! The checks, a file a theme. Each is a function of the facts alone.

pub(super) mod encryption;
pub(super) mod format;
pub(super) mod function;
pub(super) mod invoke;
pub(super) mod logs;
pub(super) mod place;
pub(super) mod source;
pub(super) mod stream;
pub(super) mod traffic;

use std::time::Duration;

use super::super::stream::StreamSource;
use super::super::time::write_length;
use super::{Facts, Finding, Part, Purpose, ask};

/// A finding if `role` may not do what `purpose` needs; `effect` says what follows.
fn allowed(facts: &Facts, purpose: Purpose, what: &str, effect: &str) -> Part {
    let Some(denied) = ask(facts.denied(purpose))? else {
        return Finding::error(format!("the role for it does not exist: {what}"))
            .why(effect)
            .found();
    };
    if denied.is_empty() {
        return Ok(None);
    }
    let asked = facts.permissions.iter().find(|it| it.question.purpose == purpose);
    let resource = asked.map(|it| it.question.resource.as_str()).unwrap_or_default();
    // The simulator does not read the policies of buckets, keys and functions, which may
    // allow what those of the role do not; what is denied is denied.
    let is_explicit = |it: &&String| it.contains("explicitDeny");
    let essential: Vec<_> = denied.iter().filter(|it| purpose.is_essential(it)).collect();
    let mut finding = if essential.is_empty() {
        let names: Vec<_> = denied.iter().filter_map(|it| it.split(' ').next()).collect();
        Finding::warning(format!("the role is not allowed {}", names.join(", ")))
            .likely()
            .why("The policy that AWS documents for the role allows it.")
    } else {
        let names: Vec<_> = essential.iter().filter_map(|it| it.split(' ').next()).collect();
        let finding = Finding::error(format!("{what} ({})", names.join(", "))).why(effect);
        if essential.iter().copied().any(|it| is_explicit(&it)) {
            finding
        } else {
            finding.likely()
        }
    };
    finding = finding.seen(format!("IAM's simulator on {resource}: {}", denied.join(", ")));
    finding.fix.extend(facts.allow(purpose));
    finding.found()
}

impl Facts {
    /// How long writing to S3 is retried (developer guide, "Handle data delivery
    /// failures").
    fn s3_retries(&self) -> &'static str {
        match self.stream.source {
            StreamSource::DirectPut => {
                "Firehose retries for up to 24 hours. After that, the records are lost."
            }
            _ => {
                "Firehose retries until the records expire in the source. After that, they are lost."
            }
        }
    }
}

/// A length of time in words.
fn seconds(seconds: u64) -> String {
    write_length(Duration::from_secs(seconds))
}
