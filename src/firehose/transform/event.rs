//! Makes transform events, byte for byte as Firehose makes them.
//!
//! Key order, ids and their steps are those of events that people captured:
//! `invocationId`, `deliveryStreamArn`, `region`, `records` for Direct PUT; the
//! ARN of the source after `invocationId` for Kinesis and MSK.

use std::collections::BTreeSet;
use std::ops::Range;

use bytes::Bytes;

use super::identity::{IdForm, push_shard};
use super::{RecordIdentity, Source};
use crate::bytes::push_base64;
use crate::demo::RandomFields;
use crate::names::{AccountId, RegionName};

/// The delivery stream that an event names as its own.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Where its records come from.
    pub source: Source,
    /// Its name.
    pub stream: String,
    /// Its Region.
    pub region: RegionName,
    /// Its account.
    pub account: AccountId,
    /// Direct PUT and Kinesis: ids of 62 digits, as streams had them before
    /// December 2024, instead of 160 characters. MSK: they always have 62.
    pub short_ids: bool,
}

impl Origin {
    /// The ARN of the stream.
    pub fn stream_arn(&self) -> String {
        self.arn("firehose", &format!("deliverystream/{}", self.stream))
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        let partition = self.region.partition();
        format!("arn:{partition}:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

/// Writes an event, record by record, up to a limit.
#[derive(Debug)]
pub struct EventWriter {
    source: Source,
    /// Shard of a Kinesis source that the batch was read from.
    shard: u64,
    /// How ids are written.
    form: IdForm,
    fields: RandomFields,
    numbers: SequenceNumbers,
    /// Identities that records brought with them.
    brought: BTreeSet<RecordIdentity>,
    text: Vec<u8>,
    /// Where the ids of the records are in the text.
    ids: Vec<Range<usize>>,
    limit: usize,
}

/// What closes an event: its list, itself, and the line.
const END: &[u8] = b"]}\n";

/// Shards of the data stream that a Kinesis source reads. Firehose
/// reads each by itself (developer guide, "Configure source settings for Amazon
/// Kinesis Data Streams"), so all records of an event are of one.
const SHARDS: u64 = 4;

impl EventWriter {
    /// Begins an event of at most `limit` bytes. All that is random in it comes
    /// from `seed`.
    pub fn new(origin: &Origin, seed: u64, limit: usize) -> Self {
        let mut fields = RandomFields::new(seed);
        let stream = &origin.stream;
        let source = match origin.source {
            Source::DirectPut => String::new(),
            Source::Kinesis => {
                let arn = origin.arn("kinesis", &format!("stream/{stream}-source"));
                format!(r#""sourceKinesisStreamArn":"{arn}","#)
            }
            Source::Msk => {
                let cluster = format!("cluster/{stream}-source/{}-1", fields.uuid());
                format!(r#""sourceMSKArn":"{}","#, origin.arn("kafka", &cluster))
            }
        };
        let text = format!(
            r#"{{"invocationId":"{}",{source}"deliveryStreamArn":"{}","region":"{}","records":["#,
            fields.uuid(),
            origin.stream_arn(),
            origin.region
        );
        let numbers = SequenceNumbers::new(&mut fields);
        let shard = match origin.source {
            Source::Kinesis => fields.below(SHARDS),
            Source::DirectPut | Source::Msk => 0,
        };
        let is_short = origin.short_ids || origin.source == Source::Msk;
        Self {
            source: origin.source,
            shard,
            form: if is_short { IdForm::Short } else { IdForm::Long { shard } },
            fields,
            numbers,
            brought: BTreeSet::new(),
            text: text.into_bytes(),
            ids: Vec::new(),
            limit,
        }
    }

    /// Appends a record that arrived at `arrival`, in milliseconds since 1970;
    /// false, and nothing appended, if the event would pass its limit.
    ///
    /// It keeps the identity that it brings, unless an earlier record has that
    /// already or the source is MSK, whose ids say nothing.
    pub fn push(&mut self, payload: &[u8], arrival: i64, brought: Option<RecordIdentity>) -> bool {
        let before = self.text.len();
        if self.records() > 0 {
            self.text.push(b',');
        }
        let identity = self.identity(brought);
        self.text.extend_from_slice(br#"{"recordId":""#);
        let mut id = String::new();
        identity.push_id(&mut id);
        let id_start = self.text.len();
        self.text.extend_from_slice(id.as_bytes());
        let id = id_start..self.text.len();
        let time = format!(r#"","approximateArrivalTimestamp":{arrival},"#);
        self.text.extend_from_slice(time.as_bytes());
        match self.source {
            Source::DirectPut => self.push_data(payload),
            Source::Kinesis => {
                self.push_data(payload);
                let RecordIdentity { sequence, subsequence, form } = identity;
                let mut shard = String::new();
                push_shard(&mut shard, form.map_or(self.shard, |it| it.shard(self.shard)));
                let metadata = format!(
                    r#","kinesisRecordMetadata":{{"sequenceNumber":"{sequence}","subsequenceNumber":{subsequence},"partitionKey":"{}","shardId":"{shard}","approximateArrivalTimestamp":{arrival}}}"#,
                    self.fields.uuid()
                );
                self.text.extend_from_slice(metadata.as_bytes());
            }
            Source::Msk => {
                let offset = self.records();
                let metadata = format!(
                    r#""mskRecordMetadata":{{"offset":"{offset}","partitionId":"1","approximateArrivalTimestamp":{arrival}}},"#
                );
                self.text.extend_from_slice(metadata.as_bytes());
                self.push_data(payload);
            }
        }
        self.text.push(b'}');
        if self.text.len() + END.len() > self.limit {
            self.text.truncate(before);
            return false;
        }
        self.ids.push(id);
        true
    }

    fn identity(&mut self, brought: Option<RecordIdentity>) -> RecordIdentity {
        if let Some(mut identity) = brought.filter(|_| self.source != Source::Msk) {
            identity.form = identity.form.or(Some(self.form));
            if self.brought.insert(identity.clone()) {
                return identity;
            }
        }
        RecordIdentity {
            sequence: self.numbers.get(self.source, self.records()),
            subsequence: 0,
            form: Some(self.form),
        }
    }

    fn push_data(&mut self, payload: &[u8]) {
        self.text.extend_from_slice(format!(r#""{}":""#, self.source.data_key()).as_bytes());
        push_base64(payload, &mut self.text);
        self.text.push(b'"');
    }

    /// How many records the event has.
    pub const fn records(&self) -> usize {
        self.ids.len()
    }

    /// Returns the event, on one line.
    pub fn finish(mut self) -> Vec<u8> {
        self.text.extend_from_slice(END);
        self.text
    }

    /// Returns the event, which can be sent again.
    pub fn event(mut self) -> Event {
        self.text.extend_from_slice(END);
        // The history keeps it: what it takes is what it counts.
        self.text.shrink_to_fit();
        Event { source: self.source, text: self.text.into(), ids: self.ids }
    }
}

/// A transform event as it is sent to the function.
#[derive(Debug, Clone)]
pub struct Event {
    source: Source,
    text: Bytes,
    /// Where the ids of its records are in the text.
    ids: Vec<Range<usize>>,
}

/// Where every event has its `invocationId`.
const INVOCATION_ID: Range<usize> = 17..17 + UUID;
/// Characters of a UUID.
const UUID: usize = 36;

impl Event {
    /// Where its records come from.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The event, on one line.
    pub const fn text(&self) -> &Bytes {
        &self.text
    }

    /// The ids of its records, in their order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.ids.iter().map(|range| {
            let id = self.text.get(range.clone()).unwrap_or_default();
            str::from_utf8(id).unwrap_or_default()
        })
    }

    /// Its `invocationId`.
    pub fn invocation_id(&self) -> &str {
        let id = self.text.get(INVOCATION_ID).unwrap_or_default();
        str::from_utf8(id).unwrap_or_default()
    }

    /// The same event as it is sent again after a call that failed: the same
    /// records with the same ids, under a new `invocationId`, a UUID.
    #[must_use]
    pub fn again(&self, invocation_id: &str) -> Self {
        let mut text = self.text.to_vec();
        if let (Some(id), UUID) = (text.get_mut(INVOCATION_ID), invocation_id.len()) {
            id.copy_from_slice(invocation_id.as_bytes());
        }
        Self { source: self.source, text: text.into(), ids: self.ids.clone() }
    }
}

/// Numbers of 56 digits, as shards of Kinesis give them: each 2^80 more than
/// the last, as captured.
#[derive(Debug)]
struct SequenceNumbers {
    /// The first 18 digits.
    high: u64,
    /// The other 38.
    low: u128,
}

impl SequenceNumbers {
    const LOW_DIGITS: u128 = 10u128.pow(38);

    fn new(fields: &mut RandomFields) -> Self {
        let high = format!("496{}", fields.digits(15)).parse().unwrap_or(0);
        let low = fields.digits(38).parse().unwrap_or(0);
        Self { high, low }
    }

    /// The number of the record at `place`; they are asked for in turn.
    fn get(&mut self, source: Source, place: usize) -> String {
        if source == Source::Msk {
            return format!("{place:056}");
        }
        let number = format!("{:018}{:038}", self.high, self.low);
        self.low += 1 << 80;
        if self.low >= Self::LOW_DIGITS {
            self.low -= Self::LOW_DIGITS;
            self.high += 1;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_INVOCATION_PAYLOAD;
    use crate::transform::TransformEvent;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    fn origin(source: Source) -> Origin {
        Origin {
            source,
            stream: "orders".to_owned(),
            region: "eu-west-1".parse().unwrap(),
            account: AccountId::EXAMPLE,
            short_ids: false,
        }
    }

    fn event(origin: &Origin, payloads: &[&[u8]]) -> String {
        let mut writer = EventWriter::new(origin, 1, MAX_INVOCATION_PAYLOAD);
        for (arrival, payload) in (1_795_341_600_123..).zip(payloads) {
            assert!(writer.push(payload, arrival, None));
        }
        String::from_utf8(writer.finish()).unwrap()
    }

    #[test]
    fn each_source_has_its_shape() {
        let all: Vec<_> = [Source::DirectPut, Source::Kinesis, Source::Msk]
            .map(|source| event(&origin(source), &[b"{}", b""]))
            .concat()
            .lines()
            .map(str::to_owned)
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        {"invocationId":"6f13963d-4eb7-47b2-a0d2-b07f9d1f4777","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[{"recordId":"shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822011092621050757224991165885000000000000","approximateArrivalTimestamp":1795341600123,"data":"e30="},{"recordId":"shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822012301546870371854165872061000000000000","approximateArrivalTimestamp":1795341600124,"data":""}]}
        {"invocationId":"6f13963d-4eb7-47b2-a0d2-b07f9d1f4777","sourceKinesisStreamArn":"arn:aws:kinesis:eu-west-1:111122223333:stream/orders-source","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[{"recordId":"shardId-00000000000300000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822011092621050757224991165885000000000000","approximateArrivalTimestamp":1795341600123,"data":"e30=","kinesisRecordMetadata":{"sequenceNumber":"49630979792103241390702185822011092621050757224991165885","subsequenceNumber":0,"partitionKey":"6a7ce15b-a243-43a9-a9eb-59effeefb48b","shardId":"shardId-000000000003","approximateArrivalTimestamp":1795341600123}},{"recordId":"shardId-00000000000300000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822012301546870371854165872061000000000000","approximateArrivalTimestamp":1795341600124,"data":"","kinesisRecordMetadata":{"sequenceNumber":"49630979792103241390702185822012301546870371854165872061","subsequenceNumber":0,"partitionKey":"59d9f70a-b9c1-473b-a6d5-b54489040e3a","shardId":"shardId-000000000003","approximateArrivalTimestamp":1795341600124}}]}
        {"invocationId":"0fbecf42-0537-426e-90c0-42e8d431110f","sourceMSKArn":"arn:aws:kafka:eu-west-1:111122223333:cluster/orders-source/6f13963d-4eb7-47b2-a0d2-b07f9d1f4777-1","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[{"recordId":"00000000000000000000000000000000000000000000000000000000000000","approximateArrivalTimestamp":1795341600123,"mskRecordMetadata":{"offset":"0","partitionId":"1","approximateArrivalTimestamp":1795341600123},"kafkaRecordValue":"e30="},{"recordId":"00000000000000000000000000000000000000000000000000000001000000","approximateArrivalTimestamp":1795341600124,"mskRecordMetadata":{"offset":"1","partitionId":"1","approximateArrivalTimestamp":1795341600124},"kafkaRecordValue":""}]}
        "#);
    }

    #[test]
    fn ids_are_as_long_as_asked_for_and_partitions_have_their_name() {
        for (source, length) in
            [(Source::DirectPut, 160), (Source::Kinesis, 160), (Source::Msk, 62)]
        {
            for (short_ids, length) in [(false, length), (true, 62)] {
                let text = event(&Origin { short_ids, ..origin(source) }, &[b"x"]);
                let event = TransformEvent::parse(text.as_bytes()).unwrap();
                assert_eq!(event.records[0].id.len(), length, "{text}");
            }
        }
        let china = Origin { region: "cn-north-1".parse().unwrap(), ..origin(Source::DirectPut) };
        let text = event(&china, &[b"x"]);
        assert!(text.contains("arn:aws-cn:firehose:cn-north-1:111122223333:deliverystream/orders"));
    }

    #[test]
    fn an_event_is_sent_again_under_a_new_id() {
        for source in [Source::DirectPut, Source::Kinesis, Source::Msk] {
            let mut writer = EventWriter::new(&origin(source), 1, MAX_INVOCATION_PAYLOAD);
            assert!(writer.push(b"{}", 1_795_341_600_123, None) && writer.push(b"", 5, None));
            let first = writer.event();
            let id = "0f7c1a52-93d4-4e6b-8a21-5b9e0c7d3f18";
            let again = first.again(id);
            assert_eq!(again.invocation_id(), id);
            assert_ne!(first.invocation_id(), id);
            let rest = |event: &Event| event.text[INVOCATION_ID.end..].to_vec();
            assert_eq!(rest(&first), rest(&again));
            let event = TransformEvent::parse(again.text()).unwrap();
            let ids: Vec<_> = event.records.iter().map(|record| record.id.as_ref()).collect();
            assert_eq!(again.ids().collect::<Vec<_>>(), ids);
        }
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            payloads in prop::collection::vec(any::<Vec<u8>>(), 0..20),
            source in prop_oneof![Just(Source::DirectPut), Just(Source::Kinesis), Just(Source::Msk)],
        ) {
            let slices: Vec<_> = payloads.iter().map(Vec::as_slice).collect();
            let text = event(&origin(source), &slices);
            let event = TransformEvent::parse(text.as_bytes()).unwrap();
            let read: Vec<_> =
                event.records.iter().map(|record| STANDARD.decode(&record.data).unwrap()).collect();
            prop_assert_eq!(read, payloads.clone());
            prop_assert!(payloads.is_empty() || event.source == source);
            let ids: BTreeSet<_> =
                event.records.iter().map(|record| record.id.clone()).collect();
            prop_assert_eq!(ids.len(), payloads.len());
        }

        #[test]
        fn the_limit_is_kept_to_the_byte(limit in 400_usize..4000, length in 0_usize..300) {
            let mut writer = EventWriter::new(&origin(Source::Kinesis), 1, limit);
            let payload = vec![b'x'; length];
            while writer.push(&payload, 1_795_341_600_123, None) {}
            let text = writer.finish();
            prop_assert!(text.len() <= limit);
            let mut more = EventWriter::new(&origin(Source::Kinesis), 1, usize::MAX);
            while more.text.len() + END.len() <= text.len() {
                more.push(&payload, 1_795_341_600_123, None);
            }
            prop_assert!(more.finish().len() > limit, "one more would have fitted");
        }
    }
}
