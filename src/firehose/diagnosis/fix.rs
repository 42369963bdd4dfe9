//! Commands that fix things, with account, Region and names filled in.

use super::super::description::{DestinationMember, Processor};
use super::super::json::push_string;
use super::questions::S3_ACTIONS;
use super::{Command, Facts, Purpose};

/// A command of these words.
pub(super) fn command(words: &[&str]) -> Command {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Facts {
    /// `aws SERVICE …  --region REGION`
    pub(super) fn aws(&self, words: &[&str]) -> Command {
        let mut all = command(&["aws"]);
        all.extend(command(words));
        let region = self.stream.region();
        if !region.is_empty() {
            all.extend(command(&["--region", region]));
        }
        all
    }

    /// `fh COMMAND --stream NAME …`
    pub fn fh(&self, name: &str, rest: &[&str]) -> Command {
        let mut all = command(&["fh", name, "--stream", &self.stream.name]);
        let region = self.stream.region();
        if !region.is_empty() {
            all.extend(command(&["--region", region]));
        }
        all.extend(command(rest));
        all
    }

    /// `aws service-quotas list-service-quotas …`: the quotas of Firehose.
    pub(super) fn list_quotas(&self) -> Command {
        self.aws(&["service-quotas", "list-service-quotas", "--service-code", "firehose"])
    }

    /// Changes the destination: `update` is JSON.
    pub(super) fn update(&self, update: &str) -> Command {
        let destination = self.destination();
        let member = destination.and_then(|it| it.member).unwrap_or(DestinationMember::ExtendedS3);
        let id = destination.and_then(|it| it.id.as_deref());
        let mut all = self.aws(&[
            "firehose",
            "update-destination",
            "--delivery-stream-name",
            &self.stream.name,
            "--current-delivery-stream-version-id",
            if self.stream.version_id.is_empty() { "1" } else { &self.stream.version_id },
            "--destination-id",
            id.unwrap_or("destinationId-000000000001"),
        ]);
        all.extend(command(&[flag(member), update]));
        all
    }

    /// Changes the hints of the destination's buffer.
    pub(super) fn update_buffer(&self, seconds: u64, mib: u64) -> Command {
        let hints =
            format!(r#"{{"BufferingHints":{{"IntervalInSeconds":{seconds},"SizeInMBs":{mib}}}}}"#);
        if self.destination().and_then(|it| it.member) == Some(DestinationMember::Redshift) {
            return self.update(&format!(r#"{{"S3Update":{hints}}}"#));
        }
        self.update(&hints)
    }

    /// Switches these processors on.
    pub(super) fn update_processors<'a>(
        &self,
        processors: impl IntoIterator<Item = &'a Processor>,
    ) -> Command {
        let processors: Vec<_> = processors.into_iter().map(processor).collect();
        let list = processors.join(",");
        self.update(&format!(
            r#"{{"ProcessingConfiguration":{{"Enabled":true,"Processors":[{list}]}}}}"#
        ))
    }

    /// Allows a role what it needs for `purpose`.
    pub(super) fn allow(&self, purpose: Purpose) -> Option<Command> {
        let found = self.permissions.iter().find(|it| it.question.purpose == purpose)?;
        let question = &found.question;
        let role = question.role.rsplit('/').next().unwrap_or_default();
        let resource = match (purpose, self.function_arns()) {
            (Purpose::Invoke | Purpose::InvokeBare, Some((_, bare))) => callable(&bare),
            (Purpose::WriteObjects | Purpose::ListBucket | Purpose::WriteBackup, _) => {
                bucket_and_objects(&question.resource)
            }
            _ => string(&question.resource),
        };
        let actions = match purpose {
            Purpose::WriteObjects | Purpose::ListBucket | Purpose::WriteBackup => S3_ACTIONS,
            _ => question.actions,
        };
        let actions: Vec<_> = actions.iter().map(|it| string(it)).collect();
        let document = statement(&actions.join(","), &resource);
        let name = format!("fh-{}", self.stream.name);
        Some(command(&[
            "aws",
            "iam",
            "put-role-policy",
            "--role-name",
            role,
            "--policy-name",
            &format!("{name}-{}", slug(purpose)),
            "--policy-document",
            &document,
        ]))
    }
}

/// The function with and without version or alias, in JSON: Firehose calls the qualified
/// ARN, which `Resource` must match (developer guide, "Controlling access"), and the next
/// version has another one.
fn callable(bare: &str) -> String {
    format!("[{},{}]", string(bare), string(&format!("{bare}:*")))
}

/// The bucket and its objects, in JSON, from the ARN of either.
fn bucket_and_objects(arn: &str) -> String {
    let bucket = arn.trim_end_matches("/*");
    format!("[{},{}]", string(bucket), string(&format!("{bucket}/*")))
}

/// A policy of one statement; its parts are JSON.
fn statement(actions: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":{resource}}}]}}"#
    )
}

/// A string in JSON.
pub(super) fn string(text: &str) -> String {
    let mut out = Vec::new();
    push_string(&mut out, text);
    String::from_utf8_lossy(&out).into_owned()
}

fn processor(it: &Processor) -> String {
    let parameters = it.parameters.iter().flatten().map(|it| {
        let name = string(it.name.as_deref().unwrap_or_default());
        let value = string(it.value.as_deref().unwrap_or_default());
        format!(r#"{{"ParameterName":{name},"ParameterValue":{value}}}"#)
    });
    let parameters: Vec<_> = parameters.collect();
    let kind = string(it.kind.as_deref().unwrap_or_default());
    format!(r#"{{"Type":{kind},"Parameters":[{}]}}"#, parameters.join(","))
}

const fn slug(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::WriteObjects | Purpose::ListBucket => "write",
        Purpose::WriteBackup => "backup",
        Purpose::Invoke | Purpose::InvokeBare => "invoke",
        Purpose::ObjectKey => "key",
        Purpose::LogErrors => "errors",
        Purpose::ReadSource => "source",
        Purpose::SourceKey => "source-key",
        Purpose::ReadTable => "table",
        Purpose::FunctionLogs => "logs",
        Purpose::Subscription => "put",
    }
}

/// The flag of the AWS CLI for an update.
const fn flag(member: DestinationMember) -> &'static str {
    match member {
        DestinationMember::ExtendedS3 => "--extended-s3-destination-update",
        DestinationMember::S3 => "--s3-destination-update",
        DestinationMember::Redshift => "--redshift-destination-update",
        DestinationMember::Elasticsearch => "--elasticsearch-destination-update",
        DestinationMember::OpenSearch => "--amazonopensearchservice-destination-update",
        DestinationMember::OpenSearchServerless => {
            "--amazon-open-search-serverless-destination-update"
        }
        DestinationMember::Splunk => "--splunk-destination-update",
        DestinationMember::HttpEndpoint => "--http-endpoint-destination-update",
        DestinationMember::Snowflake => "--snowflake-destination-update",
        DestinationMember::Iceberg => "--iceberg-destination-update",
    }
}
