//! An event in the making: which records go into it, and as what.

use std::time::UNIX_EPOCH;

use super::{EventArgs, EventRecord, size};
use crate::commands::payload::PayloadForm;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::terminal;
use firehose::compress::Gzip;
use firehose::demo::{HOSTILE, SampleKind, SampleOrigin, Samples};
use firehose::limits::MAX_INVOCATION_PAYLOAD;
use firehose::names::{AccountId, DeliveryStreamName, RegionName};
use firehose::transform::{EventWriter, Origin, Source};

/// Samples that are made unless a number or a size is given.
const SAMPLES: u64 = 3;

/// When the records of an event with a seed arrive: the 22nd of November 2026,
/// 10:00:00.123 UTC.
const FIXED_TIME: i64 = 1_795_341_600_123;

/// A random seed is below this: short enough to be typed.
const SEEDS: u128 = 1_000_000;

/// An event in the making.
pub(super) struct EventBuilder<'a> {
    args: &'a EventArgs,
    writer: EventWriter,
    gzip: Gzip,
    place: SampleOrigin,
    seed: u64,
    /// When the next record arrives, in milliseconds since 1970.
    now: i64,
}

impl<'a> EventBuilder<'a> {
    pub(super) fn begin(args: &'a EventArgs) -> Result<Self, Error> {
        let form = PayloadForm {
            kind: args.payload,
            gzip: args.gzip,
            newline: args.newline,
            log_events: args.log_events,
            gzip_twice: ", or see `--hostile` for gzip of gzip",
        };
        form.check()?;
        let clock = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let clock_ms = i64::try_from(clock.as_millis()).unwrap_or(FIXED_TIME);
        let some_seed = u64::try_from(clock.as_micros() % SEEDS).unwrap_or(0);
        let seed = args.seed.unwrap_or(some_seed);
        let arrival = args.arrival(context::now(), &context::time_zone())?;
        let now = match (arrival, args.seed) {
            (Some(time), _) => time,
            (None, Some(_)) => FIXED_TIME,
            (None, None) => clock_ms,
        };
        let place = place(args);
        let name = args.stream.as_ref().map(DeliveryStreamName::as_str);
        let origin = Origin {
            source: args.source(),
            stream: name.unwrap_or(args.payload.stream()).to_owned(),
            region: place.region.clone(),
            account: place.account.clone(),
            short_ids: args.short_ids,
        };
        let limit = args.size.and_then(|size| usize::try_from(size.0).ok());
        let writer = EventWriter::new(&origin, seed, limit.unwrap_or(MAX_INVOCATION_PAYLOAD));
        Ok(Self { args, writer, gzip: Gzip::new(), place, seed, now })
    }

    /// The event, on one line.
    pub(super) fn finish(self) -> Vec<u8> {
        self.writer.finish()
    }

    /// Appends a record as the flags want it; false if it does not fit.
    fn push(&mut self, record: EventRecord) -> bool {
        let mut payload = record.payload;
        if self.args.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        if self.args.gzip {
            payload = self.gzip.compress(&payload);
        }
        let arrival = record.arrival.unwrap_or(self.now);
        let fits = self.writer.push(&payload, arrival, record.identity);
        // Records of one batch arrive within milliseconds.
        self.now += i64::from(self.writer.records().is_multiple_of(3));
        fits
    }

    /// Samples of the kind that was asked for.
    pub(super) fn samples(&mut self, context: &Context) -> Result<Outcome, Error> {
        let (seed, now) = (self.seed, self.now);
        let samples = Samples::new(self.args.payload, seed, self.place.clone());
        let mut samples = samples.with_log_events(self.args.log_events);
        let wanted = match (self.args.records, self.args.size) {
            (Some(records), _) => records,
            (None, Some(_)) => u64::MAX,
            (None, None) => SAMPLES,
        };
        for made in 0..wanted {
            let payload = samples.payload(self.now);
            if !self.push(payload.into()) {
                if self.args.size.is_some() {
                    break;
                }
                return Err(Error::user(format!(
                    "{} records do not fit in an event: Lambda accepts 6 MB, which holds {}",
                    terminal::group(wanted),
                    terminal::group(made)
                ))
                .hint("use `--size 6MiB` for as many as fit"));
            }
        }
        if self.args.seed.is_none() {
            context.info(&format!("fh: to repeat this event: --seed {seed} --timestamp {now}"));
        }
        Ok(Outcome::Clean)
    }

