//! Text in another encoding than UTF-8: UTF-16 with and without a byte order
//! mark, Latin-1, Windows-1252.
//!
//! Only what such text proves to be is taken: UTF-16 by its zeros or its mark,
//! the others by letters with accents among letters without.

/// How the characters of a text are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Two bytes a character, the low one first.
    Utf16Le,
    /// Two bytes a character, the high one first.
    Utf16Be,
    /// ISO 8859-1: a byte a character.
    Latin1,
    /// Latin-1 with signs from 80 to 9f: `€`, quotes, dashes.
    Windows1252,
    /// A byte or two a character, of another script: Windows-1251, KOI8-R,
    /// Shift JIS, GBK. Which one cannot be known.
    OtherBytes,
    /// UTF-8 with bytes that are not, such as half a character.
    DamagedUtf8,
}

const UTF16: [Charset; 2] = [Charset::Utf16Le, Charset::Utf16Be];

impl Charset {
    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf16Le => "UTF-16 (little-endian)",
            Self::Utf16Be => "UTF-16 (big-endian)",
            Self::Latin1 => "Latin-1",
            Self::Windows1252 => "Windows-1252",
            Self::OtherBytes => "an encoding of another script",
            Self::DamagedUtf8 => "damaged UTF-8",
        }
    }

    /// The text as UTF-8, without a byte order mark.
    pub(crate) fn to_utf8(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf16Le | Self::Utf16Be => {
                let text = char::decode_utf16(units(bytes, self));
                let text = text.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER));
                let text = text.skip_while(|it| *it == '\u{feff}');
                // A newline that was appended as one byte.
                let end = (bytes.len() % 2 == 1 && bytes.ends_with(b"\n")).then_some('\n');
                text.chain(end).collect()
            }
            Self::DamagedUtf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Windows1252 | Self::OtherBytes => {
                bytes.iter().copied().map(windows1252).collect()
            }
        }
    }
}

/// The encoding of `bytes`, which are not UTF-8 or not text in it; `None` if they
/// are not text.
pub(super) fn recognize(bytes: &[u8]) -> Option<Charset> {
    /// Of so many characters one is ASCII, in whatever script the words are.
    const WITH_MARK: usize = 8;
    let marked = |charset| is_utf16(bytes, charset, WITH_MARK).then_some(charset);
    match bytes {
        [0xff, 0xfe, ..] => marked(Charset::Utf16Le),
        [0xfe, 0xff, ..] => marked(Charset::Utf16Be),
        _ => unmarked_utf16(bytes)
            .or_else(|| is_damaged_utf8(bytes).then_some(Charset::DamagedUtf8))
            .or_else(|| is_shift_jis(bytes).then_some(Charset::OtherBytes))
            .or_else(|| single_bytes(bytes))
            .or_else(|| is_foreign(bytes).then_some(Charset::DamagedUtf8)),
    }
}

/// True for text in UTF-8 of which few bytes are not UTF-8, or only its end, where a
/// character was cut.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 16;
    /// The characters outside JSON weigh so many times as much as what is damaged.
    const SHARE: usize = 8;
    let is_json = begins_json(bytes);
    if bytes.len() < MIN_BYTES && !is_json || bytes.iter().copied().any(is_control) {
        return false;
    }
    let (mut whole, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().map(weight).sum::<usize>();
        damaged += chunk.invalid().len().min(1);
    }
    // Half a character of UTF-16 in three bytes, as Java and Oracle write it.
    let is_half = |it: &&[u8]| matches!(it, [0xed, 0xa0..=0xbf, 0x80..=0xbf]);
    let halves = bytes.windows(3).filter(is_half).count();
    (whole, damaged) = (whole + halves, damaged - halves * 3);
    let is_cut = || str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    let is_mostly_whole =
        if is_json { whole > damaged } else { whole >= SHARE && whole >= damaged * SHARE };
    is_mostly_whole || whole > 0 && is_cut()
}

