//! `fh local show`: what happened to a record.

use super::arguments::{ShowArgs, Shown};
use super::client::{ask, of};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::local::record::RecordStory;
use crate::render::Output;
use crate::terminal::{BOLD, DIM, escape_line};
use crate::times::Clock;

/// Column where the text after a label starts.
const LABEL: usize = 10;

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
    Output::default().write(screen(&story, context).as_bytes())?;
    Ok(Outcome::Clean)
}

fn screen(story: &RecordStory, context: &Context) -> String {
    let terminal = &context.terminal;
    let clock = Clock::new(context::time_zone());
    let mut last = (0, String::new());
    let title = format!("record {} of {}", story.number, safe(&story.stream));
    let title = terminal.paint(BOLD, &title);
    let mut lines = vec![format!("{title} · {}", safe(&story.state))];
    for step in &story.steps {
        let mut time = String::new();
        clock.push_time_of_day(step.at, &mut last, &mut time);
        let label = format!("{:<LABEL$}", safe(&step.label));
        let time = terminal.paint(DIM, &time);
        lines.push(format!("  {label} {time}  {}", safe(&step.text)));
        let more = step.lines.iter().flat_map(|it| it.lines());
        lines.extend(more.map(|line| format!("  {:LABEL$} {}", "", safe(line))));
    }
    lines.push(format!("  {:<LABEL$} fh local replay {}", "again", story.number));
    lines.push(String::new());
    lines.join("\n")
}

fn safe(text: &str) -> String {
    escape_line(text.as_bytes())
}
