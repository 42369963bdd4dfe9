//! From what somebody has in hand to the codes that it means: a code, a part of
//! one, a message, a line or a failure record with one of them in it.

use super::{Explanation, all, code};

/// Code of the entry for statuses that a cluster answers with.
const STATUS: &str = code::HTTP_STATUS.code;

/// Least letters of a part of a code, and of a message.
const MIN_PART: usize = 3;
const MIN_MESSAGE: usize = 12;

/// Letters beyond which a text is no misspelt code.
const MAX_CODE: usize = 64;

/// Returns the explanation of `code`, spelled as AWS spells it or in other
/// case; a number is the status of an OpenSearch cluster.
pub fn exact(code: &str) -> Option<&'static Explanation> {
    let code = code.trim();
    let code = if is_status(code) { STATUS } else { code };
    all().find(|it| it.code.eq_ignore_ascii_case(code))
}

/// Returns the codes that `query` may mean, in the order of [`all`]: one if it
/// names one, several if it is a part of several.
pub fn find(query: &str) -> Vec<&'static Explanation> {
    let letters = squeeze(query);
    let pick =
        |fits: &dyn Fn(&Explanation) -> bool| -> Vec<_> { all().filter(|it| fits(it)).collect() };
    let named = pick(&|it| is_named(it, query.trim(), &letters));
    if !named.is_empty() || letters.len() < MIN_PART {
        return named;
    }
    let parts =
        pick(&|it| squeeze(it.code).contains(&letters) || squeeze(it.family.as_str()) == letters);
    let tails: Vec<_> =
        parts.iter().copied().filter(|it| squeeze(tail(it.code)) == letters).collect();
    match (tails.len(), parts.len()) {
        (1, _) => tails,
        (_, 0) => {
            let quoted = pick(&|it| is_word_in(it.code, query));
            if quoted.is_empty() { pick(&|it| has_message(it, &letters)) } else { quoted }
        }
        _ => parts,
    }
}

/// Returns the codes whose names are most like `query`, best first; none if
/// nothing is.
pub fn closest(query: &str) -> Vec<&'static Explanation> {
    /// Codes that are offered.
    const MAX_SUGGESTIONS: usize = 3;
    /// Least likeness, of 1.
    const MIN_LIKENESS: f64 = 0.6;
    let letters = squeeze(query);
    if letters.len() > MAX_CODE {
        return Vec::new();
    }
    let likeness = |it: &Explanation| {
        let like = |name: &str| strsim::normalized_damerau_levenshtein(&squeeze(name), &letters);
        like(it.code).max(like(tail(it.code)))
    };
    let mut scored: Vec<_> =
        all().map(|it| (likeness(it), it)).filter(|(score, _)| *score >= MIN_LIKENESS).collect();
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    scored.into_iter().take(MAX_SUGGESTIONS).map(|(_, it)| it).collect()
}

/// True if `query` is this code, another name of it, or all of its message.
fn is_named(it: &Explanation, query: &str, letters: &str) -> bool {
    let is_it = |name: &str| squeeze(name) == letters;
    is_it(it.code)
        || it.code == STATUS && is_status(query)
        || it.message.into_iter().chain(it.also.iter().copied()).any(is_it)
}

/// True if `letters` hold a message of this code, or are a part of it.
fn has_message(it: &Explanation, letters: &str) -> bool {
    let messages = it.message.into_iter().chain(it.also.iter().copied()).map(squeeze);
    messages.filter(|message| message.len() >= MIN_MESSAGE).any(|message| {
        letters.contains(&message) || letters.len() >= MIN_MESSAGE && message.contains(letters)
    })
}

/// True if `code` stands in `text` as a word.
fn is_word_in(code: &str, text: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let words = text.split(|letter| !is_inside(letter));
    code.contains('.')
        && words.map(|word| word.trim_matches('.')).any(|word| word.eq_ignore_ascii_case(code))
}

/// True for the status of an HTTP answer (RFC 9110, section 15).
fn is_status(text: &str) -> bool {
    text.len() == 3 && text.parse().is_ok_and(|status: u16| (100..600).contains(&status))
}

/// `MissingRecordId` of `Lambda.MissingRecordId`.
fn tail(code: &str) -> &str {
    code.trim_end_matches('.').rsplit('.').next().unwrap_or(code)
}

/// Letters and digits alone, in lower case: how something is spelled, spaced
/// and punctuated does not matter.
fn squeeze(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}
