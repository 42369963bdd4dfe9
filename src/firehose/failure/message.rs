//! What of a message tells kinds apart: ids, times and addresses do not.

use crate::bytes::part;

/// Digits from which a word is an id, a time or an address.
const DIGITS: usize = 4;

/// Appends `message` with a `#` for each word that has four digits or more:
/// request ids, timestamps, addresses, offsets. `503` and `4 MB` stay.
///
/// A word is letters, digits, `-` and `_`, and what else stands between two
/// digits: `.` and `:`.
pub(super) fn push_fingerprint(message: &[u8], out: &mut Vec<u8>) {
    let mut rest = message;
    while let Some(first) = rest.first() {
        let length = word(rest);
        if length == 0 {
            out.push(*first);
            rest = part(rest, 1..);
            continue;
        }
        let (word, behind) = rest.split_at(length);
        if word.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS {
            out.push(b'#');
        } else {
            out.extend_from_slice(word);
        }
        rest = behind;
    }
}

/// Length of the word that `text` starts with.
fn word(text: &[u8]) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while let Some(byte) = text.get(length) {
        let is_inside = match byte {
            b'-' | b'_' => true,
            b'.' | b':' => length > 0 && is_digit(length - 1) && is_digit(length + 1),
            byte => byte.is_ascii_alphanumeric() || *byte >= 0x80,
        };
        if !is_inside {
            break;
        }
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_times_and_addresses_do_not_tell_messages_apart() {
        let shape = |text: &str| {
            let mut out = Vec::new();
            push_fingerprint(text.as_bytes(), &mut out);
            String::from_utf8(out).unwrap()
        };
        let same = [
            ("request 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 failed", "request # failed"),
            ("at 2026-11-22T10:00:00.123Z.", "at #."),
            ("10.0.1.5:443 refused", "# refused"),
            ("503: Service Unavailable, 6 MB", "503: Service Unavailable, 6 MB"),
            ("é1234 naïve", "# naïve"),
            ("", ""),
        ];
        for (message, expected) in same {
            assert_eq!(shape(message), expected);
        }
    }
}