/// How much a character speaks for UTF-8. The bytes of some are `É»` or `à »` in Latin-1
/// as well.
const fn weight(character: char) -> usize {
    match character {
        '\0'..='\x7f' => 0,
        '\u{100}'..='\u{fff}' => 1,
        _ => 2,
    }
}

/// True for JSON with bytes that are no text in any encoding.
fn is_foreign(bytes: &[u8]) -> bool {
    begins_json(bytes) && !bytes.is_ascii() && !bytes.iter().copied().any(is_control)
}

/// True for a bracket and what follows it in JSON, which is sure to be text.
fn begins_json(bytes: &[u8]) -> bool {
    match bytes.trim_ascii_start() {
        [b'{', rest @ ..] => rest.trim_ascii_start().starts_with(b"\""),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'{', ..]),
        _ => false,
    }
}

/// A control character that text does not have.
pub(crate) const fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace()
}

/// The encoding of `bytes`, which are not UTF-8 but have to be text: less is
/// enough to know it by.
pub(crate) fn of_text(bytes: &[u8]) -> Option<Charset> {
    let is_latin1 = || {
        let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        high > 0 && high * 2 <= bytes.len() && !bytes.iter().copied().any(is_control)
    };
    recognize(bytes)
        .or_else(|| UTF16.into_iter().find(|it| is_utf16(bytes, *it, 2)))
        .or_else(|| is_latin1().then_some(Charset::Latin1))
}

/// UTF-16 of at least four characters, by the zeros in it.
fn unmarked_utf16(bytes: &[u8]) -> Option<Charset> {
    const MIN_BYTES: usize = 8;
    if bytes.len() < MIN_BYTES {
        return None;
    }
    // Words have zeros in every second byte, JSON with other scripts in its
    // strings at least in the brackets, quotes and colons.
    let is_json = matches!(bytes, [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..]);
    let share = if is_json { 4 } else { 2 };
    UTF16.into_iter().find(|it| is_utf16(bytes, *it, share))
}

/// True for UTF-16 without control characters, of which one character in `share`
/// is ASCII.
fn is_utf16(bytes: &[u8], charset: Charset, share: usize) -> bool {
    // One byte more may be a newline that was appended to it.
    if bytes.len() % 2 == 1 && !bytes.ends_with(b"\n") {
        return false;
    }
    let (mut ascii, mut all) = (0, 0);
    for unit in char::decode_utf16(units(bytes, charset)) {
        match unit {
            Ok(' '..='~' | '\t' | '\n' | '\r') => ascii += 1,
            Ok(it) if it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}') => return false,
            Ok(_) => {}
            Err(_) => return false,
        }
        all += 1;
    }
    all > 0 && ascii * share >= all
}

fn units(bytes: &[u8], charset: Charset) -> impl Iterator<Item = u16> {
    let read = if charset == Charset::Utf16Be { u16::from_be_bytes } else { u16::from_le_bytes };
    bytes.as_chunks::<2>().0.iter().map(move |pair| read(*pair))
}

/// Latin-1 or Windows-1252: letters with accents next to letters without, and
/// not many of them; or any signs, where the text has to be JSON.
fn single_bytes(bytes: &[u8]) -> Option<Charset> {
    /// Signs alone (`£ 5`, `20 °C`) are taken for text from here on.
    const MIN_SIGNS: usize = 16;
    if bytes.iter().copied().any(is_control) {
        return None;
    }
    let words = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b' ').count();
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let mut has_letter = false;
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            continue;
        }
        let is_next_to = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        has_letter |= is_letter(*byte) && (is_next_to(at.wrapping_sub(1)) || is_next_to(at + 1));
        if matches!(*byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) {
            return None;
        }
    }
    // JSON has many signs between its words. `ÿ` and `þ` alone are in no word: they are
    // what programs write that make bytes which are not UTF-8.
    let has_sign = || bytes.iter().any(|byte| (0x80..0xfe).contains(byte));
    let is_json = begins_json(bytes) && (has_letter || has_sign());
    let is_mostly_words = high * 3 <= bytes.len() && words * 2 >= bytes.len();
    let is_text = is_json || is_mostly_words && (has_letter || bytes.len() >= MIN_SIGNS);
    if high == 0 || !is_text {
        return None;
    }
    let is_latin1 = !bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
    Some(match is_other_script(bytes, high) {
        true => Charset::OtherBytes,
        false if is_latin1 => Charset::Latin1,
        false => Charset::Windows1252,
    })
}

