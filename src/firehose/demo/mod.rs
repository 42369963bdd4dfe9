//! Sample payloads, each as the service that sends it really does.
//!
//! The same seed and start give the same bytes, on every machine and in every
//! release: all that is random comes from `ChaCha8`, whose stream is fixed by its
//! specification. The fields are those that the guides of the services show;
//! what no page shows is not in them.

mod access;
mod cloudwatch;
mod dynamodb;
mod events;
mod fields;
mod hostile;
mod mail;
mod metrics;
mod network;
mod ticker;

pub use fields::HostileRng;
pub(crate) use fields::RandomFields;
pub use hostile::{HOSTILE, Hostile};

use super::compress::Gzip;
use super::decode::OtlpVersion;
use super::names::{AccountId, RegionName};
use super::transform::Source;
use cloudwatch::Batch;
use ticker::Market;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $what:literal;)*) => {
        /// What a payload is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SampleKind { $($(#[$doc])* $variant,)* }

        impl SampleKind {
            /// Every kind, the commonest first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The one name of the kind, in flags, text and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is and what is special about it, in a line.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }
    };
}

kinds! {
    /// The console's "Test with demo data".
    Ticker = "ticker", "stock ticker of the console's demo data: compact JSON, lower case, no newline";
    /// A subscription filter of CloudWatch Logs.
    CloudWatchLogs = "cloudwatch-logs", "CloudWatch Logs subscription: gzip of a DATA_MESSAGE with log events of a Lambda function";
    /// Its probe.
    CloudWatchLogsControl = "cloudwatch-logs-control", "CONTROL_MESSAGE of CloudWatch Logs, which tests a new subscription, gzip";
    /// What the transform gets of it where Firehose decompresses.
    CloudWatchLogsDecompressed = "cloudwatch-logs-decompressed", "DATA_MESSAGE that the delivery stream has decompressed: JSON, as the transform gets it";
    /// What the transform gets of it where Firehose extracts messages too.
    CloudWatchLogsExtracted = "cloudwatch-logs-extracted", "messages that the delivery stream has extracted from a DATA_MESSAGE, a newline after each";
    /// DynamoDB's change records.
    DynamoDb = "dynamodb", "change record of a DynamoDB table, through a Kinesis data stream";
    /// VPC flow logs.
    VpcFlow = "vpc-flow", "VPC flow log: a line of 14 fields, version 2";
    /// AWS WAF.
    Waf = "waf", "web ACL log of AWS WAF: one JSON object per record";
    /// EventBridge.
    EventBridge = "eventbridge", "EventBridge event of an EC2 instance: JSON without a newline";
    /// SNS.
    Sns = "sns", "SNS notification: the envelope without a signature, and a newline";
    /// SES.
    Ses = "ses", "SES event publishing: a Delivery, Bounce or Open event and a newline";
    /// An IoT rule.
    Iot = "iot", "message of an IoT rule with a newline as separator: sensor data";
    /// CloudWatch metric streams.
    MetricStream = "metric-stream", "CloudWatch metric stream in JSON: several objects, a newline between them";
    /// The same in OpenTelemetry 1.0.
    MetricStreamOtel10 = "metric-stream-otel-1.0", "CloudWatch metric stream in OpenTelemetry 1.0: protobuf, the length before each message";
    /// The same in OpenTelemetry 0.7.
    MetricStreamOtel07 = "metric-stream-otel-0.7", "CloudWatch metric stream in OpenTelemetry 0.7: labels where 1.0 has attributes";
    /// An access log.
    Apache = "apache", "access log line in Apache's combined format";
    /// System log.
    Syslog = "syslog", "syslog line in the format of RFC 5424";
    /// Route 53 Resolver.
    Route53Resolver = "route53-resolver", "query log of Route 53 Resolver: JSON";
    /// API Gateway.
    ApiGateway = "api-gateway", "access log of API Gateway in the JSON format of its guide";
}

impl SampleKind {
    /// Finds a kind by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// True if the service compresses the payload itself.
    pub const fn is_gzip(self) -> bool {
        matches!(self, Self::CloudWatchLogs | Self::CloudWatchLogsControl)
    }

