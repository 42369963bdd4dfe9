//! Metrics of one stream, or of many in as few calls as possible.

use std::time::Duration;

use super::waves::Wave;
use crate::aws::{MetricQuery, Series, Session};
use firehose::diagnosis::{MetricQuestion, Metrics, period};
use firehose::known::Known;
use firehose::time::{self, Millis};

/// Queries of a call (API reference, `GetMetricData`).
const MAX_QUERIES: usize = 500;

/// The metrics of `window` before `now`, for each list of questions.
pub(super) async fn metrics(
    session: &Session,
    questions: Vec<Vec<MetricQuestion>>,
    now: Millis,
    window: Duration,
) -> Vec<Known<Metrics>> {
    let calls = calls(&questions).into_iter();
    let asked = calls.map(|lists| of_call(session, lists, now, window));
    Wave::all(asked).await.into_iter().flatten().collect()
}

/// The lists, as many in a call as fit.
fn calls(lists: &[Vec<MetricQuestion>]) -> Vec<&[Vec<MetricQuestion>]> {
    let (mut calls, mut rest, mut queries, mut count) = (Vec::new(), lists, 0, 0);
    for list in lists {
        if queries + list.len() > MAX_QUERIES
            && let Some((call, others)) = rest.split_at_checked(count)
        {
            calls.push(call);
            (rest, queries, count) = (others, 0, 0);
        }
        queries += list.len();
        count += 1;
    }
    calls.push(rest);
    calls
}

async fn of_call(
    session: &Session,
    lists: &[Vec<MetricQuestion>],
    now: Millis,
    window: Duration,
) -> Vec<Known<Metrics>> {
    let all: Vec<_> = lists.iter().flatten().collect();
    if all.is_empty() {
        return lists.iter().map(|_| Known::NotAsked).collect();
    }
    let period = u32::try_from(period(window).as_secs()).unwrap_or(86_400);
    // Each series of a call needs a name of its own.
    let ids: Vec<_> = (0..all.len()).map(|number| format!("q{number}")).collect();
    let dimensions: Vec<_> =
        all.iter().map(|it| [(it.dimension.0, it.dimension.1.as_str())]).collect();
    let queries: Vec<_> = all
        .iter()
        .zip(ids.iter().zip(&dimensions))
        .map(|(it, (id, dimensions))| MetricQuery {
            id,
            namespace: it.namespace,
            metric: &it.metric,
            dimensions,
            statistic: it.statistic,
        })
        .collect();
    match session.metrics(&queries, time::before(now, window), now, period).await {
        Known::Yes(series) => {
            let mut points = series.into_iter().map(|Series { points, .. }| points);
            let of = |list: &Vec<MetricQuestion>| {
                // All are taken from `points`, whatever is wrong with one: the next list's follow.
                let of: Vec<_> = list.iter().map(|it| it.id).zip(points.by_ref()).collect();
                let of = of.into_iter().map(|(id, points)| Ok((id, points?)));
                match of.collect::<Result<_, String>>() {
                    Ok(all) => Known::Yes(Metrics(all)),
                    Err(why) => Known::Failed(why),
                }
            };
            lists.iter().map(of).collect()
        }
        other => {
            let unknown = other.map(|_| Metrics::default());
            lists.iter().map(|_| unknown.clone()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_as_many_queries_as_aws_takes() {
        let question = |number: usize| MetricQuestion {
            id: "incoming",
            namespace: "AWS/Firehose",
            metric: number.to_string(),
            dimension: ("DeliveryStreamName", "orders".to_owned()),
            statistic: "Sum",
        };
        for (streams, of_each, expected) in
            [(0, 6, 1), (1, 6, 1), (83, 6, 1), (84, 6, 2), (500, 6, 7), (3, 500, 3), (2, 0, 1)]
        {
            let lists: Vec<Vec<_>> = vec![(0..of_each).map(question).collect(); streams];
            let calls = calls(&lists);
            assert_eq!(
                (calls.concat(), calls.len()),
                (lists.clone(), expected),
                "{streams} of {of_each}"
            );
            let queries = calls.iter().map(|call| call.iter().map(Vec::len).sum::<usize>());
            assert!(queries.max() <= Some(MAX_QUERIES), "{streams} of {of_each}");
        }
    }
}
