//! Finds the log groups: those of a delivery stream, of functions, by name.

use std::sync::Arc;

use super::TailPlan;
use super::writers::Finder;
use crate::aws::{FirehoseClient, LogsClient, Selection, Service, Session};
use crate::context::Context;
use crate::error::Error;
use firehose::names::{AccountId, DeliveryStreamName, FunctionName, LogGroupName, RegionName};
use firehose::stream::DeliveryStream;

/// Most log groups at a time: with more, each would be asked for too seldom.
pub(super) const MAX_PLACES: usize = 100;

/// Where to look.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The log groups of this delivery stream: its transform's and its own.
    pub stream: Option<DeliveryStreamName>,
    /// Those of these functions.
    pub functions: Vec<FunctionName>,
    /// These.
    pub groups: Vec<LogGroupName>,
    /// Patterns stand for groups of linked accounts, too.
    pub is_linked: bool,
}

impl Wanted {
    /// The Region in the ARNs, if there is one.
    pub fn region(&self) -> Result<Option<&RegionName>, Error> {
        let stream = self.stream.iter().filter_map(DeliveryStreamName::arn_region);
        let groups = self.groups.iter().filter_map(LogGroupName::arn_region);
        let functions = self.functions.iter().filter_map(FunctionName::arn_region);
        let mut found: Option<&RegionName> = None;
        for region in stream.chain(groups).chain(functions) {
            if let Some(other) = found.filter(|other| *other != region) {
                return Err(Error::user(format!("one ARN is in {other}, another in {region}"))
                    .hint("run `fh logs` once for each Region"));
            }
            found = Some(region);
        }
        Ok(found)
    }

    /// The patterns that stand for none of these.
    pub(super) fn unmatched(&self, places: &[TailedGroup]) -> impl Iterator<Item = &LogGroupName> {
        self.groups
            .iter()
            .filter(|it| it.is_pattern())
            .filter(|pattern| !places.iter().any(|it| pattern.matches(it.selection.group.as_str())))
    }

    pub(super) fn has_pattern(&self) -> bool {
        self.groups.iter().any(LogGroupName::is_pattern)
    }
}

/// A log group that is read, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailedGroup {
    /// A short name: `transform`, `errors`, a function, a log group.
    pub label: String,
    /// What it is.
    pub kind: GroupKind,
    /// What is read.
    pub selection: Selection,
    /// ARN of the delivery stream that it is read for, if the user has not named
    /// the log group: errors and printed events of other streams are not asked
    /// for.
    pub stream_arn: Option<String>,
}

/// What a log group is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupKind {
    /// That of this function, which is there.
    Function(String),
    /// The errors of this delivery stream.
    Errors(String),
    /// Named by the user, or of a function that is not there.
    Group,
}

/// The log groups, and whose they are if not another account's.
#[derive(Debug)]
pub(super) struct FoundGroups {
    pub(super) places: Vec<TailedGroup>,
    /// The account of the caller, where that is known.
    pub(super) caller: Option<AccountId>,
}

/// Finds all that is wanted; fails if there is nothing.
pub(super) async fn find(
    session: &Arc<Session>,
    plan: &TailPlan,
    context: &Context,
) -> Result<FoundGroups, Error> {
    let stream = match &plan.wanted.stream {
        Some(name) => Some(FirehoseClient::new(session).describe(name).await?),
        None => None,
    };
    let caller = caller(session, stream.as_ref(), &plan.wanted).await;
    let finder = Finder { session, plan, context, caller: caller.as_ref() };
    let mut found = Vec::new();
    if let Some(stream) = &stream {
        found.extend(finder.of_stream(stream).await?);
    }
    for function in &plan.wanted.functions {
        found.push(finder.of_function(function, function.name()).await?);
    }
    let client = LogsClient::new(Arc::clone(session));
    found.extend(groups(&client, plan, caller.as_ref()).await?);
    let mut places = Vec::new();
    for place in found {
        add(&mut places, place);
    }
    for pattern in plan.wanted.unmatched(&places).filter(|_| !places.is_empty()) {
        context.warn(&format!("no log group matches `{pattern}`"), &[LISTED]);
    }
    if places.is_empty() && !(plan.policy.follows && plan.wanted.has_pattern()) {
        return Err(nothing(session, plan));
    }
    if places.len() > MAX_PLACES {
        return Err(Error::user(format!(
            "{} log groups are too many: at most {MAX_PLACES} can be read at once",
            places.len()
        )));
    }
    if places.is_empty() {
        context.info("fh: no log group matches yet; checking every 30 s");
    }
    Ok(FoundGroups { places, caller })
}

