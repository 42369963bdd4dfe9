//! Short text in scripts other than Latin, which has no letter of ASCII to know it by.

/// The shortest text without padding.
const MIN_UNPADDED: usize = 6;

/// True for text in UTF-8 of one script, which names and numbers hardly ever decode to: with
/// padding any text, without it two characters or an emoji.
pub(super) fn is_text(bytes: &[u8], encoded: &[u8], is_padded: bool) -> bool {
    /// Longer text is known without a look at its script.
    const MAX: usize = 16;
    if bytes.len() >= MAX || bytes.is_ascii() {
        return false;
    }
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let mut script = None;
    for character in text.chars() {
        match Script::of(character) {
            Some(Script::Common) => {}
            Some(found) if script.is_none_or(|script| script == found) => script = Some(found),
            _ => return false,
        }
    }
    // No name ends in two equals signs.
    let is_wide = text.chars().all(|it| it.is_ascii() || it.len_utf8() > 2);
    if !encoded.ends_with(b"==") && !is_no_name(encoded, is_wide) {
        return false;
    }
    let is_long = || {
        let characters = text.chars().filter(|it| !it.is_ascii()).count();
        let ascii = text.bytes().filter(u8::is_ascii).count();
        characters > 1 && bytes.len() >= MIN_UNPADDED && ascii * 3 <= bytes.len()
    };
    match script {
        _ if is_padded => true,
        // Of four bytes, which hardly come by chance.
        Some(Script::Emoji) if bytes.contains(&0xf0) => true,
        Some(Script::Emoji | Script::Other(_)) => is_long(),
        Some(Script::Latin | Script::Common) | None => false,
    }
}

/// True for digits and letters, as in no number and few names: of both cases, unless the
/// characters take so many bytes that few of them prove as much.
fn is_no_name(encoded: &[u8], is_wide: bool) -> bool {
    let has = |is_kind: fn(&u8) -> bool| encoded.iter().any(is_kind);
    let is_number = || encoded.iter().all(u8::is_ascii_hexdigit);
    let has_both_cases = || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    has(u8::is_ascii_digit) && if is_wide { !is_number() } else { has_both_cases() }
}

/// Whose characters these are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// ASCII and punctuation.
    Common,
    /// Letters with accents.
    Latin,
    Emoji,
    /// The first character of the blocks that belong together.
    Other(u32),
}

impl Script {
    /// `None` for control characters and what has no letters of its own.
    fn of(character: char) -> Option<Self> {
        /// The first and last character of blocks, from the charts of Unicode 16.
        const OTHERS: [(u32, u32); 29] = [
            (0x370, 0x3ff),   // Greek
            (0x400, 0x52f),   // Cyrillic
            (0x530, 0x58f),   // Armenian
            (0x590, 0x5ff),   // Hebrew
            (0x600, 0x6ff),   // Arabic
            (0x700, 0x74f),   // Syriac
            (0x780, 0x7bf),   // Thaana
            (0x900, 0x97f),   // Devanagari
            (0x980, 0x9ff),   // Bengali
            (0xa00, 0xa7f),   // Gurmukhi
            (0xa80, 0xaff),   // Gujarati
            (0xb00, 0xb7f),   // Odia
            (0xb80, 0xbff),   // Tamil
            (0xc00, 0xc7f),   // Telugu
            (0xc80, 0xcff),   // Kannada
            (0xd00, 0xd7f),   // Malayalam
            (0xd80, 0xdff),   // Sinhala
            (0xe00, 0xe7f),   // Thai
            (0xe80, 0xeff),   // Lao
            (0xf00, 0xfff),   // Tibetan
            (0x1000, 0x109f), // Myanmar
            (0x10a0, 0x10ff), // Georgian
            (0x1200, 0x139f), // Ethiopic
            (0x13a0, 0x13ff), // Cherokee
            (0x1780, 0x17ff), // Khmer
            (0x1800, 0x18af), // Mongolian
            (0x1c90, 0x1cbf), // Georgian capitals
            (0xac00, 0xd7a3), // Hangul
            (0xfb50, 0xfdff), // Arabic forms
        ];
        /// Of Chinese and Japanese, which are written together.
        const EAST_ASIAN: u32 = 0x4e00;
        let code = u32::from(character);
        match code {
            0x09 | 0x0a | 0x0d | 0x20..=0x7e
            // Signs, punctuation, joiners, currencies, combining accents.
            | 0xa0..=0xbf | 0x300..=0x36f | 0x2000..=0x206f | 0x20a0..=0x20cf
            | 0x20e3 | 0x2100..=0x218f | 0x3000..=0x303f | 0xfe00..=0xfe0f => Some(Self::Common),
            0xc0..=0x24f | 0x1e00..=0x1eff => Some(Self::Latin),
            0x2190..=0x2bff | 0x1f000..=0x1faff => Some(Self::Emoji),
            0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xff01..=0xff9f => {
                Some(Self::Other(EAST_ASIAN))
            }
            _ => {
                let block = OTHERS.iter().find(|(first, last)| (*first..=*last).contains(&code));
                block.map(|(first, _)| Self::Other(*first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn is_known(text: &[u8], is_padded: bool) -> bool {
        let encoded = STANDARD.encode(text);
        let end = if is_padded { encoded.len() } else { encoded.trim_end_matches('=').len() };
        is_text(text, &encoded.as_bytes()[..end], is_padded)
    }

    #[test]
    fn a_few_letters_of_a_script_are_text() {
        for text in [
            "กข",
            "ไทย",
            "سلام",
            "نعم",
            "שלום",
            "है",
            "არა",
            "안녕",
            "네요",
            "нет",
            "όχι",
            "東京",
            "テスト",
            "這是テ",
            "👍",
            "❤️",
            "✓✓",
            "ok ไทย",
            "a سلام",
            "٣٤٥",
        ] {
            assert!(is_known(text.as_bytes(), false), "{text}");
        }
        for text in ["กa", "لا", "Zürich", "20°", "€5"] {
            assert!(is_known(text.as_bytes(), true), "{text}");
            assert!(!is_known(text.as_bytes(), false), "{text}");
        }
    }

    #[test]
    fn names_numbers_and_other_bytes_are_none() {
        for text in ["กسم", "дα", "ascii", "\u{80}\u{81}", "\u{e000}", "\u{378}a\u{7}", ""] {
            assert!(!is_known(text.as_bytes(), true), "{text}");
        }
        assert!(!is_known(b"\xe0\xb8", true));
        for name in ["IterItem", "46265623", "0o100644", "dirent64", "040904E4", "finalization"] {
            let bytes = STANDARD.decode(name).unwrap();
            assert!(
                str::from_utf8(&bytes).is_ok() && !is_text(&bytes, name.as_bytes(), false),
                "{name}"
            );
        }
        let bytes = STANDARD.decode("feeding=").unwrap_or_default();
        assert!(!is_text(&bytes, b"feeding=", true));
    }
}
