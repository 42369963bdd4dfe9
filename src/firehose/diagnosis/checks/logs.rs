//! Log groups: of delivery errors, and those that feed the stream.

use super::super::super::known::Known;
use super::super::{Facts, Finding, Gap, Outcome, Part, Purpose, Severity, ask, conclude};
use super::allowed;
use super::invoke::trusts_logs;

pub(in super::super) fn error_logging(facts: &Facts) -> Outcome {
    let Some(destination) = &facts.stream.destination else { return Outcome::NotApplicable };
    let Some(place) = &destination.logging else {
        let group = format!("/aws/kinesisfirehose/{}", facts.stream.name);
        let stream = "DestinationDelivery";
        let options = format!(
            r#"{{"CloudWatchLoggingOptions":{{"Enabled":true,"LogGroupName":{},"LogStreamName":"{stream}"}}}}"#,
            super::super::fix::string(&group)
        );
        let finding = Finding::warning("errors of the stream are not logged")
            .why("Where nothing is delivered, this log is what names the reason.")
            .seen("CloudWatchLoggingOptions")
            .fix(create_group(facts, &group))
            .fix(create_stream(facts, &group, stream))
            .fix(facts.update(&options));
        return Outcome::Finding(Box::new(finding));
    };
    let group = || -> Part {
        let Some(group) = ask(&facts.error_group)? else {
            return Finding::warning(format!("the log group {} does not exist", place.group))
                .why("Firehose does not create it, so errors are logged nowhere.")
                .seen("DescribeLogGroups")
                .fix(create_group(facts, &place.group))
                .fix(create_stream(facts, &place.group, &place.stream))
                .found();
        };
        if group.retention_days == Some(1) {
            return Finding::note("errors of the stream are deleted after a day")
                .why("A failure of the weekend cannot be explained on Monday.")
                .seen("DescribeLogGroups: retention of 1 day")
                .fix(facts.aws(&[
                    "logs",
                    "put-retention-policy",
                    "--log-group-name",
                    &place.group,
                    "--retention-in-days",
                    "14",
                ]))
                .found();
        }
        Ok(None)
    };
    let stream = || -> Part {
        if facts.error_group == Known::No || ask(&facts.error_stream)?.is_some() {
            return Ok(None);
        }
        Finding::warning(format!("the log stream {} does not exist", place.stream))
            .why("Firehose does not create it, so errors are logged nowhere.")
            .seen(format!("DescribeLogStreams of {}", place.group))
            .fix(create_stream(facts, &place.group, &place.stream))
            .found()
    };
    let right = || -> Part {
        let what = "the delivery role may not write the error log";
        let found = allowed(facts, Purpose::LogErrors, what, "Errors are logged nowhere.")?;
        Ok(found.map(|it| Finding { severity: Severity::Warning, ..it }))
    };
    conclude([group(), stream(), right()], format!("errors are logged to {}", place.group))
}

fn create_group(facts: &Facts, group: &str) -> super::super::Command {
    facts.aws(&["logs", "create-log-group", "--log-group-name", group])
}

fn create_stream(facts: &Facts, group: &str, stream: &str) -> super::super::Command {
    let words =
        ["logs", "create-log-stream", "--log-group-name", group, "--log-stream-name", stream];
    facts.aws(&words)
}

pub(in super::super) fn subscription(facts: &Facts) -> Outcome {
    let named = &facts.named_subscriptions;
    if named.is_empty() {
        if facts.stream.processing().is_some_and(|it| it.decompresses) {
            let why = "the log groups that feed the stream are not named".to_owned();
            return Outcome::Unknown(Gap { needs: Some("--log-group NAME"), why });
        }
        return Outcome::NotApplicable;
    }
    let parts = named.iter().flat_map(|of| {
        let feeds = || -> Part {
            let filters = ask(&of.filters)?;
            let Some(filters) = filters else {
                return Finding::error(format!("the log group {} does not exist", of.group))
                    .why("It feeds nothing.")
                    .seen("DescribeSubscriptionFilters")
                    .found();
            };
            if filters.iter().any(|it| it.destination == facts.stream.arn) {
                return Ok(None);
            }
            Finding::error(format!("the log group {} is not subscribed to the stream", of.group))
                .why("CloudWatch Logs sends it elsewhere, or nowhere.")
                .seen("DescribeSubscriptionFilters")
                .fix(facts.aws(&[
                    "logs",
                    "describe-subscription-filters",
                    "--log-group-name",
                    &of.group,
                ]))
                .found()
        };
        let trusted = || -> Part {
            let Some(filter) = of.feeding(facts) else { return Ok(None) };
            let name = filter.role.as_deref().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or(name);
            match ask(&of.role)? {
                Some(role) if trusts_logs(&role.trust_policy, facts.stream.region()) => Ok(None),
                found => {
                    let what = match found {
                        Some(_) => format!("the role {name} does not trust CloudWatch Logs"),
                        None => format!("the role {name} of the subscription does not exist"),
                    };
                    Finding::error(what)
                        .why("CloudWatch Logs cannot assume it, so it sends nothing.")
                        .seen("GetRole")
                        .fix(super::super::fix::command(&[
                            "aws",
                            "iam",
                            "get-role",
                            "--role-name",
                            name,
                        ]))
                        .found()
                }
            }
        };
        let may = || -> Part {
            let Some(filter) = of.feeding(facts) else { return Ok(None) };
            // One role may be allowed and that of another group not.
            let role = filter.role.as_deref().unwrap_or_default();
            let mut facts = facts.clone();
            facts.permissions.retain(|it| it.question.role == role);
            let facts = &facts;
            let what = "the role of the subscription may not put records into the stream";
            allowed(facts, Purpose::Subscription, what, "CloudWatch Logs sends nothing.")
        };
        [feeds(), trusted(), may()]
    });
    conclude(parts, "the log groups feed the stream")
}

pub(in super::super) fn log_loop(facts: &Facts) -> Outcome {
    let is_logged = facts.stream.destination.as_ref().is_some_and(|it| it.logging.is_some());
    let wanted = usize::from(is_logged) + usize::from(facts.stream.transform().is_some());
    if wanted == 0 {
        return Outcome::NotApplicable;
    }
    let found = facts.own_subscriptions.iter().map(|of| -> Part {
        let filters = ask(&of.filters)?.map(Vec::as_slice).unwrap_or_default();
        let Some(filter) = filters.iter().find(|it| it.destination == facts.stream.arn) else {
            return Ok(None);
        };
        Finding::error(format!("the log group {} is subscribed to this stream", of.group))
            .why("What the stream logs comes in again as records: a loop that grows and costs.")
            .seen(format!("subscription filter {}", filter.name))
            .fix(facts.aws(&[
                "logs",
                "delete-subscription-filter",
                "--log-group-name",
                &of.group,
                "--filter-name",
                &filter.name,
            ]))
            .found()
    });
    let missing = (facts.own_subscriptions.len() < wanted).then(|| {
        let why = "where its log groups are sent is not known".to_owned();
        Err(Gap { needs: None, why })
    });
    conclude(found.chain(missing), "no log of the stream comes in again")
}
