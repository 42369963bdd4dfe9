//! The insides of JSON strings: taking escapes away and putting them in.

use crate::bytes::part;

/// Appends the text that the body of a JSON string stands for.
///
/// `body` is what stands between the quotes, checked by
/// [`skip_value`](super::skip_value). A lone surrogate, which no text can
/// hold, stays as its escape.
pub(super) fn unescape(body: &[u8], out: &mut Vec<u8>) {
    let mut rest = body;
    while let Some(slash) = memchr::memchr(b'\\', rest) {
        let (plain, escaped) = rest.split_at(slash);
        out.extend_from_slice(plain);
        let (length, plain) = match escaped.get(1) {
            Some(b'b') => (2, Some('\u{8}')),
            Some(b'f') => (2, Some('\u{c}')),
            Some(b'n') => (2, Some('\n')),
            Some(b'r') => (2, Some('\r')),
            Some(b't') => (2, Some('\t')),
            Some(b'u') => unicode(escaped),
            Some(other) => (2, Some(char::from(*other))),
            None => (1, None),
        };
        match plain {
            Some(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => out.extend_from_slice(escaped.get(..length).unwrap_or(escaped)),
        }
        rest = part(escaped, length..);
    }
    out.extend_from_slice(rest);
}

/// Appends `text` as a JSON string, with the escapes that it needs and no others.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Reads `\uXXXX` or a pair of them: the length of the escape and its meaning.
fn unicode(escaped: &[u8]) -> (usize, Option<char>) {
    let unit = |at: usize| -> Option<u32> {
        if escaped.get(at..at + 2)? != b"\\u" {
            return None;
        }
        u32::from_str_radix(str::from_utf8(escaped.get(at + 2..at + 6)?).ok()?, 16).ok()
    };
    let Some(high) = unit(0) else {
        return (2, None);
    };
    if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (high, unit(6)) {
        return (12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
    }
    (6, char::from_u32(high))
}

/// Appends `json` with every character that could control a terminal written
/// as its `\u` escape: DEL, U+0080 to U+009F, the bidirectional controls, the
/// line separators and the tag characters.
///
/// In valid JSON these stand inside strings only, where the escape means the
/// same (RFC 8259, section 7).
pub fn escape_controls(json: &[u8], out: &mut Vec<u8>) {
    let mut copied = 0;
    let mut at = 0;
    while let Some(step) = json.get(at..).and_then(next_suspect) {
        at += step;
        let rest = part(json, at..);
        let character = first_char(rest);
        match character {
            Some(character) if is_control(character) => {
                out.extend_from_slice(part(json, copied..at));
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
                at += character.len_utf8();
                copied = at;
            }
            _ => at += character.map_or(1, char::len_utf8),
        }
    }
    out.extend_from_slice(part(json, copied..));
}

/// Finds the next byte that can begin a character which [`is_control`] names.
fn next_suspect(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2 | 0xf3))
}

fn first_char(bytes: &[u8]) -> Option<char> {
    let head = bytes.get(..bytes.len().min(4))?;
    match str::from_utf8(head) {
        Ok(text) => text.chars().next(),
        Err(error) => str::from_utf8(head.get(..error.valid_up_to())?).ok()?.chars().next(),
    }
}

/// Returns true for what may change how a terminal shows the text around it,
/// beyond the control characters that JSON itself forbids.
pub const fn is_control(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(body: &str) -> String {
        let mut out = Vec::new();
        unescape(body.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        assert_eq!(unescaped(r#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped(r"\u00e9\ud83d\ude00"), "é😀");
    }

    #[test]
    fn a_lone_surrogate_stays_an_escape() {
        assert_eq!(unescaped(r"\ud800x\udc00"), r"\ud800x\udc00");
        assert_eq!(unescaped(r"\ud800A"), r"\ud800A");
    }

    #[test]
    fn terminal_controls_become_escapes_that_mean_the_same() {
        let mut out = Vec::new();
        let text = "{\"k\u{9b}31m\":\"a\u{202e}b\u{7f}\u{2028}\u{e0041}\u{61c}é…\u{10ffff}\"}";
        escape_controls(text.as_bytes(), &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"k\\u009b31m\":\"a\\u202eb\\u007f\\u2028\\udb40\\udc41\\u061cé…\u{10ffff}\"}"
        );
    }
}
