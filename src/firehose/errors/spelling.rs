//! Texts compared without regard to how they are spelled, spaced and punctuated.

/// Stands for words that differ from message to message.
const GAP: char = '…';

/// Least letters of a wording that is looked for inside other texts.
const MIN_INSIDE: usize = 12;

/// Letters and digits alone, in lower case. The service's former name counts as
/// its name: older messages and records have it.
pub(super) fn squeeze(text: &str) -> String {
    let letters: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|it| it.to_ascii_lowercase())
        .collect();
    letters.replace("kinesisdatafirehose", "amazondatafirehose")
}

/// A text in which messages are looked for.
#[derive(Debug)]
pub(super) struct Text<'a> {
    /// As it is.
    pub(super) raw: &'a str,
    /// The same, squeezed.
    pub(super) letters: String,
}

impl<'a> Text<'a> {
    pub(super) fn new(raw: &'a str) -> Self {
        Self { raw, letters: squeeze(raw) }
    }

    /// Its words, names with what they are qualified by: `gzip.BadGzipFile`.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.raw.split(|it| !is_inside_a_name(it)).map(|word| word.trim_matches('.'))
    }

    /// True if `name` stands in it as a word, alone or after a package:
    /// `gzip.BadGzipFile`.
    pub(super) fn has_word(&self, name: &str) -> bool {
        self.words().filter(|word| word.len() >= name.len()).any(|word| {
            let (before, end) = word.split_at_checked(word.len() - name.len()).unwrap_or_default();
            end.eq_ignore_ascii_case(name) && (before.is_empty() || before.ends_with('.'))
        })
    }
}

/// True for what the names of programs and error codes are made of.
const fn is_inside_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_')
}

/// True for `Z_DATA_ERROR`, `Runtime.ExitError` and `KeyError`, which no prose has.
pub(super) fn is_name(text: &str) -> bool {
    let inner = text.trim_matches('.').as_bytes();
    let has_hump = |pair: &[u8]| matches!(pair, [before, after] if before.is_ascii_lowercase() && after.is_ascii_uppercase());
    text.chars().all(is_inside_a_name)
        && text.contains(|it: char| it.is_ascii_alphabetic())
        && (inner.contains(&b'.') || inner.contains(&b'_') || inner.windows(2).any(has_hump))
}

/// A wording of a message, to be found in other texts.
#[derive(Debug)]
pub(super) struct Wording {
    /// What stands between the gaps, squeezed.
    parts: Vec<String>,
    /// The wording itself, where it is a name.
    name: Option<&'static str>,
    /// Letters and digits of all parts.
    pub(super) length: usize,
}

impl Wording {
    pub(super) fn new(text: &'static str) -> Self {
        let parts: Vec<_> = text.split(GAP).map(squeeze).collect();
        let length = parts.iter().map(String::len).sum();
        Self { parts, name: Some(text).filter(|it| is_name(it)), length }
    }

    /// True if a text has it: a name as a word, another one of any spelling, unless
    /// it is so short that it may be there by chance.
    pub(super) fn is_found_in(&self, text: &Text<'_>) -> bool {
        match self.name {
            Some(name) => text.has_word(name),
            None => self.is_long() && self.is_in(&text.letters),
        }
    }

    /// True if it is long enough to be found without being a name.
    pub(super) const fn is_long(&self) -> bool {
        self.length >= MIN_INSIDE
    }

    /// True if it is a name.
    pub(super) const fn is_name(&self) -> bool {
        self.name.is_some()
    }

    /// Its beginning, which every text that has it holds.
    pub(super) fn beginning(&self) -> &str {
        self.parts.first().map(String::as_str).unwrap_or_default()
    }

    /// True if the squeezed `letters` hold its parts, in their order.
    pub(super) fn is_in(&self, letters: &str) -> bool {
        let mut rest = letters;
        self.parts.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }

    /// True if the squeezed `letters` are a part of it. What comes after a gap counts only
    /// where the beginning is long: `permission denied` says nothing without `fork/exec`.
    pub(super) fn holds(&self, letters: &str) -> bool {
        let place = self.parts.iter().position(|part| part.contains(letters));
        let is_telling = |place| place == 0 || self.beginning().len() >= MIN_INSIDE;
        letters.len() >= MIN_INSIDE && place.is_some_and(is_telling)
    }

    /// How many letters of its beginning the squeezed `letters` end with, as a message does
    /// that was cut off; `None` for fewer than tell it from others.
    pub(super) fn begun_in(&self, letters: &str) -> Option<usize> {
        const TELLING: usize = 24;
        let beginning = self.beginning();
        let is_end =
            |length: &usize| beginning.get(..*length).is_some_and(|start| letters.ends_with(start));
        (TELLING..=beginning.len().min(letters.len())).rev().find(is_end)
    }

    /// True if the squeezed `letters` are all of it.
    pub(super) fn is(&self, letters: &str) -> bool {
        self.length == letters.len() && self.is_in(letters)
    }
}

/// The words of a code: `kinesis`, `kms`, `key` and `disabled` of
/// `Kinesis.KMS.KeyDisabled`.
pub(super) fn words_of_code(code: &str) -> Vec<String> {
    let letters: Vec<char> = code.chars().collect();
    let mut words = vec![String::new()];
    let mut before = ' ';
    for (place, letter) in letters.iter().copied().enumerate() {
        let is_before_lower = letters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        let is_border = letter.is_ascii_uppercase()
            && (!before.is_ascii_uppercase() || is_before_lower && before.is_ascii_uppercase());
        before = letter;
        if is_border || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
