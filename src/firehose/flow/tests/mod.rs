mod contract;
mod hands;
mod model;
mod rules;

use std::time::Duration;

use crate::compress::ObjectCompression;
use crate::names::AccountId;
use crate::stream::{Buffering, LogPlace, Transform};
use crate::transform::{Origin, Source};

use super::*;

pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST";

/// 2026-11-22T10:00:00Z.
pub(super) const TEN: Millis = 1_795_341_600_000;

/// A stream with a transform, a backup and a log.
pub(super) fn config() -> StreamConfig {
    let origin = Origin {
        source: Source::DirectPut,
        stream: "orders".to_owned(),
        region: "eu-west-1".parse().unwrap(),
        account: AccountId::EXAMPLE,
        short_ids: true,
    };
    let seconds = |interval, bytes| Buffering { interval: Duration::from_secs(interval), bytes };
    let mut backup = ObjectSettings::new("kept");
    backup.buffering = seconds(300, 5_000_000);
    let mut config = StreamConfig {
        version: 3,
        transform: Some(Transform {
            function_arn: FUNCTION.to_owned(),
            retries: 3,
            buffering: seconds(60, 1_000_000),
        }),
        backup: Some(backup),
        logging: Some(LogPlace {
            group: "/aws/kinesisfirehose/orders".to_owned(),
            stream: "DestinationDelivery".to_owned(),
        }),
        ..StreamConfig::new(origin, "lake")
    };
    config.delivery.buffering = seconds(300, 5_000_000);
    config.delivery.compression = ObjectCompression::Uncompressed;
    config
}