/// True for text in which every byte that is not ASCII is part of a character of Shift
/// JIS, as in no Windows-1252: its signs stand before blanks and quotes, too.
fn is_shift_jis(bytes: &[u8]) -> bool {
    /// Characters of two bytes that make a text which may be anything else.
    const MIN_PAIRS: usize = 8;
    const MIN_PAIRS_IN_JSON: usize = 2;
    let (mut pairs, mut in_row, mut longest) = (0, 0, 0);
    let mut rest = bytes;
    loop {
        match rest {
            [] => break,
            // `…` and quotes of Windows-1252 before a letter.
            [0x85 | 0x91..=0x97, trail, after @ ..] if trail.is_ascii_alphabetic() => {
                in_row = 0;
                rest = after;
            }
            [0x81..=0x9f, 0x40..=0x7e | 0x80..=0xfc, after @ ..] => {
                pairs += 1;
                in_row += 1;
                longest = longest.max(in_row);
                rest = after;
            }
            // Rare characters, which are letters of Latin-1 too, and katakana of half the width.
            [0xe0..=0xef, 0x40..=0x7e | 0x80..=0xfc, after @ ..] | [0xa1..=0xdf, after @ ..] => {
                rest = after;
            }
            [byte, after @ ..] if byte.is_ascii() && !is_control(*byte) => {
                in_row = 0;
                rest = after;
            }
            _ => return false,
        }
    }
    let least = if begins_json(bytes) { MIN_PAIRS_IN_JSON } else { MIN_PAIRS };
    let mut high = bytes.iter().filter(|byte| !byte.is_ascii());
    let first = high.next();
    pairs >= least && longest >= 2 && high.any(|byte| Some(byte) != first)
}

/// True if most of the `high` bytes, those that are not ASCII, stand in words of such
/// bytes. `äöüß` and `££££` are such words too, so that there have to be several, and
/// letters that come again: in a list of accents none does.
fn is_other_script(bytes: &[u8], high: usize) -> bool {
    const MIN_WORD: usize = 4;
    const MIN_BYTES: usize = 12;
    let runs = bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii());
    let is_word = |run: &&[u8]| {
        let is_one_sign = || run.iter().all(|byte| Some(byte) == run.first());
        // `É» «` has few.
        let letters = run.iter().filter(|byte| is_letter(**byte)).count();
        run.len() >= MIN_WORD && letters * 3 >= run.len() && !is_one_sign()
    };
    let mut words = runs.filter(is_word).collect::<Vec<_>>().concat();
    let in_words = words.len();
    if in_words < MIN_BYTES || in_words * 2 <= high {
        return false;
    }
    words.sort_unstable();
    words.dedup();
    words.len() < in_words
}

/// A letter with an accent, `ß`, `æ`, `ø`, `œ`.
const fn is_letter(byte: u8) -> bool {
    match byte {
        0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f => true,
        _ => byte >= 0xc0 && !matches!(byte, 0xd7 | 0xf7),
    }
}

