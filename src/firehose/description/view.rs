//! From the model to what commands ask of a delivery stream.

use std::time::Duration;

use super::super::stream::{
    Buffering, DeliveryStream, Destination as Delivered, DestinationKind, LogPlace, Processing,
    S3Place, StreamSource, Transform,
};
use super::defaults::{self, MIB};
use super::{
    BufferingHints, Description, Destination, DestinationConfig, LoggingOptions, ProcessingConfig,
    Processor, S3Config,
};

impl Description {
    /// What commands ask, with AWS's own values where nothing is set. An emulator
    /// may leave out anything: a stream without a status is active, since what else
    /// is known of it says that it is there. Waiting times are those that hold, in whole
    /// seconds where `fh local` divides them.
    pub fn view(&self) -> DeliveryStream {
        let destination = self.destination().and_then(Destination::view);
        DeliveryStream {
            name: owned(self.name.as_ref()),
            arn: owned(self.arn.as_ref()),
            status: self.status.clone().unwrap_or_else(|| "ACTIVE".to_owned()),
            version_id: owned(self.version_id.as_ref()),
            updated: self.updated.map(|it| it.0),
            source: self.stream_source(),
            destination: match self.time_scale() {
                1 => destination,
                scale => destination.map(|it| scaled(it, scale)),
            },
        }
    }

    /// What waiting times are divided by: 1 on AWS.
    pub fn time_scale(&self) -> u64 {
        self.time_scale.and_then(|it| u64::try_from(it).ok()).unwrap_or(1).max(1)
    }

    fn stream_source(&self) -> StreamSource {
        let source = self.source.as_ref();
        if let Some(kinesis) = source.and_then(|it| it.kinesis.as_ref()) {
            return StreamSource::Kinesis(owned(kinesis.stream_arn.as_ref()));
        }
        if let Some(msk) = source.and_then(|it| it.msk.as_ref()) {
            return StreamSource::Msk {
                cluster_arn: owned(msk.cluster_arn.as_ref()),
                topic: owned(msk.topic.as_ref()),
            };
        }
        match self.source_type.as_deref() {
            None | Some("DirectPut" | "") => StreamSource::DirectPut,
            Some(other) => StreamSource::Other(other.to_owned()),
        }
    }
}

impl Destination {
    fn view(&self) -> Option<Delivered> {
        let (kind, config) = (self.member?.kind(), &self.config);
        let usual = defaults::of(kind);
        let s3 = config.place(kind);
        let buffering = match kind {
            DestinationKind::S3 | DestinationKind::Redshift => {
                s3.as_ref().map_or(usual.buffering, |s3| s3.buffering)
            }
            _ => buffering(config.buffering.as_ref(), usual.buffering),
        };
        let retry = config.retry.as_ref().and_then(|it| it.duration_seconds);
        Some(Delivered {
            kind,
            backup: config.backup_place(kind, s3.as_ref()),
            s3,
            table_error_prefixes: config.table_error_prefixes(),
            buffering,
            retry: match kind {
                DestinationKind::S3 => usual.retry,
                _ => seconds(retry).unwrap_or(usual.retry),
            },
            processing: processing(config.processing.as_ref(), kind),
            logging: config.logging.as_ref().and_then(log_place),
        })
    }
}

impl DestinationConfig {
    /// The name of the bucket of an S3 destination.
    pub fn bucket(&self) -> Option<&str> {
        self.bucket_arn.as_deref().map(bucket)
    }

    /// Where objects go: of S3 all, of the others what failed.
    fn place(&self, kind: DestinationKind) -> Option<S3Place> {
        if kind != DestinationKind::S3 {
            return self.s3.as_ref().and_then(S3Config::view);
        }
        let usual = if self.converts() { defaults::CONVERSION_BUFFER } else { defaults::S3_BUFFER };
        let zone = self.time_zone.as_deref().filter(|zone| !zone.is_empty());
        Some(S3Place {
            time_zone: zone.unwrap_or(defaults::TIME_ZONE).to_owned(),
            buffering: buffering(self.buffering.as_ref(), usual),
            ..self.short_s3().view()?
        })
    }

    /// Where every record goes as it came, if anywhere.
    fn backup_place(&self, kind: DestinationKind, s3: Option<&S3Place>) -> Option<S3Place> {
        let mode = self.backup_mode.as_deref()?;
        match kind {
            DestinationKind::S3 | DestinationKind::Redshift => {
                let backup = self.backup.as_ref().filter(|_| mode == "Enabled");
                backup.and_then(S3Config::view)
            }
            _ => s3.filter(|_| mode.starts_with("All")).cloned(),
        }
    }