    /// One record of each case; which is which goes to standard error.
    pub(super) fn hostile(&mut self, context: &Context) -> Result<Outcome, Error> {
        for (place, case) in HOSTILE.iter().enumerate() {
            if !self.push(case.payload().into()) {
                return Err(Error::user(format!("`{}` does not fit in the event", case.name))
                    .hint("omit `--size`: all cases together are 1.5 MB"));
            }
            context.info(&format!("record {:2}  {:16} {}", place + 1, case.name, case.what));
        }
        Ok(Outcome::Clean)
    }

    /// The user's records, as many as fit. What is left out is reported.
    pub(super) fn own(
        &mut self,
        mut records: impl Iterator<Item = Result<EventRecord, Error>>,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let wanted = self.args.records.unwrap_or(u64::MAX);
        let mut seen = 0;
        loop {
            // What is not wanted is not looked at.
            if self.made() >= wanted {
                return Ok(Outcome::Clean);
            }
            let Some(record) = records.next() else { break };
            seen += 1;
            if seen <= self.args.skip {
                continue;
            }
            let record = record?;
            let bytes = record.payload.len();
            if !self.push(record) {
                if self.made() == 0 && self.args.size.is_none() {
                    return Err(size::too_large_for_lambda(self.args.source(), seen, bytes));
                }
                return Ok(self.left_out(seen, context));
            }
        }
        if self.made() == 0 && seen > 0 {
            let all = terminal::plural(seen, "record");
            return Err(Error::user(format!("`--skip` skips every record: the input has {all}")));
        }
        Ok(Outcome::Clean)
    }

    /// Says that there was nothing to make an event of, where that is all.
    pub(super) fn report_if_empty(&self, outcome: Outcome, context: &Context) {
        if self.made() == 0 && outcome == Outcome::Clean {
            context.info("fh: no records in the input: the event is empty");
        }
    }

    pub(super) fn made(&self) -> u64 {
        self.writer.records() as u64
    }

    /// Warns that the record at `place`, counted from 1, does not fit.
    fn left_out(&self, place: u64, context: &Context) -> Outcome {
        let fitted = terminal::plural(self.made(), "record");
        let what = match self.args.size {
            Some(_) => "the size",
            None => "the 6 MB that Lambda accepts",
        };
        let hint = match self.made() {
            0 => "try a larger `--size`".to_owned(),
            _ => format!("`--skip {}` makes an event of the rest", place - 1),
        };
        let message = format!("not all records are in the event: {fitted} fit in {what}");
        context.warn(&message, &[&hint]);
        Outcome::Findings
    }
}

/// An event of three samples, always the same.
pub(in crate::commands) fn sample_event() -> Vec<u8> {
    const SEED: u64 = 1;
    let kind = SampleKind::Ticker;
    let place = SampleOrigin { account: AccountId::EXAMPLE, region: RegionName::US_EAST_1 };
    let origin = Origin {
        source: Source::DirectPut,
        stream: kind.stream().to_owned(),
        region: place.region.clone(),
        account: place.account.clone(),
        short_ids: false,
    };
    let mut writer = EventWriter::new(&origin, SEED, MAX_INVOCATION_PAYLOAD);
    let mut samples = Samples::new(kind, SEED, place);
    for _ in 0..SAMPLES {
        writer.push(&samples.payload(FIXED_TIME), FIXED_TIME, None);
    }
    writer.finish()
}

/// Where the delivery stream is: the flags, or its ARN, or a made-up place.
fn place(args: &EventArgs) -> SampleOrigin {
    let stream = args.stream.as_ref();
    let account = args.account.as_ref().or_else(|| stream?.arn_account());
    let region = args.aws.region.as_ref().or_else(|| stream?.arn_region());
    SampleOrigin {
        account: account.cloned().unwrap_or(AccountId::EXAMPLE),
        region: region.cloned().unwrap_or(RegionName::US_EAST_1),
    }
}
