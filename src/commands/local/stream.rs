//! From flags to the description of a stream.

use super::arguments::StreamSetup;
use crate::error::Error;
use crate::input::Source;
use firehose::description::{Description, read};
use firehose::names::FunctionName;

/// The name of a stream without another one.
const DEFAULT_NAME: &str = "demo";

/// The stream to make.
pub(super) struct StreamPlan {
    pub(super) name: String,
    pub(super) description: Description,
    pub(super) time_scale: u32,
}

/// Reads or writes the description of the stream. `function` is the ARN of its
/// transform, for one without a configuration.
pub(super) fn plan(args: &StreamSetup, function: Option<&str>) -> Result<StreamPlan, Error> {
    let Some(file) = &args.config else {
        let name = args.stream.clone().unwrap_or_else(|| DEFAULT_NAME.to_owned());
        let seconds = (!args.as_on_aws).then_some(args.interval.as_secs());
        let input = creation(&name, seconds, function);
        let description =
            read(input.as_bytes()).map_err(|error| Error::internal(error.to_string()))?.description;
        return Ok(StreamPlan { name, description, time_scale: args.time_scale.unwrap_or(1) });
    };
    let shown = file.display();
    let bytes = Source::Path(file.clone()).read_document()?;
    let wrong = |why: &str| {
        Error::user(format!("`{shown}` does not describe a delivery stream: {why}")).hint(
            "pass the input of `aws firehose create-delivery-stream --cli-input-json`, or \
                   what `aws firehose describe-delivery-stream` prints",
        )
    };
    let document = read(&bytes).map_err(|error| wrong(&error.to_string()))?;
    if let Some(misfit) = document.misfits.first() {
        return Err(wrong(&format!(
            "{} is {}, not {}",
            misfit.path, misfit.found, misfit.expected
        )));
    }
    let mut description = document.description;
    let own = description.name.clone();
    let name = args.stream.clone().or(own).unwrap_or_else(|| DEFAULT_NAME.to_owned());
    // Records are put, wherever they come from on AWS.
    description.source = None;
    description.source_type = None;
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
    format!(
        r#"{{"DeliveryStreamName":"{name}","DeliveryStreamType":"DirectPut","ExtendedS3DestinationConfiguration":{{{hints}{processing}"CloudWatchLoggingOptions":{{"Enabled":true,"LogGroupName":"/aws/kinesisfirehose/{name}","LogStreamName":"DestinationDelivery"}},"RoleARN":"arn:aws:iam::{account}:role/local","BucketARN":"arn:aws:s3:::{name}"}}}}"#
    )
}
