//! The first pass: counts what would become of each record.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::duplicates::Duplicates;
use super::ledger::History;
use super::objects::Object;
use super::records::{FailedRecord, PassItem};
use super::rules::{Decision, Rules, may_be_copy};
use crate::error::Error;
use firehose::redrive::{Reason, RecordCounts};

/// How far the records of an object are.
#[derive(Debug)]
pub(super) struct ObjectProgress {
    pub(super) object: Arc<Object>,
    /// Records and other things in it.
    pub(super) records: u64,
    /// Those that Firehose does not have.
    pub(super) left: u64,
}

/// Objects of which Firehose has every record.
pub(super) fn finished(objects: &BTreeMap<u64, ObjectProgress>) -> Vec<Arc<Object>> {
    let finished = objects.values().filter(|progress| progress.left == 0 && progress.records > 0);
    finished.map(|progress| Arc::clone(&progress.object)).collect()
}

/// What a first pass over the sources found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) tally: RecordCounts,
    /// Digests of names of objects, and of their versions, to know them again.
    pub(super) seen: BTreeMap<u64, u64>,
    /// Objects by the digests of their names, if they are to be tagged.
    pub(super) objects: Option<BTreeMap<u64, ObjectProgress>>,
    /// Records that Firehose has and may have twice, from earlier runs.
    pub(crate) duplicates: Duplicates,
    /// Inputs that could not be read.
    pub(crate) unreadable: u64,
    /// The object at hand: the digest of its name.
    current: u64,
    /// It is not what the ledger knows by its name.
    is_changed: bool,
    /// It has something else than failure records in it.
    is_strange: bool,
    /// It was read before: a file that is named, and the folder that it is in.
    is_repeated: bool,
}

impl Survey {
    /// A survey that keeps the objects if they are to be tagged.
    pub(super) fn new(keeps_objects: bool) -> Self {
        Self { objects: keeps_objects.then(BTreeMap::new), ..Self::default() }
    }

