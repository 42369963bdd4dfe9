//! `fh check`: checks a transform response the way Firehose does.

use crate::commands::shared::closed::{ignored, rule};
use crate::commands::shared::number::number;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input::{self, Size, Source};
use crate::render::check::{CheckedResponse, RuleList};
use crate::render::{self, OutputFormat};
use firehose::framing::{self, Segment};
use firehose::limits::{
    DEFAULT_RETRIES, DEFAULT_TRANSFORM_BUFFER, MAX_JSON_DEPTH, MAX_RETRIES, TRANSFORM_BUFFER,
};
use firehose::transform::invocation::HandlerStyle;
use firehose::transform::{self, CheckResult, CheckSettings, Rule, TransformEvent};

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh check --event event.json --response response.json
  fh invoke --handler app.handler --event event.json --raw | fh check --event event.json
  aws lambda invoke --function-name f --payload fileb://event.json out.json
  fh check --event event.json --response out.json --output table
  fh check --rules                         what is checked, and why
  fh check --rules record-missing          one rule";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Check a transform response the way Firehose does

Shows what happens to each record of the event: delivered, dropped, failed (with \
which error code, after how many attempts), or silently lost. Then lists each rule \
that the response breaks: where (a JSON pointer), what Firehose does about it, and \
what to change. Warnings are about problems with what is delivered: no newline at \
the end, base64 or gzip twice, a response that grows past 6 MB, and a payload \
that went in as JSON, gzip or UTF-8 and comes out as something else.

Exits with 1 if records are lost, or fail because of the shape of the response.";

/// Shown by `--help` and the manual page after the examples.
pub const DETAILS: &str = "Payloads are compared with what went in: JSON that comes out as `[object \
Object]`, gzip that went through text, and characters in another encoding are warnings, with their \
cause and the remedy. `--partition-key` and `--iceberg` say what the stream needs; `--ignore` takes \
a warning or an unconfirmed error.

Fields of `--output json`: `summary`, `verdicts` (`recordId`, `index`, `responseIndex`, `fate`, …) \
and `violations` (`rule`, `severity`, `pointer`, `message`, `hint`, …). `evidence` shows how \
certain an outcome or a code is: `captured` from the real service, `partial` (seen in one report, \
or part of one), `documented` by AWS without a known failure record, or `unconfirmed`.";

/// The flags of `fh check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Event sent to the transform; `-` for standard input
    #[arg(long, value_name = "FILE", required_unless_present = "rules")]
    event: Option<Source>,

    /// Response of the transform; `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    response: Source,

    /// What is known of the delivery stream
    #[command(flatten)]
    stream: StreamArgs,

    /// List the rules and explain each, or only these
    #[arg(long, value_name = "RULE", num_args = 0.., value_parser = rule(), hide_possible_values = true, conflicts_with_all = ["event", "response"])]
    rules: Option<Vec<Rule>>,

    /// Output format; ndjson has one object per verdict and violation
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,
}

/// What is known of the delivery stream, and what not to warn of.
#[derive(Debug, Clone, clap::Args)]
pub struct StreamArgs {
    /// Ignore this warning or unconfirmed error (repeatable)
    #[arg(long, value_name = "RULE", value_parser = ignored(), hide_possible_values = true, help_heading = "Verdict")]
    ignore: Vec<Rule>,

    /// Exit with 1 on warnings too
    #[arg(long, help_heading = "Verdict")]
    strict: bool,

    /// Number of retries of the transform (`NumberOfRetries`)
    #[arg(long, value_name = "N", default_value_t = DEFAULT_RETRIES, value_parser = number(0..=MAX_RETRIES), help_heading = "Verdict")]
    retries: u32,

    /// Buffer size of the transform (`BufferSizeInMBs`): 0.2MB to 3MiB
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = buffer_size, help_heading = "Verdict")]
    buffer_size: Size,

    /// Partition key that the prefix needs (repeatable)
    ///
    /// With this flag, other keys are not checked.
    #[arg(long, value_name = "KEY", value_parser = partition_key, conflicts_with = "iceberg", help_heading = "Verdict")]
    partition_key: Vec<String>,

    /// The destination is Iceberg tables: one JSON object per record
    #[arg(long, help_heading = "Verdict")]
    iceberg: bool,
}

impl StreamArgs {
    /// Checks a response, without what is to be ignored. `style` is how the
    /// handler answered, where that is known.
    pub fn check(
        &self,
        event: &TransformEvent<'_>,
        response: &[u8],
        style: Option<HandlerStyle>,
    ) -> Result<CheckResult, Error> {
        let settings = CheckSettings {
            retries: self.retries,
            buffer: self.buffer_size.0,
            partition_keys: self.partition_key.clone(),
            is_iceberg: self.iceberg,
            ignored: self.ignore.clone(),
            style,
        };
        let result = transform::check(event, response, &settings);
        if result.is_too_deep {
            return Err(Error::user(format!(
                "the response is nested deeper than the {MAX_JSON_DEPTH} levels that fh reads"
            ))
            .hint("it was not checked; Firehose may accept it"));
        }
        Ok(result)
    }

