//! Subscription filters: what is logged goes to a delivery stream as well.

use super::pattern::Pattern;
use super::{Logs, Refusal};
use firehose::compress::Gzip;
use firehose::subscription::{LogBatch, control_message};

/// Filters of a group (user guide, CloudWatch Logs quotas).
const MAX_FILTERS: usize = 2;

/// Bytes of the messages of a batch, before gzip: ours. A record has 1,000 KiB.
const BATCH: usize = 256 * 1024;

/// Batches that wait to be sent: ours.
const MAX_DELIVERIES: usize = 1000;

/// A subscription filter.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) pattern: String,
    parsed: Pattern,
    pub(super) destination: String,
    /// ARN of the role that is taken for it.
    pub(super) role: Option<String>,
    /// Milliseconds since 1970.
    pub(super) created: i64,
}

/// A record on its way to a delivery stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The ARN of the delivery stream.
    pub destination: String,
    /// A batch of events, in gzip.
    pub record: Vec<u8>,
}

impl Logs {
    /// The record that asks whether a destination can be reached.
    pub(super) fn control(now: i64) -> Vec<u8> {
        Gzip::new().compress(control_message("", now).as_bytes())
    }

    /// Sends what matches a pattern to a destination, with this role, from now on.
    pub(super) fn subscribe(
        &mut self,
        group: &str,
        name: &str,
        pattern: &str,
        (destination, role): (&str, Option<&str>),
        now: i64,
    ) -> Result<(), Refusal> {
        super::check_name("filterName", name, |byte| !b":*".contains(&byte), "[^:*]*")?;
        let parsed = Pattern::parse(pattern).map_err(Refusal::Invalid)?;
        let filters = &mut self.group(group, now)?.filters;
        if !filters.contains_key(name) && filters.len() >= MAX_FILTERS {
            return Err(Refusal::Limit("Resource limit exceeded.".to_owned()));
        }
        let subscription = Subscription {
            pattern: pattern.to_owned(),
            parsed,
            destination: destination.to_owned(),
            role: role.map(str::to_owned),
            created: now,
        };
        filters.insert(name.to_owned(), subscription);
        Ok(())
    }

    /// Makes records of events: their ids, times and messages.
    pub(super) fn deliver(&mut self, group: &str, stream: &str, events: &[(String, i64, String)]) {
        let Some(found) = self.groups.get(group) else { return };
        let mut gzip = Gzip::new();
        for (filter, subscription) in &found.filters {
            let owner = &self.settings.account;
            let batch = LogBatch { owner, group, stream, filter };
            let matches =
                |(.., message): &&(String, i64, String)| subscription.parsed.matches(message);
            let matching: Vec<_> = events.iter().filter(matches).collect();
            for part in batches(&matching) {
                let events = part.iter().map(|(id, at, text)| (id.as_str(), *at, text.as_str()));
                if self.deliveries.len() < MAX_DELIVERIES {
                    self.deliveries.push(Delivery {
                        destination: subscription.destination.clone(),
                        record: gzip.compress(&batch.write(events)),
                    });
                }
            }
        }
    }

    /// What is to be sent.
    pub fn take_deliveries(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.deliveries)
    }
}

/// Events in parts whose messages are no larger than a batch, or one.
fn batches<'a>(
    events: &'a [&'a (String, i64, String)],
) -> impl Iterator<Item = &'a [&'a (String, i64, String)]> {
    let mut rest = events;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |(.., message): &&&(String, i64, String)| {
            bytes += message.len();
            bytes <= BATCH
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (part, after) = rest.split_at_checked(count)?;
        rest = after;
        Some(part)
    })
}