    /// Takes a pass to its end, or to the limit. `report` gets what the user
    /// should see at once.
    pub(super) fn run(
        &mut self,
        pass: impl Iterator<Item = PassItem>,
        rules: &Rules,
        history: &History,
        report: &mut dyn FnMut(&Self, SurveyEvent<'_>),
    ) -> Result<(), Error> {
        for item in pass {
            match item {
                PassItem::Object(object) => self.object(object, history),
                PassItem::Record(_)
                | PassItem::Filtered
                | PassItem::Other
                | PassItem::Skipped(..)
                | PassItem::DamagedObject(_)
                | PassItem::MoreDamaged(..)
                    if self.is_repeated => {}
                PassItem::Other => {
                    self.tally.strange_objects += u64::from(!self.is_strange);
                    self.is_strange = true;
                }
                PassItem::Record(record) => {
                    self.record(&record, rules, history);
                    if rules.limit.is_some_and(|limit| self.tally.to_send.records >= limit) {
                        self.cut();
                        return Ok(());
                    }
                }
                PassItem::Filtered => {
                    self.tally.filtered += 1;
                    self.count(true);
                }
                PassItem::Skipped(reason, bytes, place) => {
                    self.tally.skip(reason, bytes, place);
                    self.count(true);
                }
                PassItem::DamagedObject(place) => {
                    self.tally.damaged_object(place);
                    self.leave();
                }
                PassItem::MoreDamaged(count, place) => {
                    for _ in 0..count {
                        self.tally.skip(Reason::Damaged, 0, place.clone());
                        self.count(true);
                    }
                }
                PassItem::Notice(text) => report(self, SurveyEvent::Notice(&text)),
                PassItem::LeftOut(left_out) => self.tally.left_out.extend(left_out),
                PassItem::Unreadable(error) => {
                    self.unreadable += 1;
                    // It may be the rest of the object at hand, which is unknown then.
                    self.leave();
                    report(self, SurveyEvent::Error(&error));
                }
                PassItem::Failed(error) => return Err(error),
            }
            report(self, SurveyEvent::Progress);
        }
        Ok(())
    }

    fn object(&mut self, object: Arc<Object>, history: &History) {
        self.current = object.source.name_digest();
        self.is_repeated = self.seen.contains_key(&self.current);
        if self.is_repeated {
            return;
        }
        self.tally.objects += 1;
        self.is_strange = false;
        self.is_changed = history.has_changed(&object.source);
        self.seen.insert(self.current, object.source.version_digest());
        if let Some(objects) = &mut self.objects {
            objects.insert(self.current, ObjectProgress { object, records: 0, left: 0 });
        }
    }

    fn record(&mut self, record: &FailedRecord, rules: &Rules, history: &History) {
        let bytes = record.payload.len();
        let decision = match rules.decide(record, history) {
            Decision::Acknowledged => Decision::Acknowledged,
            _ if self.is_changed => Decision::Skip(Reason::Changed),
            decision => decision,
        };
        self.count(decision != Decision::Acknowledged);
        match decision {
            Decision::Send => {
                self.tally.send(bytes, record.code.clone(), false);
                if may_be_copy(record, history) {
                    self.tally.same_bytes.add(bytes);
                }
            }
            Decision::SendAgain => self.tally.send(bytes, record.code.clone(), true),
            Decision::Acknowledged => self.tally.acknowledged.add(bytes),
            Decision::Skip(reason) => {
                let place = record.place.describe();
                let by = record.transformed_by.as_deref().filter(|_| reason.is_of_transformed());
                let place = by.map_or(place.clone(), |by| format!("{place} (shown by `{by}`)"));
                self.tally.skip(reason, bytes, place);
            }
        }
        // What is sent again is listed when it is acknowledged.
        let is_sent = matches!(decision, Decision::Send | Decision::SendAgain);
        if !is_sent && history.may_be_there_twice(record.entry.key) {
            self.duplicates.add(&record.place);
        }
    }

    /// Something is left of the object at hand that is no record.
    fn leave(&mut self) {
        if let Some(progress) = self.objects.as_mut().and_then(|it| it.get_mut(&self.current)) {
            progress.left += 1;
        }
    }

    /// Objects of which Firehose has every record.
    pub(crate) fn finished(&self) -> Vec<Arc<Object>> {
        self.objects.as_ref().map(finished).unwrap_or_default()
    }

    /// The limit is reached: what else is in the object at hand is unknown.
    fn cut(&mut self) {
        self.tally.is_cut = true;
        self.count(true);
        self.tally.records -= 1;
    }

    fn count(&mut self, is_left: bool) {
        self.tally.records += 1;
        if let Some(progress) = self.objects.as_mut().and_then(|it| it.get_mut(&self.current)) {
            progress.records += 1;
            progress.left += u64::from(is_left);
        }
    }
}

/// What a survey reports while it runs. `Progress`: it is still at work.
pub(super) enum SurveyEvent<'a> {
    Progress,
    Notice(&'a str),
    Error(&'a Error),
}

#[cfg(test)]
mod tests {
    use super::super::records::RecordPlace;
    use super::*;
    use crate::redrive::ledger::{Entry, Job, Ledger, RecordOutcome, SourceVersion};
    use firehose::failure::Transformed;
    use firehose::limits::MAX_RECORD;

    const RULES: Rules = Rules {
        takes_unknown: true,
        takes_returned: false,
        takes_transformed: false,
        limit: None,
        began: 10_000_000,
    };

    fn object(version: &str) -> Arc<Object> {
        named("s3://b/k", version)
    }

    fn named(name: &str, version: &str) -> Arc<Object> {
        let source = SourceVersion { name: name.to_owned(), version: version.to_owned() };
        Arc::new(Object { name: name.to_owned(), source, s3: None })
    }

    fn record(object: &Arc<Object>, number: u64, payload: &[u8], arrival: i64) -> FailedRecord {
        FailedRecord {
            place: RecordPlace { object: Arc::clone(object), number, line: None },
            entry: object.source.entry(number, payload),
            payload: payload.to_vec(),
            arrival: Some(arrival),
            code: Some("Lambda.FunctionError".to_owned()),
            transformed: Transformed::No,
            transformed_by: None,
        }
    }

    /// What a ledger knows when these were planned at a time, and came out so.
    fn history(at: i64, plans: &[(Entry, Option<RecordOutcome>)]) -> History {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.ledger");
        let job = Job::new("arn".to_owned(), Vec::new(), Vec::new());
        let mut ledger = Ledger::create(&path, &job).unwrap();
        for (entry, outcome) in plans {
            let batch = ledger.plan(at, &[&object("1").source], vec![*entry]).unwrap();
            if let Some(outcome) = outcome {
                ledger.done(batch, at + 1, &[*outcome]).unwrap();
            }
        }
        drop(ledger);
        Ledger::open(&path, &job).unwrap().unwrap().ledger.history
    }

    fn survey(items: Vec<PassItem>, rules: &Rules, history: &History) -> Survey {
        let mut survey = Survey::new(true);
        survey.run(items.into_iter(), rules, history, &mut |_, _| {}).unwrap();
        survey
    }

    fn item(record: FailedRecord) -> PassItem {
        PassItem::Record(Box::new(record))
    }

    #[test]
    fn each_record_is_sent_unless_something_speaks_against_it() {
        let (it, later) = (object("1"), named("s3://b/later", "1"));
        let mut transformed = record(&it, 3, b"c", 0);
        transformed.transformed = Transformed::Yes;
        let mut converted = record(&it, 6, b"d", 0);
        converted.transformed = Transformed::Perhaps;
        let known = history(
            1_000_000,
            &[
                (it.source.entry(1, b"a"), Some(RecordOutcome::Acknowledged)),
                (it.source.entry(2, b"b"), None),
            ],
        );
        let items = vec![
            PassItem::Object(Arc::clone(&it)),
            item(record(&it, 1, b"a", 0)),
            item(record(&it, 2, b"b", 0)),
            item(transformed),
            item(converted),
            item(record(&it, 4, &[0; MAX_RECORD + 1], 0)),
            item(record(&it, 5, b"a", 1_000_001)),
            PassItem::Filtered,
            PassItem::Skipped(Reason::TwoRawData, 3, "here".to_owned()),
            PassItem::Object(Arc::clone(&later)),
            item(record(&later, 1, b"a", 1_000_001)),
            item(record(&later, 2, b"a", 1_000)),
        ];
        let survey = survey(items, &RULES, &known);
        let tally = &survey.tally;
        assert_eq!((tally.objects, tally.records, tally.filtered), (2, 10, 1));
        assert_eq!((tally.to_send.records, tally.again.records), (3, 1));
        assert_eq!(tally.acknowledged.records, 1);
        let reasons = tally.skipped.keys().map(|reason| reason.as_str());
        assert!(reasons.eq([
            "two-raw-data",
            "too-large",
            "transformed",
            "perhaps-transformed",
            "came-back"
        ]));
        assert_eq!(tally.skipped[&Reason::CameBack].places, ["s3://b/later: record 1"]);
        let objects = survey.objects.unwrap();
        let progress = &objects[&it.source.name_digest()];
        assert_eq!((progress.records, progress.left), (8, 7));
    }

    #[test]
    fn the_user_may_take_what_is_held_back() {
        let it = object("1");
        let known = history(1_000_000, &[(it.source.entry(1, b"a"), None)]);
        let mut transformed = record(&it, 2, b"a", 2_000_000);
        transformed.transformed = Transformed::Yes;
        let items = || vec![item(record(&object("1"), 1, b"a", 0))];
        let rules = Rules { takes_unknown: false, ..RULES };
        assert_eq!(survey(items(), &rules, &known).tally.skipped_records(), 1);
        let rules = Rules { takes_returned: true, takes_transformed: true, ..RULES };
        assert_eq!(survey(vec![item(transformed)], &rules, &known).tally.to_send.records, 1);
    }

    #[test]
    fn an_object_that_has_changed_is_left_alone() {
        let it = object("2");
        let known =
            history(0, &[(object("1").source.entry(1, b"a"), Some(RecordOutcome::Acknowledged))]);
        let items = vec![PassItem::Object(Arc::clone(&it)), item(record(&it, 1, b"a", 0))];
        assert_eq!(survey(items, &RULES, &known).tally.skipped[&Reason::Changed].amount.records, 1);
    }

    #[test]
    fn the_limit_counts_what_is_sent() {
        let it = object("1");
        let items = (1..9).map(|number| item(record(&it, number, b"a", 0))).collect();
        let rules = Rules { limit: Some(3), ..RULES };
        let tally = survey(items, &rules, &History::default()).tally;
        assert_eq!((tally.to_send.records, tally.is_cut), (3, true));
    }
}
