//! Whole values and lines whose characters beyond ASCII come out damaged: where nothing else
//! stands around them, the key or the whole line shows what they were.

use std::borrow::Cow;

use super::damage::Damage;
use super::place::places;
use crate::transform::check::values::leaves;

/// Most values that are looked for.
const MAX_VALUES: usize = 64;

/// Fewest characters by which a line, or a value under another key, is known.
const MIN_LINE: usize = 4;

/// The same where characters are only left out.
const MIN_KEPT: usize = 3;

/// Damage that makes the same of another encoding everywhere.
const LOOKED_FOR: [Damage; 4] =
    [Damage::QuestionMarks, Damage::ByteQuestionMarks, Damage::UnitQuestionMarks, Damage::Dropped];

/// A value or a line of what went in, with the key that it stands under.
struct Value<'a> {
    key: Option<Cow<'a, [u8]>>,
    text: String,
}

/// The first value that comes out damaged, and how.
pub(super) fn damaged(before: &str, after: &[u8]) -> Option<(String, Damage)> {
    let outputs: Vec<_> = leaves(after)
        .filter(|leaf| leaf.is_string())
        .filter_map(|leaf| Some((leaf.key, leaf.string()?)))
        .collect();
    let lines: Vec<_> = after.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let mut emptied = 0;
    for value in values(before) {
        // One character that arrived shows that the others did.
        if places(&value.text).any(|place| place.is_whole(after)) {
            return None;
        }
        for damage in LOOKED_FOR {
            let whole = damaged_text(&value.text, damage);
            let text = whole.trim();
            if text.is_empty() {
                let is_it = |it: &&(&[u8], String)| value.is_under(it.0) && it.1.is_empty();
                emptied +=
                    usize::from(damage == Damage::Dropped && outputs.iter().any(|it| is_it(&it)));
                // One may be left out on purpose.
                if emptied > 1 {
                    return Some((value.text, damage));
                }
                continue;
            }
            // A part of the text may be taken out of it on purpose; a blank at its end
            // was before the characters.
            let is_part = damage == Damage::Dropped && value.text.contains(text);
            let is_sure = !is_part && is_long(text, damage);
            let is_same = |(key, it): &(&[u8], String)| {
                value.is_under(key) && (*it == whole && is_part && whole != text)
                    || !is_part && value.is_under(key) && it.trim() == text
                    || is_sure && it.trim() == text
            };
            let comes_out =
                outputs.iter().any(is_same) || is_sure && lines.contains(&text.as_bytes());
            let mut inputs = leaves(before.as_bytes());
            if comes_out
                && shows(&value.text, text, damage)
                && !inputs.any(|leaf| leaf.text() == text.as_bytes())
            {
                return Some((value.text, damage));
            }
        }
    }
    None
}

impl Value<'_> {
    fn is_under(&self, key: &[u8]) -> bool {
        self.key.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(key))
    }
}

/// The strings of JSON with characters beyond ASCII, also those of JSON in a string; of a
/// text, its lines.
fn values(before: &str) -> impl Iterator<Item = Value<'_>> {
    let is_json = before.trim_start().starts_with(['{', '[']);
    let of_json = is_json.then(|| {
        leaves(before.as_bytes()).filter(|leaf| !leaf.raw.is_ascii()).flat_map(|leaf| {
            let text = leaf.string().unwrap_or_default();
            let is_json = text.trim_start().starts_with('{');
            let inner: Vec<_> = if is_json {
                let inner = leaves(text.as_bytes()).filter(|it| !it.raw.is_ascii());
                let own = |key: &[u8]| Some(Cow::Owned(key.to_vec()));
                inner
                    .filter_map(|it| Some(Value { key: own(it.key), text: it.string()? }))
                    .collect()
            } else {
                vec![Value { key: Some(Cow::Borrowed(leaf.key)), text }]
            };
            inner
        })
    });
    let lines = (!is_json).then(|| {
        let lines = before.lines().map(str::trim).filter(|line| !line.is_ascii());
        lines.map(|line| Value { key: None, text: line.to_owned() })
    });
    of_json.into_iter().flatten().chain(lines.into_iter().flatten()).take(MAX_VALUES)
}

