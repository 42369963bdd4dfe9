//! Whole values and lines whose characters beyond ASCII come out damaged: where nothing else
//! stands around them, the key or the whole line shows what they were.

use std::borrow::Cow;

use memchr::memmem::find;

use super::damage::Damage;
use super::place::places;
use crate::json::Token;
use crate::transform::check::values::{Leaf, leaves};

/// Most values that are looked for.
const MAX_VALUES: usize = 64;

/// Fewest characters by which a line, or a value under another key, is known.
const MIN_LINE: usize = 4;

/// The same where characters are only left out.
const MIN_KEPT: usize = 3;

/// Bytes to look through for them, and for the characters in them.
const MAX_LOOKED: usize = 8 * 1024 * 1024;

/// Characters are looked for at as many places in any case.
const MIN_PLACES: usize = 4;

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
    if before.len().max(after.len()) > MAX_LOOKED {
        return None;
    }
    let looked = MAX_LOOKED / before.len().max(after.len()).max(1);
    let mut places_left = looked.max(MIN_PLACES);
    let mut emptied = 0;
    for value in values(before).take(looked.min(MAX_VALUES)) {
        // One character that arrived shows that the others did.
        for place in places(&value.text).take(places_left) {
            if place.is_whole(after) {
                return None;
            }
            places_left -= 1;
        }
        for damage in LOOKED_FOR {
            let whole = damaged_text(&value.text, damage);
            let text = whole.trim();
            if text.is_empty() {
                let is_emptied = damage == Damage::Dropped
                    && has_letters_beyond(&value.text)
                    && value.is_emptied(before, after);
                emptied += usize::from(is_emptied);
                // One may be left out on purpose.
                if emptied > 1 {
                    let is_lost = !empties_others(before, after, looked);
                    return is_lost.then_some((value.text, damage));
                }
                continue;
            }
            if shows(&value.text, text, damage)
                && value.comes_out(&whole, damage, before, after)
                && !leaves(before.as_bytes()).any(|leaf| leaf.text() == text.as_bytes())
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

    /// True if a value under its key comes out empty, and none went in so.
    fn is_emptied(&self, before: &str, after: &[u8]) -> bool {
        let is_it = |it: Leaf<'_>| it.raw == b"\"\"" && self.is_under(it.key);
        leaves(after).any(is_it) && !leaves(before.as_bytes()).any(is_it)
    }

    /// True if `whole`, which `damage` makes of it, is a value or a line of `after`.
    fn comes_out(&self, whole: &str, damage: Damage, before: &str, after: &[u8]) -> bool {
        let text = whole.trim();
        // A part of the text may be taken out of it on purpose; a blank at its end
        // was before the characters.
        let is_part = damage == Damage::Dropped && self.text.contains(text);
        let is_sure = !is_part && is_long(text, damage);
        let is_same = |leaf: Leaf<'_>| {
            // Escapes are longer than what they stand for.
            if !leaf.is_string() || leaf.text().len() < text.len() {
                return false;
            }
            let Some(it) = Token::new(leaf.raw).string() else { return false };
            is_part && whole != text && it == whole && self.is_under(leaf.key)
                || !is_part && it.trim() == text && (is_sure || self.is_under(leaf.key))
        };
        let is_line = |line: &[u8]| line.trim_ascii() == text.as_bytes();
        // A text of its own: a single question mark may stand for a sign that has no name.
        let is_known = has_letters_beyond(&self.text) || text.len() > 1;
        let is_all = || self.text == before.trim() && !before.contains('?') && is_line(after);
        damage != Damage::Dropped && is_known && is_all()
            || leaves(after).any(is_same)
            || is_sure
                && find(after, text.as_bytes()).is_some()
                && after.split(|byte| *byte == b'\n').any(is_line)
    }
}

/// True if a text that a filter for characters would keep comes out empty, too: who blanks
/// fields on purpose does so whatever is in them.
fn empties_others(before: &str, after: &[u8], looked: usize) -> bool {
    let is_text = |it: &Leaf<'_>| {
        it.is_string() && it.raw.is_ascii() && it.text().iter().any(u8::is_ascii_alphanumeric)
    };
    let mut plain = leaves(before.as_bytes()).filter(is_text).take(looked.min(MAX_VALUES));
    plain.any(|text| {
        let is_it = |it: Leaf<'_>| it.raw == b"\"\"" && it.key.eq_ignore_ascii_case(text.key);
        leaves(after).any(is_it)
    })
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
                    .take(MAX_VALUES)
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
    of_json.into_iter().flatten().chain(lines.into_iter().flatten())
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
/// out blanks, emoji, punctuation and signs of a unit, too.
fn shows(value: &str, text: &str, damage: Damage) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    damage != Damage::Dropped || letters > 1 && has_letters_beyond(value)
}

