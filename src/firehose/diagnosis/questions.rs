//! What the simulator of IAM is asked: which role must be allowed what.

use std::collections::BTreeSet;

use super::super::known::Known;
use super::facts::Facts;

/// What a right is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Write objects.
    WriteObjects,
    /// List the bucket.
    ListBucket,
    /// Write objects of the source backup to another bucket.
    WriteBackup,
    /// Call the function as Firehose names it: with a version or alias.
    Invoke,
    /// Call the function by its bare name.
    InvokeBare,
    /// Use the key of objects.
    ObjectKey,
    /// Write delivery errors to their log group.
    LogErrors,
    /// Read the data stream.
    ReadSource,
    /// Decrypt the data stream.
    SourceKey,
    /// Read the table of a conversion.
    ReadTable,
    /// Write the log of the function.
    FunctionLogs,
    /// Put what a log group is subscribed with.
    Subscription,
}

impl Purpose {
    /// True if nothing goes without an action: `s3:PutObject (implicitDeny)`. AWS
    /// documents the others too, but they are for large uploads and the like.
    pub(super) fn is_essential(self, denied: &str) -> bool {
        let action = denied.split(' ').next().unwrap_or_default();
        match self {
            Self::WriteObjects | Self::WriteBackup => action == "s3:PutObject",
            Self::ListBucket => false,
            Self::Invoke | Self::InvokeBare => action == "lambda:InvokeFunction",
            Self::ObjectKey => action == "kms:GenerateDataKey",
            _ => true,
        }
    }
}

/// A question to the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is needed for.
    pub purpose: Purpose,
    /// ARN of the role.
    pub role: String,
    /// `s3:PutObject`, …
    pub actions: &'static [&'static str],
    /// ARN.
    pub resource: String,
    /// Context keys and their values.
    pub context: Vec<(&'static str, String)>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// What was asked.
    pub question: Question,
    /// The actions that are not allowed, each with the decision:
    /// `s3:PutObject (implicitDeny)`.
    pub denied: Known<Vec<String>>,
}

impl Question {
    fn new(
        purpose: Purpose,
        role: &str,
        actions: &'static [&'static str],
        resource: impl Into<String>,
    ) -> Self {
        let (role, resource) = (role.to_owned(), resource.into());
        Self { purpose, role, actions, resource, context: Vec::new() }
    }

    /// What a description alone leads to.
    pub fn first(facts: &Facts) -> Vec<Self> {
        let (mut all, stream, partition) = (Vec::new(), &facts.stream, facts.partition());
        let objects = |bucket: &str| format!("arn:{partition}:s3:::{bucket}/*");
        let Some(role) = facts.role_arn() else { return all };
        if let Some(bucket) = facts.bucket_name() {
            let list = format!("arn:{partition}:s3:::{bucket}");
            all.push(Self::new(Purpose::WriteObjects, role, WRITE, objects(bucket)));
            all.push(Self::new(Purpose::ListBucket, role, LIST, list));
        }
        if let Some(bucket) = facts.backup_bucket_name() {
            all.push(Self::new(Purpose::WriteBackup, role, WRITE, objects(bucket)));
        }
        if let Some((qualified, bare)) = facts.function_arns() {
            let role = facts.invoke_role_arn().unwrap_or(role);
            all.push(Self::new(Purpose::Invoke, role, INVOKE, qualified));
            all.push(Self::new(Purpose::InvokeBare, role, INVOKE, bare));
        }
        let place = |service: &str, rest: String| {
            let (region, account) = (stream.region(), stream.account());
            format!("arn:{partition}:{service}:{region}:{account}:{rest}")
        };
        if let Some(logs) = stream.destination.as_ref().and_then(|it| it.logging.as_ref()) {
            let rest = format!("log-group:{}:log-stream:{}", logs.group, logs.stream);
            all.push(Self::new(Purpose::LogErrors, role, LOG, place("logs", rest)));
        }
        let kinesis = facts.description.source.as_ref().and_then(|it| it.kinesis.as_ref());
        if let Some(kinesis) = kinesis {
            let role = kinesis.role_arn.as_deref().unwrap_or(role);
            let stream = kinesis.stream_arn.clone().unwrap_or_default();
            all.push(Self::new(Purpose::ReadSource, role, READ, stream));
        }
        if let Some(schema) = facts.schema() {
            let role = schema.role_arn.as_deref().unwrap_or(role);
            let (database, table) = (schema.database.as_deref(), schema.table.as_deref());
            let region = schema.region.as_deref().filter(|it| !it.is_empty());
            let resource = format!(
                "arn:{partition}:glue:{}:{}:table/{}/{}",
                region.unwrap_or(stream.region()),
                stream.account(),
                database.unwrap_or_default(),
                table.unwrap_or_default()
            );
            all.push(Self::new(Purpose::ReadTable, role, TABLE, resource));
        }
        all
    }

    /// What the facts of the first answers lead to.
    pub fn then(facts: &Facts) -> Vec<Self> {
        let (mut all, partition) = (Vec::new(), facts.partition());
        let role = facts.role_arn();
        if let (Some(role), Some(key), Some(bucket)) =
            (role, facts.key_of_objects(), facts.bucket_name())
            && key.contains(":key/")
        {
            // With a bucket key the context is the bucket, else the object (S3 user guide,
            // "Using Amazon S3 Bucket Keys").
            let is_bucket = facts.encryption.yes().is_some_and(|it| it.has_bucket_key);
            let object = if is_bucket { "" } else { "/object" };
            let value = format!("arn:{partition}:s3:::{bucket}{object}");
            let question = Self::new(Purpose::ObjectKey, role, USE_KEY, key);
            let of_bucket = facts.bucket.yes().map(|it| it.region.as_str());
            let region = of_bucket.unwrap_or(facts.stream.region());
            let via = format!("s3.{region}.amazonaws.com");
            let context =
                vec![("kms:EncryptionContext:aws:s3:arn", value), ("kms:ViaService", via)];
            all.push(Self { context, ..question });
        }
        if let Some(key) = facts.source.yes().and_then(|it| it.key.as_deref())
            && let Some(kinesis) =
                facts.description.source.as_ref().and_then(|it| it.kinesis.as_ref())
            && let Some(role) = kinesis.role_arn.as_deref().or(role)
            && key.contains(":key/")
        {
            all.push(Self::new(Purpose::SourceKey, role, DECRYPT, key));
        }
        if let Some(function) = facts.function.yes()
            && let Some(role) = function.role.as_deref()
        {
            let group = format!(
                "arn:{partition}:logs:{}:{}:log-group:{}:log-stream:*",
                facts.stream.region(),
                facts.stream.account(),
                function.log_group
            );
            all.push(Self::new(Purpose::FunctionLogs, role, FUNCTION_LOG, group));
        }
        let feeding = facts.named_subscriptions.iter().filter_map(|it| it.feeding(facts));
        let roles: BTreeSet<_> = feeding.filter_map(|it| it.role.as_deref()).collect();
        for role in roles {
            let stream = facts.stream.arn.clone();
            all.push(Self::new(Purpose::Subscription, role, PUT, stream));
        }
        all
    }
}

