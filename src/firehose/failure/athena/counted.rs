//! What Athena answers: rows of texts, in the order of the columns.

/// What a row of [`AthenaQuery::kinds`](super::AthenaQuery::kinds) says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Records of one kind that are wanted.
    Kind(Box<CountedKind>),
    /// Records without a time, where one was asked for.
    Timeless(u64),
    /// Records that are not wanted, and their code.
    Unwanted {
        /// The error code.
        code: String,
        /// How many.
        records: u64,
    },
    /// An object that SQL cannot read: `s3://BUCKET/KEY`, or `None` for all those
    /// that are too many to be named.
    Object(Option<String>),
}

/// What the records of a kind have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindKey {
    /// The error code.
    pub code: String,
    /// ARN of the transform.
    pub function: Option<String>,
    /// Attempts; `None` if they failed at the destination, after the transform.
    pub attempts: Option<u64>,
    /// One of their messages; empty if they have none.
    pub message: String,
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedKind {
    /// The kind.
    pub key: KindKey,
    /// Messages that are not kept apart.
    pub is_other: bool,
    /// How many.
    pub records: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// Fewest and most attempts.
    pub range: Option<(u64, u64)>,
    /// First and last arrival, in milliseconds since 1970.
    pub arrivals: Option<(i64, i64)>,
    /// Their messages are not all the same.
    pub messages_differ: bool,
    /// How many may be control messages.
    pub controls: u64,
    /// The object with the record that arrived first.
    pub first_object: String,
    /// The object with the example.
    pub sample_object: String,
    /// Records of each step: its number from 1970, and how many.
    pub timeline: Vec<(i64, u64)>,
}

/// Digits of a number in a place, which is sorted as text.
const DIGITS: usize = 19;
/// Flags before the numbers of an example.
const FLAGS: usize = 3;

impl Counted {
    /// Reads a row; `None` if it is none of this statement.
    pub fn read(row: &[Option<String>]) -> Option<Self> {
        let [verdict, code, rest @ ..] = row else { return None };
        let records = || number(rest.get(4)?.as_ref());
        Some(match verdict.as_deref()? {
            "wanted" => Self::Kind(Box::new(CountedKind::read(code.clone()?, rest)?)),
            "timeless" => Self::Timeless(records()?),
            "unwanted" => Self::Unwanted { code: code.clone()?, records: records()? },
            "object" => Self::Object(code.clone()),
            _ => return None,
        })
    }
}

impl CountedKind {
    fn read(code: String, rest: &[Option<String>]) -> Option<Self> {
        let [
            function,
            attempts,
            _shape,
            is_other,
            records,
            bytes,
            least,
            most,
            until,
            message,
            differ,
            controls,
            first,
            sample,
            timeline,
        ] = rest
        else {
            return None;
        };
        let (first, first_object) = first.as_deref()?.split_at_checked(DIGITS)?;
        let sample_object = sample.as_deref()?.get(FLAGS + 2 * DIGITS..)?;
        let until: Option<i64> = match until {
            Some(time) => Some(time.parse().ok()?),
            None => None,
        };
        let first = first.parse().ok();
        Some(Self {
            key: KindKey {
                code,
                function: function.clone(),
                attempts: attempts.as_ref().and_then(|it| it.parse().ok()),
                message: message.clone()?,
            },
            is_other: flag(is_other.as_ref())?,
            records: number(records.as_ref())?,
            bytes: number(bytes.as_ref())?,
            range: number(least.as_ref()).zip(number(most.as_ref())),
            arrivals: first.zip(until),
            messages_differ: flag(differ.as_ref())?,
            controls: number(controls.as_ref())?,
            first_object: first_object.to_owned(),
            sample_object: sample_object.to_owned(),
            timeline: timeline.as_deref().map_or(Some(Vec::new()), steps)?,
        })
    }
}

fn number(cell: Option<&String>) -> Option<u64> {
    cell?.parse().ok()
}

fn flag(cell: Option<&String>) -> Option<bool> {
    cell?.parse().ok()
}

/// Reads `29922360:12,29922361:3`.
fn steps(text: &str) -> Option<Vec<(i64, u64)>> {
    let step = |it: &str| {
        let (step, records) = it.split_once(':')?;
        Some((step.parse().ok()?, records.parse().ok()?))
    };
    text.split(',').filter(|it| !it.is_empty()).map(step).collect()
}

/// What may be a control message: a row of
/// [`AthenaQuery::controls`](super::AthenaQuery::controls).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is: `s3://BUCKET/KEY`.
    pub object: String,
    /// Its kind.
    pub kind: KindKey,
    /// The payload in base64.
    pub raw_data: String,
    /// How many records have all this in common.
    pub records: u64,
}

impl Candidate {
    /// Reads a row; `None` if it is none of this statement.
    pub fn read(row: &[Option<String>]) -> Option<Self> {
        let [object, code, function, attempts, message, raw_data, records] = row else {
            return None;
        };
        Some(Self {
            object: object.clone()?,
            kind: KindKey {
                code: code.clone()?,
                function: function.clone(),
                attempts: attempts.as_ref().and_then(|it| it.parse().ok()),
                message: message.clone().unwrap_or_default(),
            },
            raw_data: raw_data.clone()?,
            records: number(records.as_ref())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<Option<String>> {
        cells.iter().map(|it| (*it != "-").then(|| (*it).to_owned())).collect()
    }

    #[test]
    fn a_row_has_a_kind_with_or_without_times() {
        let place = "0001795341600123s3://lake/1";
        let (first, sample) = (format!("000{place}"), format!("000{:019}000{place}", 7));
        let cells = [
            "wanted",
            "X.Y",
            "-",
            "4",
            "m",
            "false",
            "3",
            "21",
            "4",
            "4",
            "1795341609123",
            "m",
            "false",
            "0",
            &first,
            &sample,
            "1795341600:2,1795341609:1",
        ];
        let Some(Counted::Kind(kind)) = Counted::read(&row(&cells)) else { panic!("no kind") };
        assert_eq!(kind.arrivals, Some((1_795_341_600_123, 1_795_341_609_123)));
        assert_eq!((&*kind.first_object, &*kind.sample_object), ("s3://lake/1", "s3://lake/1"));
        assert_eq!(kind.timeline, [(1_795_341_600, 2), (1_795_341_609, 1)]);
        let mut timeless = cells;
        (timeless[10], timeless[16]) = ("-", "-");
        let Some(Counted::Kind(kind)) = Counted::read(&row(&timeless)) else { panic!("no kind") };
        assert_eq!((kind.arrivals, kind.timeline.len()), (None, 0));
    }

    #[test]
    fn a_row_of_another_query_is_none_of_these() {
        for cells in [&["wanted"][..], &["x", "y"], &[], &["wanted", "X.Y", "-", "4", "m"]] {
            assert_eq!(Counted::read(&row(cells)), None, "{cells:?}");
        }
    }
}
