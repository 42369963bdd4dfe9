//! What is known of a stream and of what it uses.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::super::description::{Description, Destination, DestinationConfig};
use super::super::errors::is_logged_by_function;
use super::super::known::Known;
use super::super::names::FunctionName;
use super::super::stream::{DeliveryStream, DestinationKind};
use super::super::time::Millis;
use super::metrics::Metrics;
use super::questions::{Permission, Purpose};
use super::reports::{DeliveryError, Reports};

/// All that checks see.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The stream, as AWS describes it.
    pub description: Description,
    /// The same with AWS's values where nothing is set.
    pub stream: DeliveryStream,
    /// Time zone of the prefixes; none if it is not known here.
    pub zone: Option<TimeZone>,
    /// Time zone in which sentences have times.
    pub shown_in: TimeZone,
    /// When the facts were gathered.
    pub now: Millis,
    /// How far metrics, logs and failures go back.
    pub window: Duration,
    /// What roles may do, as far as it was asked.
    pub permissions: Vec<Permission>,
    /// The delivery role.
    pub role: Known<Role>,
    /// The role that calls the function, if it is another one.
    pub invoke_role: Known<Role>,
    /// The transform's function.
    pub function: Known<Function>,
    /// Its policy: JSON.
    pub function_policy: Known<String>,
    /// Calls that may run at once, if that is reserved.
    pub reserved: Known<Option<u32>>,
    /// The log group of the function.
    pub function_group: Known<LogGroup>,
    /// What the function logged of its calls.
    pub reports: Known<Reports>,
    /// The log group of delivery errors.
    pub error_group: Known<LogGroup>,
    /// The log stream of delivery errors.
    pub error_stream: Known<()>,
    /// The last error of delivery in there; not asked where delivery goes well.
    pub delivery_error: Known<DeliveryError>,
    /// Where the groups of the function and of delivery errors are sent.
    pub own_subscriptions: Vec<SubscriptionsOf>,
    /// Where the groups that the user named are sent.
    pub named_subscriptions: Vec<SubscriptionsOf>,
    /// The bucket.
    pub bucket: Known<Bucket>,
    /// The bucket of the source backup, if it is another one.
    pub backup_bucket: Known<Bucket>,
    /// How the bucket encrypts.
    pub encryption: Known<Encryption>,
    /// Whether the bucket locks new objects.
    pub locks: Known<bool>,
    /// The key of objects.
    pub bucket_key: Known<Key>,
    /// The key of the stream.
    pub stream_key: Known<Key>,
    /// The data stream that is the source.
    pub source: Known<KinesisStream>,
    /// The metrics of the window.
    pub metrics: Known<Metrics>,
    /// The failure objects of the window.
    pub failures: Known<Failures>,
    /// The first bytes of the newest delivered object, decompressed.
    pub sample: Known<Vec<u8>>,
    /// The table of Glue of a conversion.
    pub table: Known<()>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Who may take it on: a policy in JSON.
    pub trust_policy: String,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Function {
    /// `Active`, `Failed`, …; none of an emulator.
    pub state: Option<String>,
    /// Why, in AWS's words.
    pub state_reason: Option<String>,
    /// `Successful`, `Failed`, `InProgress`.
    pub last_update: Option<String>,
    /// Seconds.
    pub timeout: Option<u32>,
    /// MB.
    pub memory: Option<u32>,
    /// ARN of its role.
    pub role: Option<String>,
    /// Its log group.
    pub log_group: String,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogGroup {
    /// After how many days events are deleted; none for never.
    pub retention_days: Option<u32>,
}

/// Where a log group is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionsOf {
    /// The group.
    pub group: String,
    /// Its filters.
    pub filters: Known<Vec<Subscription>>,
    /// The role of the filter that feeds the stream, if there is one.
    pub role: Known<Role>,
}

/// A subscription filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its name.
    pub name: String,
    /// ARN of where it sends.
    pub destination: String,
    /// The role that CloudWatch Logs takes on.
    pub role: Option<String>,
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its Region.
    pub region: String,
}

/// How a bucket encrypts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Encryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// Its key, if it is the customer's.
    pub key: Option<String>,
    /// One data key for many objects.
    pub has_bucket_key: bool,
}

/// A key of KMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its ARN.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    pub state: String,
}

/// A Kinesis data stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KinesisStream {
    /// `ACTIVE`, `CREATING`, …
    pub status: String,
    /// Its key, if it is encrypted.
    pub key: Option<String>,
}

/// What failed in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Failure objects that were listed.
    pub objects: u64,
    /// How many of them were opened, the newest first; none where all were.
    pub opened: Option<u64>,
    /// The codes in those that were opened, most frequent first.
    pub codes: Known<Vec<FailureCode>>,
    /// Some of those that were opened were not read to their end: there are at least as
    /// many records.
    pub is_cut: bool,
    /// The folder of each bucket that all of them in it are below: `s3://lake/failed/`.
    pub places: Vec<String>,
}

