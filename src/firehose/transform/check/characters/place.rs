//! Characters beyond ASCII in what went in, and what stands around them.

use std::borrow::Cow;

use memchr::memmem::{find, find_iter};

use super::damage::Damage;

/// Most bytes around such a place that are looked for with it.
const CONTEXT: usize = 16;

/// Fewest letters around a place by which it is known where its own are gone.
const MIN_LETTERS: usize = 3;

/// The same of a word alone: another word may look like the rest of a short one.
const MIN_LETTERS_OF_WORD: usize = 4;

/// Characters beyond ASCII, with what stands around them.
pub(super) struct Place<'a> {
    pub(super) run: &'a str,
    /// The text around, up to where JSON or a row begins another value.
    value: Context<'a>,
    /// The letters around: a transform may take a text apart into its words.
    word: Context<'a>,
}

/// What stands on both sides of a place.
#[derive(Debug, PartialEq, Eq)]
struct Context<'a> {
    left: &'a str,
    right: &'a str,
    /// No letter stands before `left`.
    starts: bool,
    /// No letter stands after `right`.
    ends: bool,
}

/// The places of a text, in their order.
pub(super) fn places(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|it: char| !it.is_ascii())?;
        let tail = text.get(start..)?;
        let end = start + tail.find(|it: char| it.is_ascii()).unwrap_or(tail.len());
        let (left, right) = (text.get(at..start)?, text.get(end..)?);
        let right = right.get(..right.find(|it: char| !it.is_ascii()).unwrap_or(right.len()))?;
        let is_whole = (at == 0, end + right.len() == text.len());
        at = end;
        Some(Place {
            run: text.get(start..end)?,
            value: Context::new(left, right, is_whole, separates_values),
            word: Context::new(left, right, is_whole, |it| !it.is_ascii_alphanumeric()),
        })
    })
}

/// What may be written in another way in what comes out: a comma or a colon is
/// followed by blanks or not, a quote is escaped or not.
const fn separates_values(byte: u8) -> bool {
    matches!(byte, b'\\' | b':' | b',' | b'"') || byte.is_ascii_control()
}

impl<'a> Context<'a> {
    /// The ends of `left` and `right` next to a place; `is_whole` if nothing stands
    /// beyond them.
    fn new(
        left: &'a str,
        right: &'a str,
        is_whole: (bool, bool),
        separates: impl Fn(u8) -> bool,
    ) -> Self {
        let first = left.bytes().rposition(&separates);
        let (inner, mut starts) = match first.and_then(|at| left.get(at..)) {
            // The letter of an escape belongs to it.
            Some(clipped) if clipped.starts_with('\\') => (clipped.get(2..).unwrap_or(""), false),
            Some(clipped) => (clipped.get(1..).unwrap_or(""), true),
            None => (left, is_whole.0),
        };
        let kept = inner.get(inner.len().saturating_sub(CONTEXT)..).unwrap_or(inner);
        starts &= kept.len() == inner.len();
        let last = right.bytes().position(&separates);
        let inner = last.and_then(|at| right.get(..at)).unwrap_or(right);
        let end = inner.get(..inner.len().min(CONTEXT)).unwrap_or(inner);
        let ends = end.len() == inner.len() && (last.is_some() || is_whole.1);
        Self { left: kept, right: end, starts, ends }
    }

    fn letters_and_digits(&self) -> usize {
        self.count(u8::is_ascii_alphanumeric)
    }

    fn count(&self, is_it: impl Fn(&u8) -> bool) -> usize {
        self.left.bytes().chain(self.right.bytes()).filter(is_it).count()
    }

