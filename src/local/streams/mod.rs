//! Delivery streams that run: the flow decides, and what it wants is done here.
//!
//! ```text
//! put ─▶ Flow ─▶ effects ─▶ Hands ─┬▶ functions   and back with the answer
//!          ▲                       ├▶ objects     and back when it is there
//!          └── timer               ├▶ logs
//!                                  └▶ history
//! ```

mod counts;
mod hands;
mod kept;
mod stream;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::local::cloudwatch_logs::Destinations;
use crate::local::faults::lock;
use firehose::description::Description;
use firehose::flow::journal::Restored;
use firehose::flow::{Flow, StreamConfig};

pub use counts::throttled;
pub use hands::Hands;
use kept::State;
pub use kept::{ACTIVE, PutError, SetupError};
pub use stream::Stream;
use stream::query;

/// The streams of an account in a Region.
#[derive(Debug)]
pub struct Streams {
    hands: Arc<Hands>,
    named: Mutex<BTreeMap<String, Arc<Stream>>>,
    /// Streams that were made so far.
    made: AtomicU64,
}

impl Streams {
    /// No stream yet.
    pub fn new(hands: Arc<Hands>) -> Self {
        Self { hands, named: Mutex::default(), made: AtomicU64::new(0) }
    }

    /// What streams have in common.
    pub const fn hands(&self) -> &Arc<Hands> {
        &self.hands
    }

    /// Makes a stream; false if there is one of this name. The description is what
    /// `DescribeDeliveryStream` answers. What a journal has of it goes on. All that is
    /// random comes from `seed`, except in a folder.
    pub fn create(
        &self,
        config: StreamConfig,
        description: Description,
        seed: u64,
    ) -> Result<bool, SetupError> {
        let name = config.origin.stream.clone();
        let query = query(&config)?;
        config.check()?;
        let mut named = self.named();
        if named.contains_key(&name) {
            return Ok(false);
        }
        let mut restored = Restored::default();
        let mut journal = None;
        if let Some(saved) = &self.hands.saved {
            let has_backup = config.backup.is_some();
            let opened = saved.journal(&name, has_backup, &self.hands.objects);
            let (opened, left) = opened.map_err(SetupError::NotKept)?;
            (journal, restored) = (Some(opened), left);
        }
        let flow = Flow::new(config, query, self.seed(seed))?;
        let mut state = State { flow, description: Description::default(), journal, stopped: None };
        state.describe(description, &name, &self.hands)?;
        let stream = Stream::start(&name, Arc::clone(&self.hands), state, restored);
        named.insert(name, stream);
        Ok(true)
    }

    /// The seed of another stream. Names of objects are random, and one that is made
    /// again within a second must not write over those of the first; in a folder, not
    /// even after a restart.
    fn seed(&self, seed: u64) -> u64 {
        match self.hands.saved {
            Some(_) => fastrand::u64(..),
            None => seed.wrapping_add(self.made.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// The stream of this name.
    pub fn get(&self, name: &str) -> Option<Arc<Stream>> {
        self.named().get(name).cloned()
    }

    /// Waits until nothing is on its way in these streams at one time, or they have
    /// stopped: what one logs may be put into another one.
    pub async fn settled(streams: &[Arc<Stream>]) {
        while !streams.iter().all(|it| it.is_settled()) {
            for stream in streams {
                stream.settled().await;
            }
        }
    }

    /// Deletes a stream with all that it holds; false if there is none.
    pub fn delete(&self, name: &str) -> bool {
        let Some(stream) = self.named().remove(name) else { return false };
        stream.stop();
        if let Some(saved) = &self.hands.saved {
            // What is left of it is deleted before there is another one of its name.
            let _deleted = saved.delete_stream(name);
        }
        true
    }

    /// The names of all streams, in order.
    pub fn names(&self) -> Vec<String> {
        self.named().keys().cloned().collect()
    }

    /// No code panics while it holds this.
    fn named(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Stream>>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Destinations for Streams {
    fn deliver(&self, arn: &str, record: Vec<u8>) -> Result<(), String> {
        let name = arn.rsplit_once("deliverystream/").map_or(arn, |(_, name)| name);
        let stream = self.get(name).ok_or_else(|| format!("no delivery stream `{name}`"))?;
        let action = "firehose:PutRecordBatch";
        if lock(&self.hands.faults).denies(action) {
            return Err(format!("the role is not authorized to perform: {action}"));
        }
        match stream.put(vec![record.into()]) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