/// What AWS's policy for a role allows on the bucket and its objects (developer guide, "Grant
/// Firehose access to an Amazon S3 destination").
pub(super) const S3_ACTIONS: &[&str] = &[
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
];

/// Those of them that are asked about, of objects and of the bucket.
const WRITE: &[&str] = &["s3:PutObject", "s3:AbortMultipartUpload"];
const LIST: &[&str] = &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
const INVOKE: &[&str] = &["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"];
const LOG: &[&str] = &["logs:PutLogEvents"];
const READ: &[&str] = &[
    "kinesis:DescribeStream",
    "kinesis:GetShardIterator",
    "kinesis:GetRecords",
    "kinesis:ListShards",
];
const TABLE: &[&str] = &["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"];
const USE_KEY: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];
const DECRYPT: &[&str] = &["kms:Decrypt"];
const FUNCTION_LOG: &[&str] = &["logs:CreateLogStream", "logs:PutLogEvents"];
const PUT: &[&str] = &["firehose:PutRecord", "firehose:PutRecordBatch"];

impl super::SubscriptionsOf {
    /// The filter that feeds the stream.
    pub fn feeding(&self, facts: &Facts) -> Option<&super::Subscription> {
        let mut filters = self.filters.yes()?.iter();
        filters.find(|it| it.destination == facts.stream.arn)
    }
}

impl Facts {
    /// The partition of the stream: `aws`, `aws-cn`.
    pub(super) fn partition(&self) -> &str {
        self.stream.arn.split(':').nth(1).filter(|it| !it.is_empty()).unwrap_or("aws")
    }

    /// ARN of the function as Firehose calls it, and without version or alias.
    pub fn function_arns(&self) -> Option<(String, String)> {
        let function = self.function_name()?;
        let arn = self.stream.transform()?.function_arn.clone();
        if !arn.starts_with("arn:") {
            return None;
        }
        match function.qualifier() {
            Some(qualifier) => {
                let bare = arn.strip_suffix(qualifier)?.trim_end_matches(':').to_owned();
                Some((arn, bare))
            }
            None => Some((format!("{arn}:$LATEST"), arn)),
        }
    }

    /// True unless the table of a conversion is in another Region, which AWS allows
    /// (API reference, `SchemaConfiguration`).
    pub fn has_table_here(&self) -> bool {
        let region = self.schema().and_then(|it| it.region.as_deref()).unwrap_or_default();
        let own = self.stream.region();
        region.is_empty() || own.is_empty() || region == own
    }

    /// The table of a conversion that is on.
    pub fn schema(&self) -> Option<&super::super::description::SchemaConfig> {
        let config = self.config().filter(|it| it.converts())?;
        config.conversion.as_ref()?.schema.as_ref()
    }
}