    /// What is in the payload, below gzip.
    pub const fn content_type(self) -> ContentType {
        match self {
            Self::CloudWatchLogsExtracted | Self::VpcFlow | Self::Apache | Self::Syslog => {
                ContentType::Text
            }
            Self::MetricStreamOtel10 | Self::MetricStreamOtel07 => ContentType::Protobuf,
            _ => ContentType::Json,
        }
    }

    /// True if records of the kind can stand one after the other: nothing goes
    /// between them, and a newline would break them.
    pub const fn is_self_delimiting(self) -> bool {
        self.is_gzip() || matches!(self.content_type(), ContentType::Protobuf)
    }

    /// True if a record holds log events, as many as are asked for.
    pub const fn has_log_events(self) -> bool {
        matches!(
            self,
            Self::CloudWatchLogs | Self::CloudWatchLogsDecompressed | Self::CloudWatchLogsExtracted
        )
    }

    /// Where Firehose gets such records from.
    pub const fn source(self) -> Source {
        match self {
            Self::DynamoDb => Source::Kinesis,
            _ => Source::DirectPut,
        }
    }

    /// A name for a delivery stream that takes them: some services want a
    /// prefix (AWS WAF developer guide, API Gateway developer guide).
    pub const fn stream(self) -> &'static str {
        match self {
            Self::Waf => "aws-waf-logs-shop",
            Self::ApiGateway => "amazon-apigateway-shop",
            _ => "orders",
        }
    }

    /// True if the payload ends with a newline as it comes.
    pub const fn is_line(self) -> bool {
        matches!(self, Self::CloudWatchLogsExtracted | Self::Sns | Self::Ses | Self::Iot)
    }
}

/// What is in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// JSON values.
    Json,
    /// Text that is no JSON.
    Text,
    /// Messages of Protocol Buffers, each with its length before it.
    Protobuf,
}

impl ContentType {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Protobuf => "protobuf",
        }
    }
}

/// Account and Region that the payloads name.
#[derive(Debug, Clone)]
pub struct SampleOrigin {
    /// Account.
    pub account: AccountId,
    /// Region.
    pub region: RegionName,
}

/// Makes payloads of one kind, one after the other.
#[derive(Debug)]
pub struct Samples {
    kind: SampleKind,
    log_events: Option<u64>,
    place: SampleOrigin,
    fields: RandomFields,
    market: Market,
    gzip: Gzip,
}

impl Samples {
    /// Samples of `kind`; all that is random in them comes from `seed`.
    pub fn new(kind: SampleKind, seed: u64, place: SampleOrigin) -> Self {
        let mut fields = RandomFields::new(seed);
        let market = Market::open(&mut fields);
        Self { kind, log_events: None, place, fields, market, gzip: Gzip::new() }
    }

    /// The same with `count` log events in each record, where the kind has any.
    #[must_use]
    pub fn with_log_events(self, count: Option<u64>) -> Self {
        Self { log_events: count, ..self }
    }

    /// The next payload, as it goes into `PutRecord` at `now`, in milliseconds
    /// since 1970. What it tells of happened then or before.
    pub fn payload(&mut self, now: i64) -> Vec<u8> {
        let payload = self.content(now);
        if self.kind.is_gzip() { self.gzip.compress(&payload) } else { payload }
    }

    fn content(&mut self, now: i64) -> Vec<u8> {
        let (fields, place) = (&mut self.fields, &self.place);
        let text = match self.kind {
            SampleKind::CloudWatchLogs | SampleKind::CloudWatchLogsDecompressed => {
                return Batch::new(fields, now, self.log_events).envelope(fields, place);
            }
            SampleKind::CloudWatchLogsExtracted => {
                return Batch::new(fields, now, self.log_events).messages(fields);
            }
            SampleKind::MetricStreamOtel10 => {
                return metrics::open_telemetry(fields, place, now, OtlpVersion::V1_0);
            }
            SampleKind::MetricStreamOtel07 => {
                return metrics::open_telemetry(fields, place, now, OtlpVersion::V0_7);
            }
            SampleKind::CloudWatchLogsControl => cloudwatch::control(fields, now),
            SampleKind::MetricStream => metrics::json(fields, place, now),
            SampleKind::Ticker => self.market.tick(fields),
            SampleKind::DynamoDb => dynamodb::change(fields, place, now),
            SampleKind::VpcFlow => network::flow(fields, place, now),
            SampleKind::Route53Resolver => network::query(fields, place, now),
            SampleKind::Waf => access::waf(fields, place, now),
            SampleKind::Apache => access::apache(fields, now),
            SampleKind::ApiGateway => access::gateway(fields, now),
            SampleKind::Syslog => access::syslog(fields, now),
            SampleKind::EventBridge => events::instance(fields, place, now),
            SampleKind::Iot => events::sensor(fields, now),
            SampleKind::Sns => mail::notification(fields, place, now),
            SampleKind::Ses => mail::event(fields, place, now),
        };
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Content, Decoder, Encoding, Options};