/// A code of what failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureCode {
    /// `Lambda.FunctionError`: untrusted.
    pub code: String,
    /// Records with it.
    pub records: u64,
    /// Those among them whose message or attempts show that the function answered, and
    /// Firehose refused the answer.
    pub refused: u64,
    /// What the newest of them says of it, a line: untrusted.
    pub message: Option<String>,
}

impl FailureCode {
    /// True if the function may have failed in a call: its log shows how.
    pub fn is_logged(&self) -> bool {
        is_logged_by_function(&self.code) && self.refused < self.records
    }
}

impl Failures {
    /// True if there may be records, and codes, besides those that were counted.
    pub const fn is_part(&self) -> bool {
        self.is_cut || self.opened.is_some()
    }

    /// Its places in a sentence: `s3://lake/failed/ and s3://raw/failed/`.
    pub fn place_names(&self) -> String {
        self.places.join(" and ")
    }
}

impl Facts {
    /// What a description alone tells.
    pub fn offline(description: Description, now: Millis, zone: Option<TimeZone>) -> Self {
        Self {
            stream: description.view(),
            description,
            zone,
            shown_in: TimeZone::UTC,
            now,
            window: Duration::from_hours(1),
            permissions: Vec::new(),
            role: Known::NotAsked,
            invoke_role: Known::NotAsked,
            function: Known::NotAsked,
            function_policy: Known::NotAsked,
            reserved: Known::NotAsked,
            function_group: Known::NotAsked,
            reports: Known::NotAsked,
            error_group: Known::NotAsked,
            error_stream: Known::NotAsked,
            delivery_error: Known::NotAsked,
            own_subscriptions: Vec::new(),
            named_subscriptions: Vec::new(),
            bucket: Known::NotAsked,
            backup_bucket: Known::NotAsked,
            encryption: Known::NotAsked,
            locks: Known::NotAsked,
            bucket_key: Known::NotAsked,
            stream_key: Known::NotAsked,
            source: Known::NotAsked,
            metrics: Known::NotAsked,
            failures: Known::NotAsked,
            sample: Known::NotAsked,
            table: Known::NotAsked,
        }
    }

    pub(super) fn destination(&self) -> Option<&Destination> {
        self.description.destination()
    }

    pub(super) fn config(&self) -> Option<&DestinationConfig> {
        self.destination().map(|it| &it.config)
    }

    pub(super) fn kind(&self) -> Option<DestinationKind> {
        self.stream.destination.as_ref().map(|it| it.kind)
    }

    /// Whether `purpose` is allowed: what is not, if it was asked and answered.
    pub(super) fn denied(&self, purpose: Purpose) -> &Known<Vec<String>> {
        const NOT_ASKED: &Known<Vec<String>> = &Known::NotAsked;
        let found = self.permissions.iter().find(|it| it.question.purpose == purpose);
        found.map_or(NOT_ASKED, |it| &it.denied)
    }
}

/// ARN of the delivery role of a destination.
pub(super) fn role_of(config: &DestinationConfig) -> Option<&str> {
    config.role_arn.as_deref().or_else(|| config.s3.as_ref()?.role_arn.as_deref())
}

/// ARN of the role that calls the function.
pub(super) fn invoke_role_of(config: &DestinationConfig) -> Option<&str> {
    let lambda = config.processing.as_ref().and_then(|it| it.lambda());
    lambda.and_then(|it| it.parameter("RoleArn")).or_else(|| role_of(config))
}

impl Facts {
    /// ARN of the delivery role.
    pub fn role_arn(&self) -> Option<&str> {
        self.config().and_then(role_of)
    }

    /// ARN of the role that calls the function.
    pub fn invoke_role_arn(&self) -> Option<&str> {
        self.config().and_then(invoke_role_of)
    }

    /// The function of the transform, if that is switched on.
    pub fn function_name(&self) -> Option<FunctionName> {
        self.stream.transform()?.function_arn.parse().ok()
    }

    /// Name of the bucket: of delivered objects, or of those that failed.
    pub fn bucket_name(&self) -> Option<&str> {
        self.stream.destination.as_ref()?.s3.as_ref().map(|it| it.bucket.as_str())
    }

    /// Name of the bucket of the source backup, if it is another one.
    pub fn backup_bucket_name(&self) -> Option<&str> {
        let backup = self.stream.destination.as_ref()?.backup.as_ref()?;
        Some(backup.bucket.as_str()).filter(|it| Some(*it) != self.bucket_name())
    }

    /// The customer's key of the stream, if it is encrypted with one.
    pub fn stream_key_arn(&self) -> Option<&str> {
        self.description.stream_key()
    }

    /// The key that the destination sets for objects.
    pub fn object_key(&self) -> Option<&str> {
        self.config()?.object_key()
    }

    /// The key of objects: that of the destination, or that of the bucket, as far as it
    /// is known.
    pub fn key_of_objects(&self) -> Option<&str> {
        let of_bucket = || self.encryption.yes().and_then(|it| it.key.as_deref());
        self.object_key().or_else(of_bucket)
    }
}
