//! What all delivery streams of a Region do: their descriptions, and the metrics of many
//! in one call.

use std::cell::RefCell;
use std::time::Duration;

use super::metrics::metrics;
use super::offline;
use super::waves::Wave;
use crate::aws::{FirehoseClient, Service, Session};
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use firehose::description::Description;
use firehose::diagnosis::{Facts, Health};
use firehose::known::Known;
use firehose::limits::CONTROL_CALLS_A_SECOND;
use firehose::time::Millis;

/// The delivery streams of a Region.
#[derive(Debug)]
pub struct Overview {
    /// By name.
    pub streams: Vec<StreamFacts>,
    /// There are more.
    pub has_more: bool,
}

/// A stream, and what its description and its metrics tell.
#[derive(Debug)]
pub struct StreamFacts {
    /// Its name.
    pub name: String,
    /// The facts.
    pub facts: Known<Facts>,
}

/// Looks at the first `limit` streams.
pub async fn overview(
    session: &Session,
    limit: usize,
    now: Millis,
    window: Duration,
    context: &Context,
) -> Result<Overview, Error> {
    let client = FirehoseClient::new(session);
    let (names, has_more) = client.names(limit).await?;
    let described = describe(session, &client, &names, context).await.into_iter();
    let mut facts: Vec<_> =
        described.map(|found| found.map(|it| Facts { window, ..offline(it, now) })).collect();
    let is_emulated = session.is_emulated(Service::CloudWatch);
    let described = facts.iter().filter_map(Known::yes);
    let questions = described.map(|it| Health::questions(it, is_emulated)).collect();
    let mut found = metrics(session, questions, now, window).await.into_iter();
    for facts in &mut facts {
        if let Known::Yes(facts) = facts {
            facts.metrics = found.next().unwrap_or(Known::NotAsked);
        }
    }
    let streams = names.into_iter().zip(facts).map(|(name, facts)| StreamFacts { name, facts });
    Ok(Overview { streams: streams.collect(), has_more })
}

/// Describes streams: on AWS no faster than it answers, elsewhere at once.
async fn describe(
    session: &Session,
    client: &FirehoseClient<'_>,
    names: &[String],
    context: &Context,
) -> Vec<Known<Description>> {
    let begun = tokio::time::Instant::now();
    let is_paced = session.endpoint(Service::Firehose).is_none();
    let total = u64::try_from(names.len()).unwrap_or(u64::MAX);
    let bar = ProgressBar::new(context, "{bar:20} {pos} of {len} {msg}", Some(total));
    let progress = RefCell::new((0, bar));
    let one = |(name, number): (&String, u32)| {
        let (name, progress) = (name.clone(), &progress);
        // The first second's worth at once.
        let late = number.saturating_sub(CONTROL_CALLS_A_SECOND);
        let due = Duration::from_secs(u64::from(late)) / CONTROL_CALLS_A_SECOND;
        async move {
            if is_paced {
                tokio::time::sleep_until(begun + due).await;
            }
            let found = client.fact(&name).await;
            let (done, bar) = &mut *progress.borrow_mut();
            *done += 1;
            bar.show(*done, || "delivery streams".to_owned());
            found
        }
    };
    Wave::all(names.iter().zip(0..).map(one)).await
}
