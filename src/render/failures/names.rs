//! Where something is: inputs, objects, functions; and names in a shell.

use crate::render::page::safe;
use crate::terminal::shell;

/// The name of an input for people.
pub(super) fn title(source: &str) -> String {
    if source == "-" { "standard input".to_owned() } else { safe(source) }
}

/// Bucket and key of an input in S3.
pub(super) fn bucket_and_key(source: &str) -> Option<(&str, &str)> {
    source.strip_prefix("s3://")?.split_once('/')
}

/// `orders-transform:$LATEST (eu-west-1)` of the ARN of a function; what is of
/// another form as it is.
pub(super) fn function(arn: &str) -> String {
    let name = function_name(arn);
    match arn.split(':').nth(3) {
        Some(region) if name.len() < arn.len() => format!("{name} ({})", safe(region)),
        _ => name,
    }
}

/// The same without its Region.
pub(super) fn function_name(arn: &str) -> String {
    let parts: Vec<_> = arn.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", name] => safe(name),
        _ => safe(arn),
    }
}

/// A name as a shell takes it for one word; `None` if it could not be shown
/// and copied.
pub(super) fn word(name: &str) -> Option<String> {
    if safe(name) != name || name == "-" {
        return None;
    }
    let name = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
    Some(shell::quoted(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_word_in_a_shell() {
        for (name, expected) in [
            ("s3://b/a/2026-11-22", Some("s3://b/a/2026-11-22")),
            ("a b", Some("'a b'")),
            ("it's;rm", Some(r"'it'\''s;rm'")),
            ("-x", Some("./-x")),
            ("a\nb", None),
            ("-", None),
        ] {
            assert_eq!(word(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_function_is_named_with_its_version() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST";
        assert_eq!(function(arn), "orders:$LATEST (eu-west-1)");
        assert_eq!(function(arn.strip_suffix(":$LATEST").unwrap()), "orders (eu-west-1)");
        assert_eq!(function("orders\u{1b}"), "orders\\u{1b}");
    }
}
