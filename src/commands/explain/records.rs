//! The codes of failure records: counted, then explained.

use super::words::show_found;
use super::{is_json, rules_of, show, show_rules, unknown};
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input::blocks::{BlockEvent, Blocks};
use crate::input::{self, Inputs, Source};
use crate::render::OutputFormat;
use crate::render::explain::Explained;
use crate::render::failures::not_failure_records;
use crate::render::left_out;
use crate::terminal;
use firehose::errors::{self, CodeCounts, Explanation};
use firehose::framing::InputFormat;

/// Most bytes of a line that is looked up like an argument.
const MAX_LINE: usize = 4096;

/// How a traceback of Python begins.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// Explains the codes on standard input.
pub(super) fn on_stdin(format: OutputFormat, context: &Context) -> Result<Outcome, Error> {
    input::ask_for_input(&[&Source::Stdin], "failure records", context);
    let Read { tally, is_whole, line } = read(context)?;
    let has_codes = tally.has_codes();
    if let Some(line) = line.filter(|line| !has_codes || line.contains('\n')) {
        if let Some(rules) = rules_of(std::slice::from_ref(&line)) {
            return show_rules(&rules, format, context);
        }
        let found = found_in(&line);
        if !found.is_empty() {
            show_found(&[(&line, found)], format, context)?;
            return Ok(Outcome::Clean);
        }
    }
    let outcome = tallied(&tally, "standard input", format, context)?;
    Ok(if is_whole { outcome } else { Outcome::Findings })
}

/// Explains the codes in a text of the command line.
pub(super) fn in_text(
    text: &str,
    format: OutputFormat,
    context: &Context,
) -> Result<Outcome, Error> {
    let mut tally = CodeCounts::default();
    tally.add(text.as_bytes(), 1, InputFormat::Auto);
    let found = if tally.has_codes() { Vec::new() } else { found_in(text) };
    if !found.is_empty() {
        show_found(&[(text, found)], format, context)?;
        return Ok(Outcome::Clean);
    }
    tallied(&tally, "this record", format, context)
}

/// The codes that a text is about; of JSON that is no record, such as one that was cut off,
/// those that it quotes.
fn found_in(text: &str) -> Vec<&'static Explanation> {
    if is_json(text) { errors::quoted_in(text) } else { errors::find(text) }
}

/// What was read from standard input.
struct Read {
    tally: CodeCounts,
    /// All of it could be unpacked.
    is_whole: bool,
    /// The input, if it is one short line of text, such as a code, or one traceback.
    line: Option<String>,
}

/// Counts the codes on standard input.
fn read(context: &Context) -> Result<Read, Error> {
    let mut tally = CodeCounts::default();
    let mut is_whole = true;
    // What was read so far, up to what may be one line or one traceback.
    let mut start = Vec::new();
    let mut blocks = Blocks::new(Inputs::new(&[Source::Stdin]), InputFormat::Auto, 0);
    let mut buffer = Vec::new();
    while let Some(event) = blocks.next(std::mem::take(&mut buffer)) {
        match event {
            BlockEvent::Block(block) => {
                tally.add(block.bytes(), block.line, block.input.format);
                let room = (MAX_LINE + 1).saturating_sub(start.len());
                start.extend(block.bytes().iter().take(room));
                buffer = block.into_buffer();
            }
            BlockEvent::TooLarge { .. } => tally.damaged += 1,
            BlockEvent::End { layers, .. } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    is_whole = false;
                    let hints: Vec<_> = problem.hint().into_iter().collect();
                    context.warn(&format!("standard input: {problem}"), &hints);
                }
            }
            BlockEvent::Unreadable(error)
            | BlockEvent::Missing(error, _)
            | BlockEvent::Failed(error) => {
                return Err(error);
            }
            BlockEvent::Notice(text) => context.info(&format!("fh: {text}")),
            BlockEvent::LeftOut(left_out) => left_out::print(&left_out, context),
        }
    }
    Ok(Read { tally, is_whole, line: one_line(&start) })
}

/// The text of an input that is one short line, or one traceback of Python.
fn one_line(input: &[u8]) -> Option<String> {
    let text = str::from_utf8(input).ok().filter(|text| text.len() <= MAX_LINE)?.trim();
    let is_one = !text.contains('\n') || is_traceback(text);
    (!text.is_empty() && is_one).then(|| text.to_owned())
}

/// True for a traceback with its exception: what that is about stands in several lines.
fn is_traceback(text: &str) -> bool {
    let mut parts = text.split(TRACEBACK);
    let (before, after) = (parts.next().unwrap_or_default(), parts.next());
    after.is_some() && parts.next().is_none() && before.trim_end().lines().count() <= 1
}

/// Shows the codes of failure records; the others are named.
fn tallied(
    tally: &CodeCounts,
    input: &str,
    format: OutputFormat,
    context: &Context,
) -> Result<Outcome, Error> {
    let found: Vec<_> = tally.known().into_iter().map(Explained::from).collect();
    let unknown_codes: Vec<_> = tally.unknown().collect();
    if found.is_empty() && unknown_codes.is_empty() {
        return Err(Error::user(format!("no error code in {input}"))
            .hint("failure objects have it in `errorCode`; `fh decode` shows what the input is"));
    }
    show(format, &found, false, context)?;
    for (code, records) in &unknown_codes {
        let error = unknown(code);
        let hints: Vec<_> = error.hints().iter().map(String::as_str).collect();
        let records = terminal::plural(*records, "record");
        context.warn(&format!("{error} ({records})"), &hints);
    }
    if tally.more_unknown > 0 {
        let more = terminal::plural(tally.more_unknown, "record");
        context.warn(&format!("{more} with other unknown codes"), &[]);
    }
    let lost = tally.lost();
    match lost {
        Some((count, line)) => {
            let lines = not_failure_records(count, "");
            context.warn(
                &format!("{lines} among others that are, first on line {line}"),
                &["it may be one that was cut or edited; `fh decode` shows it"],
            );
        }
        None if tally.without > 0 => {
            let without = terminal::plural(tally.without, "record");
            context.info(&format!("fh: {without} without an error code"));
        }
        None => {}
    }
    if tally.damaged > 0 {
        let damaged = terminal::plural(tally.damaged, "record");
        context.warn(&format!("{damaged} could not be read"), &["`fh decode` shows where"]);
    }
    let is_clean = unknown_codes.is_empty() && tally.damaged == 0 && lost.is_none();
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}
