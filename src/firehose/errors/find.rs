//! From what somebody has in hand to the codes that it means: a code, the name of a
//! destination, a part of a code, a message, a line or a failure record with one of
//! them in it.

use std::sync::LazyLock;

use regex::Regex;

use super::explanation::as_status;
use super::key_error::missing;
use super::names;
use super::pages::{self, all};
use super::spelling::{Text, Wording, is_name, squeeze, words_of_code};
use super::{Explanation, Family};

/// Code of the entry for statuses that a cluster answers with.
const STATUS: &str = pages::HTTP_STATUS.code;

/// Pages for an exception of Python that has two causes: a key that an object does
/// not have, and an environment variable that is not set.
const KEY_ERROR: &str = pages::KEY_ERROR;
const KEY_ERROR_OF_ENVIRON: &str = pages::KEY_ERROR_OF_ENVIRON;

/// Least letters of a part of a code.
const MIN_PART: usize = 3;

/// Words beyond which a query is a line of something else.
const MAX_WORDS: usize = 8;

/// Letters beyond which a text is no misspelt code.
const MAX_CODE: usize = 64;

/// Most bytes of a message that are looked at.
const LONGEST_MESSAGE: usize = 16 * 1024;

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
    let text = Text::new(query);
    let letters = text.letters.as_str();
    let worded: Vec<_> =
        WORDINGS.iter().filter(|(it, _)| it.is(letters)).map(|(_, it)| it.error.code).collect();
    let is_it =
        |it: &&Explanation| worded.contains(&it.error.code) || is_named(it, query.trim(), letters);
    let ways: [&dyn Fn() -> Vec<&'static Explanation>; 8] = [
        &|| all().filter(is_it).collect(),
        &|| names::named(letters),
        &|| by_part(&text),
        &|| in_a_line(&text),
        &|| by_fragment(&text),
        &|| by_beginning(&text),
        &|| by_words(query),
        &|| of_an_exception(&text),
    ];
    ways.iter().map(|way| way()).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Returns the codes that stand in a line or a damaged record, or whose message does.
pub fn quoted_in(text: &str) -> Vec<&'static Explanation> {
    let text = text.get(..text.floor_char_boundary(LONGEST_MESSAGE)).unwrap_or(text);
    in_a_line(&Text::new(text))
}

/// Returns the page of what a function printed or raised, if that has one of its
/// own: it tells more than that of the code that Firehose gives it.
pub(super) fn page_for(message: &str) -> Option<&'static Explanation> {
    let message = message.get(..message.floor_char_boundary(LONGEST_MESSAGE)).unwrap_or(message);
    let text = Text::new(message);
    let mut found = wordings_in(&text);
    found.retain(|(_, page)| page.family == Family::Function);
    longest_of(&found, &text).first().copied()
}

/// What leads [`find`] to the page of what a function printed or raised, if that has
/// one of its own: the words in `message` that the page has.
pub fn query_for(message: &str) -> Option<&'static str> {
    let page = page_for(message)?;
    let text = Text::new(message);
    let is_there = |words: &&'static str| Wording::new(words).is_found_in(&text);
    // Its words stand in several lines of a traceback.
    let is_asked_for = |code: &&'static str| *code == KEY_ERROR_OF_ENVIRON || is_there(code);
    let code = Some(page.error.code).filter(is_asked_for);
    let others = page.also.iter().copied().filter(is_there);
    code.or_else(|| others.max_by_key(|words| words.len())).or(Some(page.error.code))
}

