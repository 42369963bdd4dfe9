//! The document of a stream: a stable schema. What is not known is null, and named among
//! `unknown`.

use serde::Serialize;

use super::super::doctor::{Counts, FindingJson, UnknownJson, json};
use super::super::pipeline::{BARS, goal, source, steps};
use super::one::{SHOWN_CALLS, SHOWN_FINDINGS, StreamStatus};
use crate::times::rfc3339;
use firehose::diagnosis::{Facts, FailureCode, Failures, Severity, incoming};
use firehose::lambda_report::LambdaReport;
use firehose::stream::{Buffering, Destination};
use firehose::time::Millis;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusJson<'a> {
    time: Option<String>,
    stream: &'a str,
    region: &'a str,
    account: &'a str,
    status: &'a str,
    source: String,
    transform: Option<TransformJson<'a>>,
    destination: Option<DestinationJson<'a>>,
    logs: LogsJson<'a>,
    delay: Option<DelayJson>,
    traffic: Option<TrafficJson>,
    failures: Option<FailuresJson<'a>>,
    invocations: Option<InvocationsJson<'a>>,
    /// The last error of delivery that the stream logged, if it was looked for.
    delivery_error: Option<DeliveryErrorJson<'a>>,
    summary: Option<String>,
    /// The worst errors and warnings.
    findings: Vec<FindingJson<'a>>,
    checks: Counts,
    unknown: Vec<UnknownJson<'a>>,
    /// The command that shows all findings.
    doctor: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TransformJson<'a> {
    function_arn: &'a str,
    is_enabled: bool,
    timeout_seconds: Option<u32>,
    memory_mb: Option<u32>,
    retries: u32,
    buffer: BufferJson,
}

#[derive(Debug, Serialize)]
struct BufferJson {
    seconds: u64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DestinationJson<'a> {
    kind: &'static str,
    /// `s3://lake/orders/`, or the kind.
    place: String,
    buffer: BufferJson,
    /// Zero where delivery is retried until it succeeds.
    retry_seconds: u64,
    compression: Option<&'a str>,
    backup: Option<String>,
    /// What the objects of this hour are below.
    objects: Option<String>,
    /// What failures of this hour are below.
    failures: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogsJson<'a> {
    function_group: Option<&'a str>,
    error_group: Option<&'a str>,
    error_stream: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the unit is part of the names in JSON")]
struct DelayJson {
    most_seconds: u64,
    transform_seconds: Option<u64>,
    function_seconds: Option<u64>,
    destination_seconds: u64,
    usual_seconds: Option<u64>,
    failure_seconds: u64,
}

/// Sums of the window, and of its parts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TrafficJson {
    window_seconds: u64,
    /// Start of the first bar.
    start: Option<String>,
    bar_seconds: u64,
    incoming: SeriesJson,
    /// Null of a function of another account or Region of AWS: its metrics are there.
    calls: Option<SeriesJson>,
    call_errors: Option<SeriesJson>,
    delivered: SeriesJson,
    throttled: SeriesJson,
}

#[derive(Debug, Serialize)]
struct SeriesJson {
    total: u64,
    bars: Vec<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FailuresJson<'a> {
    objects: u64,
    /// How many of them were opened.
    opened: u64,
    /// False if not all were opened and read to their end: then there may be more records.
    is_complete: bool,
    places: &'a [String],
    codes: Option<Vec<CodeJson<'a>>>,
}

#[derive(Debug, Serialize)]
struct CodeJson<'a> {
    code: &'a str,
    records: u64,
    message: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InvocationsJson<'a> {
    /// False if there are later ones that were not read: then `last` is
    /// empty, and `lastError` null.
    is_complete: bool,
    /// The last exception that was logged. Null if a later call failed without one.
    last_error: Option<LastErrorJson<'a>>,
    /// The last ones, the newest first.
    last: Vec<InvocationJson>,
}

#[derive(Debug, Serialize)]
struct LastErrorJson<'a> {
    time: Option<String>,
    /// Its first line.
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct DeliveryErrorJson<'a> {
    time: Option<String>,
    code: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InvocationJson {
    time: Option<String>,
    request_id: String,
    milliseconds: u64,
    used_mb: u32,
    memory_mb: u32,
    status: Option<String>,
    error_type: Option<String>,
    is_cold: bool,
}

/// The document of a stream.
pub(super) fn of(status: &StreamStatus) -> impl Serialize {
    let facts = &status.facts;
    let (stream, examination) = (&facts.stream, status.examination());
    let destination = stream.destination.as_ref();
    let logging = destination.and_then(|it| it.logging.as_ref());
    let worst = examination.findings().into_iter();
    let worst = worst.filter(|(_, it)| it.severity >= Severity::Warning).take(SHOWN_FINDINGS);
    StatusJson {
        time: rfc3339(facts.now),
        stream: &stream.name,
        region: stream.region(),
        account: stream.account(),
        status: &stream.status,
        source: source(stream),
        transform: transform(facts),
        destination: destination.map(|it| self::destination(facts, it)),
        logs: LogsJson {
            function_group: facts.function.yes().map(|it| it.log_group.as_str()),
            error_group: logging.map(|it| it.group.as_str()),
            error_stream: logging.map(|it| it.stream.as_str()),
        },
        delay: delay(facts),
        traffic: traffic(facts),
        failures: facts.failures.yes().map(failures),
        invocations: invocations(facts),
        delivery_error: facts.delivery_error.yes().map(|it| DeliveryErrorJson {
            time: it.time.and_then(rfc3339),
            code: &it.code,
            message: &it.message,
        }),
        summary: examination.summary(),
        findings: worst.map(|(check, it)| json(check, it, &status.commands)).collect(),
        checks: Counts::of(&examination),
        unknown: examination.unknown(),
        doctor: status.doctor(),
    }
}