/// True if a text has letters beyond ASCII.
fn has_letters_beyond(text: &str) -> bool {
    text.chars().any(|it| !it.is_ascii() && it.is_alphabetic())
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
            (r#"{"m":"so 東京 great"}"#, r#"{"m":"so  great"}"#, Damage::Dropped),
            (r#"{"m":"say \"東京\""}"#, r#"{"m":"say \"??\""}"#, Damage::QuestionMarks),
            (r#"{"a":"東京","b":"李雷"}"#, r#"{"a":"","b":""}"#, Damage::Dropped),
            (r#"{"message":"Zoë 東京 0"}"#, "Zo? ?? 0\n", Damage::QuestionMarks),
            (r#"{"message":"Zoë 東京 0"}"#, "Zo  0\n", Damage::Dropped),
            (r#"{"message":"{\"city\":\"東京\"}"}"#, r#"{"city":"??"}"#, Damage::QuestionMarks),
            ("東京 0 北京\n", "?? 0 ??\n", Damage::QuestionMarks),
            ("李\n", "?\n", Damage::QuestionMarks),
            ("😀", "??", Damage::UnitQuestionMarks),
        ] {
            let found = damaged(before, after.as_bytes()).map(|it| it.1);
            assert_eq!(found, Some(damage), "{before} -> {after}");
        }
    }

    #[test]
    fn what_is_taken_out_of_a_text_or_cleaned_is_no_damage() {
        for (before, after) in [
            (r#"{"city":"東京"}"#, r#"{"city":""}"#),
            (r#"{"id":"A1","city":"東京","m":"hi"}"#, r#"{"id":"A1","city":"","m":""}"#),
            (r#"{"id":"A1","m":"😀"}"#, r#"{"id":"A1","m":""}"#),
            (r#"{"id":"A1","city":"東京"}"#, r#"{"id":"A1"}"#),
            (r#"{"id":"A1?","city":"東京"}"#, "A1?,??\n"),
            // Fields and lines that are blanked in each record, whatever is in them.
            (r#"{"id":"A1","name":"李雷"}"#, r#"{"id":"A1","name":""}"#),
            (r#"[{"name":"李雷"}]"#, r#"[{"name":""}]"#),
            (r#"{"n":1,"who":"Иван","note":"hi"}"#, r#"{"n":1,"who":" ","note":" "}"#),
            (r#"{"a":"東京","b":"李雷","m":"hi"}"#, r#"{"a":"","b":"","m":""}"#),
            ("東京支店\n", "\n"),
            ("東京支店\n", ""),
            ("李雷 is here\n", "\n"),
            ("😀\n", "\n"),
            // What was empty before.
            (
                r#"{"items":[{"t":"李","n":1},{"t":"","n":2}]}"#,
                r#"{"items":[{"t":"","n":2}],"n":1}"#,
            ),
            (r#"{"l":[{"t":"李"},{"t":"雷"},{"t":""}]}"#, r#"{"l":[{"t":""}]}"#),
            (r#"{"id":"A1","a":"李","m":""}"#, r#"{"id":"A1","a":"","m":""}"#),
            // Question marks that stand for something else.
            (r#"{"id":"A1","note":"—"}"#, "A1,?\n"),
            (r#"{"id":"A1","unit":"°","v":3}"#, "A1,?,3\n"),
            (r#"{"id":"A1","sep":"•"}"#, "A1|?|x\n"),
            (r#"{"cur":"李","n":3}"#, "INSERT INTO t VALUES (?, ?, ?)\n"),
            (r#"{"id":"A2","name":"李雷"}"#, "A2,??\n"),
            ("…\n", "?\n"),
            (r#"{"city":"東京"}"#, r#"{"city":"**"}"#),
            (r#"{"city":"東京"}"#, r#"{"city":"Tokyo"}"#),
            (r#"{"city":"東京","q":"??"}"#, r#"{"town":"??"}"#),
            (r#"{"m":"エラー ERROR 500"}"#, r#"{"code":"ERROR 500"}"#),
            (r#"{"m":"エラー ERROR 500"}"#, "ERROR 500\n"),
            (r#"{"a":"東京","b":"😀 ok"}"#, r#"{"a":"東京","b":" ok"}"#),
            ("{\"n\":\"12\u{a0}345 kg\"}", r#"{"n":"12345 kg"}"#),
            ("{\"n\":\"ab\u{200b}cd\"}", r#"{"n":"abcd"}"#),
            (r#"{"t":"21.5 ℃"}"#, r#"{"t":"21.5 "}"#),
            (r#"{"m":"so 😀 great"}"#, r#"{"m":"so  great"}"#),
            (r#"{"m":"😀 great"}"#, r#"{"m":" great"}"#),
            (r#"{"m":"12.50€ EUR"}"#, r#"{"m":"12.50 EUR"}"#),
            (r#"{"m":"• one • two"}"#, r#"{"m":" one  two"}"#),
            (r#"{"a":"😀","b":"👍"}"#, r#"{"a":"","b":""}"#),
        ] {
            let found = damaged(before, after.as_bytes());
            assert!(found.is_none(), "{before} -> {after}: {found:?}");
        }
    }

    #[test]
    fn a_text_of_many_places_or_values_takes_no_time() {
        const MANY: u32 = 20_000;
        let start = std::time::Instant::now();
        let of = |it: u32| char::from_u32(0x4e00 + it).unwrap_or('一');
        let text: String = (0..MANY).flat_map(|it| [of(it), 'a']).collect();
        let before = format!("{{\"a\":\"{text}\"}}");
        let after = format!("{{\"a\":\"{}\"}}", "x".repeat(text.len()));
        assert!(damaged(&before, after.as_bytes()).is_none());
        let list = r#""?q","#.repeat(200_000);
        assert!(damaged(r#"{"a":"éxxx"}"#, format!("{{\"a\":[{list}0]}}").as_bytes()).is_none());
        let plain = r#"{"c":"x"},"#.repeat(100_000);
        let before = format!("[{{\"a\":\"東\",\"b\":\"京\"}},{plain}0]");
        let after = format!("[{{\"a\":\"\",\"b\":\"\"}},{plain}0]");
        assert_eq!(damaged(&before, after.as_bytes()).map(|it| it.1), Some(Damage::Dropped));
        let large = r#""?q","#.repeat(MAX_LOOKED / 5 + 1);
        assert!(damaged(r#"{"a":"éxxx"}"#, large.as_bytes()).is_none());
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
