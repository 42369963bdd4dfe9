//! What may be meant by a name that does not exist: the names that do, as far as
//! they may be listed.

use std::time::Duration;

use super::{FirehoseClient, LambdaClient, LogsClient};
use crate::terminal::plural;
use ::firehose::names::{DeliveryStreamName, FunctionName, LogGroupName};

/// How long the names are waited for: they are only a hint.
const PATIENCE: Duration = Duration::from_secs(3);

/// Most pages of names that are read.
const MAX_PAGES: usize = 10;

/// Most names that are offered.
const MAX_OFFERED: usize = 3;

/// Least likeness of a name, of 1.
const MIN_LIKENESS: f64 = 0.6;

/// Shortest part of a name that two have in common by more than chance.
const MIN_PART: usize = 3;

/// So few names are all shown, whatever they are like.
const FEW: usize = 5;

impl FirehoseClient<'_> {
    /// A hint with the delivery streams that may be meant; `None` if they may not
    /// be listed.
    pub(super) async fn similar(&self, stream: &DeliveryStreamName) -> Option<String> {
        let names = async {
            let mut names: Vec<String> = Vec::new();
            for _ in 0..MAX_PAGES {
                let page = self.names_after(names.last().cloned()).await.ok()?;
                let has_more =
                    page.has_more_delivery_streams && !page.delivery_stream_names.is_empty();
                names.extend(page.delivery_stream_names);
                if !has_more {
                    break;
                }
            }
            Some(names)
        };
        let names = tokio::time::timeout(PATIENCE, names).await.ok()??;
        let place = self.session.region().as_str();
        let wanted = Wanted { thing: "delivery stream", place, name: stream.as_str(), prefix: "" };
        Some(wanted.hint(names))
    }
}

impl LambdaClient<'_> {
    /// A hint with the functions that may be meant; `None` if they may not be
    /// listed, or if they are another account's.
    pub(super) async fn similar(&self, function: &FunctionName) -> Option<String> {
        if function.arn_account().is_some() {
            return None;
        }
        let names = async {
            let (mut names, mut marker) = (Vec::new(), None);
            for _ in 0..MAX_PAGES {
                let page = self.functions_after(marker).await.ok()?;
                names.extend(page.functions.into_iter().filter_map(|it| it.function_name));
                marker = page.next_marker;
                if marker.is_none() {
                    break;
                }
            }
            Some(names)
        };
        let names = tokio::time::timeout(PATIENCE, names).await.ok()??;
        if names.iter().any(|name| name == function.name()) {
            let name = function.name();
            return Some(format!(
                "function `{name}` exists, without this version or alias: aws lambda \
                 list-aliases --function-name {name}"
            ));
        }
        let place = self.session.region().as_str();
        let wanted = Wanted { thing: "function", place, name: function.name(), prefix: "" };
        Some(wanted.hint(names))
    }
}

impl LogsClient {
    /// A hint with the log groups that may be meant; `None` if they may not be
    /// listed, or if they are another account's.
    pub async fn similar(&self, group: &LogGroupName) -> Option<String> {
        if group.arn().is_some() {
            return None;
        }
        let name = group.as_str();
        // Those of the same service: `/aws/lambda/`.
        let prefix = name.rfind('/').and_then(|at| name.get(..=at)).filter(|it| *it != "/");
        let names = async {
            let (mut names, mut token) = (Vec::new(), None);
            for _ in 0..MAX_PAGES {
                let request = self.client.describe_log_groups().set_next_token(token);
                let request = request.set_log_group_name_prefix(prefix.map(ToOwned::to_owned));
                let page = request.send().await.ok()?;
                let groups = page.log_groups.unwrap_or_default();
                names.extend(groups.into_iter().filter_map(|it| it.log_group_name));
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
            Some(names)
        };
        let names = tokio::time::timeout(PATIENCE, names).await.ok()??;
        let prefix = prefix.unwrap_or_default();
        let region = self.session.region();
        let place =
            if prefix.is_empty() { region.to_string() } else { format!("{region} below {prefix}") };
        Some(Wanted { thing: "log group", place: &place, name, prefix }.hint(names))
    }
}

/// A name that does not exist.
struct Wanted<'a> {
    /// What it is a name of, in the singular.
    thing: &'a str,
    /// Where it was looked for.
    place: &'a str,
    name: &'a str,
    /// What all names begin with.
    prefix: &'a str,
}

impl Wanted<'_> {
    /// The names like it, or what there is instead.
    fn hint(&self, mut names: Vec<String>) -> String {
        let Self { thing, place, .. } = self;
        if names.is_empty() {
            return format!("no {thing} exists in {place}: check the Region and the account");
        }
        names.sort_by(|one, other| {
            self.likeness(other).total_cmp(&self.likeness(one)).then(one.cmp(other))
        });
        let similar = names.iter().take(MAX_OFFERED);
        let similar: Vec<_> = similar
            .filter(|name| self.likeness(name) >= MIN_LIKENESS)
            .map(|name| format!("`{name}`"))
            .collect();
        if !similar.is_empty() {
            return format!("similar names in {place}: {}", similar.join(", "));
        }
        if names.len() > FEW {
            let count = plural(names.len() as u64, thing);
            return format!("none of the {count} in {place} has a similar name");
        }
        let all: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("{thing}s in {place}: {}", all.join(", "))
    }

    fn likeness(&self, name: &str) -> f64 {
        let own = |name: &str| name.strip_prefix(self.prefix).unwrap_or(name).to_lowercase();
        let (name, wanted) = (own(name), own(self.name));
        let has_part = (name.contains(&wanted) || wanted.contains(&name))
            && name.len().min(wanted.len()) >= MIN_PART;
        let likeness = strsim::normalized_damerau_levenshtein(&name, &wanted);
        if has_part { likeness.max(MIN_LIKENESS) } else { likeness }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_of(wanted: &str, names: &[&str]) -> String {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let wanted = Wanted { thing: "function", place: "eu-west-1", name: wanted, prefix: "" };
        wanted.hint(names)
    }

    #[test]
    fn the_names_that_are_most_alike_are_offered() {
        let all = ["orders", "orders-prod", "clicks", "order-events", "x", "y", "z"];
        assert_eq!(hint_of("ordrs", &all), "similar names in eu-west-1: `orders`");
        assert_eq!(
            hint_of("orders", &["orders-production-eu-west-1", "a"]),
            "similar names in eu-west-1: `orders-production-eu-west-1`"
        );
        assert_eq!(hint_of("payments", &["orders", "x"]), "functions in eu-west-1: `orders`, `x`");
        assert_eq!(
            hint_of("payments", &all),
            "none of the 7 functions in eu-west-1 has a similar name"
        );
        assert_eq!(
            hint_of("orders", &[]),
            "no function exists in eu-west-1: check the Region and the account"
        );
    }
}
