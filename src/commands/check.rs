//! `fh check`: judge a transform response as Firehose would.

use crate::commands::shared::closed::ignored;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input::{self, Size, Source};
use crate::render::Output;
use crate::render::OutputFormat;
use crate::render::judgement::{self as view, CheckedResponse};
use firehose::limits::{DEFAULT_RETRIES, MAX_JSON_DEPTH, MAX_RETRIES};
use firehose::transform::invocation::HandlerStyle;
use firehose::transform::{self, CheckResult, Rule, Settings, TransformEvent};

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh check --event event.json --response response.json
  fh invoke --handler app.handler --event event.json --raw | fh check --event event.json
  aws lambda invoke --function-name f --payload fileb://event.json out.json
  fh check --event event.json --response out.json --output table
  fh check --rules                         what is checked, and why";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Judge a transform response as Firehose would

Says for each record of the event what becomes of it: delivered, dropped, failed \
with which error code after how many attempts, or silently lost. Then each rule that \
the response breaks, with its place as a JSON pointer, what Firehose makes of it and \
what to change. Warnings are about what Firehose delivers and readers stumble over: \
no newline at the end, base64 or gzip twice, a response that grows past 6 MB, and a \
payload that went in as JSON, gzip or UTF-8 and comes out as something else.

Exits with 1 if records fail by the shape of the response, or are lost.";

/// Judge a transform response as Firehose would
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Event that the transform was called with; `-` for standard input
    #[arg(long, value_name = "FILE", required_unless_present = "rules")]
    event: Option<Source>,

    /// Response that it gave; `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    response: Source,

    /// What is known of the delivery stream
    #[command(flatten)]
    stream: StreamArgs,

    /// List the rules, with what each is for
    #[arg(long, conflicts_with_all = ["event", "response"])]
    rules: bool,

    /// Format of the output; ndjson gives an object a verdict and a violation
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,
}

/// What is known of the delivery stream, and what not to warn of.
#[derive(Debug, Clone, clap::Args)]
pub struct StreamArgs {
    /// Leave out a warning or an unconfirmed error (repeatable)
    #[arg(long, value_name = "RULE", value_parser = ignored(), hide_possible_values = true, help_heading = "Verdict")]
    ignore: Vec<Rule>,

    /// Exit with 1 for warnings too
    #[arg(long, help_heading = "Verdict")]
    strict: bool,

    /// Retries of the transform, `NumberOfRetries`
    #[arg(long, value_name = "N", default_value_t = DEFAULT_RETRIES,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_RETRIES)), help_heading = "Verdict")]
    retries: u32,

    /// Buffer of the transform, `BufferSizeInMBs`, e.g. 3MiB
    #[arg(long, value_name = "SIZE", default_value = "1MiB", help_heading = "Verdict")]
    buffer_size: Size,

    /// Partition key that the prefix needs (repeatable)
    ///
    /// Where some are given, no other key counts.
    #[arg(long, value_name = "KEY", help_heading = "Verdict")]
    partition_key: Vec<String>,

    /// The destination is Iceberg tables: one JSON object a record
    #[arg(long, help_heading = "Verdict")]
    iceberg: bool,
}

impl StreamArgs {
    /// Judges a response, without what is to be ignored. `style` is how the
    /// handler answered, where that is known.
    pub fn judge(
        &self,
        event: &TransformEvent<'_>,
        response: &[u8],
        style: Option<HandlerStyle>,
    ) -> Result<CheckResult, Error> {
        let settings = Settings {
            retries: self.retries,
            buffer: self.buffer_size.0,
            partition_keys: self.partition_key.clone(),
            is_iceberg: self.iceberg,
            ignored: self.ignore.clone(),
            style,
        };
        let judgement = transform::check(event, response, &settings);
        if judgement.is_too_deep {
            return Err(Error::user(format!(
                "the response is nested deeper than the {MAX_JSON_DEPTH} levels that fh reads"
            ))
            .hint("it was not judged; Firehose may read it: leave out what is nested so deep"));
        }
        Ok(judgement)
    }

    /// `NumberOfRetries` of the transform.
    pub const fn retries(&self) -> u32 {
        self.retries
    }

    /// The exit code that a judgement asks for.
    pub fn outcome(&self, judgement: &CheckResult) -> Outcome {
        let is_warned = !judgement.violations.is_empty() || judgement.omitted.warnings > 0;
        let is_bad = judgement.has_errors() || self.strict && is_warned;
        if is_bad { Outcome::Findings } else { Outcome::Clean }
    }
}

/// Runs the command.
pub fn run(args: &CheckArgs, context: &Context) -> Result<Outcome, Error> {
    let Some(event_source) = &args.event else {
        Output::default().write(&rules(args.output, context))?;
        return Ok(Outcome::Clean);
    };
    if *event_source == Source::Stdin && args.response == Source::Stdin {
        return Err(Error::user("event and response cannot both come from standard input")
            .hint("name a file: fh check --event event.json --response response.json"));
    }
    input::ask_for_input(&[event_source, &args.response], "the JSON", context);
    let text = event_source.read_document()?;
    let event = read_event(event_source, &text)?;
    let response = args.response.read_document()?;
    let judgement = args.stream.judge(&event, &response, None)?;
    let (event, response) = (event_source.name(), args.response.title());
    let judged = CheckedResponse {
        event: &event,
        response: &response,
        retries: args.stream.retries,
        judgement: &judgement,
    };
    Output::default().write(&shown(args.output, &judged, context))?;
    Ok(args.stream.outcome(&judgement))
}

/// Reads an event, with an error that says how to get a good one.
pub(crate) fn read_event<'a>(source: &Source, text: &'a [u8]) -> Result<TransformEvent<'a>, Error> {
    TransformEvent::parse(text).map_err(|error| {
        Error::user(format!("`{}` is not a transform event: {error}", source.title()))
            .hint("`fh event` makes one; `fh decode --explain` shows what this is")
    })
}

fn shown(format: OutputFormat, judged: &CheckedResponse<'_>, context: &Context) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        OutputFormat::Text => view::push_text(&mut out, judged, &context.terminal),
        OutputFormat::Table => view::push_table(&mut out, judged, &context.terminal),
        OutputFormat::Json => view::push_document(&mut out, judged),
        OutputFormat::Ndjson => view::push_lines(&mut out, judged),
    }
    out
}

fn rules(format: OutputFormat, context: &Context) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        OutputFormat::Text => view::push_rules_text(&mut out, &context.terminal),
        OutputFormat::Table => view::push_rules_table(&mut out, &context.terminal),
        OutputFormat::Json => view::push_rules_document(&mut out),
        OutputFormat::Ndjson => view::push_rules_lines(&mut out),
    }
    out
}
