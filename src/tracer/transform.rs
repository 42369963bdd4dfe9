//! Calls the transform with the records, to know what it makes of them.

use std::sync::Arc;

use super::TraceJob;
use crate::aws::NotInvoked;
use crate::function::DeployedFunction;
use firehose::limits::MAX_INVOCATION_PAYLOAD;
use firehose::names::{AccountId, FunctionName};
use firehose::s3::prefix::{KeySource, Prefix};
use firehose::stream::{DeliveryStream, DestinationKind, StreamSource};
use firehose::time::Millis;
use firehose::trace::{Asked, Expected, TraceEvent, What};
use firehose::transform::invocation::InvocationResult;
use firehose::transform::{
    Answer, Behaviors, CheckSettings, Event, EventWriter, Origin, Rule, Settled, SettledFate,
    Source, settle,
};

/// What the transform returned, and what to look for.
#[derive(Debug, Default)]
pub(super) struct Asking {
    pub(super) events: Vec<TraceEvent>,
    pub(super) expected: Vec<Expected>,
    /// Request ids of the calls, which are in the log of the function too.
    pub(super) requests: Vec<String>,
    /// A call may have run whose request id is not known.
    pub(super) has_unknown_call: bool,
}

/// Output of one call for a record: its bytes, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Output {
    Bytes(Vec<u8>),
    Dropped,
    Failed(&'static str),
}

/// Calls the function of the transform twice with all records and the controls.
pub(super) async fn ask(job: &TraceJob, stream: &DeliveryStream, now: Millis) -> Asking {
    let mut asking = Asking::default();
    let Some(transform) = stream.transform() else { return asking };
    let unseen = |why: String| TraceEvent {
        at: now,
        records: Vec::new(),
        what: What::Unseen { what: "the transform".to_owned(), why, may_hold: false },
    };
    let function: FunctionName = match transform.function_arn.parse() {
        Ok(function) => function,
        Err(why) => {
            asking.events.push(unseen(why));
            return asking;
        }
    };
    let Some((event, asked)) = event(job, stream, now) else {
        asking.events.push(unseen("the records are too large for one event".to_owned()));
        return asking;
    };
    let mut calls = Vec::new();
    for _ in 0..2 {
        let mut deployed = DeployedFunction::new(Arc::clone(&job.session), &function);
        match deployed.invoke(event.text()).await {
            Ok(called) => {
                asking.has_unknown_call |= called.request_id.is_none();
                asking.requests.extend(called.request_id);
                calls.push(outputs(&event, called.result, &settings(stream)));
            }
            Err(NotInvoked { error, may_have_run }) => {
                asking.has_unknown_call |= may_have_run;
                asking.events.push(unseen(error.to_string()));
                return asking;
            }
        }
    }
    let [first, second] = calls.as_slice() else { return asking };
    let count = job.records.len();
    for record in 0..count {
        let Some(what) = answer(first.get(record), second.get(record)) else { continue };
        let what = What::Answered(what);
        match asking.events.iter_mut().find(|it| it.what == what) {
            Some(event) => event.records.push(record),
            None => asking.events.push(TraceEvent { at: now, records: vec![record], what }),
        }
    }
    asking.expected = expected(first, second, count, asked);
    asking
}

/// What two calls returned for one record.
fn answer(first: Option<&Output>, second: Option<&Output>) -> Option<Asked> {
    Some(match (first?, second?) {
        (Output::Bytes(one), Output::Bytes(two)) => {
            Asked::Delivers { bytes: one.len(), is_same: one == two }
        }
        (Output::Dropped, Output::Dropped) => Asked::Drops,
        (Output::Failed(code), Output::Failed(other)) if code == other => Asked::Fails { code },
        _ => Asked::Differs,
    })
}

