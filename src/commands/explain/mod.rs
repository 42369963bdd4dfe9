//! `fh explain`: what an error code means, and what to do.

mod manual;
mod records;
mod words;

pub use manual::{ABOUT, DETAILS, EXAMPLES};

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::check::RuleList;
use crate::render::explain::{Explained, Explanations};
use crate::render::{self, OutputFormat};
use crate::terminal;
use firehose::errors;
use firehose::transform::Rule;

/// The flags of `fh explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Codes, parts of codes, rules, an error message or a failure record; `-` for standard input
    #[arg(value_name = "CODE", conflicts_with = "list")]
    code: Vec<String>,

    /// List every code with a one-line explanation
    #[arg(long)]
    list: bool,

    /// Output format; json and ndjson have one object per code
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, context: &Context) -> Result<Outcome, Error> {
    if args.list {
        let all: Vec<_> = errors::all().map(Explained::page).collect();
        return show(args.output, &all, true, context).map(|()| Outcome::Clean);
    }
    match args.code.as_slice() {
        [] if context.stdin_is_terminal => {
            Err(Error::user("no error code given").hint("`fh explain --list` lists them"))
        }
        [] => records::on_stdin(args.output, context),
        [stdin] if stdin == "-" => records::on_stdin(args.output, context),
        words if words.iter().all(|word| word.trim().is_empty()) => {
            Err(Error::user("the error code is empty").hint("`fh explain --list` lists every code"))
        }
        words => {
            let text = words.join(" ");
            if is_json(&text) {
                return records::in_text(&text, args.output, context);
            }
            match rules_of(words) {
                Some(rules) => show_rules(&rules, args.output, context),
                None => words::explain(words, args.output, context),
            }
        }
    }
}

/// True for a record, or a list of records; a log line may begin with `[ERROR]`.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let list = text.strip_prefix('[').map(str::trim_start);
    text.starts_with('{') || list.is_some_and(|inner| inner.starts_with(['{', ']', '"', '[']))
}

/// The rules that `fh check` and `fh invoke` print, if all words are names of some.
fn rules_of(words: &[String]) -> Option<Vec<Rule>> {
    words.iter().map(|word| Rule::find(word.trim())).collect()
}

/// Shows rules as `fh check --rules` does.
fn show_rules(rules: &[Rule], format: OutputFormat, context: &Context) -> Result<Outcome, Error> {
    render::show(&RuleList(rules), format, context).map(|()| Outcome::Clean)
}

/// A code that has no explanation, with those that are spelled most like it.
fn unknown(code: &str) -> Error {
    let error = Error::user(format!("unknown error code `{}`", terminal::fit(code, 100)));
    let close: Vec<_> =
        errors::closest(code).iter().map(|it| format!("`{}`", it.error.code)).collect();
    let error = match close.as_slice() {
        [] => error,
        close => error.hint(format!("similar codes: {}", close.join(", "))),
    };
    let error = error.hint(
        "`fh explain --list` lists every code; AWS may have added new ones: see \
         `errorMessage`",
    );
    if !code.trim().contains(char::is_whitespace) {
        return error;
    }
    error.hint("`fh doctor --stream NAME` finds out why nothing arrives")
}

fn show(
    format: OutputFormat,
    explained: &[Explained],
    as_list: bool,
    context: &Context,
) -> Result<(), Error> {
    render::show(&Explanations { explained, as_list }, format, context)
}
