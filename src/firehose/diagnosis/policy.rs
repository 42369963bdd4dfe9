//! The read-only statement that all checks need, limited to one stream.

use std::collections::BTreeSet;

use super::Facts;
use super::fix::string;

/// A policy in JSON that allows all that the checks ask about this stream.
pub fn policy(facts: &Facts) -> String {
    let stream = &facts.stream;
    let partition = facts.partition();
    let here = |service: &str, rest: &str| {
        format!("arn:{partition}:{service}:{}:{}:{rest}", stream.region(), stream.account())
    };
    let mut statements = vec![
        statement(
            "Stream",
            &["firehose:DescribeDeliveryStream"],
            std::slice::from_ref(&stream.arn),
        ),
        // These have no resources (CloudWatch, CloudWatch Logs: service authorization
        // reference).
        statement("Metrics", &["cloudwatch:GetMetricData"], &["*".to_owned()]),
        statement("Groups", &["logs:DescribeLogGroups"], &["*".to_owned()]),
    ];
    let sources = facts.description.source.as_ref();
    let kinesis = sources.and_then(|it| it.kinesis.as_ref());
    let mut roles: BTreeSet<String> =
        facts.role_arn().into_iter().chain(facts.invoke_role_arn()).map(str::to_owned).collect();
    roles.extend(kinesis.and_then(|it| it.role_arn.clone()));
    roles.extend(facts.schema().and_then(|it| it.role_arn.clone()));
    roles.extend(facts.function.yes().and_then(|it| it.role.clone()));
    let roles: Vec<_> = roles.into_iter().collect();
    if !roles.is_empty() {
        statements.push(statement(
            "Roles",
            &["iam:GetRole", "iam:SimulatePrincipalPolicy"],
            &roles,
        ));
    }
    let mut groups = Vec::new();
    if let Some((_, function)) = facts.function_arns() {
        let functions = [function.clone(), format!("{function}:*")];
        let actions = [
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionConcurrency",
            "lambda:GetPolicy",
        ];
        statements.push(statement("Function", &actions, &functions));
        let usual = facts.function_name().map(|it| it.default_log_group());
        let group = facts.function.yes().map(|it| it.log_group.clone()).or(usual);
        groups.extend(group);
    }
    let logging = stream.destination.as_ref().and_then(|it| it.logging.as_ref());
    groups.extend(logging.map(|it| it.group.clone()));
    groups.extend(facts.named_subscriptions.iter().map(|it| it.group.clone()));
    let groups: Vec<_> =
        groups.iter().map(|it| here("logs", &format!("log-group:{it}:*"))).collect();
    if !groups.is_empty() {
        let actions =
            ["logs:DescribeLogStreams", "logs:DescribeSubscriptionFilters", "logs:FilterLogEvents"];
        statements.push(statement("Logs", &actions, &groups));
    }
    let buckets: Vec<_> =
        facts.bucket_name().into_iter().chain(facts.backup_bucket_name()).collect();
    if !buckets.is_empty() {
        let actions = [
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:GetEncryptionConfiguration",
            "s3:GetBucketObjectLockConfiguration",
        ];
        let arns = |end: &str| -> Vec<_> {
            buckets.iter().map(|it| format!("arn:{partition}:s3:::{it}{end}")).collect()
        };
        statements.push(statement("Buckets", &actions, &arns("")));
        statements.push(statement("Objects", &["s3:GetObject"], &arns("/*")));
    }
    // A key may be named by its alias, or only the bucket may know it.
    let keys = [here("kms", "key/*")];
    statements.push(statement("Keys", &["kms:DescribeKey"], &keys));
    if let Some(arn) = kinesis.and_then(|it| it.stream_arn.clone()) {
        statements.push(statement("Source", &["kinesis:DescribeStreamSummary"], &[arn]));
    }
    if let Some(schema) = facts.schema() {
        let (database, table) =
            (schema.database.as_deref().unwrap_or("*"), schema.table.as_deref().unwrap_or("*"));
        let arns = [
            here("glue", "catalog"),
            here("glue", &format!("database/{database}")),
            here("glue", &format!("table/{database}/{table}")),
        ];
        statements.push(statement("Table", &["glue:GetTable"], &arns));
    }
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n",
        statements.join(",\n")
    )
}

fn statement(id: &str, actions: &[&str], resources: &[String]) -> String {
    let actions: Vec<_> = actions.iter().map(|it| string(it)).collect();
    let resources: Vec<_> = resources.iter().map(|it| string(it)).collect();
    format!(
        "    {{\n      \"Sid\": {},\n      \"Effect\": \"Allow\",\n      \"Action\": [{}],\n      \"Resource\": [{}]\n    }}",
        string(id),
        actions.join(", "),
        resources.join(", ")
    )
}
