//! The facts about a stream, in three waves of calls.
//!
//! ```text
//! description ─▶ first: what it names ─▶ second: what that leads to ─▶ Facts
//! ```

mod failures;
mod metrics;
mod overview;
mod waves;

use std::time::Duration;

use crate::aws::{ContextEntry, Decision, Service, Session};
use crate::context;
use failures::{failures, sample};
use firehose::description::Description;
use firehose::diagnosis::{
    Bucket, DeliveryError, Encryption, Facts, Function, Key, KinesisStream, LogGroup, Logged,
    MetricQuestion, Metrics, Permission, Question, Reports, Role, Subscription, SubscriptionsOf,
};
use firehose::known::Known;
use firehose::names::{FunctionName, RegionName};
use firehose::stream::StreamSource;
use firehose::time::{self, Millis};
use metrics::metrics;
pub use overview::{Overview, StreamFacts, overview};
use waves::Wave;
pub use waves::run_all;

/// Pages of REPORT lines that are read.
const REPORT_PAGES: usize = 3;

/// What a description alone tells.
pub fn offline(description: Description, now: Millis) -> Facts {
    let zone = description.view().destination.and_then(|it| it.s3).map(|it| it.time_zone);
    let zone = zone.and_then(|it| context::named_time_zone(&it));
    Facts { shown_in: context::time_zone(), ..Facts::offline(description, now, zone) }
}

/// Gathers the facts about a stream that was described; `groups` are log groups that
/// should feed it.
pub async fn gather(
    session: &Session,
    description: Description,
    now: Millis,
    window: Duration,
    groups: &[String],
) -> Facts {
    let mut facts = Facts { window, ..offline(description, now) };
    for answer in first(session, &facts, groups).answers().await {
        answer(&mut facts);
    }
    for answer in second(session, &facts).answers().await {
        answer(&mut facts);
    }
    facts.named_subscriptions.sort_by(|a, b| a.group.cmp(&b.group));
    facts
}

/// What the description leads to.
fn first<'a>(session: &'a Session, facts: &Facts, groups: &[String]) -> Wave<'a> {
    let mut wave = Wave::default();
    for question in Question::first(facts) {
        permission(&mut wave, session, question);
    }
    if let Some(arn) = facts.role_arn().map(str::to_owned) {
        let other = facts.invoke_role_arn().filter(|it| *it != arn).map(str::to_owned);
        wave.ask(async move { session.role(&arn).await }, |facts, it| facts.role = it.map(role));
        if let Some(arn) = other {
            let asked = async move { session.role(&arn).await };
            wave.ask(asked, |facts, it| facts.invoke_role = it.map(role));
        }
    }
    if let Some(name) = facts.function_name() {
        of_function(&mut wave, session, name);
    }
    of_buckets(&mut wave, session, facts);
    let logging = facts.stream.destination.as_ref().and_then(|it| it.logging.clone());
    if let Some(place) = logging {
        let group = place.group.clone();
        wave.ask(async move { session.log_group(&group).await }, |facts, it| {
            facts.error_group = it.map(|it| log_group(&it));
        });
        subscriptions(&mut wave, session, place.group.clone());
        let asked = async move { session.log_stream(&place.group, &place.stream).await };
        wave.ask(asked, |facts, it| facts.error_stream = it.map(|_| ()));
    }
    for group in groups {
        let name = group.clone();
        let asked = async move { (session.subscription_filters(&name).await, name) };
        wave.ask(asked, |facts, (filters, group)| {
            let filters = filters.map(|all| all.into_iter().map(subscription).collect());
            let role = Known::NotAsked;
            facts.named_subscriptions.push(SubscriptionsOf { group, filters, role });
        });
    }
    if let Some(key) = facts.stream_key_arn().map(str::to_owned) {
        let asked = async move { session.key(&key).await };
        wave.ask(asked, |facts, it| facts.stream_key = it.map(self::key));
    }
    if let StreamSource::Kinesis(arn) = facts.stream.source.clone() {
        let asked = async move { session.data_stream(&arn).await };
        wave.ask(asked, |facts, it| {
            facts.source = it.map(|it| KinesisStream {
                status: it.stream_status,
                key: it.key_id.filter(|_| it.encryption_type.as_deref() == Some("KMS")),
            });
        });
    }
    if let Some(schema) = facts.schema().filter(|_| facts.has_table_here()).cloned() {
        wave.ask(
            async move {
                let database = schema.database.unwrap_or_default();
                let table = schema.table.unwrap_or_default();
                session.table(schema.catalog_id.as_deref(), &database, &table).await
            },
            |facts, it| facts.table = it.map(|_| ()),
        );
    }
    of_metrics(&mut wave, session, facts);
    wave
}

