//! From what the user has in hand to the codes that it means: a code, a part of
//! one, a message, a line or a failure record with one of them in it.

use std::sync::LazyLock;

use super::explanation::as_status;
use super::pages::{self, all};
use super::spelling::{Wording, squeeze};
use super::{Explanation, Family};

/// Code of the entry for statuses that a cluster answers with.
const STATUS: &str = pages::HTTP_STATUS.code;

/// Least letters of a part of a code, and of a message.
const MIN_PART: usize = 3;
const MIN_MESSAGE: usize = 12;

/// Words beyond which a query is a line of something else.
const MAX_WORDS: usize = 8;

/// Letters beyond which a text is no misspelt code.
const MAX_CODE: usize = 64;

/// Returns the explanation of `code`, spelled as AWS spells it or in other
/// case; a number is the status of an OpenSearch cluster.
pub fn exact(code: &str) -> Option<&'static Explanation> {
    let code = code.trim();
    let code = if as_status(code).is_some() { STATUS } else { code };
    all().find(|it| it.error.code.eq_ignore_ascii_case(code))
}

/// Returns the codes that `query` may mean, in the order of [`all`]: one if it
/// names one, several if it is a part of several.
pub fn find(query: &str) -> Vec<&'static Explanation> {
    let letters = squeeze(query);
    let pick =
        |fits: &dyn Fn(&Explanation) -> bool| -> Vec<_> { all().filter(|it| fits(it)).collect() };
    let worded: Vec<_> =
        WORDINGS.iter().filter(|(it, _)| it.is(&letters)).map(|(_, it)| it.error.code).collect();
    let named = pick(&|it| worded.contains(&it.error.code) || is_named(it, query.trim(), &letters));
    if !named.is_empty() || letters.len() < MIN_PART {
        return named;
    }
    let part = loosen(&letters);
    let has_part = |it: &Explanation| loosen(&squeeze(it.error.code)).contains(&part);
    let parts = pick(&|it| has_part(it) || is_of(it.family, &letters));
    let tails: Vec<_> =
        parts.iter().copied().filter(|it| squeeze(tail(it.error.code)) == letters).collect();
    match (tails.len(), parts.len()) {
        (1, _) => tails,
        (_, 0) => in_a_line(query, &letters),
        _ => parts,
    }
}

/// The codes that stand in a line, with what its function printed; without a
/// code, those whose message it has.
fn in_a_line(line: &str, letters: &str) -> Vec<&'static Explanation> {
    let quoted: Vec<_> = all().filter(|it| is_word_in(it.error.code, line)).collect();
    if quoted.is_empty() {
        let found = by_message(letters);
        return if found.is_empty() { by_words(line) } else { found };
    }
    quoted.into_iter().chain(of_functions(letters)).collect()
}

/// Every wording of every message, and whose it is.
static WORDINGS: LazyLock<Vec<(Wording, &'static Explanation)>> = LazyLock::new(|| {
    let wordings = all().flat_map(|it| {
        let own = (it.family == Family::Function).then_some(it.error.code);
        it.wordings().chain(own).map(move |text| (Wording::new(text), it))
    });
    wordings.collect()
});

/// The wordings that `letters` have.
fn wordings_in(letters: &str) -> impl Iterator<Item = &'static (Wording, &'static Explanation)> {
    WORDINGS.iter().filter(move |(it, _)| it.length >= MIN_MESSAGE && it.is_in(letters))
}

/// What a function printed, in squeezed text.
pub(super) fn of_functions(letters: &str) -> Vec<&'static Explanation> {
    let functions = WORDINGS.iter().filter(|(_, page)| page.family == Family::Function);
    let found = functions.filter(|(it, _)| it.length >= MIN_MESSAGE && it.is_in(letters));
    let mut found: Vec<_> = found.map(|(_, page)| *page).collect();
    found.dedup_by_key(|page| page.error.code);
    found
}

/// The codes whose message `letters` have, the longest there is; else those of
/// whose message they are a part.
fn by_message(letters: &str) -> Vec<&'static Explanation> {
    let longest = wordings_in(letters).map(|(wording, _)| wording.length).max();
    let mut found: Vec<_> = match longest {
        Some(longest) => wordings_in(letters)
            .filter(|(wording, _)| wording.length == longest)
            .map(|(_, page)| *page)
            .collect(),
        None if letters.len() < MIN_MESSAGE => Vec::new(),
        None => WORDINGS
            .iter()
            .filter(|(wording, _)| wording.holds(letters))
            .map(|(_, page)| *page)
            .collect(),
    };
    found.dedup_by_key(|page| page.error.code);
    found
}

/// The codes of Firehose whose pages have every word of `query` in what happened
/// or in the message, or a word that begins with it.
fn by_words(query: &str) -> Vec<&'static Explanation> {
    let words: Vec<_> = words_of(query).filter(|word| word.len() >= MIN_PART).collect();
    let has_all = |it: &&Explanation| {
        let text = [it.happened, it.error.message.unwrap_or_default()].join(" ");
        let known: Vec<_> = words_of(&text).collect();
        words.iter().all(|word| known.iter().any(|known| known.starts_with(word.as_str())))
    };
    let is_short = (1..=MAX_WORDS).contains(&words.len());
    all().filter(|it| is_short && it.family != Family::Function).filter(has_all).collect()
}

/// The words of a text, in lower case.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.map(str::to_lowercase).filter(|word| !word.is_empty())
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
        like(it.error.code).max(like(tail(it.error.code)))
    };
    let mut scored: Vec<_> =
        all().map(|it| (likeness(it), it)).filter(|(score, _)| *score >= MIN_LIKENESS).collect();
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    scored.into_iter().take(MAX_SUGGESTIONS).map(|(_, it)| it).collect()
}

/// True if `query` is this code or one of its statuses.
fn is_named(it: &Explanation, query: &str, letters: &str) -> bool {
    squeeze(it.error.code) == letters
        || it.error.code == STATUS && as_status(query).is_some()
        || it.cases.iter().any(|case| case.has_status(query))
}

/// The letters of a part of a code, in the one form of words that AWS has in two.
fn loosen(letters: &str) -> String {
    letters.replace("timedout", "timeout")
}

/// True if `letters` name this family, or the folder of its failures.
fn is_of(family: Family, letters: &str) -> bool {
    let names = [Some(family.as_str()), family.error_output_type()];
    names.into_iter().flatten().any(|name| squeeze(name) == letters)
}

/// True if `code` stands in `text` as a word.
fn is_word_in(code: &str, text: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let words = text.split(|letter| !is_inside(letter));
    code.contains('.')
        && words.map(|word| word.trim_matches('.')).any(|word| word.eq_ignore_ascii_case(code))
}

/// `MissingRecordId` of `Lambda.MissingRecordId`.
fn tail(code: &str) -> &str {
    code.trim_end_matches('.').rsplit('.').next().unwrap_or(code)
}
