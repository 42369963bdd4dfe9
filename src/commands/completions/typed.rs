//! The words of a command line that is being typed, as a shell reads them.

/// A word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Byte of the line at which it starts, with its quote.
    pub(super) start: usize,
    /// What a program would get.
    pub(super) text: String,
    /// True if it follows `<` or `>`.
    pub(super) is_redirected: bool,
}

/// The words of a line up to the cursor. The last one, which is being typed, may be
/// empty, and a quote of it may be open.
pub(super) fn words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut is_open, mut is_redirected) = (false, false);
    let mut quote = None;
    let mut characters = line.char_indices().peekable();
    while let Some((start, it)) = characters.next() {
        if quote.is_none() && (it.is_ascii_whitespace() || "<>|&;".contains(it)) {
            is_open = false;
            is_redirected = matches!(it, '<' | '>') || is_redirected && it == ' ';
            continue;
        }
        if !is_open {
            words.push(Word { start, text: String::new(), is_redirected });
            (is_open, is_redirected) = (true, false);
        }
        let Some(Word { text, .. }) = words.last_mut() else { break };
        match (quote, it) {
            (None, '\'' | '"') => quote = Some(it),
            (Some(open), _) if open == it => quote = None,
            (None, '\\') => text.extend(characters.next().map(|(_, it)| it)),
            (Some('"'), '\\') => {
                let escaped = characters.next_if(|(_, it)| "$`\"\\".contains(*it));
                text.push(escaped.map_or('\\', |(_, it)| it));
            }
            _ => text.push(it),
        }
    }
    if !is_open {
        words.push(Word { start: line.len(), text: String::new(), is_redirected });
    }
    words
}

/// A word without its quotes.
pub(super) fn unquoted(word: &str) -> String {
    words(word).pop().map(|word| word.text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_a_shell_reads() {
        for (line, expected) in [
            ("fh ", &["fh", ""][..]),
            ("fh decode fai", &["fh", "decode", "fai"]),
            (r"fh decode fail\ dir/a", &["fh", "decode", "fail dir/a"]),
            (r#"fh "fail dir/a"#, &["fh", "fail dir/a"]),
            ("fh 'it", &["fh", "it"]),
            (r#"fh "a\"b\c""#, &["fh", r#"a"b\c"#]),
            (r"fh 'a\b' \", &["fh", r"a\b", ""]),
            ("fh --code '' x", &["fh", "--code", "", "x"]),
            ("fh --output=ht", &["fh", "--output=ht"]),
            ("fh ünï\\ x", &["fh", "ünï x"]),
            ("fh a<b", &["fh", "a", "b"]),
        ] {
            let found: Vec<_> = words(line).into_iter().map(|word| word.text).collect();
            assert_eq!(found, expected, "{line}");
        }
        assert_eq!(words("fh ü 'a b").pop().unwrap().start, 6);
    }

    #[test]
    fn a_word_after_an_arrow_is_a_file() {
        for (line, expected) in [
            ("fh <a", true),
            ("fh < ", true),
            ("fh > a", true),
            ("fh <a b", false),
            ("fh a", false),
        ] {
            assert_eq!(words(line).pop().unwrap().is_redirected, expected, "{line}");
        }
    }
}
