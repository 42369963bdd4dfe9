//! What several words on a command line ask for: several codes, or one message
//! without quotes.

use super::find::{exact, find, is_tail};
use super::names;
use super::pages::all;
use super::spelling::{is_name, squeeze};

/// Returns what `words` ask for, each to be looked up by itself: all of them
/// together as one text, unless they are codes.
pub fn queries(words: &[String]) -> Vec<String> {
    let text = words.join(" ");
    let letters = squeeze(&text);
    let is_whole =
        !names::named(&letters).is_empty() || all().any(|it| squeeze(it.error.code) == letters);
    let is_list = words.iter().all(|word| is_one(word))
        || find(&text).is_empty() && words.iter().any(|word| names_codes(word));
    if is_list && !is_whole { words.to_vec() } else { vec![text] }
}

/// True if `word` is a code or written like one, or names a destination.
fn is_one(word: &str) -> bool {
    exact(word).is_some() || is_name(word) || !names::named(&squeeze(word)).is_empty()
}

/// True if `word` is one, or the end of one.
fn names_codes(word: &str) -> bool {
    is_one(word) || is_tail(&squeeze(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_looked_up_one_by_one_and_prose_as_a_whole() {
        let number =
            |text: &str| queries(&text.split(' ').map(str::to_owned).collect::<Vec<_>>()).len();
        for codes in [
            "Lambda.FunctionError Lambda.FunctionErorr",
            "functionerror functiontimout",
            "FunctionErorr MissingRecordID",
            "s3 msk",
            "413 Lambda.FunctionError",
        ] {
            assert_eq!(number(codes), 2, "{codes}");
        }
        for text in [
            "S3 NoSuchBucket",
            "HTTP status",
            "direct put",
            "record format conversion",
            "Decompression failed.",
            "Task timed out after 3.00 seconds",
            "stream orders: Lambda.InvokeAccessDenied, 22 times.",
            "no such thing",
            "KeyError: 'data'",
            "cluster resize",
            "disk full",
            "",
        ] {
            assert_eq!(number(text), 1, "{text}");
        }
    }
}
