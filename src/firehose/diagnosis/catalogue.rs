//! The checks, by how often they are why nothing arrives.

use super::checks::{encryption, format, function, invoke, logs, place, source, stream, traffic};
use super::{Facts, Outcome};

/// A check.
#[derive(Debug)]
pub struct Check {
    /// `role-may-invoke`
    pub name: &'static str,
    /// What it is about.
    pub theme: Theme,
    /// What it asks, as a question.
    pub asks: &'static str,
    /// The rights beyond `firehose:DescribeDeliveryStream` that it uses; without one of
    /// them it may say less.
    pub rights: &'static [&'static str],
    /// What it does.
    pub(super) run: fn(&Facts) -> Outcome,
}

/// What checks are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// What comes in and what goes out.
    Traffic,
    /// Roles, keys and their policies.
    Permissions,
    /// The transform and its function.
    Transform,
    /// How the stream is set up.
    Configuration,
    /// What is written where.
    Delivery,
}

impl Theme {
    /// `traffic`
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Permissions => "permissions",
            Self::Transform => "transform",
            Self::Configuration => "configuration",
            Self::Delivery => "delivery",
        }
    }
}

const fn check(
    name: &'static str,
    theme: Theme,
    asks: &'static str,
    rights: &'static [&'static str],
    run: fn(&Facts) -> Outcome,
) -> Check {
    Check { name, theme, asks, rights, run }
}

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";
const ROLE: &str = "iam:GetRole";
const METRICS: &str = "cloudwatch:GetMetricData";
const FUNCTION: &str = "lambda:GetFunctionConfiguration";
const EVENTS: &str = "logs:FilterLogEvents";
const GROUPS: &str = "logs:DescribeLogGroups";
const FILTERS: &str = "logs:DescribeSubscriptionFilters";
const KEY: &str = "kms:DescribeKey";
const LIST: &str = "s3:ListBucket";
const GET: &str = "s3:GetObject";

/// All of them, the likeliest cause first.
#[rustfmt::skip]
pub static CHECKS: [Check; 32] = [
    check("not-yet", Theme::Configuration, "How long does a record take to arrive?", &[], stream::not_yet),
    check("nothing-comes-in", Theme::Traffic, "Do records come in?", &[METRICS], traffic::nothing_comes_in),
    check("role-may-write", Theme::Permissions, "May the delivery role write to the bucket?", &[SIMULATE], invoke::role_may_write),
    check("role-may-invoke", Theme::Permissions, "May the delivery role call the function by its qualified ARN?", &[SIMULATE], invoke::role_may_invoke),
    check("everything-fails", Theme::Traffic, "Are there failure objects, and is anything delivered?", &[LIST, GET, METRICS, EVENTS], traffic::everything_fails),
    check("kms-bucket", Theme::Permissions, "Can the key of the objects be used?", &["s3:GetEncryptionConfiguration", KEY, SIMULATE], encryption::bucket),
    check("kms-stream", Theme::Permissions, "Can the key of the stream be used, by producers too?", &[KEY], encryption::stream),
    check("error-logging", Theme::Configuration, "Are delivery errors logged?", &[GROUPS, "logs:DescribeLogStreams", SIMULATE], logs::error_logging),
    check("transform-off", Theme::Transform, "Is the transform switched on?", &[], stream::transform_off),
    check("function-there", Theme::Transform, "Does the function exist, and can it be called?", &[FUNCTION, "lambda:GetPolicy"], function::there),
    check("function-timeout", Theme::Transform, "Do calls of the function end in time?", &[FUNCTION, EVENTS], function::timeout),
    check("function-throttled", Theme::Transform, "Are calls of the function throttled?", &["lambda:GetFunctionConcurrency", METRICS], function::throttled),
    check("trust", Theme::Permissions, "Does the role trust Firehose?", &[ROLE], invoke::trust),
    check("stream-active", Theme::Configuration, "Is the stream active?", &[], stream::stream_active),
    check("bucket-there", Theme::Delivery, "Does the bucket exist, in the same Region?", &[LIST, "s3:GetBucketObjectLockConfiguration"], place::bucket_there),
    check("takes-puts", Theme::Traffic, "Can records be put into the stream?", &[], stream::takes_puts),
    check("kinesis-readable", Theme::Traffic, "Can the data stream that is the source be read?", &["kinesis:DescribeStreamSummary", SIMULATE, METRICS], source::kinesis),
    check("log-subscription", Theme::Traffic, "Do log groups feed the stream?", &[FILTERS, ROLE, SIMULATE], logs::subscription),
    check("where-failures-go", Theme::Delivery, "Where do failures go, apart from the data?", &[], place::where_failures_go),
    check("looking-in-the-right-hour", Theme::Delivery, "Which prefix has the objects of this hour?", &[], place::right_hour),
    check("response-too-large", Theme::Transform, "Are responses of the function too large?", &[LIST, GET], format::response_too_large),
    check("function-logs", Theme::Transform, "Does the function write its logs?", &[FUNCTION, GROUPS, SIMULATE], function::logs),
    check("log-loop", Theme::Traffic, "Do logs of the stream come in again?", &[FILTERS], logs::log_loop),
    check("decompression-clash", Theme::Transform, "Are records decompressed twice?", &[LIST, GET], format::decompression_clash),
    check("no-delimiter", Theme::Delivery, "Are records separated?", &[LIST, GET], format::no_delimiter),
    check("partitioning", Theme::Delivery, "Can partitions be written?", &[METRICS], format::partitioning),
    check("conversion", Theme::Delivery, "Can records be converted to Parquet or ORC?", &["glue:GetTable", SIMULATE], format::conversion),
    check("backup", Theme::Configuration, "Are the original records kept?", &[], stream::backup),
    check("retries", Theme::Configuration, "How often is a failed call retried?", &[], stream::retries),
    check("throttled-puts", Theme::Traffic, "Are puts throttled?", &[METRICS], traffic::throttled_puts),
    check("delivery-stale", Theme::Traffic, "Does delivery keep up?", &[METRICS, EVENTS], traffic::delivery_stale),
    check("function-memory", Theme::Transform, "Does the function have enough memory?", &[EVENTS], function::memory),
];
