//! What a report is about, for whoever gets it sent: the delivery stream or the place,
//! account and Region, the time and the filters.

use crate::render::page::safe;
use crate::terminal::shell;
use crate::times::Clock;
use firehose::names::DeliveryStreamName;

/// Inputs that are named.
const NAMED: usize = 3;

/// What was asked for.
#[derive(Debug, Default)]
pub struct About {
    /// The delivery stream, by its ARN where that is known.
    pub stream: Option<DeliveryStreamName>,
    /// The bucket, and the prefix in it.
    pub bucket: Option<(String, String)>,
    /// Files and other inputs; none for standard input.
    pub inputs: Vec<String>,
    /// The Region that was given.
    pub region: Option<String>,
    /// When the records arrived, in milliseconds since 1970.
    pub since: Option<i64>,
    /// The end of that time.
    pub until: Option<i64>,
    /// Flags of the other filters.
    pub filters: Vec<String>,
}

impl About {
    /// `Failed records of delivery stream orders`.
    pub(super) fn title(&self) -> String {
        let (kind, name) = self.subject();
        format!("{kind}{name}")
    }

    /// The same with the words of others by themselves, safe to show.
    pub(super) fn subject(&self) -> (&'static str, String) {
        if let Some(stream) = &self.stream {
            return ("Failed records of delivery stream ", safe(stream.as_str()));
        }
        if let Some((bucket, prefix)) = &self.bucket {
            return ("Failed records in ", safe(&format!("s3://{bucket}/{prefix}")));
        }
        let named: Vec<_> = self.inputs.iter().take(NAMED).map(String::as_str).collect();
        let more = match self.inputs.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match named.as_slice() {
            [] | ["-"] => ("Failed records from standard input", String::new()),
            named => ("Failed records in ", safe(&format!("{}{more}", named.join(", ")))),
        }
    }

    /// Account and Region, time and filters, a line for each that is known: what it is, and
    /// the words of others, safe to show.
    pub(super) fn lines(&self, clock: &Clock) -> Vec<(&'static str, String)> {
        let stream = self.stream.as_ref();
        let account = stream.and_then(|it| it.arn_account()).map(ToString::to_string);
        let region = stream.and_then(|it| it.arn_region()).map(ToString::to_string);
        let time = |time: Option<i64>| time.map(|it| clock.show(it));
        let filters = (!self.filters.is_empty()).then(|| shell::line(&self.filters));
        let lines = [
            ("Account: ", account),
            ("Region: ", region.or_else(|| self.region.clone())),
            ("Arrived since: ", time(self.since)),
            ("Arrived until: ", time(self.until)),
            ("Filters: ", filters),
        ];
        let known = lines.into_iter().filter_map(|(what, text)| Some((what, safe(&text?))));
        known.collect()
    }
}
