//! `fh local show`: what happened to a record.

use clap::ValueEnum;

use super::client::{StreamArgs, ask, of, same};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::local::record::{CallStory, Fate, NoData, ObjectStory, Payload, RecordStory};
use crate::render::Output;
use crate::render::activity::document;
use crate::terminal::{BOLD, DIM, escape_columns, escape_line};
use crate::times::Clock;
use firehose::size;
use firehose::time::Millis;

/// Column where the text after a label starts.
const LABEL: usize = 10;

/// Characters of a payload that are shown.
const MAX_SHOWN: usize = 4_000;

/// The flags of `fh local show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Number of the record, or `last`
    #[arg(value_name = "RECORD", value_parser = record)]
    pub(super) record: Shown,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) output: StoryFormat,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// Formats of what happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StoryFormat {
    /// For people
    Text,
    /// One JSON document, with all bytes in base64
    Json,
}

/// The record to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The last one that was put.
    Last,
    /// The one of this number.
    Number(u64),
}

/// Runs the command.
pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Outcome, Error> {
    let record = match args.record {
        Shown::Last => String::new(),
        Shown::Number(number) => format!("record={number}"),
    };
    let path = format!("record?{record}{}", of(&args.stream));
    let answer = ask(&args.stream.address, &path, "")?;
    let story: RecordStory = serde_json::from_slice(&answer)
        .map_err(|error| Error::internal(format!("the answer of fh local: {error}")))?;
    let out = match args.output {
        StoryFormat::Text => {
            let again = same(&["replay", &story.record.to_string()], &args.stream);
            screen(&story, &again, context).into_bytes()
        }
        StoryFormat::Json => document(&story),
    };
    Output::default().write(&out)?;
    Ok(Outcome::Clean)
}

fn record(text: &str) -> Result<Shown, String> {
    match (text, text.parse()) {
        ("last", _) => Ok(Shown::Last),
        (_, Ok(number)) => Ok(Shown::Number(number)),
        _ => Err("use the number of a record, or `last`".to_owned()),
    }
}

/// One thing that happened to a record.
struct Step {
    label: &'static str,
    at: Millis,
    text: String,
    /// Payloads and logs.
    lines: Vec<String>,
}

impl Step {
    fn new(label: &'static str, at: Millis, text: impl Into<String>) -> Self {
        Self { label, at, text: text.into(), lines: Vec::new() }
    }

    fn with(self, lines: Vec<String>) -> Self {
        Self { lines, ..self }
    }
}

/// The story in steps, the oldest first.
fn steps(story: &RecordStory) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(at) = story.put_at {
        steps.push(match &story.payload {
            Some(payload) => Step::new("put", at, about(payload)).with(shown(payload)),
            None => Step::new("put", at, "its bytes are no longer kept"),
        });
    }
    story.calls.iter().for_each(|call| push_call(&mut steps, call));
    if let Some(Fate { at, result, error_code }) = &story.settled {
        let label = if result == "dropped" { "dropped" } else { "failed" };
        steps.push(Step::new(label, *at, error_code.as_deref().unwrap_or("by the transform")));
    }
    for ObjectStory { at, role, bucket, key, line } in &story.objects {
        let label = match role.as_str() {
            "backup" => "backed up",
            "failures" => "written",
            _ => "delivered",
        };
        let line = line.map(|it| format!(", line {it}")).unwrap_or_default();
        steps.push(Step::new(label, *at, format!("s3://{bucket}/{key}{line}")));
    }
    steps.sort_by_key(|step| step.at);
    steps
}

fn push_call(steps: &mut Vec<Step>, call: &CallStory) {
    let CallStory { call: number, position, records, attempt, .. } = call;
    let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
    let text = format!("#{number}, record {position} of {records}{again}");
    steps.push(Step::new("invoked", call.at, text));
    let Some(at) = call.answered_at else { return };
    if !call.log.is_empty() {
        steps.push(Step::new("log", at, format!("of #{number}")).with(call.log.clone()));
    }
    let result = match (&call.result, call.no_data) {
        (Some(result), Some(NoData::NotBase64)) => format!("{result}; its data is not base64"),
        (Some(result), _) => result.clone(),
        (None, Some(NoData::NotKept)) => "its answer is no longer kept".to_owned(),
        (None, _) => "without this record".to_owned(),
    };
    let why = call.message.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
    let again = if call.is_retried { "; called again" } else { "" };
    let lines = call.data.as_ref().map(shown).unwrap_or_default();
    steps.push(Step::new("answered", at, format!("{result}{why}{again}")).with(lines));
}

/// `78 B`, `1.2 KiB, gzip`.
fn about(payload: &Payload) -> String {
    let layers = payload.layers.iter().map(|layer| format!(", {layer}"));
    format!("{}{}", size(payload.bytes), layers.collect::<String>())
}

fn shown(payload: &Payload) -> Vec<String> {
    let Some(text) = &payload.text else { return vec!["binary data".to_owned()] };
    let mut start: String = text.chars().take(MAX_SHOWN).collect();
    if payload.is_cut || start.len() < text.len() {
        start.push('…');
    }
    vec![start]
}

/// The story, and the command that puts the record again.
fn screen(story: &RecordStory, again: &str, context: &Context) -> String {
    let terminal = &context.terminal;
    let clock = Clock::new(context::time_zone(), context::now);
    let mut last = (0, String::new());
    let title = format!("record {} of {}", story.record, safe(&story.stream));
    let title = terminal.paint(BOLD, &title);
    let mut lines = vec![format!("{title} · {}", safe(&story.state))];
    for step in &steps(story) {
        let mut time = String::new();
        clock.push_short(step.at, &mut last, &mut time);
        let label = format!("{:<LABEL$}", step.label);
        let time = terminal.paint(DIM, &time);
        lines.push(format!("  {label} {time}  {}", safe(&step.text)));
        let more = step.lines.iter().flat_map(|it| it.lines());
        let columns = |line: &str| escape_columns(line.as_bytes());
        lines.extend(more.map(|line| format!("  {:LABEL$} {}", "", columns(line))));
    }
    lines.push(format!("  {:<LABEL$} {again}", "again"));
    lines.push(String::new());
    lines.join("\n")
}

fn safe(text: &str) -> String {
    escape_line(text.as_bytes())
}