/// What to look for; `asked` says which of the controls were in the event.
fn expected(first: &[Output], second: &[Output], count: usize, asked: [bool; 2]) -> Vec<Expected> {
    let bytes = |output: Option<&Output>| match output {
        Some(Output::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    };
    let pairs: Vec<_> = (0..count)
        .filter_map(|at| Some((at, bytes(first.get(at))?, bytes(second.get(at))?)))
        .collect();
    let outputs: Vec<_> =
        pairs.iter().map(|(at, one, two)| (*at, [one.as_slice(), two.as_slice()])).collect();
    let twin = asked[0].then(|| bytes(first.get(count))).flatten();
    let other_at = count + usize::from(asked[0]);
    let other = asked[1].then(|| bytes(first.get(other_at))).flatten();
    Expected::of(&outputs, twin.as_deref(), other.as_deref())
}

/// An event with the records, and with as many controls as there are.
fn event(job: &TraceJob, stream: &DeliveryStream, now: Millis) -> Option<(Event, [bool; 2])> {
    let source = match &stream.source {
        StreamSource::Kinesis(_) => Source::Kinesis,
        StreamSource::Msk { .. } => Source::Msk,
        StreamSource::DirectPut | StreamSource::Other(_) => Source::DirectPut,
    };
    let origin = Origin {
        source,
        stream: stream.name.clone(),
        region: job.session.region().clone(),
        account: stream.account().parse().unwrap_or(AccountId::EXAMPLE),
        short_ids: false,
    };
    let mut writer = EventWriter::new(&origin, fastrand::u64(..), MAX_INVOCATION_PAYLOAD);
    if !job.records.iter().all(|it| writer.push(&it.payload, now, None)) {
        return None;
    }
    let mut pushed = [false; 2];
    for (is_pushed, control) in pushed.iter_mut().zip(&job.controls) {
        *is_pushed = control.as_ref().is_some_and(|it| writer.push(it, now, None));
    }
    Some((writer.event(), pushed))
}

/// What one call returned for each record of the event.
fn outputs(event: &Event, result: InvocationResult, settings: &CheckSettings) -> Vec<Output> {
    let ids: Vec<_> = event.ids().collect();
    match settle(event.source(), &ids, &Answer::Called(result), settings, Behaviors::default()) {
        Settled::CallFailed(fault) => vec![Output::Failed(fault.code); ids.len()],
        Settled::Records(settled) => {
            let output = |fate: SettledFate| match fate {
                SettledFate::Delivered { payload, .. } => {
                    Output::Bytes(settled.bytes.get(payload).unwrap_or_default().to_vec())
                }
                SettledFate::Dropped => Output::Dropped,
                SettledFate::Failed(fault) => Output::Failed(fault.code),
            };
            settled.fates.iter().cloned().map(output).collect()
        }
    }
}

/// How the stream judges a response.
fn settings(stream: &DeliveryStream) -> CheckSettings {
    let place = stream.destination.as_ref().and_then(|it| it.s3.as_ref());
    let prefix = place.and_then(|it| it.prefix.as_ref()?.parse::<Prefix>().ok());
    let keys = prefix.iter().flat_map(Prefix::partition_keys);
    let keys = keys.filter(|(source, _)| *source == KeySource::Lambda);
    let partition_keys: Vec<_> = keys.map(|(_, key)| key.to_owned()).collect();
    // Metadata that nothing asks for is not looked at.
    let ignored = if partition_keys.is_empty() {
        vec![Rule::PartitionKeyEmpty, Rule::PartitionKeyNotString]
    } else {
        Vec::new()
    };
    CheckSettings {
        retries: stream.transform().map_or(0, |it| it.retries),
        is_iceberg: stream
            .destination
            .as_ref()
            .is_some_and(|it| it.kind == DestinationKind::Iceberg),
        partition_keys,
        ignored,
        ..CheckSettings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_of_two_calls_says_proves_nothing() {
        let bytes = |text: &str| Output::Bytes(text.as_bytes().to_vec());
        let failed = || Output::Failed("Lambda.ProcessingFailedStatus");
        let fails = Asked::Fails { code: "Lambda.ProcessingFailedStatus" };
        for (first, second, asked) in [
            (bytes("a"), bytes("a"), Asked::Delivers { bytes: 1, is_same: true }),
            (bytes("a"), bytes("b"), Asked::Delivers { bytes: 1, is_same: false }),
            (Output::Dropped, Output::Dropped, Asked::Drops),
            (failed(), failed(), fails),
            (Output::Dropped, bytes("a"), Asked::Differs),
            (bytes("a"), Output::Dropped, Asked::Differs),
            (failed(), Output::Dropped, Asked::Differs),
            (failed(), Output::Failed("Lambda.FunctionError"), Asked::Differs),
        ] {
            assert_eq!(answer(Some(&first), Some(&second)), Some(asked), "{first:?} {second:?}");
        }
        assert_eq!(answer(Some(&Output::Dropped), None), None);
    }
}
