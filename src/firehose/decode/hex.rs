//! Hexadecimal digits, as databases and languages write bytes.

/// The digits in `HEXTORAW('7B22')`, as Oracle writes bytes.
fn in_hextoraw(text: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"HEXTORAW('";
    let name = text.get(..NAME.len()).filter(|it| it.eq_ignore_ascii_case(NAME))?;
    text.get(name.len()..)?.strip_suffix(b"')")
}

/// Decodes pairs of hexadecimal digits, and nothing else: joined, as SQL writes them
/// (`0x7b22`, `\x7b22`, `X'7b22'`, `HEXTORAW('7B22')`), or each by itself (`7b 22`, `7B-22`), as Athena and
/// .NET print bytes.
pub(crate) fn decode_hex(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let text = match text {
        [b'0' | b'\\', b'x' | b'X', rest @ ..] | [b'X' | b'x', b'\'', rest @ .., b'\''] => rest,
        _ => in_hextoraw(text).unwrap_or(text),
    };
    let step = match text.get(2) {
        Some(b' ' | b'-' | b':') => 3,
        _ => 2,
    };
    let mut pairs = text.chunks(step);
    let separator = text.get(2);
    out.clear();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs.try_for_each(|pair| {
        let [high, low, rest @ ..] = pair else { return None };
        out.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
        (rest.is_empty() || rest.first() == separator).then_some(())
    })?;
    // One that stands after the last is not between two.
    (!out.is_empty() && (step == 2 || text.len() % 3 == 2)).then_some(out.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_as_databases_and_languages_write_it() {
        let hex = |text: &str| decode_hex(text.as_bytes(), &mut Vec::new());
        for text in [
            "7b227D",
            "0x7b227D",
            r"\x7b227d",
            "X'7b227d'",
            "7b 22 7d",
            "7B-22-7D",
            "HEXTORAW('7B227D')",
            "hextoraw('7b227d')",
        ] {
            assert_eq!(hex(text), Some(3), "{text}");
        }
        for text in ["", "7", "7b2", "7b 22-7d", "7b 22 7", "7b 22 ", "X'7b22", "0x", "7g"] {
            assert_eq!(hex(text), None, "{text}");
        }
    }
}
