//! From flags to the description of a stream.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::client::DEFAULT_PORT;
use super::manual::faults;
use crate::aws::{AwsArgs, FirehoseClient, Session};
use crate::commands::event::arguments::SourceArg;
use crate::commands::shared::number::number;
use crate::error::Error;
use crate::input::Source;
use crate::local::faults::Fault;
use crate::times;
use firehose::description::{Description, Unfilled, read, unfilled};
use firehose::names::{DeliveryStreamName, FunctionName};
use firehose::stream::StreamSource;
use firehose::transform::Source as EventSource;

/// The stream, and where it runs.
#[derive(Debug, clap::Args)]
pub(super) struct StreamSetup {
    /// Name of the delivery stream [default: that of --config or --from-stream, else demo]
    #[arg(long, value_name = "NAME")]
    pub(super) stream: Option<String>,

    /// Input of `CreateDeliveryStream`, or an answer of `DescribeDeliveryStream`, in JSON
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Make it like this delivery stream on AWS, of which only the description is read
    #[arg(long, value_name = "NAME-or-ARN", conflicts_with = "config")]
    pub(super) from_stream: Option<DeliveryStreamName>,

    /// Shape of the events for the transform [default: that of --config or --from-stream, else direct-put]
    #[arg(long, value_name = "SOURCE")]
    pub(super) event_source: Option<SourceArg>,

    /// How long buffers wait: 0s to 900s, in whole seconds
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval, conflicts_with_all = ["config", "from_stream"])]
    pub(super) interval: Duration,

    /// Folder for objects, records, streams and functions, kept for the next start [default: temporary]
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,

    /// Port on 127.0.0.1; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, value_parser = number(0..=u16::MAX))]
    pub(super) port: u16,

    /// Divide all waiting times by N [default: 1; with --config or --from-stream 60]
    #[arg(long, value_name = "N", value_parser = number(1..=100_000_u32), conflicts_with = "as_on_aws")]
    pub(super) time_scale: Option<u32>,

    /// Wait as long as on AWS: 60 s before the transform and 300 s before S3, or as configured
    #[arg(long, conflicts_with = "interval")]
    pub(super) as_on_aws: bool,

    /// Something that goes wrong on purpose: NAME=VALUE (repeatable)
    #[arg(
        long,
        value_name = "FAULT",
        long_help =
            concat!("Something that goes wrong on purpose: NAME=VALUE (repeatable)\n\n", faults!())
    )]
    pub(super) fault: Vec<Fault>,

    /// Where two behaviors of Firehose were captured, take the second: NAME=2 (repeatable)
    ///
    /// no-records, timeout-code, duplicate-scope, bad-base64; NAME=1 is the default.
    #[arg(long, value_name = "NAME=1|2", value_parser = behavior)]
    pub(super) behavior: Vec<(String, bool)>,

    /// Seed for the random number generator
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX))]
    pub(super) seed: Option<u64>,

    /// For `--from-stream`.
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// The name of a stream without another one.
const DEFAULT_NAME: &str = "demo";

/// The stream to make.
pub(super) struct StreamPlan {
    pub(super) name: String,
    pub(super) description: Description,
    pub(super) time_scale: u32,
}

/// The description that the stream is made after, if one is named: that of a file, or
/// that of a stream on AWS; and where its records come from there.
pub(super) async fn configured(
    args: &StreamSetup,
) -> Result<Option<(Description, EventSource)>, Error> {
    let mut description = match (&args.config, &args.from_stream) {
        (Some(file), _) => read_file(file)?,
        (None, Some(stream)) => {
            let session = Session::open(&args.aws, stream.arn_region()).await?;
            FirehoseClient::new(&session).description(stream).await?
        }
        (None, None) => return Ok(None),
    };
    let source = match description.view().source {
        StreamSource::Kinesis(_) => EventSource::Kinesis,
        StreamSource::Msk { .. } => EventSource::Msk,
        StreamSource::DirectPut | StreamSource::Other(_) => EventSource::DirectPut,
    };
    // Records are put, wherever they come from on AWS.
    description.source = None;
    description.source_type = None;
    // Of another `fh local`: this one has its own.
    description.time_scale = None;
    Ok(Some((description, source)))
}

fn read_file(file: &Path) -> Result<Description, Error> {
    let shown = file.display();
    let bytes = Source::Path(file.to_owned()).read_document()?;
    let wrong = |why: &str| {
        Error::user(format!("`{shown}` does not describe a delivery stream: {why}")).hint(
            "pass the input of `aws firehose create-delivery-stream --cli-input-json`, or \
                   what `aws firehose describe-delivery-stream` prints",
        )
    };
    if let Some(unfilled) = unfilled(&bytes) {
        return Err(not_filled_in(&shown.to_string(), &unfilled));
    }
    let document = read(&bytes).map_err(|error| wrong(&error.to_string()))?;
    match document.misfits.first() {
        None => Ok(document.description),
        Some(misfit) => Err(wrong(&misfit.to_string())),
    }
}

