//! Filter patterns of words (CloudWatch Logs user guide, "Filter pattern
//! syntax"): all of them, `?any` of them, `-none` of them.

/// A pattern.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads a pattern; those on JSON and on columns are not understood here.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pattern = Self::default();
        let mut rest = text.trim();
        if rest.starts_with(['{', '[', '%']) {
            return Err("Invalid filter pattern: only words are understood here".to_owned());
        }
        while !rest.is_empty() {
            let (words, tail) = match rest.strip_prefix('?').or_else(|| rest.strip_prefix('-')) {
                Some(tail) if rest.starts_with('?') => (&mut pattern.any, tail),
                Some(tail) => (&mut pattern.none, tail),
                None => (&mut pattern.all, rest),
            };
            let (word, tail) = match tail.strip_prefix('"') {
                Some(quoted) => {
                    quoted.split_once('"').ok_or("Invalid filter pattern: no end quote")?
                }
                None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
            };
            words.push(word.to_owned());
            rest = tail.trim_start();
        }
        Ok(pattern)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let is_in = |word: &String| message.contains(word.as_str());
        self.all.iter().all(is_in)
            && (self.any.is_empty() || self.any.iter().any(is_in))
            && !self.none.iter().any(is_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_all_any_or_none() {
        for (pattern, message, matches) in [
            ("", "anything", true),
            ("ERROR timeout", "ERROR: timeout", true),
            ("ERROR timeout", "ERROR", false),
            ("?ERROR ?WARN", "WARN x", true),
            ("?ERROR ?WARN", "INFO x", false),
            ("ERROR -ping", "ERROR ping", false),
            ("\"out of memory\"", "out of memory", true),
            ("\"out of memory\"", "memory out of", false),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(message), matches, "{pattern}");
        }
        assert!(Pattern::parse("{ $.a = 1 }").is_err() && Pattern::parse("\"x").is_err());
    }
}
