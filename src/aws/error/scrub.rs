//! Keeps credentials out of messages, and what others wrote short.

/// Most characters that are shown of a text from outside.
const MAX_TEXT: usize = 600;

/// Where AWS begins to quote the request that it got, with its headers: the
/// session token is one of them. In lower case.
const QUOTED_REQUEST: [&str; 2] = ["the canonical string for this request", "x-amz-security-token"];

/// What key ids begin with (IAM user guide, "Unique identifiers").
const KEY_ID: [&str; 2] = ["AKIA", "ASIA"];

/// Fewest letters of a key id.
const MIN_KEY_ID: usize = 16;

/// Returns `text` without the request that an answer quotes and without key
/// ids. Secret keys are never sent, so no answer can quote one.
pub(super) fn scrub(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let quoted = QUOTED_REQUEST.iter().filter_map(|start| lower.find(start)).min();
    let kept = quoted.and_then(|end| text.get(..end)).unwrap_or(text);
    let mut out = String::with_capacity(kept.len());
    for piece in kept.split_inclusive(|it: char| !it.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
        let is_key = KEY_ID.iter().any(|start| word.starts_with(start));
        if is_key && word.len() >= MIN_KEY_ID {
            out.push_str("[key id]");
            out.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            out.push_str(piece);
        }
    }
    if quoted.is_some() {
        out.truncate(out.trim_end().len());
        out.push_str(" […]");
    }
    out
}

/// Returns what AWS or a program wrote: [`scrub`]bed, and not longer than
/// [`MAX_TEXT`].
pub(super) fn quote(text: &str) -> String {
    let text = scrub(text);
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{} […]", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_quoted_requests_go() {
        let text = "The request signature does not match. The Canonical String for this request \
                    should have been 'POST\nx-amz-security-token:IQoJcanary'";
        assert_eq!(scrub(text), "The request signature does not match. […]");
        assert_eq!(scrub("bad X-Amz-Security-Token:IQoJcanary"), "bad […]");
        assert_eq!(
            scrub("Credential=AKIAIOSFODNN7EXAMPLE/2026, ASIAX ASIAIOSFODNN7EXAMPLE"),
            "Credential=[key id]/2026, ASIAX [key id]"
        );
    }

    #[test]
    fn what_is_harmless_stays_and_what_is_long_is_cut() {
        let text = "User: arn:aws:sts::111122223333:assumed-role/Dev/me is not authorized";
        assert_eq!(quote(text), text);
        assert_eq!(quote(&"ä".repeat(1_000)).chars().count(), MAX_TEXT + 4);
    }
}
