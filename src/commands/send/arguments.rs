//! Flags of `fh send` and `fh send-demo`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::AwsArgs;
use crate::firehose::delivery_stream::DeliveryStreamName;
use crate::firehose::demo::Kind;
use crate::input::Source;
use crate::times;

/// Shown below the help of `fh send`.
pub const EXAMPLES: &str = "Examples:
  fh send --stream orders records.ndjson          a record a line
  tail -f app.log | fh send --stream logs         each line when it comes
  fh send --stream orders --format failures failed/
  fh send --stream orders --format base64 fh-unsent-20261122T100000Z.b64
  fh send --stream orders --dry-run records.ndjson
  fh send --stream orders --rate 50/s --newline records.ndjson";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Put records into a delivery stream and lose none

Sends each line as a record, byte for byte, without its newline; `--format` reads \
other things. Batches are filled to 500 records and 4 MiB. Firehose answers with \
success although it refused records: every entry is read, and what was refused is \
sent again, and only that, until it is taken or `--retry-for` is over. If an answer \
is lost nobody knows whether the records arrived: they are sent again, and told as \
possible duplicates. What could not be sent is kept in a file, with the command that \
sends it.

The first Ctrl-C finishes what is under way, the second stops at once. Exits with 0 \
only if every record was acknowledged, else with 1; with 2 before anything is sent if \
the stream takes no records or a record of a file is larger than 1,000 KiB.";

/// Shown below the help of `fh send-demo`.
pub const DEMO_EXAMPLES: &str = "Examples:
  fh send-demo --stream orders                    100 records of the console's demo data
  fh send-demo --stream logs --payload cloudwatch-logs --count 20
  fh send-demo --stream orders --duration 5m --rate 50/s
  fh send-demo --stream orders --hostile-ratio 0.1 --seed 7";

/// Shown by `--help` and the manual page.
pub const DEMO_ABOUT: &str = "Put demo records into a delivery stream

As the console's \"Test with demo data\", without the console: stock tickers as AWS \
really sends them, lower case and without a newline, or another kind of payload as \
its service sends it (`fh event --list` shows them). Sends as `fh send` does.";

/// Put records into a delivery stream and lose none
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    /// Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<Source>,

    /// What the input is
    #[arg(long, value_name = "FORMAT", default_value = "lines", help_heading = "Records")]
    pub(super) format: FormatArg,

    /// With `raw`: what stands between two records, e.g. '\n', '\0', '||'
    #[arg(long, value_name = "TEXT", value_parser = separator, help_heading = "Records")]
    pub(super) record_separator: Option<Separator>,

    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Put demo records into a delivery stream
#[derive(Debug, clap::Args)]
pub struct SendDemoArgs {
    /// Kind of the payloads; `fh event --list` shows them
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = kind, help_heading = "Records")]
    pub(super) payload: Kind,

    /// So many records [default: 100]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Records")]
    pub(super) count: Option<u64>,

    /// For so long, e.g. 30s, 5m; until then records without end, unless `--count` is given
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Records")]
    pub(super) duration: Option<Duration>,

    /// Number from which all that is random is made
    #[arg(long, value_name = "N", help_heading = "Records")]
    pub(super) seed: Option<u64>,

    /// Share of records that break transforms, from 0 to 1; `fh event --list` shows them
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = share, help_heading = "Records")]
    pub(super) hostile_ratio: f64,

    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Flags of both.
#[derive(Debug, clap::Args)]
pub(super) struct CommonArgs {
    /// Name or ARN of the delivery stream
    #[arg(long, visible_alias = "delivery-stream", value_name = "NAME-or-ARN")]
    pub(super) stream: DeliveryStreamName,

    /// End each record with a newline
    #[arg(long, help_heading = "Records")]
    pub(super) newline: bool,

    /// Compress each record with gzip
    #[arg(long, conflicts_with = "newline", help_heading = "Records")]
    pub(super) gzip: bool,

    /// At most so many records a second, e.g. 50/s
    #[arg(long, value_name = "N/s", value_parser = rate, help_heading = "Sending")]
    pub(super) rate: Option<f64>,

    /// One batch at a time, and none past a record that was refused
    #[arg(long, help_heading = "Sending")]
    pub(super) ordered: bool,

    /// How long to try while nothing is taken
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = times::duration, help_heading = "Sending")]
    pub(super) retry_for: Duration,

    /// File for what could not be sent [default: fh-unsent-TIME.b64 in this folder]
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(super) unsent: Option<PathBuf>,

    /// Read the records, look at the stream, send nothing
    #[arg(long, help_heading = "Sending")]
    pub(super) dry_run: bool,

    /// Do not ask on a terminal
    #[arg(long, short, help_heading = "Sending")]
    pub(super) yes: bool,

    /// Format of the report: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ReportFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// Formats of the report: there is one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// A record a line
    Lines,
    /// A record a line, which must be JSON
    Ndjson,
    /// Base64 of a record a line
    Base64,
    /// JSON values one behind the other, each as it stands
    JsonStream,
    /// Each input is a record, or those between `--record-separator`
    Raw,
    /// Transform events: the data of each record
    Event,
    /// Failure objects: the data of each record
    Failures,
}

/// Bytes between two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Separator(pub(super) Vec<u8>);

fn separator(text: &str) -> Result<Separator, String> {
    let mut bytes = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match letters.next() {
            Some('n') => b'\n',
            Some('r') => b'\r',
            Some('t') => b'\t',
            Some('0') => 0,
            Some('\\') => b'\\',
            _ => return Err("after `\\` comes n, r, t, 0 or another `\\`".to_owned()),
        });
    }
    if bytes.is_empty() { Err("it is empty".to_owned()) } else { Ok(Separator(bytes)) }
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::find(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("there are {}", names.join(", "))
    })
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let is_good = |rate: &f64| rate.is_finite() && *rate >= 0.01;
    number.parse().ok().filter(is_good).ok_or_else(|| "write e.g. 50/s or 0.5/s".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let is_good = |share: &f64| (0.0..=1.0).contains(share);
    text.parse().ok().filter(is_good).ok_or_else(|| "write a number from 0 to 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_written_as_in_a_shell() {
        for (text, bytes) in [(r"\n", &b"\n"[..]), (r"\0", b"\0"), ("||", b"||"), (r"\\n", b"\\n")]
        {
            assert_eq!(separator(text).unwrap().0, bytes, "{text}");
        }
        assert!(separator(r"\x").is_err() && separator("").is_err() && separator("\\").is_err());
    }

    #[test]
    fn rates_and_shares_are_checked() {
        assert_eq!(rate("50/s"), Ok(50.0));
        assert_eq!(rate("0.5"), Ok(0.5));
        for text in ["0", "-1", "inf", "50/m", ""] {
            assert!(rate(text).is_err(), "{text}");
        }
        assert!(share("0.1").is_ok() && share("1.1").is_err() && share("NaN").is_err());
    }
}
