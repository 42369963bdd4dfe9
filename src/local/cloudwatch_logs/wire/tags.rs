//! Tags of groups, by ARN and, as they were before, by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{name, read, write};
use crate::local::cloudwatch_logs::{Logs, Refusal};

/// Tags of a group (API reference, `TagResource`).
const MAX_TAGS: usize = 50;

type Tags = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    #[serde(alias = "resourceArn")]
    log_group_name: String,
}

#[derive(Debug, Deserialize)]
struct Added {
    tags: Tags,
}

#[derive(Debug, Deserialize)]
struct Removed {
    #[serde(rename = "tags", alias = "tagKeys")]
    keys: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TagsAnswer<'a> {
    tags: &'a Tags,
}

/// Answers what is about tags; `None` for any other operation.
pub(super) fn answer(
    logs: &mut Logs,
    action: &str,
    body: &[u8],
    now: i64,
) -> Option<Result<Vec<u8>, Refusal>> {
    let act: fn(&mut Tags, &[u8]) -> Result<Vec<u8>, Refusal> = match action {
        "TagResource" | "TagLogGroup" => |tags, body| {
            add_tags(tags, read::<Added>(body)?.tags)?;
            Ok(b"{}".to_vec())
        },
        "UntagResource" | "UntagLogGroup" => |tags, body| {
            let Removed { keys } = read(body)?;
            tags.retain(|key, _| !keys.contains(key));
            Ok(b"{}".to_vec())
        },
        "ListTagsForResource" | "ListTagsLogGroup" => |tags, _| write(&TagsAnswer { tags }),
        _ => return None,
    };
    let group = read(body).and_then(|it: Named| name(logs, &it.log_group_name));
    Some(group.and_then(|group| act(&mut logs.group(&group, now)?.tags, body)))
}

/// Adds tags, all or none.
pub(super) fn add_tags(tags: &mut Tags, added: Tags) -> Result<(), Refusal> {
    let count = added.keys().filter(|key| !tags.contains_key(*key)).count();
    if tags.len() + count > MAX_TAGS {
        return Err(Refusal::Limit(format!("A log group has at most {MAX_TAGS} tags")));
    }
    tags.extend(added);
    Ok(())
}