    fn table_error_prefixes(&self) -> Vec<String> {
        let tables = self.tables.iter().flatten();
        tables.filter_map(|table| table.error_output_prefix.clone()).collect()
    }
}

impl S3Config {
    /// The name of the bucket.
    pub fn bucket(&self) -> Option<&str> {
        self.bucket_arn.as_deref().map(bucket)
    }

    /// None without a bucket.
    fn view(&self) -> Option<S3Place> {
        let compression = self.compression.as_deref().unwrap_or(defaults::COMPRESSION);
        Some(S3Place {
            bucket: self.bucket()?.to_owned(),
            prefix: self.prefix.clone(),
            error_output_prefix: self.error_output_prefix.clone(),
            compression: compression.to_owned(),
            time_zone: defaults::TIME_ZONE.to_owned(),
            buffering: buffering(self.buffering.as_ref(), defaults::S3_BUFFER),
        })
    }
}

/// A destination whose waiting times are divided by `scale`.
fn scaled(mut it: Delivered, scale: u64) -> Delivered {
    let buffers = [
        Some(&mut it.buffering),
        it.s3.as_mut().map(|s3| &mut s3.buffering),
        it.backup.as_mut().map(|backup| &mut backup.buffering),
        it.processing.transform.as_mut().map(|transform| &mut transform.buffering),
    ];
    for buffering in buffers.into_iter().flatten() {
        let seconds = buffering.interval.as_secs().div_ceil(scale);
        buffering.interval = Duration::from_secs(seconds);
    }
    it
}

/// `arn:aws:s3:::orders` names the bucket `orders`.
fn bucket(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

fn buffering(hints: Option<&BufferingHints>, usual: Buffering) -> Buffering {
    let mib = hints.and_then(|it| it.size_mb).and_then(|it| u64::try_from(it).ok());
    Buffering {
        interval: seconds(hints.and_then(|it| it.interval_seconds)).unwrap_or(usual.interval),
        bytes: mib.map_or(usual.bytes, |it| it.saturating_mul(MIB)),
    }
}

fn seconds(set: Option<i64>) -> Option<Duration> {
    set.and_then(|it| u64::try_from(it).ok()).map(Duration::from_secs)
}

fn processing(it: Option<&ProcessingConfig>, kind: DestinationKind) -> Processing {
    let Some(it) = it else { return Processing::default() };
    let kinds = || it.processors.iter().flatten().filter_map(|it| it.kind.as_deref());
    Processing {
        // Left out, it is off (seen on AWS).
        is_enabled: it.enabled == Some(true),
        transform: it.lambda().map(|lambda| transform(lambda, kind)),
        decompresses: kinds().any(|kind| kind == "Decompression"),
        deaggregates: kinds().any(|kind| kind == "RecordDeAggregation"),
        appends_newline: kinds().any(|kind| kind == "AppendDelimiterToRecord"),
    }
}

fn transform(lambda: &Processor, kind: DestinationKind) -> Transform {
    let mut transform = Transform::new(String::new(), kind);
    if let Some(arn) = lambda.parameter("LambdaArn") {
        arn.clone_into(&mut transform.function_arn);
    }
    if let Some(retries) = lambda.parameter("NumberOfRetries").and_then(|it| it.parse().ok()) {
        transform.retries = retries;
    }
    if let Some(interval) =
        lambda.parameter("BufferIntervalInSeconds").and_then(|it| it.parse().ok())
    {
        transform.buffering.interval = Duration::from_secs(interval);
    }
    if let Some(bytes) = lambda.parameter("BufferSizeInMBs").and_then(mebibytes) {
        transform.buffering.bytes = bytes;
    }
    transform
}

/// `0.2`, `1`, `3.0`: at most two decimals count.
pub(crate) fn mebibytes(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    if !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let hundredths: u64 = format!("{fraction:0<2}").get(..2)?.parse().ok()?;
    Some(whole.checked_mul(MIB)?.saturating_add(hundredths * MIB / 100))
}

fn log_place(it: &LoggingOptions) -> Option<LogPlace> {
    let (group, stream) = (owned(it.group.as_ref()), owned(it.stream.as_ref()));
    (it.enabled == Some(true)).then_some(LogPlace { group, stream })
}

fn owned(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}