fn of_function<'a>(wave: &mut Wave<'a>, session: &'a Session, name: FunctionName) {
    let (asked, of_policy, of_reserved) = (name.clone(), name.clone(), name.clone());
    wave.ask(async move { session.function_configuration(&asked).await }, move |facts, it| {
        facts.function = it.map(|it| function(it, &name));
    });
    let policy = async move { session.function_policy(&of_policy).await };
    wave.ask(policy, |facts, it| facts.function_policy = it);
    let reserved = async move { session.function_concurrency(&of_reserved).await };
    wave.ask(reserved, |facts, it| facts.reserved = it);
}

fn of_buckets<'a>(wave: &mut Wave<'a>, session: &'a Session, facts: &Facts) {
    let region = |it: RegionName| Bucket { region: it.to_string() };
    if let Some(bucket) = facts.bucket_name().map(str::to_owned) {
        let (name, locking) = (bucket.clone(), bucket.clone());
        let asked = async move { session.bucket_region(&name).await };
        wave.ask(asked, move |facts, it| facts.bucket = it.map(region));
        let asked = async move { session.bucket_encryption(&bucket, None).await };
        wave.ask(asked, |facts, it| {
            facts.encryption = it.map(|it| Encryption {
                algorithm: it.algorithm,
                key: it.key,
                has_bucket_key: it.has_bucket_key,
            });
        });
        let asked = async move { session.bucket_locks_objects(&locking, None).await };
        wave.ask(asked, |facts, it| facts.locks = it);
    }
    if let Some(bucket) = facts.backup_bucket_name().map(str::to_owned) {
        let asked = async move { session.bucket_region(&bucket).await };
        wave.ask(asked, move |facts, it| facts.backup_bucket = it.map(region));
    }
}

fn of_metrics<'a>(wave: &mut Wave<'a>, session: &'a Session, facts: &Facts) {
    let questions =
        MetricQuestion::of(&facts.description, session.is_emulated(Service::CloudWatch));
    let (window, now) = (facts.window, facts.now);
    let asked = async move { metrics(session, vec![questions], now, window).await };
    wave.ask(asked, |facts, it| facts.metrics = it.into_iter().next().unwrap_or(Known::NotAsked));
}

/// What the first answers lead to.
fn second<'a>(session: &'a Session, facts: &Facts) -> Wave<'a> {
    let mut wave = Wave::default();
    for question in Question::then(facts) {
        permission(&mut wave, session, question);
    }
    if let Some(key) = facts.key_of_objects().map(str::to_owned) {
        let asked = async move { session.key(&key).await };
        wave.ask(asked, |facts, it| facts.bucket_key = it.map(self::key));
    }
    if let Some(function) = facts.function.yes() {
        let (group, reported) = (function.log_group.clone(), function.log_group.clone());
        subscriptions(&mut wave, session, group.clone());
        wave.ask(async move { session.log_group(&group).await }, |facts, it| {
            facts.function_group = it.map(|it| log_group(&it));
        });
        let since = time::before(facts.now, facts.window);
        let asked = async move {
            session.log_events(&reported, Reports::PATTERN, since, REPORT_PAGES).await
        };
        wave.ask(asked, |facts, it| {
            facts.reports = it.map(reports);
        });
    }
    let may_not_deliver = facts.metrics.yes().is_none_or(Metrics::may_not_deliver);
    let logging = facts.stream.destination.as_ref().and_then(|it| it.logging.clone());
    if let Some(group) = logging.filter(|_| may_not_deliver).map(|it| it.group) {
        let (since, arn) = (time::before(facts.now, facts.window), facts.stream.arn.clone());
        let asked = async move {
            session.log_events(&group, DeliveryError::PATTERN, since, REPORT_PAGES).await
        };
        wave.ask(asked, move |facts, it| {
            facts.delivery_error = it.and_then(|it| {
                DeliveryError::last(it.events.into_iter().map(logged), it.is_complete, &arn)
            });
        });
    }
    for (index, of) in facts.named_subscriptions.iter().enumerate() {
        if let Some(arn) = of.feeding(facts).and_then(|it| it.role.clone()) {
            let asked = async move { session.role(&arn).await };
            wave.ask(asked, move |facts, it| {
                if let Some(of) = facts.named_subscriptions.get_mut(index) {
                    of.role = it.map(role);
                }
            });
        }
    }
    let region = facts.bucket.yes().and_then(|it| it.region.parse::<RegionName>().ok());
    let (stream, now, window) = (facts.stream.clone(), facts.now, facts.window);
    let of_failures = region.clone();
    let zone = facts.zone.clone();
    wave.ask(
        async move { failures(session, &stream, zone, now, window, of_failures.as_ref()).await },
        |facts, it| facts.failures = it,
    );
    let (stream, below) = (facts.stream.clone(), facts.this_hour());
    wave.ask(
        async move { sample(session, &stream, below.as_deref(), region.as_ref()).await },
        |facts, it| facts.sample = it,
    );
    wave
}