/// The account of the caller, where it matters: it is that of a delivery
/// stream. Without one it is asked for if a name alone may be the same group as
/// an ARN, and of emulators, which may not know ARNs.
async fn caller(
    session: &Session,
    stream: Option<&DeliveryStream>,
    wanted: &Wanted,
) -> Option<AccountId> {
    if let Some(stream) = stream {
        return stream.account().parse().ok();
    }
    let functions = wanted.functions.iter().map(FunctionName::arn_account);
    let groups = wanted.groups.iter().map(LogGroupName::arn_account);
    let (of_account, by_name): (Vec<_>, Vec<_>) =
        functions.clone().chain(groups).partition(Option::is_some);
    let is_mixed = !of_account.is_empty() && !by_name.is_empty();
    let is_emulated =
        session.is_emulated(Service::Logs) && functions.into_iter().any(|it| it.is_some());
    if is_mixed || is_emulated || wanted.is_linked {
        session.account(Service::Logs).await
    } else {
        None
    }
}

/// Where to look for names.
const LISTED: &str =
    "list log groups: aws logs describe-log-groups --query 'logGroups[].logGroupName'";

/// True if one of the two is read with the other: a group that is named in two
/// ways would show each event twice.
fn overlap(one: &Selection, other: &Selection) -> bool {
    one.group.may_be(&other.group)
        && (one.stream == other.stream
            || is_whole(one)
            || is_whole(other)
            || has_stream(one, other)
            || has_stream(other, one))
}

/// True if the prefix of the one takes in the log stream of the other.
fn has_stream(one: &Selection, other: &Selection) -> bool {
    let prefix = one.prefix.as_deref();
    prefix.zip(other.stream.as_deref()).is_some_and(|(prefix, name)| name.starts_with(prefix))
}

fn is_whole(selection: &Selection) -> bool {
    selection.stream.is_none() && selection.prefix.is_none()
}

/// True if it is read already.
pub(super) fn is_read(places: &[TailedGroup], place: &TailedGroup) -> bool {
    places.iter().any(|known| overlap(&known.selection, &place.selection))
}

/// Adds a place; of two that overlap the wider is read.
fn add(places: &mut Vec<TailedGroup>, place: TailedGroup) {
    let same = |known: &&mut TailedGroup| overlap(&known.selection, &place.selection);
    let Some(known) = places.iter_mut().find(same) else { return places.push(place) };
    // Whoever names a log group wants all of it.
    known.stream_arn = match place.kind {
        GroupKind::Group => None,
        _ => known.stream_arn.take().or(place.stream_arn),
    };
    if !is_whole(&known.selection) && !has_stream(&known.selection, &place.selection) {
        known.selection = place.selection;
    }
}

fn nothing(session: &Session, plan: &TailPlan) -> Error {
    let patterns: Vec<_> = plan.wanted.groups.iter().map(|it| format!("`{it}`")).collect();
    let error =
        Error::aws(format!("no log group in {} matches {}", session.region(), patterns.join(", ")))
            .hint(LISTED)
            .hint("a function's log group is created on its first run; `-f` waits for it");
    if plan.wanted.is_linked {
        return error;
    }
    error.hint("`--include-linked-accounts` also looks in accounts that are linked to yours")
}

/// The groups that the user named, patterns resolved.
pub(super) async fn groups(
    client: &LogsClient,
    plan: &TailPlan,
    caller: Option<&AccountId>,
) -> Result<Vec<TailedGroup>, Error> {
    let mut places = Vec::new();
    for wanted in &plan.wanted.groups {
        let found = if wanted.is_pattern() {
            client.find(wanted, plan.wanted.is_linked).await?
        } else {
            vec![wanted.clone()]
        };
        places.extend(found.into_iter().map(|group| TailedGroup {
            label: group.to_string(),
            kind: GroupKind::Group,
            selection: selection(group.of_caller(caller), plan),
            stream_arn: None,
        }));
    }
    Ok(places)
}

pub(super) fn selection(group: LogGroupName, plan: &TailPlan) -> Selection {
    Selection {
        group,
        stream: None,
        prefix: plan.log_stream_prefix.clone(),
        pattern: plan.filter_pattern.clone(),
    }
}
