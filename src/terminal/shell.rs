//! Command lines to copy.

use super::escape_line;

/// A command line as a shell takes it, each word quoted where it must be.
pub fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A command line of fh: `fh WORDS FLAGS`.
pub fn fh(words: &[&str], flags: &[String]) -> String {
    let words = ["fh"].iter().chain(words).map(|it| (*it).to_owned());
    line(&words.chain(flags.iter().cloned()).collect::<Vec<_>>())
}

/// A word as a shell takes it; what cannot be shown is in `$'…'`.
pub fn quoted(word: &str) -> String {
    let is_plain = |it: char| {
        it.is_ascii_alphanumeric()
            || matches!(it, '/' | '.' | '_' | '-' | ':' | '=' | '+' | ',' | '@' | '%')
    };
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if escape_line(word.as_bytes()) == word {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let bytes = word.bytes().map(|byte| match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    });
    format!("$'{}'", bytes.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_one_word_in_a_shell() {
        for (word, expected) in [
            ("orders.ndjson", "orders.ndjson"),
            ("a b", "'a b'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            (r"\n", r"'\n'"),
            ("a\nb'\u{1b}", r"$'a\x0ab\'\x1b'"),
        ] {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }
}