fn damaged_text(text: &str, damage: Damage) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|it: char| !it.is_ascii()) {
        let (plain, tail) = rest.split_at(start);
        let end = tail.find(|it: char| it.is_ascii()).unwrap_or(tail.len());
        let (run, after) = tail.split_at(end);
        out.push_str(plain);
        out.push_str(&damage.of(run));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// True if nothing else than the damage makes `text` of `value`: who cleans a text takes
/// out blanks and signs of a unit, too.
fn shows(value: &str, text: &str, damage: Damage) -> bool {
    if damage != Damage::Dropped {
        return true;
    }
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_clean =
        |it: char| it.is_ascii() || it.is_whitespace() || it.is_control() || is_unseen(it);
    letters > 1 && !value.chars().all(is_clean)
}

/// True for characters that are not seen: joiners, marks of direction, byte order marks.
const fn is_unseen(it: char) -> bool {
    matches!(it, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// True if a text is known without its key.
fn is_long(text: &str, damage: Damage) -> bool {
    let known = text.bytes().filter(|it| it.is_ascii_alphanumeric() || *it == b'?').count();
    if damage == Damage::Dropped { known >= MIN_KEPT } else { known >= MIN_LINE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_letters_around_them_are_known_by_their_key_or_line() {
        for (before, after, damage) in [
            (r#"{"city":"東京","n":1}"#, r#"{"city": "??","n":1}"#, Damage::QuestionMarks),
            (r#"{"m":"hi 😀"}"#, r#"{"m":"hi ?"}"#, Damage::QuestionMarks),
            (r#"{"m":"hi 😀"}"#, r#"{"m":"hi ??"}"#, Damage::UnitQuestionMarks),
            (r#"{"m":"5 € – ok"}"#, r#"{"m":"5 ? ? ok"}"#, Damage::QuestionMarks),
            (r#"{"m":"😀 great"}"#, r#"{"m":" great"}"#, Damage::Dropped),
            (r#"{"m":"it’s"}"#, r#"{"m":"its"}"#, Damage::Dropped),
            (r#"{"a":"東京","b":"李雷"}"#, r#"{"a":"","b":""}"#, Damage::Dropped),
            (r#"{"message":"Zoë 東京 0"}"#, "Zo? ?? 0\n", Damage::QuestionMarks),
            (r#"{"message":"Zoë 東京 0"}"#, "Zo  0\n", Damage::Dropped),
            (r#"{"message":"{\"city\":\"東京\"}"}"#, r#"{"city":"??"}"#, Damage::QuestionMarks),
            ("東京 0 北京\n", "?? 0 ??\n", Damage::QuestionMarks),
        ] {
            let found = damaged(before, after.as_bytes()).map(|it| it.1);
            assert_eq!(found, Some(damage), "{before} -> {after}");
        }
    }

    #[test]
    fn what_is_taken_out_of_a_text_or_cleaned_is_no_damage() {
        for (before, after) in [
            (r#"{"city":"東京"}"#, r#"{"city":""}"#),
            (r#"{"city":"東京"}"#, r#"{"city":"**"}"#),
            (r#"{"city":"東京"}"#, r#"{"city":"Tokyo"}"#),
            (r#"{"city":"東京","q":"??"}"#, r#"{"town":"??"}"#),
            (r#"{"m":"エラー ERROR 500"}"#, r#"{"code":"ERROR 500"}"#),
            (r#"{"m":"エラー ERROR 500"}"#, "ERROR 500\n"),
            (r#"{"a":"東京","b":"😀 ok"}"#, r#"{"a":"東京","b":" ok"}"#),
            ("{\"n\":\"12\u{a0}345 kg\"}", r#"{"n":"12345 kg"}"#),
            ("{\"n\":\"ab\u{200b}cd\"}", r#"{"n":"abcd"}"#),
            (r#"{"t":"21.5 ℃"}"#, r#"{"t":"21.5 "}"#),
        ] {
            let found = damaged(before, after.as_bytes());
            assert!(found.is_none(), "{before} -> {after}: {found:?}");
        }
    }
}
