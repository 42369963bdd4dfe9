//! Characters that are not what they were: another encoding, or damage.

mod damage;
mod fields;
mod place;

use super::finding::Finding;
use crate::decode::{Charset, charset_of_text};
use crate::transform::rule::Rule;
use damage::Damage;

/// Places of characters beyond ASCII that are looked for in what came out: those of
/// a record that a transform drops say nothing of the others.
const MAX_PLACES: usize = 1024;

/// As many of them are looked for in any case.
const MIN_PLACES: usize = 4;

/// Bytes to look through for them.
const MAX_LOOKED: usize = 16 * 1024 * 1024;

const REPLACED: &str = "\u{fffd}";

/// Where the first U+FFFD stands, as itself or as its escape in JSON.
pub(super) fn find_replaced(bytes: &[u8]) -> Option<usize> {
    // Looking for a byte is much faster than looking for a text.
    let find = |first: u8, text: &str| {
        memchr::memchr(first, bytes)?;
        memchr::memmem::find(bytes, text.as_bytes())
    };
    find(0xef, REPLACED).or_else(|| find(b'\\', "\\ufffd")).or_else(|| find(b'\\', "\\uFFFD"))
}

/// UTF-8 went in, and what comes out is not: names its encoding.
pub(super) fn encoding(before: &str, after: &[u8]) -> Option<Finding> {
    if before.is_empty() {
        return None;
    }
    let (what, hint) = match after {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => ("UTF-32", UTF16),
        _ => match charset_of_text(after)? {
            it @ (Charset::Utf16Le | Charset::Utf16Be) => (it.as_str(), UTF16),
            it => {
                let offset = str::from_utf8(after).err()?.valid_up_to();
                let byte = after.get(offset)?;
                let message = format!(
                    "UTF-8 went in, and byte 0x{byte:02x} at {offset} of what comes out is not UTF-8: it looks like {}",
                    it.as_str()
                );
                let hint = if it == Charset::DamagedUtf8 { CUT } else { LATIN1 };
                return Some(Finding { rule: Rule::NotUtf8, message, hint: Some(hint) });
            }
        },
    };
    let message = format!("UTF-8 went in, and {what} comes out");
    Some(Finding { rule: Rule::NotUtf8, message, hint: Some(hint) })
}

const UTF16: &str = "encode as UTF-8: Python encode('utf-8'), not 'utf-16'; Node.js Buffer.from(text), not \
                     'utf16le'; .NET Encoding.UTF8, not Encoding.Unicode; Java StandardCharsets.UTF_8";
const LATIN1: &str = "encode as UTF-8: Node.js Buffer.from(text).toString('base64'), not btoa or 'latin1'; \
                      Python encode('utf-8'); Java getBytes(StandardCharsets.UTF_8)";

const CUT: &str =
    "cut text before it is encoded, not its bytes: a character beyond ASCII has two to four";

/// UTF-8 went in and UTF-8 comes out: says how its characters were damaged.
pub(super) fn damage(before: &str, after: &[u8]) -> Option<Finding> {
    if let Some(offset) = find_replaced(after)
        && find_replaced(before.as_bytes()).is_none()
    {
        let message = format!("U+FFFD at byte {offset} stands for characters that were lost");
        return Some(Finding {
            rule: Rule::CharactersLost,
            message,
            hint: Some(Damage::Replaced.hint()),
        });
    }
    if let Some(found) = half_of_character(before.as_bytes(), after) {
        return Some(found);
    }
    let before = place::unescaped(before);
    if before.is_ascii() {
        return None;
    }
    let possible: Vec<_> = Damage::ALL.into_iter().filter(|it| it.may_be_in(after)).collect();
    let looks = possible.len().max(1) * after.len().max(1);
    let places = place::places(&before).take((MAX_LOOKED / looks).clamp(MIN_PLACES, MAX_PLACES));
    let lost = |text: &str, damage: Damage| Finding {
        rule: Rule::CharactersLost,
        message: format!("`{text}` went in, and {}", damage.what()),
        hint: Some(damage.hint()),
    };
    let mut is_whole = false;
    // One character that arrived shows that the others did.
    let mut places = places.take_while(|place| {
        is_whole = place.is_whole(after);
        !is_whole
    });
    let found = places.find_map(|place| {
        let damage = possible.iter().find(|it| place.is_damaged(**it, &before, after))?;
        Some(lost(place.run, *damage))
    });
    if found.is_some() || is_whole {
        return found;
    }
    let (text, damage) = fields::damaged(&before, after)?;
    let run = place::places(&text).next().map(|place| place.run.to_owned());
    Some(lost(&run.unwrap_or_default(), damage))
}

/// A half of a character beyond U+FFFF that comes out alone, as JSON escapes it.
fn half_of_character(before: &[u8], after: &[u8]) -> Option<Finding> {
    let offset = find_half(after)?;
    if find_half(before).is_some() {
        return None;
    }
    let half = String::from_utf8_lossy(after.get(offset..offset + ESCAPE)?);
    Some(Finding {
        rule: Rule::CharactersLost,
        message: format!(
            "`{half}` at byte {offset} is half of a character, which no reader of JSON takes"
        ),
        hint: Some(HALF),
    })
}

const HALF: &str = "decode as UTF-8, in Python without errors='surrogateescape'; cut text between \
                    characters: [...text].slice(0, 100).join('') in Node.js";

/// Bytes of `\\ud83d`.
const ESCAPE: usize = 6;

/// Where the first escape of a surrogate without its other half stands.
fn find_half(json: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(json.get(at..)?, b"\\u") {
        let offset = at + found;
        let unit = |offset: usize| {
            let escape = json.get(offset..offset + ESCAPE)?.strip_prefix(b"\\u")?;
            u16::from_str_radix(str::from_utf8(escape).ok()?, 16).ok()
        };
        let backslashes = json.get(..offset)?.iter().rev().take_while(|it| **it == b'\\').count();
        at = offset + 2;
        if backslashes % 2 == 1 {
            continue;
        }
        match unit(offset) {
            Some(0xd800..=0xdbff) if matches!(unit(offset + ESCAPE), Some(0xdc00..=0xdfff)) => {
                at = offset + 2 * ESCAPE;
            }
            Some(0xd800..=0xdfff) => return Some(offset),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
