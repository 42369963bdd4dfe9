//! `fh decode`: show what is inside records, whatever wraps them.

mod arguments;
mod manual;
mod notes;
mod record_problem;
mod sink;
mod tally;
mod worker;

use arguments::{DynamoDbArg, ExpectArg, FormatArg, RecordsArg};
use sink::Sink;
use worker::Worker;

pub use manual::{ABOUT, DETAILS, EXAMPLES};

use crate::aws::AwsArgs;
use crate::commands::shared::closed;
use crate::commands::shared::number::number;
use crate::context::{Context, ProgressBar};
use crate::error::{Error, Outcome};
use crate::input::blocks::Blocks;
use crate::input::parallel::{self, Read, Turn};
use crate::input::{self, Inputs, Size, Source};
use crate::render::OutputFormat;
use crate::render::decoded::Form;
use crate::terminal::Terminal;
use firehose::decode::{Layer, Options};
use firehose::json::Style;

/// The flags of `fh decode`.
#[derive(Debug, clap::Args)]
pub struct DecodeArgs {
    /// Files, folders, `s3://BUCKET/PREFIX` or its ARN, a record itself, or `-` for standard input
    #[arg(value_name = "INPUT", default_value = "-", value_parser = arguments::source)]
    inputs: Vec<Source>,

    /// Input format
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    input_format: FormatArg,

    /// Decode exactly these layers, outermost first; `none` for no layers
    #[arg(long, value_name = "LAYERS", value_delimiter = ',', value_parser = closed::layer())]
    layers: Option<Vec<Option<Layer>>>,

    /// Report content of any other kind as an error
    #[arg(long, value_name = "CONTENT")]
    expect: Option<ExpectArg>,

    /// Show only these records of each input, counted from 1, e.g. 3,7-9
    #[arg(long, value_name = "LIST")]
    records: Option<RecordsArg>,

    /// Show the layers, sizes and meaning of each record instead of its content
    #[arg(long, conflicts_with_all = ["raw", "messages", "output"], help_heading = "Output")]
    explain: bool,

    /// Print one line for each CloudWatch Logs event or metric inside; on a terminal with its time
    #[arg(long, conflicts_with = "raw", help_heading = "Output")]
    messages: bool,

    /// Begin each log event of --messages with its time, also in a pipe
    #[arg(long, requires = "messages", help_heading = "Output")]
    times: bool,

    /// Print the decoded bytes only, without a newline
    #[arg(long, conflicts_with_all = ["output", "pretty", "compact", "dynamodb_json"], help_heading = "Output")]
    raw: bool,

    /// Output format; json and ndjson have one object per record
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,

    /// Indent JSON, also in a pipe
    #[arg(long, conflicts_with = "compact", help_heading = "Output")]
    pretty: bool,

    /// Print JSON on one line, also on a terminal
    #[arg(long, help_heading = "Output")]
    compact: bool,

    /// How to print DynamoDB JSON such as `{"N":"1.10"}`
    #[arg(long, value_name = "STYLE", default_value = "typed", help_heading = "Output")]
    dynamodb_json: DynamoDbArg,

    /// Maximum decoded size of a record, e.g. 512KiB, 1GiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", help_heading = "Limits")]
    max_decoded: Size,

    /// Number of decoding threads [default: 1, or more for compressed input]
    #[arg(long, value_name = "N", value_parser = number(1..=64_u16), help_heading = "Limits")]
    threads: Option<u16>,

    #[command(flatten)]
    aws: AwsArgs,
}

