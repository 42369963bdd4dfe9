//! What becomes of each record, and the counts of it before anything is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ledger::{History, Standing};
use super::objects::Object;
use super::records::{Met, Place, Record};
use crate::error::Error;
use firehose::limits::MAX_RECORD;
use firehose::redrive::{Reason, Tally};

/// What decides on a record, besides the filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Send again what may have arrived.
    pub(super) takes_unknown: bool,
    /// Put back what came back.
    pub(super) takes_returned: bool,
    /// Put back what the transform has been through.
    pub(super) takes_transformed: bool,
    /// Send so many at most.
    pub(super) limit: Option<u64>,
    /// When this run began, in milliseconds since 1970.
    pub(super) began: i64,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is sent.
    Send,
    /// It is sent, and may have been before.
    SendAgain,
    /// Firehose has it.
    Acknowledged,
    Skip(Reason),
}

impl Rules {
    /// Judges a record by what is known before this run.
    pub(super) fn judge(&self, record: &Record, history: &History) -> Fate {
        let standing = history.standing(record.entry.key);
        if standing == Standing::Acknowledged {
            return Fate::Acknowledged;
        }
        if record.payload.len() > MAX_RECORD {
            return Fate::Skip(Reason::TooLarge);
        }
        if record.is_transformed && !self.takes_transformed {
            return Fate::Skip(Reason::Transformed);
        }
        if standing == Standing::Unknown {
            return if self.takes_unknown { Fate::SendAgain } else { Fate::Skip(Reason::Unknown) };
        }
        let source = &record.place.object.source;
        let returned =
            record.arrival.and_then(|it| history.came_back(record.entry.payload, it, source));
        match returned {
            // What this run has sent cannot be in what it found at its start.
            Some(sent) if sent < self.began && !self.takes_returned => Fate::Skip(Reason::CameBack),
            _ => Fate::Send,
        }
    }
}

/// How far the records of an object are.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) object: Arc<Object>,
    /// Records and other things in it.
    pub(super) records: u64,
    /// Those that Firehose does not have.
    pub(super) left: u64,
}

/// Objects of which Firehose has every record.
pub(super) fn finished(objects: &BTreeMap<u64, Progress>) -> Vec<Arc<Object>> {
    let finished = objects.values().filter(|progress| progress.left == 0 && progress.records > 0);
    finished.map(|progress| Arc::clone(&progress.object)).collect()
}

/// Records in a row that may be there twice.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) object: Arc<Object>,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Possible duplicates, in the order of the sources.
#[derive(Debug, Default)]
pub(crate) struct Duplicates(pub(crate) Vec<Run>);

impl Duplicates {
    pub(super) fn add(&mut self, place: &Place) {
        if let Some(run) = self.0.last_mut()
            && Arc::ptr_eq(&run.object, &place.object)
            && run.last + 1 == place.number
        {
            run.last = place.number;
            return;
        }
        let object = Arc::clone(&place.object);
        self.0.push(Run { object, first: place.number, last: place.number });
    }
}

/// What a first pass over the sources found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) tally: Tally,
    /// Digests of names of objects, and of their versions, to know them again.
    pub(super) seen: BTreeMap<u64, u64>,
    /// Objects by the digests of their names, if somebody asks for them.
    pub(super) objects: Option<BTreeMap<u64, Progress>>,
    /// Records that Firehose has and may have twice, from earlier runs.
    pub(crate) duplicates: Duplicates,
    /// Inputs that could not be read.
    pub(crate) unreadable: u64,
    /// The object at hand: the digest of its name.
    at: u64,
    /// It is not what the ledger knows by its name.
    is_changed: bool,
    /// It has something else than failure records in it.
    is_strange: bool,
    /// It was met before: a file, and the folder that it is in.
    is_repeated: bool,
}

impl Survey {
    /// A survey that keeps the objects if they are to be tagged.
    pub(super) fn new(keeps_objects: bool) -> Self {
        Self { objects: keeps_objects.then(BTreeMap::new), ..Self::default() }
    }