/// For what `--generate-cli-skeleton` prints, and what is left of it.
fn not_filled_in(file: &str, unfilled: &Unfilled) -> Error {
    let error = Error::user(format!(
        "`{file}` has members that are not filled in, like a skeleton of the AWS CLI"
    ));
    let of = |name: &&String| name.split_once('.').map_or("", |(of, _)| of).to_owned();
    let mut hints = Vec::new();
    let all = [
        ("fill in", &unfilled.fill_in),
        ("fill in or delete", &unfilled.delete),
        ("check what the skeleton chose for", &unfilled.check),
    ];
    for (what, names) in all {
        let owners: BTreeSet<_> = names.iter().map(|it| of(&it)).collect();
        for owner in owners {
            let its = names.iter().filter(|it| of(it) == owner);
            let its: Vec<_> = its.map(|it| it.split_once('.').map_or(&**it, |it| it.1)).collect();
            let place = if owner.is_empty() { owner } else { format!("in {owner}, ") };
            hints.push(format!("{place}{what} {}", its.join(", ")));
        }
    }
    hints.into_iter().fold(error, Error::hint)
}

/// Plans the stream: as `configured`, or with defaults and `function`, the ARN of its
/// transform.
pub(super) fn plan(
    args: &StreamSetup,
    configured: Option<Description>,
    function: Option<&str>,
) -> Result<StreamPlan, Error> {
    let own = configured.as_ref().and_then(|it| it.name.clone());
    let name = args.stream.clone().or(own).unwrap_or_else(|| DEFAULT_NAME.to_owned());
    let name = name.parse::<DeliveryStreamName>().map_err(Error::user)?.to_string();
    let Some(description) = configured else {
        let seconds = (!args.as_on_aws).then_some(args.interval.as_secs());
        let input = creation(&name, seconds, function);
        let description =
            read(input.as_bytes()).map_err(|error| Error::internal(error.to_string()))?.description;
        return Ok(StreamPlan { name, description, time_scale: args.time_scale.unwrap_or(1) });
    };
    let time_scale = args.time_scale.unwrap_or(if args.as_on_aws { 1 } else { 60 });
    Ok(StreamPlan { name, description, time_scale })
}

/// The function that a description calls.
pub(super) fn function_of(description: &Description) -> Option<FunctionName> {
    let destination = description.view().destination?;
    destination.processing.transform?.function_arn.parse().ok()
}

/// The input of `CreateDeliveryStream`; names and ARNs have nothing to escape.
fn creation(name: &str, seconds: Option<u64>, function: Option<&str>) -> String {
    let hints = seconds.map_or(String::new(), |seconds| {
        format!(r#""BufferingHints":{{"SizeInMBs":5,"IntervalInSeconds":{seconds}}},"#)
    });
    let interval = seconds.map_or(String::new(), |seconds| {
        format!(
            r#",{{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"{seconds}"}},{{"ParameterName":"BufferSizeInMBs","ParameterValue":"1"}}"#
        )
    });
    let processing = function.map_or(String::new(), |arn| {
        format!(
            r#""ProcessingConfiguration":{{"Enabled":true,"Processors":[{{"Type":"Lambda","Parameters":[{{"ParameterName":"LambdaArn","ParameterValue":"{arn}:$LATEST"}}{interval}]}}]}},"#
        )
    });
    let account = crate::local::ACCOUNT;
    let bucket = bucket_of(name);
    format!(
        r#"{{"DeliveryStreamName":"{name}","DeliveryStreamType":"DirectPut","ExtendedS3DestinationConfiguration":{{{hints}{processing}"CloudWatchLoggingOptions":{{"Enabled":true,"LogGroupName":"/aws/kinesisfirehose/{name}","LogStreamName":"DestinationDelivery"}},"RoleARN":"arn:aws:iam::{account}:role/local","BucketARN":"arn:aws:s3:::{bucket}"}}}}"#
    )
}

/// The bucket of a stream: its name, as far as a bucket can have it.
fn bucket_of(stream: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    let name: String = stream.chars().map(plain).take(60).collect();
    let name = name.trim_matches('-');
    if name.len() < 3 {
        format!("bucket-{name}").trim_end_matches('-').to_owned()
    } else {
        name.to_owned()
    }
}

/// What Firehose takes for the interval of a buffer.
fn interval(text: &str) -> Result<Duration, String> {
    let length = match text {
        "0" | "0s" => Duration::ZERO,
        text => times::duration(text)?,
    };
    if length > Duration::from_mins(15) || length.subsec_nanos() > 0 {
        return Err("a buffer waits a whole number of seconds, from 0s to 900s".to_owned());
    }
    Ok(length)
}

fn behavior(text: &str) -> Result<(String, bool), String> {
    let names = firehose::transform::Behaviors::NAMES;
    let (name, value) = text.split_once('=').unwrap_or((text, "2"));
    match value {
        _ if !names.contains(&name) => Err(format!("the behaviors are: {}", names.join(", "))),
        "1" => Ok((name.to_owned(), false)),
        "2" => Ok((name.to_owned(), true)),
        _ => Err(format!("use {name}=1 or {name}=2")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_has_a_bucket() {
        for (stream, bucket) in [
            ("orders-1", "orders-1"),
            ("My_Stream.v2", "my-stream-v2"),
            ("ab", "bucket-ab"),
            ("..", "bucket"),
        ] {
            assert_eq!(bucket_of(stream), bucket);
        }
        assert_eq!(bucket_of(&"_".repeat(3)), "bucket");
        assert_eq!(bucket_of(&"a".repeat(64)).len(), 60);
    }
}
