//! `fh explain`: what an error code means, and what to do.

mod records;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::Output;
use crate::render::OutputFormat;
use crate::render::explain::{self as view, Explained};
use crate::terminal;
use firehose::errors;

/// Codes up to which a part of their names shows a page for each; more are listed.
const MAX_PAGES: usize = 3;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh explain Lambda.MissingRecordId   what happened, what is lost, what to change
  fh explain functiontimedout         a part of the name will do, in any case
  fh explain 'ProcessingFailed status set for record'
  fh explain - < failed.ndjson        every code in failure objects, the most frequent first
  fh explain 'Incorrect padding'      what a function printed before it failed
  fh explain redshift                 every code of a destination
  fh explain --list                   every code, a line each";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Say what an error code means and what to do

For each code that Firehose writes into failure objects and error logs: what \
happened, how often it was tried, what is lost and what is kept where, what to look \
at, what to change, and the commands that show it again. Where one code has several \
causes, the message decides. CODE is a code, a part of one, the message, a failure \
record, a destination, or what a function printed, such as `Incorrect padding`; `-` \
reads failure objects, error events or log lines from standard input. Says how sure it \
is: some codes were seen in real records, some only have a name in the documentation, \
some are unconfirmed.

Exits with 1 if the input has codes that are not known or records that cannot be \
read, and with 2 if there is nothing to explain.";

/// Say what an error code means and what to do
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Code, part of one, message or failure record; `-` for standard input
    #[arg(value_name = "CODE", conflicts_with = "list")]
    code: Vec<String>,

    /// Every code with what happened, a line each
    #[arg(long)]
    list: bool,

    /// Format of the output; json and ndjson give an object a code
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, context: &Context) -> Result<Outcome, Error> {
    let query = args.code.join(" ");
    if args.list {
        let all: Vec<_> = errors::all().map(Explained::page).collect();
        return show(args.output, &all, true, context).map(|()| Outcome::Clean);
    }
    if query == "-" || query.is_empty() && !context.stdin_is_terminal {
        return records::on_stdin(args.output, context);
    }
    if is_json(&query) {
        return records::in_text(&query, args.output, context);
    }
    let asked = |explanation| Explained::asked(explanation, &query);
    let found: Vec<_> = errors::find(&query).into_iter().map(asked).collect();
    if found.is_empty() {
        return Err(unknown(&query));
    }
    if found.len() > MAX_PAGES {
        let count = found.len();
        context.info(&format!("fh: `{query}` fits {count} codes; name one to have all of it"));
    }
    show(args.output, &found, found.len() > MAX_PAGES, context).map(|()| Outcome::Clean)
}

/// True for a record, or a list of records; a log line may begin with `[ERROR]`.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let list = text.strip_prefix('[').map(str::trim_start);
    text.starts_with('{') || list.is_some_and(|inner| inner.starts_with(['{', ']', '"', '[']))
}

/// A code that has no explanation, with those that are spelled most like it.
fn unknown(code: &str) -> Error {
    if code.trim().is_empty() {
        return Error::user("no error code is given").hint("`fh explain --list` shows all of them");
    }
    let error = Error::user(format!("no error code `{}` is known", terminal::fit(code, 100)));
    let close: Vec<_> =
        errors::closest(code).iter().map(|it| format!("`{}`", it.error.code)).collect();
    let error = match close.as_slice() {
        [] => error,
        close => error.hint(format!("most like it: {}", close.join(", "))),
    };
    error.hint("`fh explain --list` shows every code; AWS may have new ones: see `errorMessage`")
}

fn show(
    format: OutputFormat,
    found: &[Explained],
    as_list: bool,
    context: &Context,
) -> Result<(), Error> {
    let mut out = Vec::new();
    match format {
        OutputFormat::Text if as_list => view::push_list(&mut out, found, &context.terminal),
        OutputFormat::Text => view::push_pages(&mut out, found, &context.terminal),
        OutputFormat::Table => view::push_table(&mut out, found, &context.terminal),
        OutputFormat::Json => view::push_document(&mut out, found),
        OutputFormat::Ndjson => view::push_lines(&mut out, found),
    }
    Output::default().write(&out)
}
