//! The words of the command line: codes, parts of codes, or one message.

use std::path::Path;

use super::{show, unknown};
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::OutputFormat;
use crate::render::explain::Explained;
use crate::terminal;
use crate::terminal::shell;
use firehose::errors::{self, Explanation};
use firehose::transform::Rule;

/// Codes up to which a part of their names shows a page for each; more are listed.
const MAX_PAGES: usize = 3;

/// Explains each code that the words name. The first one that is unknown is the
/// error, after the others were shown.
pub(super) fn explain(
    words: &[String],
    format: OutputFormat,
    context: &Context,
) -> Result<Outcome, Error> {
    let queries = errors::queries(words);
    // A rule among codes is not answered with codes that are spelled like it.
    let is_other = |query: &str| is_file(query) || Rule::find(query).is_some();
    let look_up = |query: &String| if is_other(query) { Vec::new() } else { errors::find(query) };
    let found: Vec<_> = queries.iter().map(|query| (query.as_str(), look_up(query))).collect();
    show_found(&found, format, context)?;
    let missing = found.iter().filter(|(_, pages)| pages.is_empty());
    let mut missing: Vec<_> = missing.map(|(query, _)| unknown_word(query)).collect();
    let Some(last) = missing.pop() else { return Ok(Outcome::Clean) };
    for error in missing {
        let hints: Vec<_> = error.hints().iter().map(String::as_str).collect();
        context.warn(&error.to_string(), &hints);
    }
    Err(last)
}

/// Shows what was found for each query, a page for each code, or a list if one
/// query has many.
pub(super) fn show_found(
    found: &[(&str, Vec<&'static Explanation>)],
    format: OutputFormat,
    context: &Context,
) -> Result<(), Error> {
    let mut explained: Vec<Explained> = Vec::new();
    let mut codes = Vec::new();
    let mut as_list = false;
    for (query, pages) in found {
        if pages.len() > MAX_PAGES {
            let count = pages.len();
            as_list = true;
            context
                .info(&format!("fh: `{query}` matches {count} codes; name one for its full page"));
        }
        for page in pages {
            if !codes.contains(&page.error.code) {
                codes.push(page.error.code);
                explained.push(Explained::asked(page, query));
            }
        }
    }
    if explained.is_empty() { Ok(()) } else { show(format, &explained, as_list, context) }
}

/// True for the path of a file, which is no code.
fn is_file(word: &str) -> bool {
    word.contains(['.', '/']) && errors::exact(word).is_none() && Path::new(word).is_file()
}

/// A word that no code has; for a rule or a file, how it is explained.
fn unknown_word(word: &str) -> Error {
    if Rule::find(word).is_some() {
        return Error::user(format!("`{word}` is a rule, not an error code"))
            .hint(format!("`fh explain {word}` explains it"));
    }
    if !is_file(word) {
        return unknown(word);
    }
    let name = shell::line(&[word.to_owned()]);
    Error::user(format!("unknown error code `{}`", terminal::fit(word, 100)))
        .hint(format!("`fh explain - < {name}` explains the codes in this file"))
}
