//! Groups of a part of the records, written down to be merged elsewhere.
//!
//! What is read may have been written by anyone: it is bounded, and no number in it
//! is so large that a sum could overflow.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::groups::{
    AttemptRange, FailureGroup, FailureGroups, First, LARGEST_OF_SHAPE, LARGEST_SAMPLE, LONGEST,
    MAX_KINDS, Rank, Sample, ShapeSamples, code_of,
};
use super::shape::{MAX_LOOKED_INTO, MAX_SHAPES, Shape, Shapes};
use super::timeline::Timeline;

/// Most of anything that one part counts.
pub const MAX_COUNT: u64 = 1 << 48;

/// Longest name of an input: a path of Linux, and some.
const LONGEST_SOURCE: usize = 8 * 1024;

/// Groups as they are written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartialGroups {
    records: u64,
    bytes: u64,
    other: u64,
    arrivals: Option<(i64, i64)>,
    timeline: Timeline,
    groups: Vec<PartialGroup>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PartialGroup {
    /// What its records have in common, in base64.
    key: String,
    code: Option<String>,
    message: Option<String>,
    messages_differ: bool,
    attempts: Option<AttemptRange>,
    function: Option<String>,
    records: u64,
    bytes: u64,
    control_messages: u64,
    arrivals: Option<(i64, i64)>,
    timeline: Timeline,
    shapes: Vec<(u64, Shape)>,
    sample: PartialSample,
    shape_samples: Vec<(u64, Shape, PartialSample)>,
    first: PartialFirst,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PartialSample {
    source: String,
    line: u64,
    index: u64,
    /// In base64.
    object: Option<String>,
    rank: Rank,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PartialFirst {
    arrival: i64,
    source: String,
    index: u64,
    /// In base64.
    message: String,
}

impl From<&FailureGroups> for PartialGroups {
    fn from(it: &FailureGroups) -> Self {
        let groups = it
            .index
            .iter()
            .filter_map(|(key, index)| Some(PartialGroup::new(key, it.found.get(*index)?)));
        Self {
            records: it.records,
            bytes: it.bytes,
            other: it.other,
            arrivals: it.arrivals,
            timeline: it.timeline.clone(),
            groups: groups.collect(),
        }
    }
}

impl PartialGroups {
    /// The groups again; `None` if [`FailureGroups`] cannot have written them.
    pub fn read(self) -> Option<FailureGroups> {
        let counts = [self.records, self.bytes, self.other];
        let is_bounded = self.groups.len() <= MAX_KINDS
            && counts.iter().all(|count| *count <= MAX_COUNT)
            && self.timeline.is_possible(self.records);
        if !is_bounded {
            return None;
        }
        let mut groups = FailureGroups {
            records: self.records,
            bytes: self.bytes,
            other: self.other,
            arrivals: self.arrivals,
            timeline: self.timeline,
            ..FailureGroups::default()
        };
        let mut sum = self.other;
        for group in self.groups {
            sum = sum.checked_add(group.records)?;
            let (key, group) = group.read()?;
            *groups.messages.entry(code_of(&key).to_vec()).or_default() += 1;
            if groups.index.insert(key, groups.found.len()).is_some() {
                return None;
            }
            groups.found.push(group);
        }
        // What is counted in a group is counted in all.
        (sum == groups.records).then_some(groups)
    }
}

impl PartialGroup {
    fn new(key: &[u8], it: &FailureGroup) -> Self {
        Self {
            key: STANDARD.encode(key),
            code: it.code.clone(),
            message: it.message.clone(),
            messages_differ: it.messages_differ,
            attempts: it.attempts,
            function: it.function.clone(),
            records: it.records,
            bytes: it.bytes,
            control_messages: it.control_messages,
            arrivals: it.arrivals,
            timeline: it.timeline.clone(),
            shapes: it.shapes.entries().collect(),
            sample: PartialSample::new(&it.sample),
            shape_samples: it
                .shape_samples
                .entries()
                .map(|(number, shape, sample)| (number, shape, PartialSample::new(sample)))
                .collect(),
            first: PartialFirst {
                arrival: it.first.arrival,
                source: it.first.source.clone(),
                index: it.first.index,
                message: STANDARD.encode(&it.first.message),
            },
        }
    }

    fn read(self) -> Option<(Vec<u8>, FailureGroup)> {
        let texts = [&self.code, &self.message, &self.function];
        // A character that is cut has up to four bytes.
        let are_short = texts.into_iter().flatten().all(|text| text.len() <= 4 * LONGEST);
        let is_bounded = are_short
            && self.first.source.len() <= LONGEST_SOURCE
            && self.shape_samples.len() <= MAX_SHAPES
            && self.shapes.len() <= MAX_LOOKED_INTO
            && [self.records, self.bytes].iter().all(|count| *count <= MAX_COUNT)
            && self.control_messages <= self.records
            && self.timeline.is_possible(self.records);
        let key = STANDARD.decode(&self.key).ok().filter(|key| key.len() <= 4 * LONGEST)?;
        let message = STANDARD.decode(&self.first.message).ok()?;
        if !is_bounded || message.len() > LONGEST {
            return None;
        }
        let of_shapes = self
            .shape_samples
            .into_iter()
            .map(|(number, shape, sample)| Some((number, shape, sample.read(LARGEST_OF_SHAPE)?)));
        let shape_samples = ShapeSamples::from_entries(of_shapes.collect::<Option<_>>()?);
        let mut shapes = Shapes::default();
        self.shapes.into_iter().for_each(|(number, shape)| shapes.add(number, shape));
        let PartialFirst { arrival, source: first_source, index: first_index, .. } = self.first;
        let group = FailureGroup {
            code: self.code,
            message: self.message,
            messages_differ: self.messages_differ,
            attempts: self.attempts,
            function: self.function,
            records: self.records,
            bytes: self.bytes,
            control_messages: self.control_messages,
            arrivals: self.arrivals,
            timeline: self.timeline,
            shapes,
            sample: self.sample.read(LARGEST_SAMPLE)?,
            shape_samples,
            first: First { arrival, source: first_source, index: first_index, message },
        };
        Some((key, group))
    }
}

impl PartialSample {
    fn new(it: &Sample) -> Self {
        Self {
            source: it.source.clone(),
            line: it.line,
            index: it.index,
            object: it.object.as_ref().map(|object| STANDARD.encode(object)),
            rank: it.rank,
        }
    }

    /// The sample again, if its object has no more than `most` bytes.
    fn read(self, most: usize) -> Option<Sample> {
        let Self { source, line, index, object, rank } = self;
        let object = match object {
            Some(object) => Some(STANDARD.decode(object).ok()?),
            None => None,
        };
        let is_large = object.as_ref().is_some_and(|object| object.len() > most);
        let is_possible = source.len() <= LONGEST_SOURCE && !is_large;
        is_possible.then_some(Sample { source, line, index, object, shape: None, rank })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::failure::Members;
    use crate::failure::groups::MAX_MESSAGES;
    use crate::failure::{FailureRecord, Occurrence};

    /// A failure object, and where it is.
    #[derive(Debug, Clone)]
    struct Failed {
        object: String,
        source: String,
        index: u64,
        shape: Shape,
        is_control: bool,
    }

    /// Records of few kinds, of which the same attempts, times and sizes come often.
    fn failed() -> impl Strategy<Value = Vec<Failed>> {
        let code = prop::sample::select(vec!["Lambda.FunctionError", "Splunk.AckTimeout", "X.Y"]);
        let message = prop::sample::select(vec![
            "id 12345 failed",
            "id 99999 failed",
            "Caf\u{e9}",
            r"Caf\u00e9",
            "",
            "timed out",
        ]);
        // More than are told apart, and few of which one may stand out.
        let object = |keys| Shape::Object(Members { keys, ..Members::default() });
        let few = prop::sample::select(vec![Shape::Text, object(3), object(3), Shape::Empty]);
        let shape = prop_oneof![4 => few, 1 => (0..12_u64).prop_map(object)];
        let data = prop::sample::select(vec!["", "QQ==", "QUJD", "QUJE", "?"]);
        let time = prop_oneof![0..5_i64, 0..4_000_000_000_i64, any::<i64>()];
        let one = (code, message, 1..4_u64, time, data, shape, any::<bool>());
        prop::collection::vec(one, 1..60).prop_map(|all| {
            let made = all.into_iter().enumerate().map(|(number, it)| {
                let (code, message, attempts, time, data, shape, is_control) = it;
                let object = format!(
                    r#"{{"rawData":"{data}","errorCode":"{code}","errorMessage":"{message}","attemptsMade":{attempts},"arrivalTimestamp":{time},"lambdaARN":"arn:f:{attempts}"}}"#
                );
                let source = format!("s3://lake/{}", number / 7);
                Failed { object, source, index: number as u64 % 7 + 1, shape, is_control }
            });
            made.collect()
        })
    }

    fn add(groups: &mut FailureGroups, it: &Failed) {
        let record = FailureRecord::read(it.object.as_bytes());
        let slot = groups.find(&record);
        let number = groups.number(&it.source, it.index);
        let shape = groups.wants_shape(slot, number).then_some((number, it.shape));
        let Failed { source, index, is_control, .. } = it;
        let occurrence = Occurrence {
            source,
            line: *index,
            index: *index,
            is_control: *is_control,
            is_damaged: false,
            shape,
        };
        groups.add(slot, &record, occurrence);
    }

    /// All that a report is made of.
    fn report(groups: FailureGroups) -> String {
        let FailureGroups { records, bytes, other, arrivals, .. } = groups;
        let groups = groups.settled().showing_odd_ones(|_| true);
        format!(
            "{records} {bytes} {other} {arrivals:?} {:?} {:#?}",
            groups.timeline,
            groups.sorted()
        )
    }

    /// The same after it was written and read.
    fn through_json(groups: &FailureGroups) -> FailureGroups {
        let json = serde_json::to_string(&PartialGroups::from(groups)).unwrap();
        serde_json::from_str::<PartialGroups>(&json).unwrap().read().unwrap()
    }

    proptest! {
        #[test]
        fn parts_in_any_order_make_the_report_of_the_whole(
            all in failed(),
            split in prop::collection::vec(0..4_usize, 60),
            order in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let (mut whole, mut backwards) = (FailureGroups::default(), FailureGroups::default());
            for (it, last) in all.iter().zip(all.iter().rev()) {
                add(&mut whole, it);
                add(&mut backwards, last);
            }
            let mut parts = [(); 4].map(|()| FailureGroups::default());
            for (it, part) in all.iter().zip(&split) {
                add(&mut parts[*part], it);
            }
            let mut merged = FailureGroups::default();
            for part in &order {
                merged.merge(through_json(&parts[*part]));
            }
            // Merged in pairs, too.
            let mut pairs = [(); 2].map(|()| FailureGroups::default());
            for (number, part) in parts.iter().enumerate() {
                pairs[number % 2].merge(through_json(part));
            }
            let [mut first, second] = pairs;
            first.merge(through_json(&second));
            let expected = report(whole);
            prop_assert_eq!(&report(backwards), &expected);
            prop_assert_eq!(&report(merged), &expected);
            prop_assert_eq!(&report(first), &expected);
        }
    }

    #[test]
    fn messages_of_the_first_part_count_too() {
        let part = |from: u32| {
            let mut groups = FailureGroups::default();
            for number in from..from + 80 {
                let letter = |at: u32| char::from(b'a' + u8::try_from(number / at % 26).unwrap());
                let (one, two) = (letter(26), letter(1));
                let object = format!(
                    r#"{{"rawData":"QQ==","errorCode":"X.Y","errorMessage":"{one}{two}","attemptsMade":1,"arrivalTimestamp":1000}}"#
                );
                let (source, shape) = ("s3://lake/1".to_owned(), Shape::Text);
                add(&mut groups, &Failed { object, source, index: 1, shape, is_control: false });
            }
            assert_eq!(groups.sorted().len(), 80);
            through_json(&groups)
        };
        let mut merged = part(0);
        merged.merge(part(80));
        merged.merge(part(160));
        assert_eq!((merged.records, merged.sorted().len()), (240, MAX_MESSAGES + 1));
    }

    #[test]
    fn what_cannot_have_been_written_is_refused() {
        let mut groups = FailureGroups::default();
        let object = r#"{"rawData":"QQ==","errorCode":"X.Y","errorMessage":"m","attemptsMade":1,"arrivalTimestamp":1000}"#;
        let (source, shape) = ("s3://lake/1".to_owned(), Shape::Text);
        let it = Failed { object: object.to_owned(), source, index: 1, shape, is_control: false };
        add(&mut groups, &it);
        let good = serde_json::to_string(&PartialGroups::from(&groups)).unwrap();
        let read = |json: &str| serde_json::from_str(json).ok().and_then(PartialGroups::read);
        assert!(read(&good).is_some());
        for (part, instead) in [
            (
                r#""records":1,"bytes":1,"other":0"#,
                r#""records":9007199254740993,"bytes":1,"other":0"#,
            ),
            (r#""records":1,"bytes":1,"other":0"#, r#""records":2,"bytes":1,"other":0"#),
            (r#""step":0"#, r#""step":19"#),
            (r#""start":1,"#, r#""start":9223372036854775807,"#),
            (r#""counts":[1]"#, r#""counts":[18446744073709551615]"#),
            (r#""counts":[1]"#, r#""counts":[1,1]"#),
            (r#""messagesDiffer""#, r#""more":1,"messagesDiffer""#),
            (r#""object":""#, r#""object":"!"#),
        ] {
            assert!(good.contains(part), "{part}: {good}");
            assert!(read(&good.replace(part, instead)).is_none(), "{part}");
        }
        let long = format!(r#""source":"{}""#, "x".repeat(LONGEST_SOURCE + 1));
        assert!(read(&good.replace(r#""source":"s3://lake/1""#, &long)).is_none());
    }
}
