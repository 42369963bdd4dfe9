//! What of some failure records was put back from this machine: by the same names of
//! records that keep a redrive from sending them twice.

use std::sync::Arc;

use super::ledger::{self, History, RecordState, SourceVersion};
use super::objects::Objects;
use crate::aws::{Service, Session};
use crate::context;
use crate::input::ObjectVersion;
use crate::input::base64::Base64Reader;
use firehose::framing::Data;
use firehose::redrive::PutBack;

/// What the ledgers of this machine know, by the names of the delivery streams.
#[derive(Debug)]
pub(crate) struct KnownRuns(Vec<(String, History)>);

impl KnownRuns {
    /// Reads the ledgers of the stream with this ARN, or of all streams, that records
    /// were put into at this endpoint of Firehose; `None` if there are none.
    pub(crate) fn read(stream: Option<&str>, endpoint: Option<&str>) -> Option<Arc<Self>> {
        let found = ledger::ledgers(&context::state_home()?, stream, endpoint);
        (!found.is_empty()).then(|| Arc::new(Self(found)))
    }

    /// How many records were put back at this time or later, in milliseconds since 1970.
    pub(crate) fn put_back_since(&self, since: i64) -> u64 {
        self.histories().map(|history| history.acknowledged_since(since)).sum()
    }

    fn histories(&self) -> impl Iterator<Item = &History> + Clone {
        self.0.iter().map(|(_, history)| history)
    }
}

/// How many records were put back from this machine into the stream with this ARN, which
/// is called by `session`, at this time or later.
pub(crate) fn put_back_since(session: &Session, stream: &str, since: i64) -> u64 {
    let endpoint = session.endpoint(Service::Firehose).map(ToString::to_string);
    let runs = KnownRuns::read(Some(stream), endpoint.as_deref());
    runs.map_or(0, |runs| runs.put_back_since(since))
}

/// Counts records that were put back.
pub(crate) struct PutBackReader {
    runs: Arc<KnownRuns>,
    objects: Objects,
    base64: Base64Reader,
    /// The input at hand, if a record of it was sent.
    source: Option<SourceVersion>,
    counts: PutBack,
}

impl PutBackReader {
    pub(crate) fn new(runs: Arc<KnownRuns>) -> Self {
        Self {
            runs,
            objects: Objects::default(),
            base64: Base64Reader::new(),
            source: None,
            counts: PutBack::default(),
        }
    }

    /// Another that counts by the same ledgers.
    pub(crate) fn like(&self) -> Self {
        Self::new(Arc::clone(&self.runs))
    }

    /// An input begins.
    pub(crate) fn open(&mut self, name: &str, s3: Option<&ObjectVersion>) {
        self.source = self.objects.known(name, s3, self.runs.histories());
    }

    /// Counts a record by its number among the objects of the input.
    pub(crate) fn record(&mut self, number: u64, data: &Data<'_>) {
        let (Some(source), Data::Base64(text)) = (&self.source, data) else { return };
        let Ok(payload) = self.base64.read(text) else { return };
        let key = source.entry(number, payload).key;
        let in_state = |state| {
            let mut runs = self.runs.0.iter();
            runs.find(|(_, history)| history.state(key) == state)
        };
        if let Some((stream, history)) = in_state(RecordState::Acknowledged) {
            self.counts.acknowledged(stream, history.sent_at(key));
        } else if in_state(RecordState::Unknown).is_some() {
            self.counts.unknown += 1;
        }
    }

    /// What was counted, here and by another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
    }

    pub(crate) fn finish(self) -> PutBack {
        self.counts
    }
}
