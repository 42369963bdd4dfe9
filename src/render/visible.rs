//! When records that were put into a delivery stream can be seen, and where to look.

use super::page::{LABEL, Page, safe};
use crate::context;
use crate::terminal::BOLD;
use crate::times::Clock;
use firehose::size;
use firehose::stream::{Buffering, DeliveryStream};

/// The buffers on the way of a record, each with who has it.
fn buffers(stream: &DeliveryStream) -> Vec<(String, Buffering)> {
    let transform = stream.transform().map(|it| {
        let name = it.function_arn.splitn(7, ':').last().unwrap_or_default();
        (format!("the transform `{}`", safe(name)), it.buffering)
    });
    let destination = stream.destination.as_ref().map(|it| {
        let kind = it.kind.as_str();
        let place = it.s3.as_ref().filter(|_| kind == "S3");
        let name = place.map_or_else(|| kind.to_owned(), |s3| format!("s3://{}", safe(&s3.bucket)));
        (name, it.buffering)
    });
    transform.into_iter().chain(destination).collect()
}

/// When all that was put until `ended` can be seen if calls of the function take no time,
/// in milliseconds since 1970.
pub(super) fn by(stream: &DeliveryStream, ended: i64) -> Option<i64> {
    stream.destination.as_ref()?;
    Some(firehose::time::after(ended, stream.delays().usual()))
}

/// Appends where the records come by, and by when they can be seen.
pub(super) fn push(page: &mut Page<'_>, stream: &DeliveryStream, ended: i64) {
    let Some(by) = by(stream, ended) else { return };
    let waits: Vec<_> = buffers(stream)
        .iter()
        .map(|(name, buffering)| {
            let seconds = buffering.interval.as_secs();
            format!("{name} after {seconds} s or {}", size(buffering.bytes))
        })
        .collect();
    let at = Clock::new(context::time_zone(), context::now).show_after(ended, by);
    let waits = waits.join(", then ");
    // How long calls of the function take, and how often they are repeated, is not known here.
    let by = match stream.transform() {
        Some(_) => format!("usually by {at}"),
        None => format!("by {at} at the latest"),
    };
    page.labelled("visible", &format!("{waits}: {by}"));
}

/// Appends the commands that show what became of the records: of the stream `name`,
/// with these flags of AWS, since this time.
pub(super) fn next(
    page: &mut Page<'_>,
    name: &str,
    described: Option<&DeliveryStream>,
    flags: &str,
    since: &str,
) {
    let flags = match flags {
        "" => String::new(),
        flags => format!(" {}", safe(flags)),
    };
    let logs = described.is_none_or(|it| it.transform().is_some());
    let commands = [logs.then_some("logs"), Some("failures")];
    for (label, command_name) in ["next", ""].into_iter().zip(commands.into_iter().flatten()) {
        command(page, label, &format!("fh {command_name} --stream {name}{flags} --since {since}"));
    }
}

/// Appends a command, which is to be copied: it is not broken into lines.
pub(super) fn command(page: &mut Page<'_>, label: &str, command: &str) {
    let label = page.terminal.paint(BOLD, &format!("{label:<LABEL$}"));
    page.line(&format!("{label}{}", safe(command)));
}
