//! Tags of streams.

use serde::{Deserialize, Serialize};

use super::control::not_set;
use super::{FirehoseApi, input};
use crate::local::refusal::Refusal;
use firehose::description::Tag;

/// Tags of a stream (API reference, `TagDeliveryStream`).
const MAX_TAGS: usize = 50;

/// Characters of a key and of a value (API reference, `Tag`).
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagInput {
    delivery_stream_name: String,
    tags: Vec<TagRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UntagInput {
    delivery_stream_name: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListTagsInput {
    delivery_stream_name: String,
    exclusive_start_tag_key: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagRow {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListTagsAnswer {
    tags: Vec<TagRow>,
    has_more_tags: bool,
}

impl FirehoseApi {
    pub(super) fn tag(&self, body: &[u8]) -> Result<String, Refusal> {
        let TagInput { delivery_stream_name, tags } = input(body)?;
        let stream = self.stream(&delivery_stream_name)?;
        let mut all = stream.look(|description, _| description.tags.clone().unwrap_or_default());
        for TagRow { key, value } in tags {
            match all.iter_mut().find(|tag| tag.key.as_ref() == Some(&key)) {
                Some(tag) => tag.value = Some(value),
                None => all.push(Tag { key: Some(key), value: Some(value), ..Tag::default() }),
            }
        }
        check_tags(&all)?;
        stream.describe(|description| description.tags = Some(all)).map_err(|it| not_set(&it))?;
        Ok("{}".to_owned())
    }

    pub(super) fn untag(&self, body: &[u8]) -> Result<String, Refusal> {
        let UntagInput { delivery_stream_name, tag_keys } = input(body)?;
        let stream = self.stream(&delivery_stream_name)?;
        let described = stream.describe(|description| {
            if let Some(tags) = &mut description.tags {
                tags.retain(|tag| !tag.key.as_ref().is_some_and(|key| tag_keys.contains(key)));
            }
        });
        described.map_err(|it| not_set(&it))?;
        Ok("{}".to_owned())
    }

    pub(super) fn list_tags(&self, body: &[u8]) -> Result<String, Refusal> {
        let input: ListTagsInput = input(body)?;
        let stream = self.stream(&input.delivery_stream_name)?;
        let limit = input.limit.unwrap_or(MAX_TAGS).clamp(1, MAX_TAGS);
        let all = stream.look(|description, _| description.tags.clone().unwrap_or_default());
        let start = input.exclusive_start_tag_key;
        let before =
            start.and_then(|key| all.iter().position(|tag| tag.key.as_ref() == Some(&key)));
        let rows = all
            .into_iter()
            .skip(before.map_or(0, |at| at + 1))
            .filter_map(|tag| Some(TagRow { key: tag.key?, value: tag.value.unwrap_or_default() }));
        let mut tags: Vec<_> = rows.take(limit + 1).collect();
        let has_more_tags = tags.len() > limit;
        tags.truncate(limit);
        serde_json::to_string(&ListTagsAnswer { tags, has_more_tags }).map_err(Refusal::internal)
    }
}

/// Refuses tags that AWS refuses.
pub(super) fn check_tags(tags: &[Tag]) -> Result<(), Refusal> {
    if tags.len() > MAX_TAGS {
        let why = format!("A stream has at most {MAX_TAGS} tags");
        return Err(Refusal::new("LimitExceededException", why));
    }
    for (at, tag) in (1..).zip(tags) {
        let length = |text: &Option<String>| text.as_ref().map_or(0, |it| it.chars().count());
        let wrong = |member: &str, limit: &str| {
            let why = format!(
                "1 validation error detected: Value at 'tags.{at}.member.{member}' failed to \
                 satisfy constraint: Member must have length {limit}"
            );
            Err(Refusal::new("ValidationException", why))
        };
        match (length(&tag.key), length(&tag.value)) {
            (0, _) => return wrong("key", "greater than or equal to 1"),
            (key, _) if key > MAX_KEY => {
                return wrong("key", &format!("less than or equal to {MAX_KEY}"));
            }
            (_, value) if value > MAX_VALUE => {
                return wrong("value", &format!("less than or equal to {MAX_VALUE}"));
            }
            _ => {}
        }
    }
    Ok(())
}