/// Runs the command.
pub fn run(args: &DecodeArgs, context: &Context) -> Result<Outcome, Error> {
    arguments::check_texts(&args.inputs)?;
    input::ask_for_input(&args.inputs.iter().collect::<Vec<_>>(), "records", context);
    if args.messages && args.output == OutputFormat::Table {
        return Err(Error::user("`--messages` cannot be combined with `--output table`")
            .hint("use `--output ndjson` for one object per log event"));
    }
    if args.times && args.output != OutputFormat::Text {
        return Err(Error::user("`--times` cannot be combined with `--output json` or `ndjson`")
            .hint("omit it: each log event has its `timestamp` there"));
    }
    if args.layers.as_ref().is_some_and(|it| it.len() > 1 && it.contains(&None)) {
        return Err(Error::user("`--layers none` cannot be combined with other layers"));
    }
    let plan = DecodePlan::new(args, context);
    let inputs = Inputs::new(&args.inputs);
    let inputs = inputs.with_session(input::session_for(&args.inputs, &args.aws)?);
    let mut blocks = Blocks::new(inputs, args.input_format.into(), args.max_decoded.0);
    let mut sink = Sink::new(context, &plan, &blocks, progress_bar(args, context));
    match plan.threads(args, &mut blocks) {
        1 => {
            let mut worker = Worker::new(&plan);
            let next = |buffer| blocks.next(buffer);
            parallel::run_here(next, &mut worker, &mut |step| sink.take(step));
            sink.write(&worker.finish(!sink.has_failed()));
        }
        count => {
            let workers = (0..count).map(|_| Worker::new(&plan)).collect();
            let next = |buffer| Some(Read { event: blocks.next(buffer)?, has_more: false });
            parallel::run(next, workers, Turn::Block, &mut |step| sink.take(step));
        }
    }
    sink.finish()
}

/// A bar on standard error while a large input goes to a file or a pipe.
fn progress_bar(args: &DecodeArgs, context: &Context) -> Option<ProgressBar> {
    /// Less than this is done before a bar is seen.
    const LARGE: u64 = 256 * 1024 * 1024;
    if context.quiet || !context.stderr_is_terminal || context.terminal.is_terminal {
        return None;
    }
    let sizes = args.inputs.iter().map(Source::size);
    let total = sizes.sum::<Option<u64>>().filter(|total| *total >= LARGE)?;
    Some(ProgressBar::of_bytes(context, Some(total)))
}

/// What is to be done, settled before any work.
#[derive(Debug, Clone)]
struct DecodePlan {
    options: Options,
    form: Form,
    messages: bool,
    /// Log events begin with their times.
    times: bool,
    records: Option<RecordsArg>,
    /// True if nothing is left to do after the last selected record.
    single_input: bool,
    terminal: Terminal,
}

/// Beyond this many threads the reader and the writer are what takes the time.
const MAX_THREADS: usize = 4;

impl DecodePlan {
    fn new(args: &DecodeArgs, context: &Context) -> Self {
        let form = match args.output {
            OutputFormat::Json => Form::Json,
            OutputFormat::Ndjson => Form::Ndjson,
            OutputFormat::Table => Form::Table,
            OutputFormat::Text if args.raw => Form::Raw,
            OutputFormat::Text if args.explain => Form::Explain,
            OutputFormat::Text if args.messages => Form::Messages,
            OutputFormat::Text => Form::Content,
        };
        let pretty = args.pretty || context.terminal.is_terminal && !args.compact;
        let style = if pretty && form == Form::Content { Style::Pretty } else { Style::Compact };
        Self {
            options: Options {
                reads_prints: true,
                max_decoded: args.max_decoded.0,
                layers: args.layers.as_ref().map(|it| it.iter().copied().flatten().collect()),
                style,
                expect_json: args.expect == Some(ExpectArg::Json),
                plain_dynamodb: args.dynamodb_json == DynamoDbArg::Plain,
            },
            form,
            messages: args.messages,
            times: args.times || context.terminal.is_terminal,
            records: args.records.clone(),
            single_input: args.inputs.len() == 1,
            terminal: context.terminal,
        }
    }

    /// More than one thread pays only where something is inflated, and cannot
    /// be where records are counted.
    fn threads(&self, args: &DecodeArgs, blocks: &mut Blocks) -> usize {
        if self.form.has_index(&self.terminal) || self.records.is_some() {
            return 1;
        }
        if let Some(threads) = args.threads {
            return usize::from(threads);
        }
        if blocks.looks_compressed() {
            std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS)
        } else {
            1
        }
    }
}
