//! What must hold after every step, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use crate::flow::buffers::Role;

impl Run {
    /// Each record is in one place, and the flow has the same in each.
    pub(super) fn compare(&self) {
        let mut places = BTreeMap::new();
        let mut saved = BTreeSet::new();
        let mut put = |number: u64, place: &'static str| {
            assert_eq!(places.insert(number, place), None, "{number} is in two places");
        };
        let flow = &self.flow;
        flow.calls.waiting().for_each(|record| put(record.number, "waiting"));
        flow.calls.calling().for_each(|record| put(record.number, "calling"));
        let buffers = flow.buffers.iter().map(|(role, buffer)| (role, &buffer.records, false));
        let writing = flow.writing.values().map(|it| (&it.role, &it.records, true));
        for (role, records, is_writing) in buffers.chain(writing) {
            for number in records.numbers() {
                match (role, is_writing) {
                    (Role::Backup, _) => assert!(saved.insert(number), "{number} is saved twice"),
                    (_, true) => put(number, "writing"),
                    (Role::Delivery(_), false) => put(number, "delivering"),
                    (Role::Failures(_), false) => put(number, "failing"),
                }
            }
        }
        for what in ["delivery", "failures", "dropped"] {
            self.model.done.get(what).into_iter().flatten().for_each(|number| put(*number, what));
        }
        assert_eq!(places.len(), self.model.accepted.len(), "a record is nowhere");
        let done = self.model.done.get("backup").into_iter().flatten();
        done.for_each(|number| assert!(saved.insert(*number), "{number} is saved twice"));
        if self.config.backup.is_some() {
            assert_eq!(saved.len(), self.model.accepted.len(), "a record is not in the backup");
        }
        let holds = flow.holds();
        let count = |place| places.values().filter(|it| **it == place).count() as u64;
        let on_the_way =
            (holds.waiting, holds.calling, holds.delivering, holds.failing, holds.writing);
        let expected = (
            count("waiting"),
            count("calling"),
            count("delivering"),
            count("failing"),
            count("writing"),
        );
        assert_eq!(on_the_way, expected);
        let settled = holds.delivered + holds.failed + holds.dropped + holds.settled_before;
        assert!(holds.delivered <= count("delivery"), "others are counted as delivered");
        assert!(holds.failed <= count("failures") && holds.dropped <= count("dropped"));
        assert_eq!(settled, count("delivery") + count("failures") + count("dropped"));
        assert_eq!(holds.accepted, self.model.accepted.len() as u64);
        let oldest =
            places.iter().find(|(_, place)| !["delivery", "failures", "dropped"].contains(place));
        assert!(oldest.is_none_or(|(number, _)| flow.oldest() <= *number));
    }

    /// Lets everything come to its end: then each record is in S3 or dropped, once.
    pub(super) fn end(&mut self) {
        for round in 0.. {
            if self.flow.holds().is_settled() {
                break;
            }
            assert!(round < 100_000, "{:?}", self.flow.holds());
            match round % 4 {
                0 => self.answer(),
                1 | 2 => self.write(),
                _ => self.wait(),
            }
            self.compare();
        }
        let (mut once, mut saved) = (BTreeSet::new(), BTreeSet::new());
        for (numbers, what) in self.stored.values() {
            let all = if *what == "backup" { &mut saved } else { &mut once };
            for number in numbers {
                assert!(all.insert(*number), "{number} is there twice");
            }
        }
        let dropped = self.model.done.get("dropped");
        dropped.into_iter().flatten().for_each(|number| assert!(once.insert(*number)));
        assert!(self.model.accepted.keys().eq(&once), "a record is lost");
        assert!(self.config.backup.is_none() || saved == once);
    }
}