    /// Takes a pass to its end, or to the limit. `tell` gets what the user
    /// should know at once.
    pub(super) fn run(
        &mut self,
        pass: impl Iterator<Item = Met>,
        rules: &Rules,
        history: &History,
        tell: &mut dyn FnMut(&Self, Said<'_>),
    ) -> Result<(), Error> {
        for met in pass {
            match met {
                Met::Object(object) => self.object(object, history),
                Met::Record(_)
                | Met::Filtered
                | Met::Other
                | Met::Skipped(..)
                | Met::MoreDamaged(..)
                    if self.is_repeated => {}
                Met::Other => {
                    self.tally.strange_objects += u64::from(!self.is_strange);
                    self.is_strange = true;
                }
                Met::Record(record) => {
                    self.record(&record, rules, history);
                    if rules.limit.is_some_and(|limit| self.tally.to_send.records >= limit) {
                        self.cut();
                        return Ok(());
                    }
                }
                Met::Filtered => {
                    self.tally.filtered += 1;
                    self.count(true);
                }
                Met::Skipped(reason, bytes, place) => {
                    self.tally.skip(reason, bytes, place);
                    self.count(true);
                }
                Met::MoreDamaged(count, place) => {
                    for _ in 0..count {
                        self.tally.skip(Reason::Damaged, 0, place.clone());
                        self.count(true);
                    }
                }
                Met::Notice(text) => tell(self, Said::Notice(&text)),
                Met::LeftOut(left_out) => self.tally.left_out.extend(left_out),
                Met::Unreadable(error) => {
                    self.unreadable += 1;
                    // It may be of the object at hand, whose rest nobody knows.
                    if let Some(objects) = &mut self.objects
                        && let Some(progress) = objects.get_mut(&self.at)
                    {
                        progress.left += 1;
                    }
                    tell(self, Said::Error(&error));
                }
                Met::Failed(error) => return Err(error),
            }
            tell(self, Said::Progress);
        }
        Ok(())
    }

    fn object(&mut self, object: Arc<Object>, history: &History) {
        self.at = object.source.name_digest();
        self.is_repeated = self.seen.contains_key(&self.at);
        if self.is_repeated {
            return;
        }
        self.tally.objects += 1;
        self.is_strange = false;
        self.is_changed = history.has_changed(&object.source);
        self.seen.insert(self.at, object.source.version_digest());
        if let Some(objects) = &mut self.objects {
            objects.insert(self.at, Progress { object, records: 0, left: 0 });
        }
    }

    fn record(&mut self, record: &Record, rules: &Rules, history: &History) {
        let bytes = record.payload.len();
        let fate = match rules.judge(record, history) {
            Fate::Acknowledged => Fate::Acknowledged,
            _ if self.is_changed => Fate::Skip(Reason::Changed),
            fate => fate,
        };
        self.count(fate != Fate::Acknowledged);
        match fate {
            Fate::Send => {
                self.tally.send(bytes, record.code.clone(), false);
                if history.has_sent(record.entry.payload) {
                    self.tally.same_bytes.add(bytes);
                }
            }
            Fate::SendAgain => self.tally.send(bytes, record.code.clone(), true),
            Fate::Acknowledged => self.tally.acknowledged.add(bytes),
            Fate::Skip(reason) => self.tally.skip(reason, bytes, record.place.told()),
        }
        // What is sent again is listed when it is acknowledged.
        let is_sent = matches!(fate, Fate::Send | Fate::SendAgain);
        if !is_sent && history.may_be_there_twice(record.entry.key) {
            self.duplicates.add(&record.place);
        }
    }

    /// Objects of which Firehose has every record.
    pub(crate) fn finished(&self) -> Vec<Arc<Object>> {
        self.objects.as_ref().map(finished).unwrap_or_default()
    }

    /// Nobody knows what else is in the object at hand.
    fn cut(&mut self) {
        self.tally.is_cut = true;
        self.count(true);
        self.tally.records -= 1;
    }

    fn count(&mut self, is_left: bool) {
        self.tally.records += 1;
        if let Some(progress) = self.objects.as_mut().and_then(|it| it.get_mut(&self.at)) {
            progress.records += 1;
            progress.left += u64::from(is_left);
        }
    }
}

/// What a survey has to say while it runs. `Progress`: it goes on.
pub(super) enum Said<'a> {
    Progress,
    Notice(&'a str),
    Error(&'a Error),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redrive::ledger::{Entry, Job, Ledger, Outcome, SourceVersion};

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

    fn record(object: &Arc<Object>, number: u64, payload: &[u8], arrival: i64) -> Record {
        Record {
            place: Place { object: Arc::clone(object), number, line: None },
            entry: object.source.entry(number, payload),
            payload: payload.to_vec(),
            arrival: Some(arrival),
            code: Some("Lambda.FunctionError".to_owned()),
            is_transformed: false,
        }
    }

    /// What a ledger knows when these were planned at a time, and came out so.
    fn history(at: i64, plans: &[(Entry, Option<Outcome>)]) -> History {
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

    fn survey(mets: Vec<Met>, rules: &Rules, history: &History) -> Survey {
        let mut survey = Survey::new(true);
        survey.run(mets.into_iter(), rules, history, &mut |_, _| {}).unwrap();
        survey
    }

    fn met(record: Record) -> Met {
        Met::Record(Box::new(record))
    }

    #[test]
    fn each_record_is_sent_unless_something_speaks_against_it() {
        let (it, later) = (object("1"), named("s3://b/later", "1"));
        let mut transformed = record(&it, 3, b"c", 0);
        transformed.is_transformed = true;
        let known = history(
            1_000_000,
            &[
                (it.source.entry(1, b"a"), Some(Outcome::Acknowledged)),
                (it.source.entry(2, b"b"), None),
            ],
        );
        let mets = vec![
            Met::Object(Arc::clone(&it)),
            met(record(&it, 1, b"a", 0)),
            met(record(&it, 2, b"b", 0)),
            met(transformed),
            met(record(&it, 4, &[0; MAX_RECORD + 1], 0)),
            met(record(&it, 5, b"a", 1_000_001)),
            Met::Filtered,
            Met::Skipped(Reason::TwoRawData, 3, "here".to_owned()),
            Met::Object(Arc::clone(&later)),
            met(record(&later, 1, b"a", 1_000_001)),
            met(record(&later, 2, b"a", 1_000)),
        ];
        let survey = survey(mets, &RULES, &known);
        let tally = &survey.tally;
        assert_eq!((tally.objects, tally.records, tally.filtered), (2, 9, 1));
        assert_eq!((tally.to_send.records, tally.again.records), (3, 1));
        assert_eq!(tally.acknowledged.records, 1);
        let reasons = tally.skipped.keys().map(|reason| reason.as_str());
        assert!(reasons.eq(["two-raw-data", "too-large", "transformed", "came-back"]));
        assert_eq!(tally.skipped[&Reason::CameBack].places, ["s3://b/later: record 1"]);
        let objects = survey.objects.unwrap();
        let progress = &objects[&it.source.name_digest()];
        assert_eq!((progress.records, progress.left), (7, 6));
    }

    #[test]
    fn the_user_may_take_what_is_held_back() {
        let it = object("1");
        let known = history(1_000_000, &[(it.source.entry(1, b"a"), None)]);
        let mut transformed = record(&it, 2, b"a", 2_000_000);
        transformed.is_transformed = true;
        let mets = || vec![met(record(&object("1"), 1, b"a", 0))];
        let rules = Rules { takes_unknown: false, ..RULES };
        assert_eq!(survey(mets(), &rules, &known).tally.skipped_records(), 1);
        let rules = Rules { takes_returned: true, takes_transformed: true, ..RULES };
        assert_eq!(survey(vec![met(transformed)], &rules, &known).tally.to_send.records, 1);
    }

    #[test]
    fn an_object_that_has_changed_is_left_alone() {
        let it = object("2");
        let known = history(0, &[(object("1").source.entry(1, b"a"), Some(Outcome::Acknowledged))]);
        let mets = vec![Met::Object(Arc::clone(&it)), met(record(&it, 1, b"a", 0))];
        assert_eq!(survey(mets, &RULES, &known).tally.skipped[&Reason::Changed].amount.records, 1);
    }

    #[test]
    fn the_limit_counts_what_is_sent() {
        let it = object("1");
        let mets = (1..9).map(|number| met(record(&it, number, b"a", 0))).collect();
        let rules = Rules { limit: Some(3), ..RULES };
        let tally = survey(mets, &rules, &History::default()).tally;
        assert_eq!((tally.to_send.records, tally.is_cut), (3, true));
    }

    #[test]
    fn what_may_be_there_twice_is_kept_in_runs() {
        let it = object("1");
        let mut duplicates = Duplicates::default();
        for number in [1, 2, 3, 7, 8] {
            duplicates.add(&record(&it, number, b"", 0).place);
        }
        let runs: Vec<_> = duplicates.0.iter().map(|run| (run.first, run.last)).collect();
        assert_eq!(runs, [(1, 3), (7, 8)]);
    }
}
