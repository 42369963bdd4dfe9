//! What is shown when a stream is ready.

use std::time::Duration;

use super::ActivityView;
use super::laid_out::laid_out;
use crate::render::page::safe;
use crate::terminal::shell::quoted;
use crate::terminal::{BOLD, DIM, columns};
use crate::times::write_duration;
use firehose::size;
use firehose::stream::{Buffering, DeliveryStream};
use firehose::transform::Source;

/// Columns of a label, and where the text after it starts.
const LABEL: usize = 11;
const TEXT: usize = 2 + LABEL + 1;

const STOP: &str = "Ctrl-C stops it";

/// A stream that is ready.
#[derive(Debug)]
pub struct Ready {
    /// Its name.
    pub stream: String,
    /// Where everything is served.
    pub url: String,
    /// ` --port N`, as the commands of `fh local` need it; empty for the usual port.
    pub port_flag: String,
    /// ARN of the function that was started with it.
    pub function: Option<String>,
    /// Log groups of the stream.
    pub log_groups: Vec<String>,
    /// Where the files are.
    pub folder: String,
    /// They are gone at the end.
    pub is_temporary: bool,
    /// How it is set up.
    pub view: DeliveryStream,
    /// What waiting times are divided by.
    pub time_scale: u32,
    /// Whose events the transform gets.
    pub source: Source,
}

impl ActivityView {
    /// Returns the screen of a stream that was ready after this time.
    pub fn ready(&self, ready: &Ready, took: Duration) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |label: &str, text: &str| {
            let label = self.terminal.paint(BOLD, &format!("{label:<LABEL$}"));
            let text = laid_out(text, TEXT, self.terminal.prose_width());
            out.push(format!("  {label} {text}\n"));
        };
        let (stream, url) = (quoted(&ready.stream), &ready.url);
        let port = &ready.port_flag;
        line("first", &format!("eval \"$(fh local env{port})\"   for fh, aws, boto3, any SDK"));
        line("put", &format!("fh send-demo --stream {stream}"));
        line("look", &format!("{url}/   in a browser"));
        line("transform", &transform(ready));
        if let Some(destination) = &ready.view.destination
            && let Some(s3) = &destination.s3
        {
            let waits = waits(destination.buffering, ready.time_scale);
            line(
                "delivered",
                &format!("s3://{}/{}   {waits}", s3.bucket, prefix(s3.prefix.as_deref())),
            );
        }
        let function = ready.function.as_deref().and_then(|arn| arn.rsplit(':').next());
        let groups = function.map(|name| format!("/aws/lambda/{name}")).into_iter();
        let groups: Vec<_> = groups.chain(ready.log_groups.iter().cloned()).collect();
        line("logs", &safe(&groups.join("   ")));
        let kept = if ready.is_temporary { "   gone at the end; --dir keeps them" } else { "" };
        line("files", &format!("{}/s3/{kept}", safe(&ready.folder)));
        let milliseconds = took.as_millis();
        let title = format!("{} is ready at {url} ({milliseconds} ms)", safe(&ready.stream));
        let fits = columns(&title) + 3 + columns(STOP) <= self.terminal.prose_width();
        let gap = if fits { "   " } else { "\n" };
        let title = self.terminal.paint(BOLD, &laid_out(&title, 0, self.terminal.prose_width()));
        let stop = self.terminal.paint(DIM, STOP);
        format!("{title}{gap}{stop}\n\n{}\n", out.concat()).into_bytes()
    }
}

fn transform(ready: &Ready) -> String {
    let destination = ready.view.destination.as_ref();
    let Some(transform) = destination.and_then(|it| it.processing.transform.as_ref()) else {
        return "none: records are delivered as they come".to_owned();
    };
    let arn = transform.function_arn.trim_end_matches(":$LATEST");
    let name = safe(arn.rsplit(':').next().unwrap_or_default());
    let waits = waits(transform.buffering, ready.time_scale);
    if ready.function.is_none() {
        return format!("{name}, which does not exist yet: pass --handler, --bootstrap or --exec");
    }
    let source = match ready.source {
        Source::DirectPut => String::new(),
        source => format!("; events of {}", source.as_str()),
    };
    let retries = transform.retries;
    format!("{name}   {waits}, {retries} retries{source}; loaded again when a file changes")
}

/// `after 1 s or 5 MiB`.
fn waits(buffering: Buffering, time_scale: u32) -> String {
    let interval = buffering.interval / time_scale.max(1);
    format!("after {} or {}", write_duration(interval), size(buffering.bytes))
}

fn prefix(prefix: Option<&str>) -> String {
    match prefix {
        Some(prefix) if !prefix.is_empty() => safe(prefix),
        _ => "yyyy/MM/dd/HH/".to_owned(),
    }
}
