//! Base64 with characters in it that nobody sees, which chats, editors and terminals put
//! there.

/// Characters that were left out of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invisible {
    /// How many; a code that colors text is one.
    pub count: usize,
    /// The first of them.
    pub first: char,
}

/// What one sees of a text, and what was left out; `None` if that is nothing.
pub(super) fn without_invisible(text: &[u8]) -> Option<(Vec<u8>, Invisible)> {
    // What they start with: few texts have one of them.
    memchr::memchr3(0x1b, 0xc2, 0xe2, text).or_else(|| memchr::memchr(0xef, text))?;
    let mut rest = str::from_utf8(text).ok()?;
    let mut shown = Vec::with_capacity(text.len());
    let mut found: Option<Invisible> = None;
    while let Some(sign) = rest.chars().next() {
        let (before, after) = rest.split_at(sign.len_utf8());
        let colored = if sign == '\u{1b}' { after_color(after) } else { None };
        if colored.is_some() || is_invisible(sign) {
            found.get_or_insert(Invisible { count: 0, first: sign }).count += 1;
        } else {
            shown.extend_from_slice(before.as_bytes());
        }
        rest = colored.unwrap_or(after);
    }
    found.map(|found| (shown, found))
}

/// True for a character that takes no room or looks like a blank.
const fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202f}'
            | '\u{2060}'..='\u{2064}' | '\u{feff}'
    )
}

/// What follows the rest of a code that colors text or clears a line (ECMA-48).
fn after_color(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix('[')?;
    let end = parameters.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
    end.strip_prefix(['m', 'K'])
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::{Decoder, Encoding, Options};
    use crate::compress::Gzip;

    /// Content and problems.
    fn shown(text: &str) -> (String, Vec<String>) {
        let mut decoder = Decoder::new(Options::default());
        let record = decoder.decode(text.as_bytes(), Encoding::Unknown);
        let content = String::from_utf8_lossy(record.bytes).into_owned();
        (content, record.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn base64_is_decoded_without_what_nobody_sees_and_that_is_said() {
        let json = r#"{"order":"A-1","total":12.10}"#;
        for base64 in
            [STANDARD.encode(json), STANDARD.encode(Gzip::new().compress(json.as_bytes()))]
        {
            let (start, end) = base64.split_at(9);
            for (text, count, first) in [
                (format!("\u{200b}{base64}"), 1, "U+200B"),
                (format!("{base64}\u{200b}\u{2060}"), 2, "U+200B"),
                (format!("{start}\u{ad}{end}"), 1, "U+00AD"),
                (format!("{start}\u{a0}{end}"), 1, "U+00A0"),
                (format!("{start}\u{feff}{end}"), 1, "U+FEFF"),
                (format!("\u{1b}[32m{base64}\u{1b}[0m\u{1b}[K"), 3, "U+001B"),
                (format!("`\u{200b}{base64}`"), 1, "U+200B"),
            ] {
                let said = format!(
                    "base64: invisible characters are left out: {count}, the first is {first}"
                );
                assert_eq!(shown(&text), (json.to_owned(), vec![said]), "{text:?}");
            }
        }
    }

    #[test]
    fn other_text_keeps_what_nobody_sees() {
        for text in ["a\u{200b}word", "\u{1b}[31mERROR\u{1b}[0m failed", "caf\u{e9}\u{a0}au lait"] {
            assert_eq!(shown(text).0, text);
        }
    }
}