fn permission<'a>(wave: &mut Wave<'a>, session: &'a Session, question: Question) {
    let asked = async move {
        let context: Vec<_> =
            question.context.iter().map(|(key, value)| ContextEntry { key, value }).collect();
        let (role, resource) = (&question.role, &question.resource);
        let found = session.simulate(role, question.actions, resource, &context).await;
        let denied = found.map(|all| denied(question.actions, &all));
        Permission { question, denied }
    };
    wave.ask(asked, |facts, it| facts.permissions.push(it));
}

/// The actions that are not allowed. One that the simulator leaves out is not.
fn denied(actions: &[&str], decisions: &[Decision]) -> Vec<String> {
    let decision = |action: &&str| {
        let found = decisions.iter().find(|it| it.action.eq_ignore_ascii_case(action));
        match found {
            Some(it) if it.is_allowed() => None,
            Some(it) => Some(format!("{action} ({})", it.decision)),
            None => Some(format!("{action} (no decision)")),
        }
    };
    actions.iter().filter_map(decision).collect()
}

fn subscriptions<'a>(wave: &mut Wave<'a>, session: &'a Session, group: String) {
    let asked = async move { (session.subscription_filters(&group).await, group) };
    wave.ask(asked, |facts, (filters, group)| {
        let filters = filters.map(|all| all.into_iter().map(subscription).collect());
        let role = Known::NotAsked;
        facts.own_subscriptions.push(SubscriptionsOf { group, filters, role });
    });
}

/// Asks for the function alone: a policy names its role and its log group.
pub async fn add_function(session: &Session, facts: &mut Facts) {
    if let Some(name) = facts.function_name() {
        let found = session.function_configuration(&name).await;
        facts.function = found.map(|it| function(it, &name));
    }
}

fn function(it: crate::aws::FunctionConfiguration, name: &FunctionName) -> Function {
    Function {
        log_group: it.logs(name).group,
        state: it.state,
        state_reason: it.state_reason,
        last_update: it.last_update_status,
        timeout: it.timeout,
        memory: it.memory_size,
        role: it.role,
    }
}

fn reports(it: crate::aws::FoundEvents) -> Reports {
    Reports::of(it.events.into_iter().map(logged), it.is_complete)
}

fn logged(it: crate::aws::FoundEvent) -> Logged {
    Logged { stream: it.log_stream_name, time: it.timestamp, message: it.message }
}

fn subscription(it: crate::aws::SubscriptionFilter) -> Subscription {
    Subscription { name: it.filter_name, destination: it.destination_arn, role: it.role_arn }
}

fn role(it: crate::aws::Role) -> Role {
    Role { trust_policy: it.trust_policy }
}

fn key(it: crate::aws::Key) -> Key {
    let state = if it.enabled { "Enabled" } else { "Disabled" };
    Key { arn: it.arn, state: it.key_state.unwrap_or_else(|| state.to_owned()) }
}

fn log_group(it: &crate::aws::LogGroup) -> LogGroup {
    LogGroup { retention_days: it.retention_in_days }
}