/// The codes that have `letters` as whole words, else those that have a word that
/// begins with them. One of them alone if it ends with nothing else.
fn by_part(text: &Text<'_>) -> Vec<&'static Explanation> {
    let letters = text.letters.as_str();
    let part = loosen(letters);
    if part.len() < MIN_PART {
        return Vec::new();
    }
    let is_exception = is_an_exception(text);
    let (whole, begun): (Vec<_>, Vec<_>) = all()
        .filter(|it| !is_exception || is_name(it.error.code))
        .filter_map(|it| Some((it, has_part(it.error.code, &part)?)))
        .partition(|(_, is_whole)| *is_whole);
    let found = if whole.is_empty() { begun } else { whole };
    let found: Vec<_> = found.into_iter().map(|(it, _)| it).collect();
    let ends_with = |it: &&Explanation| squeeze(tail(it.error.code)) == letters;
    let tails: Vec<_> = found.iter().copied().filter(ends_with).collect();
    if tails.len() == 1 { tails } else { found }
}

/// How the words of `code` have `part`: from the beginning of one to the end of one
/// (true), or to the middle of one (false).
fn has_part(code: &str, part: &str) -> Option<bool> {
    let words = words_of_code(code);
    let mut has = None;
    for start in 0..words.len() {
        let rest = loosen(&words.get(start..).unwrap_or_default().concat());
        if let Some(after) = rest.strip_prefix(part) {
            let mut ends = (start..=words.len()).filter_map(|end| words.get(end..));
            let is_whole = ends.any(|end| loosen(&end.concat()) == after);
            has = Some(has.unwrap_or(false) || is_whole);
        }
    }
    has
}

/// The codes that stand in a line, with what its function printed; without a
/// code, those whose message it has.
fn in_a_line(line: &Text<'_>) -> Vec<&'static Explanation> {
    let is_code = |it: &&Explanation| it.family != Family::Function && it.error.code.contains('.');
    let quoted: Vec<_> = all().filter(is_code).filter(|it| line.has_word(it.error.code)).collect();
    if quoted.is_empty() {
        return by_message(line);
    }
    quoted.into_iter().chain(of_functions(line)).collect()
}

/// Every wording of every message, and whose it is.
static WORDINGS: LazyLock<Vec<(Wording, &'static Explanation)>> = LazyLock::new(|| {
    let wordings = all().flat_map(|it| {
        let own = (it.family == Family::Function).then_some(it.error.code);
        it.wordings().chain(own).map(move |text| (Wording::new(text), it))
    });
    wordings.collect()
});

/// One of these is in the letters of each text that has a wording: most lines of a
/// log have none, and one look is enough for them.
static BEGINNINGS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let findable = WORDINGS.iter().map(|(it, _)| it).filter(|it| it.is_long() || it.is_name());
    Regex::new(&findable.map(Wording::beginning).collect::<Vec<_>>().join("|")).ok()
});

/// The wordings that a text has.
fn wordings_in(text: &Text<'_>) -> Vec<&'static (Wording, &'static Explanation)> {
    if BEGINNINGS.as_ref().is_some_and(|any| !any.is_match(&text.letters)) {
        return Vec::new();
    }
    let is_about = |page: &Explanation| page.error.code != pages::SDK_V2 || is_of_sdk_v2(text.raw);
    WORDINGS.iter().filter(|(it, page)| it.is_found_in(text) && is_about(page)).collect()
}

/// True for the SDK for JavaScript v2: `@aws-sdk/client-s3` of v3 has the same letters.
fn is_of_sdk_v2(text: &str) -> bool {
    let names = text.split("aws-sdk").skip(1).map(|rest| rest.chars().next());
    let is_whole = |after: Option<char>| !after.is_some_and(|it| it == '-' || it.is_alphanumeric());
    !text.contains("@aws-sdk") && names.into_iter().any(is_whole)
}

/// What a function printed.
pub(super) fn of_functions(text: &Text<'_>) -> Vec<&'static Explanation> {
    let found = wordings_in(text).into_iter().map(|(_, page)| *page);
    pages_of(found.filter(|page| page.family == Family::Function), text)
}

/// The codes whose message a text has, the longest there is.
pub(super) fn by_message(text: &Text<'_>) -> Vec<&'static Explanation> {
    longest_of(&wordings_in(text), text)
}

/// The pages whose wording is the longest of these.
fn longest_of(
    found: &[&'static (Wording, &'static Explanation)],
    text: &Text<'_>,
) -> Vec<&'static Explanation> {
    let longest = found.iter().map(|(wording, _)| wording.length).max();
    let longest = found.iter().filter(|(wording, _)| Some(wording.length) == longest);
    pages_of(longest.map(|(_, page)| *page), text)
}

/// These pages, each once; of the two of `KeyError` the one that `text` is about.
fn pages_of(
    found: impl Iterator<Item = &'static Explanation>,
    text: &Text<'_>,
) -> Vec<&'static Explanation> {
    let mut pages: Vec<_> = found.collect();
    pages.dedup_by_key(|page| page.error.code);
    let is_of_key = |page: &Explanation| {
        page.error.code == KEY_ERROR || page.error.code == KEY_ERROR_OF_ENVIRON
    };
    let Some(place) = pages.iter().position(|page| is_of_key(page)) else { return pages };
    let code = missing(text.raw).code();
    pages.retain(|page| !is_of_key(page));
    let at = place.min(pages.len());
    pages.splice(at..at, exact(code));
    pages
}

