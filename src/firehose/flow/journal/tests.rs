use super::*;
use proptest::prelude::*;

fn accepted(first: u64, payloads: &[&'static str]) -> Entry {
    let payloads = payloads.iter().map(|it| Bytes::from_static(it.as_bytes())).collect();
    Entry::Accepted { first, arrival: 1_795_341_600_123, payloads }
}

fn intent(object: u64, is_backup: bool, records: &[u64]) -> Entry {
    let place = ObjectPlace { bucket: "lake".to_owned(), key: format!("2026/{object}") };
    let records = records.iter().copied().collect();
    Entry::Intent { object: ObjectId(object), place, is_backup, records }
}

fn file(entries: impl IntoIterator<Item = Entry>) -> Bytes {
    let mut out = Vec::new();
    for entry in entries {
        entry.push(&mut out);
    }
    out.into()
}

/// Numbers that wait for the transform, and for the backup.
fn left(files: impl IntoIterator<Item = Bytes>, there: &[&str]) -> (Vec<u64>, Vec<u64>) {
    let mut replay = Replay::new(true);
    for file in files {
        replay.read(&file).unwrap();
    }
    let restored = replay.finish(|place| there.contains(&place.key.as_str()));
    let numbers = |records: &[Record]| records.iter().map(|it| it.number).collect();
    (numbers(&restored.records), numbers(&restored.backup))
}

#[test]
fn what_is_not_settled_is_left_in_its_order() {
    let put = accepted(1, &["a", "b", "c", "d", "e"]);
    let written = |object| Entry::Written { object: ObjectId(object) };
    let all = vec![1, 2, 3, 4, 5];
    assert_eq!(left([file([put.clone()])], &[]), (all.clone(), all.clone()));
    // An intent counts once its object is there, whoever says so.
    let begun = file([put.clone(), intent(1, false, &[4, 2])]);
    assert_eq!(left([begun.clone()], &[]), (all.clone(), all.clone()));
    assert_eq!(left([begun.clone()], &["2026/1"]), (vec![1, 3, 5], all.clone()));
    assert_eq!(left([begun, file([written(1)])], &[]), (vec![1, 3, 5], all.clone()));
    let dropped = Entry::Dropped { records: [3, 9].into_iter().collect() };
    let backup = file([put, dropped, intent(7, true, &[1, 2, 3, 4, 5]), written(7)]);
    assert_eq!(left([backup.clone()], &[]), (vec![1, 2, 4, 5], vec![]));
    let mut replay = Replay::new(false);
    replay.read(&backup).unwrap();
    let restored = replay.finish(|_| false);
    assert_eq!((restored.next_record, restored.next_object, restored.backup), (6, 8, vec![]));
    let begun =
        file([Entry::Begun { next_record: 100, next_object: 50 }, intent(60, false, &[99])]);
    let mut replay = Replay::new(false);
    replay.read(&begun).unwrap();
    assert_eq!(replay.last_record(), 99);
    let empty = replay.finish(|_| true);
    assert_eq!(
        (empty.next_record, empty.next_object, empty.written),
        (100, 61, vec![ObjectId(60)])
    );
    assert_eq!(restored.records[0].payload, "a");
    assert_eq!(restored.records[0].arrival, 1_795_341_600_123);
}

#[test]
fn an_entry_that_was_not_written_to_its_end_never_was() {
    let whole = file([accepted(1, &["a"]), accepted(2, &["b"])]);
    let first = file([accepted(1, &["a"])]).len();
    for end in 0..whole.len() {
        let read: Vec<_> = entries(&whole.slice(..end)).map(Result::unwrap).collect();
        assert_eq!(read.len(), usize::from(end >= first), "{end}");
    }
}

#[test]
fn zeros_to_the_end_are_what_was_not_written() {
    let mut bytes = file([accepted(1, &["a"])]).to_vec();
    bytes.resize(bytes.len() + 4096, 0);
    let read: Result<Vec<_>, _> = entries(&bytes.clone().into()).collect();
    assert_eq!(read.map(|it| it.len()), Ok(1));
    bytes.push(1);
    let read: Result<Vec<_>, _> = entries(&bytes.into()).collect();
    assert!(read.is_err(), "something stands after them");
}

#[test]
fn damage_is_found_and_what_stands_before_it_counts() {
    let whole = file([accepted(1, &["a"]), accepted(2, &["b"]), accepted(3, &["c"])]);
    let first = file([accepted(1, &["a"])]).len();
    for at in first + 4..2 * first {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0x40;
        let mut replay = Replay::new(false);
        let damage = replay.read(&bytes.into()).unwrap_err();
        assert_eq!((damage.offset, damage.reason), (first, "its checksum does not match"));
        assert_eq!(replay.finish(|_| false).records.len(), 1);
    }
}

#[test]
fn numbers_end_where_they_cannot_be_counted_on() {
    let file = file([accepted(u64::MAX - 2, &["a", "b"])]);
    assert_eq!(left([file], &[]).0, [u64::MAX - 2, u64::MAX - 1]);
}

fn record_set() -> impl Strategy<Value = RecordSet> {
    prop::collection::vec(0_u64..1000, 0..20).prop_map(|numbers| numbers.into_iter().collect())
}

fn entry() -> impl Strategy<Value = Entry> {
    let payloads = prop::collection::vec(any::<Vec<u8>>().prop_map(Bytes::from), 0..5);
    let accepted = (any::<u32>(), any::<i64>(), payloads).prop_map(|(first, arrival, payloads)| {
        Entry::Accepted { first: first.into(), arrival, payloads }
    });
    let intent = (any::<u64>(), any::<String>(), any::<String>(), any::<bool>(), record_set())
        .prop_map(|(object, bucket, key, is_backup, records)| {
            let place = ObjectPlace { bucket, key };
            Entry::Intent { object: ObjectId(object), place, is_backup, records }
        });
    let written = any::<u64>().prop_map(|object| Entry::Written { object: ObjectId(object) });
    let dropped = record_set().prop_map(|records| Entry::Dropped { records });
    let begun = any::<(u64, u64)>()
        .prop_map(|(next_record, next_object)| Entry::Begun { next_record, next_object });
    prop_oneof![begun, accepted, intent, written, dropped]
}

proptest! {
    #[test]
    fn what_is_kept_is_read_again(kept in prop::collection::vec(entry(), 0..10)) {
        let read: Result<Vec<_>, _> = entries(&file(kept.clone())).collect();
        prop_assert_eq!(read, Ok(kept));
    }

    #[test]
    fn any_bytes_are_read_to_an_end(bytes in any::<Vec<u8>>()) {
        let mut replay = Replay::new(true);
        let _any = replay.read(&bytes.into());
        prop_assert!(replay.finish(|_| true).records.is_empty());
    }
}