    /// True if `run` stands in `text` with this around it.
    fn has(&self, run: &str, text: &[u8]) -> bool {
        let pattern = [self.left, run, self.right].concat();
        find_iter(text, pattern.as_bytes()).any(|at| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + pattern.len()..).unwrap_or_default();
            let is_longer = self.starts && ends_within_word(before)
                || self.ends && after.first().is_some_and(|it| is_letter(*it));
            let is_instead = run.is_empty()
                && (self.left.is_empty() && !ends_before_word(before)
                    || self.right.is_empty() && !starts_after_word(after));
            !is_longer && !is_instead
        })
    }

    /// True if characters that are gone can be known by this: what is left of a number
    /// and its unit shows nothing, and what other such characters stand before may be
    /// of another word.
    fn shows_gap(&self, run: &str, least: usize) -> bool {
        self.starts
            && run.chars().any(char::is_alphabetic)
            && self.count(u8::is_ascii_alphabetic) >= least
    }
}

/// True if nothing that may stand for a character is at the end of `text`: no `*` of a
/// mask, no `;` of HTML.
fn ends_before_word(text: &[u8]) -> bool {
    text.last().is_none_or(|it| it.is_ascii_whitespace() || b"\"'([{,:>=/|".contains(it))
}

/// The same of the start of `text`, where the key of an object is another word, too.
fn starts_after_word(text: &[u8]) -> bool {
    match text {
        [] | [b'\\', b'"' | b'n' | b'r' | b't', ..] => true,
        [b'"', rest @ ..] => rest.trim_ascii_start().first() != Some(&b':'),
        [next, ..] => next.is_ascii_whitespace() || b"\"')]},;:!?</|".contains(next),
    }
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// True if the text ends with a letter that is not that of an escape.
fn ends_within_word(text: &[u8]) -> bool {
    match text {
        [.., b'\\', _] | [] => false,
        [.., last] => is_letter(*last),
    }
}

impl Place<'_> {
    /// True if the characters are in `after`, as they were or as JSON escapes them.
    pub(super) fn is_whole(&self, after: &[u8]) -> bool {
        let has = |text: &str| find(after, text.as_bytes()).is_some();
        has(self.run)
            || find(after, b"\\u").is_some() && {
                let escaped = Damage::escaped(self.run);
                has(&escaped) || has(&escaped.to_uppercase().replace("\\U", "\\u"))
            }
    }

    /// True if the characters stand damaged between what stood around them.
    pub(super) fn is_damaged(&self, damage: Damage, before: &str, after: &[u8]) -> bool {
        let damaged = damage.of(self.run);
        let is_damaged = |context: &Context<'_>, least: usize| {
            let is_sure = match damage {
                Damage::Dropped => context.shows_gap(self.run, least),
                _ if damage.is_sure() => true,
                _ => context.letters_and_digits() + damaged.len() > MIN_LETTERS,
            };
            is_sure && context.has(&damaged, after) && !context.has(&damaged, before.as_bytes())
        };
        is_damaged(&self.value, MIN_LETTERS)
            || self.word != self.value && is_damaged(&self.word, MIN_LETTERS_OF_WORD)
    }
}

/// The text with the characters beyond ASCII that it has as escapes of JSON.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if find(bytes, b"\\u").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once("\\u") {
        out.push_str(before);
        let (read, length) = character(escape);
        if let Some(read) = read.filter(|it| !it.is_ascii()) {
            // A text within a text has more than one backslash.
            out.truncate(out.trim_end_matches('\\').len());
            out.push(read);
            rest = escape.get(length..).unwrap_or_default();
        } else {
            out.push_str("\\u");
            rest = escape;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of an escape without its `\u`, and the length of that.
fn character(escape: &str) -> (Option<char>, usize) {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let Some(high) = unit(escape) else { return (None, 0) };
    let low = escape.get(4..).and_then(|rest| {
        let low = rest.trim_start_matches('\\');
        let unit = unit(low.strip_prefix('u').filter(|_| low.len() < rest.len())?)?;
        Some((unit, escape.len() - low.len() + 5))
    });
    match (char::decode_utf16([high]).next(), low) {
        (Some(Ok(read)), _) => (Some(read), 4),
        (_, Some((low, length))) => {
            (char::decode_utf16([high, low]).next().and_then(Result::ok), length)
        }
        _ => (None, 0),
    }
}