/// A byte of Windows-1252 (its table at unicode.org); those without a character
/// stay what they are.
fn windows1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let sign = usize::from(byte).checked_sub(0x80).and_then(|at| SIGNS.get(at));
    sign.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, charset: Charset) -> Vec<u8> {
        let write = if charset == Charset::Utf16Be { u16::to_be_bytes } else { u16::to_le_bytes };
        text.encode_utf16().flat_map(write).collect()
    }

    #[test]
    fn utf16_is_known_with_and_without_its_mark() {
        for text in
            ["{\"name\":\"Østover\"}", "plain words\n", "{\"名前\":\"株式会社\"}", "😀 emoji"]
        {
            for charset in [Charset::Utf16Le, Charset::Utf16Be] {
                let bare = utf16(text, charset);
                assert_eq!(recognize(&bare), Some(charset), "{text}");
                assert_eq!(charset.to_utf8(&bare), text);
                let marked = utf16(&format!("\u{feff}{text}"), charset);
                assert_eq!(recognize(&marked), Some(charset), "{text}");
                assert_eq!(charset.to_utf8(&marked), text);
            }
        }
        let mut appended = utf16("{\"a\":1}", Charset::Utf16Le);
        appended.push(b'\n');
        assert_eq!(recognize(&appended), Some(Charset::Utf16Le));
        assert_eq!(Charset::Utf16Le.to_utf8(&appended), "{\"a\":1}\n");
    }

    #[test]
    fn accents_among_letters_are_latin1_and_signs_are_windows1252() {
        for text in [
            &b"name=\xd8stover"[..],
            b"{\"i\":1,\"n\":\"\xe9t\xe9\"}",
            b"M\xfcller;Stra\xdfe\n",
            b"R\xe9sum\xe9",
            b"it is 20 \xb0C outside",
        ] {
            assert_eq!(recognize(text), Some(Charset::Latin1), "{}", text.escape_ascii());
        }
        let text = b"price: 5 \x80, \x93caf\xe9\x94";
        assert_eq!(recognize(text), Some(Charset::Windows1252));
        assert_eq!(Charset::Windows1252.to_utf8(text), "price: 5 €, “café”");
        assert_eq!(Charset::Latin1.to_utf8(b"\xd8st"), "Øst");
    }

    #[test]
    fn a_few_signs_in_short_json_are_text_of_one_byte_a_character() {
        for (text, charset) in [
            (&b"{\"a\":\"\xa35\"}"[..], Charset::Latin1),
            (b"{\"a\":\"\xdf\"}", Charset::Latin1),
            (b"{\"a\":\"20 \xb0C\"}", Charset::Latin1),
            (b"{ \"a\": \"\xa35\" }\n", Charset::Latin1),
            (b"[\"\xbd\"]", Charset::Latin1),
            (b"{\"a\":\"10 \x80\"}", Charset::Windows1252),
            (b"{\"a\":\"it\x92s\"}", Charset::Windows1252),
            (b"{\"a\":\"\x8cuvre\"}", Charset::Windows1252),
        ] {
            assert_eq!(recognize(text), Some(charset), "{}", text.escape_ascii());
            assert_eq!(of_text(text), Some(charset), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_few_accents_in_a_row_are_no_other_script() {
        for text in [
            "{\"name\":\"Müller\",\"city\":\"äöü\"}",
            "{\"a\":\"ÄÖÜ\"}",
            "{\"a\":\"åäö\",\"b\":\"æøå\"}",
            "{\"a\":\"äöüß\",\"b\":\"ÄÖÜß\"}",
            "{\"a\":\"«äöü»\"}",
            "{\"a\":\"àâäéèêëîïôöùûüÿç\"}",
            "{\"a\":\"££££££££££££££££\"}",
            "{\"a\":\"jäääär\"}",
            "{\"a\":\"éàéàéà\"}",
            "{\"a\":\"ÄÄÄÄÄÄ\",\"b\":\"öööööö\"}",
            "{\"rating\":\"½¼¾½\"}",
        ] {
            let bytes: Vec<_> = text.chars().map(|it| u8::try_from(it).unwrap()).collect();
            assert_eq!(recognize(&bytes), Some(Charset::Latin1), "{text}");
        }
        for text in [
            &b"{\"a\":\"\x95\x95\x95\x95\"}"[..],
            b"{\"a\":\"\x93\xe4\xf6\xfc\x94\"}",
            b"{\"a\":\"\xc4\xd6\xdc\xe4\xf6\xfc\xdf\x80\"}",
            b"{\"a\":\"\x85\x94\x96\x93\x85\"}",
        ] {
            assert_eq!(recognize(text), Some(Charset::Windows1252), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn accents_next_to_signs_are_no_utf8_and_no_other_script() {
        for text in [
            &b"{\"a\":\"\xabCAF\xc9\xbb\"}"[..],
            b"{\"a\":\"\xab\xa0voil\xe0\xa0\xbb\"}",
            b"{\"a\":\"\xabS\xc3O\xbb\xa0\xab\xa0\xc9T\xc9\xa0\xbb\xa0\xab\xa0L\xc0\xa0\xbb\xa0\xab\"}",
        ] {
            assert_eq!(recognize(text), Some(Charset::Latin1), "{}", text.escape_ascii());
        }
        for text in [
            &b"{\"a\":\"\x93CAF\xc9\x94\"}"[..],
            b"{\"a\": \"\xc9T\xc9\x85\", \"b\": 7}",
            b"{\"a\": \"\xc9T\xc9\x99\"}",
            b"{\"genre\":\"Rock\x92n\x92Roll L\xe9gende\"}",
            b"{\"a\":\"Rock\x92n\x92Roll it\x92s\x85ok\"}",
        ] {
            assert_eq!(recognize(text), Some(Charset::Windows1252), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn words_of_other_scripts_are_not_latin1() {
        for text in [
            // Windows-1251, KOI8-R, GBK.
            &b"{\"a\":\"\xef\xf0\xe8\xe2\xe5\xf2, \xcc\xee\xf1\xea\xe2\xe0\"}"[..],
            b"{\"a\":\"\xd0\xd2\xc9\xd7\xc5\xd4\",\"b\":\"\xed\xcf\xd3\xcb\xd7\xc1\"}",
            b"{\"a\":\"\xb1\xb1\xbe\xa9\xca\xd0\xb3\xaf\xd1\xf4\xc7\xf8\"}",
            // Shift JIS: characters of two bytes, the second of which may be ASCII.
            b"{\"a\":\"\x93\xfa\x96{\x8c\xea\"}",
            b"{\"a\":\"\x92\x8d\x95\xb6\", \"b\":7}",
            b"{\"a\":\"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\xb6\xc5\"}",
            b"A-1044: \x92\x8d\x95\xb6\x82\xf0\x8e\xf3\x82\xaf\x95t\x82\xaf\x82\xdc\x82\xb5\x82\xbd\n",
        ] {
            assert_eq!(recognize(text), Some(Charset::OtherBytes), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn half_a_character_does_not_make_utf8_another_encoding() {
        let cut = &"{\"a\":\"日本語".as_bytes()[..15];
        for text in [
            cut,
            b"{\"a\":\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\"}",
            b"{\"a\":\"\xe6\x97\xa5\xe6\x9c\"}",
            b"{\"a\":\"Caf\xc3\xa9 cr\xc3\"}",
            b"{\"a\":\"\xd0\x94\xd0\xb0\xd0\"}",
            b"{\"a\":\"\xed\xa0\xbd\xed\xb8\x80\"}",
            b"{\"a\":\"\xff\xfe\"}",
        ] {
            assert_eq!(recognize(text), Some(Charset::DamagedUtf8), "{}", text.escape_ascii());
        }
        assert_eq!(Charset::DamagedUtf8.to_utf8(b"{\"a\":\"\xff\"}"), "{\"a\":\"\u{fffd}\"}");
    }

    #[test]
    fn binary_is_no_text() {
        for bytes in [
            &b"\xff\xfe\x00\x01\x02\x03"[..],
            b"\xd8",
            b"\x0a\x03\xff\xfe\x80\x12\x01",
            b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
            b"\x00\x00\x00\x05\x00\x00\x00\x07",
            b"\xe9\xe8\xe7\xe6abc",
            b"ab\x81cdefgh",
            b"",
        ] {
            assert_eq!(recognize(bytes), None, "{}", bytes.escape_ascii());
        }
        // Digests and keys: what chance makes of bytes.
        let mut seed = 1u64;
        let found = (0..2000).filter(|_| {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 56) as u8
            };
            let bytes: Vec<u8> = (0..20).map(|_| next()).collect();
            recognize(&bytes).is_some()
        });
        assert_eq!(found.count(), 0);
    }
}
