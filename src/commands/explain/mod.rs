//! `fh explain`: what an error code means, and what to do.

mod manual;
mod records;
mod words;

pub use manual::DETAILS;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::explain::{Explained, Explanations};
use crate::render::{self, OutputFormat};
use crate::terminal;
use firehose::errors;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh explain Lambda.MissingRecordId   what happened, what is lost, what to change
  fh explain functiontimedout         part of a code, ignoring case
  fh explain 'ProcessingFailed status set for record'
  fh explain - < failed.ndjson        every code in failure objects, most frequent first
  fh explain 'Incorrect padding'      what a function printed before it failed
  fh explain redshift                 every code of a destination
  fh explain --list                   every code, one per line";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Explain an error code and what to do about it

Covers each code that Firehose writes to failure objects and error logs: what \
happened, how often it was tried, what is lost and what is kept where, what to look \
at, what to change, and commands to reproduce it. Where one code has several \
causes, the message decides. CODE is a code, part of one, an error message, a failure \
record, a source or destination, or what a function printed, such as `Incorrect padding`; `-` \
reads failure objects, error events or log lines from standard input. Also shows how \
certain this is: some codes were seen in real records, some are only named in the \
documentation, and some are unconfirmed.

Exits with 1 if the input has unknown codes or unreadable records, and with 2 if \
there is nothing to explain.";

/// The flags of `fh explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Codes, parts of codes, an error message or a failure record; `-` for standard input
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
            words::explain(words, args.output, context)
        }
    }
}

/// True for a record, or a list of records; a log line may begin with `[ERROR]`.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let list = text.strip_prefix('[').map(str::trim_start);
    text.starts_with('{') || list.is_some_and(|inner| inner.starts_with(['{', ']', '"', '[']))
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
    error.hint(
        "`fh explain --list` lists every code; AWS may have added new ones: see \
         `errorMessage`",
    )
}

fn show(
    format: OutputFormat,
    explained: &[Explained],
    as_list: bool,
    context: &Context,
) -> Result<(), Error> {
    render::show(&Explanations { explained, as_list }, format, context)
}
