//! Documents that are taken for a transform event, or for a response: what they
//! are.

use crate::json::Token;

/// What a document is that is not a transform event, with its article; `None` if
/// nothing is known of it, or if it may be one.
pub(super) fn name(body: Token<'_>) -> Option<String> {
    let mut keys = Keys::default();
    let mut first = None;
    for field in body.fields().map_while(Result::ok) {
        match field.name().as_ref() {
            b"applicationArn" => keys.application = true,
            b"awslogs" => keys.awslogs = true,
            b"logEvents" => keys.log_events = true,
            b"StatusCode" => keys.status_code = true,
            b"ExecutedVersion" | b"FunctionError" => keys.invoked = true,
            b"rawData" => keys.raw_data = true,
            b"DeliveryStreamName" => keys.delivery_stream = true,
            b"NextShardIterator" | b"MillisBehindLatest" => keys.iterator = true,
            b"deliveryStreamArn" | b"invocationId" => keys.event = true,
            b"requestId" => keys.request = true,
            b"detail-type" => keys.detail_type = true,
            b"httpMethod" | b"routeKey" | b"rawPath" => keys.is_http = true,
            b"requestContext" => keys.context = Some(field.value),
            b"userPoolId" => keys.user_pool = true,
            b"key1" => keys.example = field.value.raw() == b"\"value1\"",
            b"eventSource" => keys.source = Some(field.value),
            b"records" => first = first_of(field.value),
            b"Records" => keys.records = Some(field.value),
            _ => {}
        }
    }
    let of_service = || match keys.source {
        Some(source) => Some(event_of(source, "eventSource")),
        None => of_source(first_of(keys.records?)?),
    };
    keys.name(first).map(str::to_owned).or_else(of_service)
}

/// Keys that a document has.
#[derive(Debug, Default)]
struct Keys<'a> {
    application: bool,
    awslogs: bool,
    log_events: bool,
    status_code: bool,
    invoked: bool,
    raw_data: bool,
    delivery_stream: bool,
    iterator: bool,
    event: bool,
    request: bool,
    detail_type: bool,
    /// Of a request of HTTP.
    is_http: bool,
    user_pool: bool,
    /// Of the event with which the console of Lambda begins a test.
    example: bool,
    context: Option<Token<'a>>,
    /// Of a broker, whose records are in lists by topic or queue.
    source: Option<Token<'a>>,
    /// Its `Records`.
    records: Option<Token<'a>>,
}

impl Keys<'_> {
    fn name(&self, first: Option<Token<'_>>) -> Option<&'static str> {
        let has = |key: &[u8]| first.is_some_and(|first| first.get(key).is_some());
        if self.application {
            return Some("an event of Kinesis Data Analytics (`applicationArn`), not of Firehose");
        }
        if self.awslogs {
            return Some(
                "an event of a CloudWatch Logs subscription that calls a function (`awslogs`)",
            );
        }
        if self.log_events {
            return Some("a CloudWatch Logs message (`logEvents`): the payload of a record");
        }
        if self.status_code && self.invoked {
            return Some("what `aws lambda invoke` prints (`StatusCode`)");
        }
        if self.raw_data {
            return Some("a failure record (`rawData`): `fh event --from-failures` reads those");
        }
        if has(b"result") && !self.event {
            return Some("a transform response: its records have a `result`");
        }
        if self.request && has(b"data") && !has(b"recordId") {
            return Some("the request of an HTTP endpoint destination (`requestId`)");
        }
        if self.detail_type {
            return Some("an event of EventBridge for a function (`detail-type`), not of Firehose");
        }
        if let Some(context) = self.context.filter(|_| self.is_http) {
            return Some(if context.get(b"elb").is_some() {
                "an event of an Application Load Balancer for a function, not of Firehose"
            } else if context.get(b"http").is_some() {
                "an event of API Gateway (HTTP API) or of a function URL, not of Firehose"
            } else {
                "an event of API Gateway (REST API) for a function, not of Firehose"
            });
        }
        if self.user_pool {
            return Some("an event of Cognito for a function (`userPoolId`), not of Firehose");
        }
        if self.example {
            return Some(
                "the test event `hello-world` of the Lambda console; `fh event` makes one of Firehose",
            );
        }
        self.records?;
        if self.delivery_stream {
            return Some("a request of PutRecordBatch (`Records`)");
        }
        self.iterator.then_some("an answer of GetRecords of a Kinesis stream (`Records`)")
    }
}

