//! What stands in the input as it is, or in a string of its JSON: the message of a log
//! event is not the transform's making.

use memchr::memmem::find;

use crate::bytes::part;
use crate::json::push_string;

/// Most bytes of a text that are looked for.
const MAX_LOOK: usize = 256;

/// A text in a string of JSON that is itself in a string: a log event of JSON.
const MAX_STRINGS: usize = 2;

/// True if the first line of `text` stands in `was`.
pub(super) fn has_start_of(was: &[u8], text: &[u8]) -> bool {
    /// Shorter ones, such as `{`, stand in anything.
    const MIN_LINE: usize = 4;
    let text = text.trim_ascii();
    let line = memchr::memchr(b'\n', text).filter(|at| *at >= MIN_LINE).unwrap_or(text.len());
    stands_in(was, part(text, ..line).trim_ascii_end(), true)
}

/// True if the last line of `text` stands in `was`.
pub(super) fn has_end_of(was: &[u8], text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    stands_in(was, part(text, start..), false)
}

/// True if `text`, or as much of its start or end as is looked at, stands in `was`.
fn stands_in(was: &[u8], text: &[u8], from_start: bool) -> bool {
    if text.is_empty() {
        return false;
    }
    let is_border = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let text = if from_start {
        let end = (0..=text.len().min(MAX_LOOK)).rev().find(is_border).unwrap_or(0);
        part(text, ..end)
    } else {
        let start = (text.len().saturating_sub(MAX_LOOK)..text.len()).find(is_border);
        part(text, start.unwrap_or(0)..)
    };
    if find(was, text).is_some() {
        return true;
    }
    let Ok(text) = str::from_utf8(text) else { return false };
    let mut escaped = text.to_owned();
    (0..MAX_STRINGS).any(|_| {
        escaped = in_string(&escaped);
        find(was, escaped.as_bytes()).is_some()
    })
}

/// The text as a string of JSON has it, without its quotes.
fn in_string(text: &str) -> String {
    let mut json = Vec::with_capacity(text.len() + 2);
    push_string(&mut json, text);
    let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(inner).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_it_is_and_within_strings() {
        let printed = "{'key': \"it's\"}";
        let message = in_string(printed);
        for was in [
            printed.to_owned(),
            format!("{{\"message\":\"{message}\"}}"),
            format!("{{\"message\":\"{{\\\"log\\\":\\\"{}\\\"}}\"}}", in_string(&message)),
        ] {
            assert!(has_start_of(was.as_bytes(), printed.as_bytes()), "{was}");
            assert!(has_start_of(was.as_bytes(), format!("{printed}\nmore\n").as_bytes()));
            assert!(has_end_of(was.as_bytes(), format!("more\n{printed}\n").as_bytes()));
            assert!(!has_start_of(was.as_bytes(), b"{'other': 1}"));
        }
        assert!(!has_start_of(b"{\"key\":\"a\"}", b"{'key': 'a'}"));
        assert!(has_start_of("é".repeat(300).as_bytes(), "é".repeat(200).as_bytes()));
    }
}