fn transform(facts: &Facts) -> Option<TransformJson<'_>> {
    let processing = &facts.stream.destination.as_ref()?.processing;
    let transform = processing.transform.as_ref()?;
    let function = facts.function.yes();
    Some(TransformJson {
        function_arn: &transform.function_arn,
        is_enabled: processing.is_enabled,
        timeout_seconds: function.and_then(|it| it.timeout),
        memory_mb: function.and_then(|it| it.memory),
        retries: transform.retries,
        buffer: buffer(transform.buffering),
    })
}

fn destination<'a>(facts: &Facts, it: &'a Destination) -> DestinationJson<'a> {
    DestinationJson {
        kind: it.kind.as_str(),
        place: goal(&facts.stream),
        buffer: buffer(it.buffering),
        retry_seconds: it.retry.as_secs(),
        compression: it.s3.as_ref().map(|it| it.compression.as_str()),
        backup: it.backup.as_ref().map(ToString::to_string),
        objects: facts.this_hour(),
        failures: facts.failures_now(),
    }
}

const fn buffer(it: Buffering) -> BufferJson {
    BufferJson { seconds: it.interval.as_secs(), bytes: it.bytes }
}

fn delay(facts: &Facts) -> Option<DelayJson> {
    let delay = facts.delay()?;
    Some(DelayJson {
        most_seconds: delay.most().as_secs(),
        transform_seconds: delay.delays.transform.map(|it| it.as_secs()),
        function_seconds: delay.function.map(|it| it.as_secs()),
        destination_seconds: delay.delays.destination.as_secs(),
        usual_seconds: delay.usual,
        failure_seconds: delay.failure.as_secs(),
    })
}

fn traffic(facts: &Facts) -> Option<TrafficJson> {
    let metrics = facts.metrics.yes()?;
    let (start, step) = steps(facts);
    let series =
        |id| SeriesJson { total: metrics.sum(id), bars: metrics.bars(id, start, step, BARS) };
    let asked = |id| metrics.is_asked(id).then(|| series(id));
    Some(TrafficJson {
        window_seconds: facts.window.as_secs(),
        start: rfc3339(start),
        bar_seconds: u64::try_from(step / 1000).unwrap_or_default(),
        incoming: series(incoming(&facts.stream.source)),
        calls: asked("calls"),
        call_errors: asked("call_errors"),
        delivered: series("delivered"),
        throttled: series("throttled"),
    })
}

fn failures(it: &Failures) -> FailuresJson<'_> {
    FailuresJson {
        objects: it.objects,
        opened: it.opened.unwrap_or(it.objects),
        is_complete: !it.is_part() && it.codes.yes().is_some(),
        places: &it.places,
        codes: it.codes.yes().map(|all| all.iter().map(code).collect()),
    }
}

fn code(it: &FailureCode) -> CodeJson<'_> {
    CodeJson { code: &it.code, records: it.records, message: it.message.as_deref() }
}

fn invocations(facts: &Facts) -> Option<InvocationsJson<'_>> {
    let reports = facts.reports.yes()?;
    let invocation = |(time, it): (Option<Millis>, LambdaReport)| InvocationJson {
        time: time.and_then(rfc3339),
        milliseconds: u64::try_from(it.duration.as_millis()).unwrap_or(u64::MAX),
        used_mb: it.max_memory_mb,
        memory_mb: it.memory_mb,
        status: it.status,
        error_type: it.error_type,
        is_cold: it.init_duration.is_some() || it.restore_duration.is_some(),
        request_id: it.request_id,
    };
    let last = calls(facts).into_iter().map(invocation).collect();
    let last_error = reports
        .last_error
        .as_ref()
        .map(|it| LastErrorJson { time: it.time.and_then(rfc3339), message: &it.message });
    Some(InvocationsJson { is_complete: reports.is_complete, last_error, last })
}

/// The last calls of the function, the newest first; none if later ones were not read.
pub(super) fn calls(facts: &Facts) -> Vec<(Option<Millis>, LambdaReport)> {
    let reports = facts.reports.yes().filter(|it| it.is_complete);
    let newest = reports.into_iter().flat_map(|it| it.all.iter().rev());
    let found = newest.filter_map(|it| {
        let mut report = LambdaReport::parse(it.message.as_bytes())?;
        if it.has_exception {
            report.status.get_or_insert_with(|| "error".to_owned());
        }
        Some((it.time, report))
    });
    found.take(SHOWN_CALLS).collect()
}
