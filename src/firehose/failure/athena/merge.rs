//! What Athena has counted, as groups.

use super::super::groups::{
    AttemptRange, FailureGroup, FailureGroups, First, LONGEST, Sample, spans,
};
use super::super::record::FailureRecord;
use super::super::timeline::Timeline;
use super::{Candidate, CountedKind, KindKey};
use crate::json::push_string;

impl FailureGroups {
    /// Adds records that were counted elsewhere, in steps of `step` seconds. Where
    /// the object with their example was read too, the example is in `read`.
    pub fn add_counted(&mut self, kind: &CountedKind, step: i64, read: &Self) {
        self.records = self.records.saturating_add(kind.records);
        self.bytes = self.bytes.saturating_add(kind.bytes);
        spans(&mut self.arrivals, kind.arrivals);
        let mut timeline = Timeline::default();
        for (number, records) in &kind.timeline {
            timeline.add_many(number.saturating_mul(step).saturating_mul(1000), *records);
        }
        self.timeline.merge(&timeline);
        self.write_kind(&kind.key, kind.is_other);
        let key = self.key.clone();
        let group = FailureGroup {
            code: Some(cut(&kind.key.code)),
            function: kind.key.function.as_deref().map(cut),
            records: kind.records,
            bytes: kind.bytes,
            arrivals: kind.arrivals,
            timeline,
            attempts: kind.range.map(|(least, most)| AttemptRange { least, most }),
            messages_differ: kind.messages_differ,
            ..read.example_of(kind, &key)
        };
        self.put(key, group);
    }

    /// Adds records that are known to be control messages to those of their kind.
    pub fn add_controls(&mut self, controls: &Candidate) {
        for is_other in [false, true] {
            self.write_kind(&controls.kind, is_other);
            let index = self.index.get(&self.key).copied();
            if let Some(group) = index.and_then(|at| self.found.get_mut(at)) {
                let count = group.control_messages.saturating_add(controls.records);
                group.control_messages = count.min(group.records);
                return;
            }
        }
    }

    fn write_kind(&mut self, kind: &KindKey, is_other: bool) {
        // A failure object of this kind, as far as kinds are told apart by it.
        let mut object = b"{\"errorCode\":".to_vec();
        push_string(&mut object, &kind.code);
        object.extend_from_slice(b",\"errorMessage\":");
        push_string(&mut object, &kind.message);
        if let Some(function) = &kind.function {
            object.extend_from_slice(b",\"lambdaARN\":");
            push_string(&mut object, function);
        }
        match kind.attempts {
            Some(attempts) => {
                object.extend_from_slice(format!(",\"attemptsMade\":{attempts}}}").as_bytes());
            }
            // What only failures at a destination have.
            None => object.extend_from_slice(b",\"dataId\":\"\"}"),
        }
        self.write_key(&FailureRecord::read(&object), is_other);
    }

    /// What is known of some records of a kind: their example, the first message and
    /// what they look like.
    fn example_of(&self, kind: &CountedKind, key: &[u8]) -> FailureGroup {
        let same_kind = self.index.get(key).and_then(|at| self.found.get(*at));
        let in_object = |it: &&FailureGroup| {
            it.sample.source == kind.sample_object
                && it.code.as_deref() == Some(&*cut(&kind.key.code))
                && it.function.as_deref() == kind.key.function.as_deref()
        };
        let read = same_kind.or_else(|| self.found.iter().find(in_object));
        let (arrival, _) = kind.arrivals.unwrap_or((i64::MAX, i64::MAX));
        let first = First {
            arrival,
            source: kind.first_object.clone(),
            index: u64::MAX,
            message: kind.key.message.bytes().take(LONGEST).collect(),
        };
        if let Some(read) = read {
            let is_read = read.first <= first;
            return FailureGroup {
                message: if is_read { read.message.clone() } else { Some(cut(&kind.key.message)) },
                first: if is_read { read.first.clone() } else { first },
                control_messages: 0,
                ..read.clone()
            };
        }
        let sample = Sample {
            source: kind.sample_object.clone(),
            line: 0,
            index: 0,
            object: None,
            shape: None,
            rank: (false, false, true, false, u64::MAX, i64::MAX),
        };
        let message = Some(cut(&kind.key.message));
        FailureGroup { message, ..FailureGroup::empty(sample, first) }
    }
}

/// As much of a text as groups keep.
fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::groups::Occurrence;
    use super::*;

    const OBJECT: &str = r#"{"rawData":"QQ==","errorCode":"X.Y","errorMessage":"id 12345 failed","attemptsMade":4,"arrivalTimestamp":1795341600123,"lambdaARN":"arn:f"}"#;

    fn read(groups: &mut FailureGroups, source: &str) {
        let record = FailureRecord::read(OBJECT.as_bytes());
        let slot = groups.find(&record);
        let occurrence = Occurrence {
            source,
            line: 7,
            index: 7,
            is_control: false,
            is_damaged: false,
            shape: None,
        };
        groups.add(slot, &record, occurrence);
    }

    fn kind() -> CountedKind {
        CountedKind {
            key: KindKey {
                code: "X.Y".to_owned(),
                function: Some("arn:f".to_owned()),
                attempts: Some(4),
                message: "id 99999 failed".to_owned(),
            },
            is_other: false,
            records: 10,
            bytes: 10,
            range: Some((4, 4)),
            arrivals: Some((1_795_341_600_123, 1_795_341_609_123)),
            messages_differ: true,
            controls: 0,
            first_object: "s3://lake/1".to_owned(),
            sample_object: "s3://lake/1".to_owned(),
            timeline: (0..10).map(|step| (1_795_341_600 + step, 1)).collect(),
        }
    }

    #[test]
    fn what_is_counted_elsewhere_and_what_is_read_here_is_one_group() {
        let (mut groups, mut examples) = (FailureGroups::default(), FailureGroups::default());
        read(&mut groups, "s3://lake/2");
        read(&mut examples, "s3://lake/1");
        groups.add_counted(&kind(), 1, &examples);
        groups.add_controls(&Candidate {
            object: "s3://lake/1".to_owned(),
            kind: kind().key,
            raw_data: String::new(),
            records: 3,
        });
        let sorted = groups.sorted();
        assert_eq!(sorted.len(), 1);
        let group = sorted[0];
        assert_eq!((group.records, group.bytes, groups.records), (11, 11, 11));
        assert_eq!(group.message.as_deref(), Some("id 12345 failed"));
        assert_eq!((group.sample.source.as_str(), group.sample.line), ("s3://lake/1", 7));
        assert_eq!(group.arrivals, Some((1_795_341_600_123, 1_795_341_609_123)));
        assert_eq!(group.timeline.bars(60).unwrap().counts[0], 2);
        assert!(group.messages_differ);
        assert_eq!(group.control_messages, 3);
    }

    #[test]
    fn a_kind_whose_example_could_not_be_read_is_counted_too() {
        let mut groups = FailureGroups::default();
        groups.add_counted(&kind(), 1, &FailureGroups::default());
        let sorted = groups.sorted();
        assert_eq!((sorted[0].records, sorted[0].sample.object.clone()), (10, None));
        assert_eq!(sorted[0].message.as_deref(), Some("id 99999 failed"));
    }
}