/// Events that services send to functions, by their first record.
fn of_source(first: Token<'_>) -> Option<String> {
    let mut source = None;
    for field in first.fields().map_while(Result::ok) {
        match field.name().as_ref() {
            b"eventSource" | b"EventSource" => source = Some(field.value),
            b"kinesis" => return Some(KINESIS.to_owned()),
            b"cf" => return Some(CLOUDFRONT.to_owned()),
            _ => {}
        }
    }
    let Some(source) = source else {
        return first.get(b"Data").is_some().then(|| "a list of `Records` with `Data`".to_owned());
    };
    Some(event_of(source, "Records"))
}

/// An event of the service that `source` names, known by its key.
fn event_of(source: Token<'_>, key: &str) -> String {
    let source = source.text_up_to(64);
    let service = match source.strip_prefix("aws:").unwrap_or(&source) {
        "dynamodb" => "DynamoDB",
        "kafka" | "SelfManagedKafka" => "Kafka",
        "mq" | "rmq" => "Amazon MQ",
        "s3" => "S3",
        "sns" => "SNS",
        "sqs" => "SQS",
        other => other,
    };
    format!("an event of {service} for a function (`{key}`), not of Firehose")
}

const KINESIS: &str =
    "an event of a Kinesis data stream that calls a function (`Records`), not of Firehose";

const CLOUDFRONT: &str = "an event of CloudFront for a function (`cf`), not of Firehose";

fn first_of(list: Token<'_>) -> Option<Token<'_>> {
    list.elements().next()?.ok().map(|(element, _)| element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_for_an_event_is_named() {
        for (text, expected) in [
            (
                r#"{"invocationId":"i","applicationArn":"arn","records":[{"recordId":"1","data":""}]}"#,
                "an event of Kinesis Data Analytics",
            ),
            (r#"{"awslogs":{"data":"H4sI"}}"#, "an event of a CloudWatch Logs subscription"),
            (
                r#"{"Records":[{"kinesis":{"data":""},"eventSource":"aws:kinesis"}]}"#,
                "an event of a Kinesis data stream",
            ),
            (r#"{"Records":[{"eventSource":"aws:sqs","body":""}]}"#, "an event of SQS"),
            (
                r#"{"eventSource":"aws:kafka","records":{"orders-0":[{"value":""}]}}"#,
                "an event of Kafka for a function (`eventSource`)",
            ),
            (
                r#"{"eventSource":"aws:rmq","rmqMessagesByQueue":{}}"#,
                "an event of Amazon MQ for a function",
            ),
            (
                r#"{"httpMethod":"POST","path":"/","requestContext":{},"body":"{}"}"#,
                "an event of API Gateway (REST API)",
            ),
            (
                r#"{"version":"2.0","routeKey":"$default","requestContext":{"http":{}}}"#,
                "an event of API Gateway (HTTP API) or of a function URL",
            ),
            (
                r#"{"requestContext":{"elb":{}},"httpMethod":"GET"}"#,
                "an event of an Application Load Balancer",
            ),
            (r#"{"triggerSource":"PreSignUp_SignUp","userPoolId":"x"}"#, "an event of Cognito"),
            (r#"{"Records":[{"cf":{"config":{}}}]}"#, "an event of CloudFront"),
            (r#"{"key1":"value1","key2":"value2"}"#, "the test event `hello-world`"),
            (r#"{"detail-type":"Order","source":"shop","detail":{}}"#, "an event of EventBridge"),
            (r#"{"records":[{"recordId":"1","result":"Ok","data":""}]}"#, "a transform response"),
            (r#"{"StatusCode":200,"ExecutedVersion":"1"}"#, "what `aws lambda invoke` prints"),
            (r#"{"rawData":"","errorCode":"x"}"#, "a failure record"),
            (
                r#"{"DeliveryStreamName":"x","Records":[{"Data":""}]}"#,
                "a request of PutRecordBatch",
            ),
            (r#"{"requestId":"x","records":[{"data":""}]}"#, "the request of an HTTP endpoint"),
        ] {
            let name = name(Token::new(text.as_bytes())).unwrap_or_default();
            assert!(name.starts_with(expected), "{text}: {name}");
        }
        for text in [
            r#"{"invocationId":"i","records":[{"recordId":"1","data":""}]}"#,
            r#"{"records":[{"recordId":"1","data":""}]}"#,
            r#"{"records":[]}"#,
            "{}",
            "[]",
        ] {
            assert_eq!(name(Token::new(text.as_bytes())), None, "{text}");
        }
    }
}
