//! Looks at all records before the first is sent.

use crate::context::{self, Context};
use crate::error::Error;
use crate::sending::FeedItem;
use crate::terminal;
use firehose::put::BatchCounter;

/// Records that are named one by one.
const NAMED: u64 = 10;

/// What there is to send.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SendSurvey {
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) requests: u64,
    /// Records and inputs that cannot be sent.
    pub(super) bad: u64,
}

impl SendSurvey {
    /// Reads everything. What cannot be sent is named, and then refused unless
    /// the rest is still to be sent.
    pub(super) fn of(
        records: impl Iterator<Item = FeedItem>,
        skips_bad: bool,
        context: &Context,
    ) -> Result<Self, Error> {
        let mut survey = Self::default();
        let mut batches = BatchCounter::default();
        for fed in records {
            match fed {
                FeedItem::Records(records) => {
                    for record in records {
                        survey.records += 1;
                        survey.bytes += record.payload.len() as u64;
                        survey.requests += u64::from(batches.begins_a_batch(&record));
                    }
                }
                FeedItem::LeftOut(error) => {
                    survey.bad += 1;
                    // Those that are left out are named when they are.
                    if !skips_bad && survey.bad <= NAMED {
                        context::report(&error);
                    }
                }
                FeedItem::Notice(text) if !skips_bad => context.info(&format!("fh: {text}")),
                FeedItem::Notice(_) => {}
                FeedItem::Failed(error) => return Err(error),
            }
        }
        if survey.bad == 0 || skips_bad {
            return Ok(survey);
        }
        let bad = terminal::plural(survey.bad, "record");
        let error = Error::user(format!("{bad} cannot be sent, so nothing was sent"));
        let rest = terminal::group(survey.records);
        Err(match survey.records {
            0 => error,
            _ => error.hint(format!("`--skip-bad` sends the other {rest}")),
        })
    }
}
