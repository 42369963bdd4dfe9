//! Filter patterns of words (CloudWatch Logs user guide, "Filter pattern
//! syntax"): all of them, `?any` of them, `-none` of them; or conditions on JSON.

mod json;

use json::Condition;

/// Characters of a pattern (API reference, `FilterLogEvents`).
const MAX_PATTERN: usize = 1024;

/// A pattern.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    json: Option<Condition>,
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads a pattern; those on columns and regular expressions are refused.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pattern = Self::default();
        let mut rest = text.trim();
        if text.chars().count() > MAX_PATTERN {
            return Err(format!("Invalid filter pattern: longer than {MAX_PATTERN} characters"));
        }
        if let Some(inside) = rest.strip_prefix('{') {
            let json = inside.strip_suffix('}').and_then(json::parse);
            pattern.json = Some(json.ok_or("Invalid filter pattern")?);
            return Ok(pattern);
        }
        if rest.starts_with(['[', '%']) {
            let why = "Invalid filter pattern: `fh local` supports terms and JSON patterns only";
            return Err(why.to_owned());
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
        self.json.as_ref().is_none_or(|json| json.matches(message))
            && self.all.iter().all(is_in)
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
        let json = Pattern::parse("{ $.a = 1 }").unwrap();
        assert!(json.matches("{\"a\":1}") && !json.matches("{\"a\":2}"));
        let long = "x".repeat(MAX_PATTERN + 1);
        for wrong in ["{ $.a = 1", "{ a }", "[a, b]", "%x%", "\"x", long.as_str()] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