    /// The flags that give the same.
    pub fn to_args(&self) -> Vec<String> {
        let ignored = self.ignore.iter().map(|rule| ("--ignore", rule.as_str().to_owned()));
        let retries = (self.retries != DEFAULT_RETRIES).then(|| self.retries.to_string());
        let buffer = self.buffer_size.0;
        let buffer = (buffer != DEFAULT_TRANSFORM_BUFFER).then(|| buffer.to_string());
        let keys = self.partition_key.iter().map(|key| ("--partition-key", key.clone()));
        let limits = [("--retries", retries), ("--buffer-size", buffer)];
        let limits = limits.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        let pairs = ignored.chain(limits).chain(keys);
        let mut words: Vec<_> = pairs.flat_map(|(flag, value)| [flag.to_owned(), value]).collect();
        let flags = [("--strict", self.strict), ("--iceberg", self.iceberg)];
        words
            .extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| (*flag).to_owned()));
        words
    }

    /// `NumberOfRetries` of the transform.
    pub const fn retries(&self) -> u32 {
        self.retries
    }

    /// The exit code that a result asks for.
    pub fn outcome(&self, result: &CheckResult) -> Outcome {
        let is_warned = !result.violations.is_empty() || result.omitted.warnings > 0;
        let is_bad = result.has_errors() || self.strict && is_warned;
        if is_bad { Outcome::Findings } else { Outcome::Clean }
    }
}

/// A buffer that the transform may have.
fn buffer_size(text: &str) -> Result<Size, String> {
    let size: Size = text.parse()?;
    if TRANSFORM_BUFFER.contains(&size.0) {
        return Ok(size);
    }
    Err("the buffer of a transform is 0.2 to 3 MB; use a size from 0.2MB to 3MiB".to_owned())
}

/// One name of a key of the prefix.
fn partition_key(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a partition key has a name: KEY in !{partitionKeyFromLambda:KEY}".to_owned());
    }
    if text.contains(',') {
        let keys: Vec<_> = text.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
        let flags: Vec<_> = keys.iter().map(|key| format!("--partition-key {key}")).collect();
        return Err(format!("one key per flag: {}", flags.join(" ")));
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub fn run(args: &CheckArgs, context: &Context) -> Result<Outcome, Error> {
    let Some(event_source) = &args.event else {
        let named = args.rules.as_deref().unwrap_or_default();
        let list = RuleList(if named.is_empty() { Rule::ALL } else { named });
        return render::show(&list, args.output, context).map(|()| Outcome::Clean);
    };
    if *event_source == Source::Stdin && args.response == Source::Stdin {
        return Err(Error::user("event and response cannot both come from standard input")
            .hint("pass a file: fh check --event event.json --response response.json"));
    }
    input::ask_for_input(&[event_source, &args.response], "the JSON", context);
    let text = as_json(event_source, event_source.read_document()?, context);
    let event = read_event(event_source, &text)?;
    let response = args.response.read_document()?;
    let result = args.stream.check(&event, &response, None)?;
    let (name, response) = (event_source.name(), args.response.title());
    let checked = CheckedResponse {
        event: &name,
        sent: &event,
        part: None,
        response: &response,
        retries: args.stream.retries,
        result: &result,
    };
    render::show(&checked, args.output, context)?;
    Ok(args.stream.outcome(&result))
}

/// The text of an event. One that a program printed, as Python and Node.js do, is read as
/// JSON, also out of a line of a log, and that is noted.
pub(crate) fn as_json(source: &Source, text: Vec<u8>, context: &Context) -> Vec<u8> {
    let Some(json) = printed_event(&text) else { return text };
    let name = source.title();
    context.info(&format!("fh: {name}: the event that is printed in it is read"));
    json
}

/// The only event that is printed in a text, if that is no event itself.
fn printed_event(text: &[u8]) -> Option<Vec<u8>> {
    if TransformEvent::parse(text).is_ok() {
        return None;
    }
    let mut printed = framing::pieces(text).into_iter().filter_map(|piece| match piece {
        Segment::PrintedEvent(event) => Some(event),
        _ => None,
    });
    let event = printed.next().filter(|event| event.cut.is_none())?;
    let is_event = printed.next().is_none() && TransformEvent::parse(event.json()).is_ok();
    is_event.then(|| event.json().to_vec())
}

/// Reads an event, with an error that says how to get a good one.
pub(crate) fn read_event<'a>(source: &Source, text: &'a [u8]) -> Result<TransformEvent<'a>, Error> {
    TransformEvent::parse(text).map_err(|error| {
        let hint = if transform::is_python_dict(text) {
            "this is how Python prints a dict; print `json.dumps(event)` in the function to get \
             JSON; `fh decode` shows the records of this one"
        } else {
            "`fh event` generates one; `fh decode --explain` shows what this is"
        };
        Error::user(format!("`{}` is not a transform event: {error}", source.title())).hint(hint)
    })
}