    pub(super) fn place() -> SampleOrigin {
        SampleOrigin { account: AccountId::EXAMPLE, region: "eu-west-1".parse().unwrap() }
    }

    fn samples(kind: SampleKind, seed: u64) -> Vec<Vec<u8>> {
        let mut samples = Samples::new(kind, seed, place());
        (1_795_341_600_123..).take(50).map(|now| samples.payload(now)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        for &kind in SampleKind::ALL {
            assert_eq!(samples(kind, 7), samples(kind, 7), "{}", kind.as_str());
            assert_ne!(samples(kind, 7), samples(kind, 8), "{}", kind.as_str());
        }
    }

    #[test]
    fn every_payload_is_what_its_service_sends() {
        let mut decoder = Decoder::new(Options::default());
        for &kind in SampleKind::ALL {
            for payload in samples(kind, 1) {
                let record = decoder.decode(&payload, Encoding::Unknown);
                let shown = String::from_utf8_lossy(record.bytes).into_owned();
                if let Content::OpenTelemetry(metrics) = record.content {
                    assert_eq!(kind.content_type(), ContentType::Protobuf, "{}", kind.as_str());
                    assert_eq!(metrics.unknown_fields, 0, "{metrics:?}");
                    continue;
                }
                let expected = match (kind, kind.content_type()) {
                    (SampleKind::MetricStream, _) => Content::JsonSequence { values: 3 },
                    (_, ContentType::Json) => Content::Json,
                    (_, ContentType::Text) => Content::Text,
                    (_, ContentType::Protobuf) => panic!("{} is not metrics", kind.as_str()),
                };
                assert_eq!(record.content, expected, "{}: {shown}", kind.as_str());
                assert_eq!(record.layers.len(), usize::from(kind.is_gzip()), "{shown}");
                assert_eq!(record.bytes.ends_with(b"\n"), kind.is_line(), "{shown}");
                assert!(record.problems.is_empty(), "{shown}");
            }
        }
    }

    #[test]
    fn the_first_payload_of_each_kind_reads_well() {
        let mut text = String::new();
        let mut decoder = Decoder::new(Options::default());
        for &kind in SampleKind::ALL {
            let payload = samples(kind, 1).remove(0);
            let record = decoder.decode(&payload, Encoding::Unknown);
            text.push_str(kind.as_str());
            text.push_str(": ");
            let shown = match kind.content_type() {
                ContentType::Protobuf => format!("{} bytes", record.bytes.len()),
                _ => String::from_utf8_lossy(record.bytes).replace('\t', "␉"),
            };
            text.push_str(shown.trim_end());
            text.push('\n');
        }
        insta::assert_snapshot!(text, @r#"
        ticker: {"ticker_symbol":"QWE","sector":"TECHNOLOGY","change":-1.65,"price":39.05}
        cloudwatch-logs: {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/search","logStream":"2026/11/22/[$LATEST]431110f3b41191b8b336ff22a8ce90e9","subscriptionFilters":["firehose"],"logEvents":[{"id":"39605790376122265697359999897357635869406768042748000000","timestamp":1795341598071,"message":"START RequestId: 89040e3a-d369-4a5e-941f-a81f14e4b2e6 Version: $LATEST\n"},{"id":"39605790376122265697359999897357635869406768042748000001","timestamp":1795341598071,"message":"[WARNING]\t2026-11-22T09:59:58.071Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tpayment service answered 503, trying again\n"},{"id":"39605790376122265697359999897357635869406768042748000002","timestamp":1795341598080,"message":"[WARNING]\t2026-11-22T09:59:58.080Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tpayment service answered 503, trying again\n"},{"id":"39605790376122265697359999897357635869406768042748000003","timestamp":1795341598081,"message":"[INFO]\t2026-11-22T09:59:58.081Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\torder 8922 accepted\n"},{"id":"39605790376122265697359999897357635869406768042748000004","timestamp":1795341598081,"message":"[INFO]\t2026-11-22T09:59:58.081Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\torder 8922 written to table orders\n"},{"id":"39605790376122265697359999897357635869406768042748000005","timestamp":1795341598088,"message":"[DEBUG]\t2026-11-22T09:59:58.088Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tcache miss for customer, reading table customers\n"}]}
        cloudwatch-logs-control: {"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"8","timestamp":1795341600123,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}
        cloudwatch-logs-decompressed: {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/search","logStream":"2026/11/22/[$LATEST]431110f3b41191b8b336ff22a8ce90e9","subscriptionFilters":["firehose"],"logEvents":[{"id":"39605790376122265697359999897357635869406768042748000000","timestamp":1795341598071,"message":"START RequestId: 89040e3a-d369-4a5e-941f-a81f14e4b2e6 Version: $LATEST\n"},{"id":"39605790376122265697359999897357635869406768042748000001","timestamp":1795341598071,"message":"[WARNING]\t2026-11-22T09:59:58.071Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tpayment service answered 503, trying again\n"},{"id":"39605790376122265697359999897357635869406768042748000002","timestamp":1795341598080,"message":"[WARNING]\t2026-11-22T09:59:58.080Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tpayment service answered 503, trying again\n"},{"id":"39605790376122265697359999897357635869406768042748000003","timestamp":1795341598081,"message":"[INFO]\t2026-11-22T09:59:58.081Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\torder 8922 accepted\n"},{"id":"39605790376122265697359999897357635869406768042748000004","timestamp":1795341598081,"message":"[INFO]\t2026-11-22T09:59:58.081Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\torder 8922 written to table orders\n"},{"id":"39605790376122265697359999897357635869406768042748000005","timestamp":1795341598088,"message":"[DEBUG]\t2026-11-22T09:59:58.088Z\t89040e3a-d369-4a5e-941f-a81f14e4b2e6\tcache miss for customer, reading table customers\n"}]}
        cloudwatch-logs-extracted: START RequestId: 89040e3a-d369-4a5e-941f-a81f14e4b2e6 Version: $LATEST

        [WARNING]␉2026-11-22T09:59:58.071Z␉89040e3a-d369-4a5e-941f-a81f14e4b2e6␉payment service answered 503, trying again

        [WARNING]␉2026-11-22T09:59:58.080Z␉89040e3a-d369-4a5e-941f-a81f14e4b2e6␉payment service answered 503, trying again

        [INFO]␉2026-11-22T09:59:58.081Z␉89040e3a-d369-4a5e-941f-a81f14e4b2e6␉order 8922 accepted

        [INFO]␉2026-11-22T09:59:58.081Z␉89040e3a-d369-4a5e-941f-a81f14e4b2e6␉order 8922 written to table orders

        [DEBUG]␉2026-11-22T09:59:58.088Z␉89040e3a-d369-4a5e-941f-a81f14e4b2e6␉cache miss for customer, reading table customers
        dynamodb: {"awsRegion":"eu-west-1","eventID":"b336ff22-a8ce-490e-a96a-7ce15ba2433a","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1795341600123,"Keys":{"order_id":{"S":"A-3413"}},"NewImage":{"order_id":{"S":"A-3413"},"customer":{"S":"ashlynn_quia"},"state":{"S":"open"},"total":{"N":"232.73"}},"SizeBytes":57},"eventSource":"aws:dynamodb"}
        vpc-flow: 2 111122223333 eni-031110f3b41191b8b 112.36.134.184 10.0.7.36 25493 5432 6 2 1376 1795341577 1795341600 REJECT OK
        waf: {"timestamp":1795341600123,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1110f3b4-1191-4b8b-8336-ff22a8ce90e9","terminatingRuleId":"limit-by-ip","terminatingRuleType":"RATE_BASED","action":"BLOCK","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","httpSourceId":"111122223333-app/shop/6a7ce15ba2433a99","ruleGroupList":[],"rateBasedRuleList":[],"nonTerminatingMatchingRules":[],"httpRequest":{"clientIp":"211.204.201.150","country":"BR","headers":[{"name":"Host","value":"shop.example.com"},{"name":"User-Agent","value":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246"}],"uri":"/static/app.js","args":"","httpVersion":"HTTP/2.0","httpMethod":"POST","requestId":"1-eefb48ba-59d9f70ab9c173b6d5b54489"}}
        eventbridge: {"version":"0","id":"b336ff22-a8ce-490e-a96a-7ce15ba2433a","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333","time":"2026-11-22T10:00:00Z","region":"eu-west-1","resources":["arn:aws:ec2:eu-west-1:111122223333:instance/i-0d431110f3b41191b"],"detail":{"instance-id":"i-0d431110f3b41191b","state":"stopping"}}
        sns: {"Type":"Notification","MessageId":"431110f3-b411-491b-b8b3-36ff22a8ce90","TopicArn":"arn:aws:sns:eu-west-1:111122223333:orders","Message":"{\"order\":\"A-6175\",\"state\":\"paid\"}","Timestamp":"2026-11-22T10:00:00.123Z","UnsubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:eu-west-1:111122223333:orders:7ce15ba2-433a-499e-ab59-effeefb48ba5","MessageAttributes":{"source":{"Type":"String","Value":"shop"}}}
        ses: {"eventType":"Open","mail":{"timestamp":"2026-11-22T09:59:59.223Z","source":"orders@shop.example.com","sourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/shop.example.com","sendingAccountId":"111122223333","messageId":"1110f3b41191b8b3-6ff22a8c-e90e-496a-87ce-15ba2433a99e-000000","destination":["domenick_eius@example.com"],"headersTruncated":false,"tags":{"ses:configuration-set":["firehose"]}},"open":{"ipAddress":"150.253.71.225","timestamp":"2026-11-22T10:00:00.123Z","userAgent":"Mozilla/5.0"}}
        iot: {"device":"sensor-010","ts":1795341600123,"temperature":-2.1,"humidity":95,"battery":3.10}
        metric-stream: {"metric_stream_name":"all","account_id":"111122223333","region":"eu-west-1","namespace":"AWS/Lambda","metric_name":"Duration","dimensions":{"FunctionName":"search"},"timestamp":1795341480000,"value":{"max":111.0,"min":23.0,"sum":603.0,"count":9.0},"unit":"Milliseconds"}
        {"metric_stream_name":"all","account_id":"111122223333","region":"eu-west-1","namespace":"AWS/Lambda","metric_name":"Errors","dimensions":{"FunctionName":"search"},"timestamp":1795341480000,"value":{"max":0.0,"min":0.0,"sum":0.0,"count":9.0},"unit":"Count"}
        {"metric_stream_name":"all","account_id":"111122223333","region":"eu-west-1","namespace":"AWS/Lambda","metric_name":"Invocations","dimensions":{"FunctionName":"search"},"timestamp":1795341480000,"value":{"max":1.0,"min":1.0,"sum":4.0,"count":4.0},"unit":"Count"}
        metric-stream-otel-1.0: 989 bytes
        metric-stream-otel-0.7: 915 bytes
        apache: 47.118.15.86 - - [22/Nov/2026:10:00:00 +0000] "GET /static/app.js HTTP/1.1" 200 12758 "-" "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36"
        syslog: <13>1 2026-11-22T10:00:00.123Z ip-10-0-5-180 sshd 7382 - - Accepted publickey for ashlynn_quia from 86.224.126.170 port 17484 ssh2
        route53-resolver: {"version":"1.100000","account_id":"111122223333","region":"eu-west-1","vpc_id":"vpc-010f3b41191b8b336","query_timestamp":"2026-11-22T10:00:00Z","query_name":"example.org.","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":[{"Rdata":"99.47.118.15","Type":"A","Class":"IN"}],"srcaddr":"10.0.7.41","srcport":"36598","transport":"UDP","srcids":{"instance":"i-0ce90e96a7ce15ba2"}}
        api-gateway: {"requestId":"431110f3-b411-491b-b8b3-36ff22a8ce90","ip":"240.38.188.11","caller":"-","user":"-","requestTime":"22/Nov/2026:10:00:00 +0000","httpMethod":"GET","resourcePath":"/health","status":"500","protocol":"HTTP/1.1","responseLength":"6772"}
        "#);
    }
}