/// The codes of whose message a text is a part.
fn by_fragment(text: &Text<'_>) -> Vec<&'static Explanation> {
    let is_exception = is_an_exception(text);
    let is_comparable = |wording: &Wording| !is_exception || wording.is_name();
    let holds = WORDINGS.iter().filter(|(wording, _)| wording.holds(&text.letters));
    let holds = holds.filter(|(wording, _)| is_comparable(wording));
    let mut found: Vec<_> = holds.map(|(_, page)| *page).collect();
    found.dedup_by_key(|page| page.error.code);
    found
}

/// The codes at whose message a text breaks off, whatever stands before it: a time, the
/// number of a request.
fn by_beginning(text: &Text<'_>) -> Vec<&'static Explanation> {
    let lengths = WORDINGS.iter().map(|(wording, page)| (wording.begun_in(&text.letters), page));
    let longest = lengths.clone().filter_map(|(length, _)| length).max();
    let longest = lengths.filter(|(length, _)| length.is_some() && *length == longest);
    pages_of(longest.map(|(_, page)| *page), text)
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

/// The page for every exception, if a text has the name or the message of one.
fn of_an_exception(text: &Text<'_>) -> Vec<&'static Explanation> {
    let mut wordings = pages::EXCEPTION.wordings().map(Wording::new);
    let has_one = wordings.any(|it| it.is(&text.letters) || it.is_found_in(text));
    if has_one || has_an_exception(text) { vec![&pages::EXCEPTION] } else { Vec::new() }
}

/// True if a word is written as languages write the names of exceptions, and not as AWS
/// writes a code, misspelt or new.
fn has_an_exception(text: &Text<'_>) -> bool {
    let is_exception = |word: &str| {
        let is_package = word.starts_with(|it: char| it.is_ascii_lowercase());
        let is_named = tail(word).ends_with("Error") || tail(word).ends_with("Exception");
        is_named && is_name(tail(word)) && (is_package || !word.contains('.'))
    };
    text.words().any(is_exception) && closest(text.raw).is_empty()
}

/// True for the name of an exception alone. It is a part of longer names, not of messages:
/// with another message, it has another cause.
fn is_an_exception(text: &Text<'_>) -> bool {
    text.words().filter(|word| !word.is_empty()).count() == 1 && has_an_exception(text)
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

/// True if the squeezed `letters` are the last part of a code.
pub(super) fn is_tail(letters: &str) -> bool {
    all().any(|it| squeeze(tail(it.error.code)) == letters)
}

/// `MissingRecordId` of `Lambda.MissingRecordId`.
fn tail(code: &str) -> &str {
    code.trim_end_matches('.').rsplit('.').next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(found: &[&Explanation]) -> Vec<&'static str> {
        found.iter().map(|it| it.error.code).collect()
    }

    #[test]
    fn an_exception_without_a_page_of_its_own_has_that_of_all() {
        for query in [
            "TypeError",
            "unsupported operand type(s) for /: 'NoneType' and 'int'",
            "java.lang.NullPointerException: null",
            "requests.exceptions.ConnectionError",
            "InventoryUnavailableException",
        ] {
            assert_eq!(codes(&find(query)), ["Exception of a function"], "{query}");
        }
        for query in ["Lambda.SomeNewError", "S3.AccesDeniedException"] {
            assert!(find(query).is_empty(), "{query}");
        }
        assert_eq!(codes(&find("missing recordIds")), ["Lambda.MissingRecordId"]);
        assert_eq!(codes(&find("payload too large")), ["Lambda.FunctionError"]);
        assert_eq!(codes(&find("out of memory")), ["Runtime.ExitError"]);
    }
}
