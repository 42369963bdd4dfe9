//! Reads records on a thread of its own: an input may be slow, or wait for
//! somebody to type.

use std::thread;

use tokio::sync::mpsc;

use crate::error::Error;
use crate::firehose::delivery::Outgoing;

/// Records to send, numbered from 1 in the order of the input.
pub type Records = Box<dyn Iterator<Item = Result<Outgoing, Error>> + Send>;

/// Records, and bytes of them, that are handed over at once.
const LOT: usize = 500;
const LOT_BYTES: usize = 1024 * 1024;

/// Lots that wait.
const WAITING: usize = 2;

type Lot = Result<Vec<Outgoing>, Error>;

/// The records, in lots.
#[derive(Debug)]
pub(super) struct Feed {
    lots: mpsc::Receiver<Lot>,
}

impl Feed {
    /// Begins to read. The thread ends with the input, or when nobody wants
    /// more of it.
    pub(super) fn start(records: Records) -> Result<Self, Error> {
        let (out, lots) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("records".to_owned())
            .spawn(move || read(records, &out))
            .map_err(|error| Error::internal(format!("no thread for the input: {error}")))?;
        Ok(Self { lots })
    }

    /// The next lot; nothing at the end of the input.
    pub(super) async fn next(&mut self) -> Option<Lot> {
        self.lots.recv().await
    }
}

fn read(records: Records, out: &mpsc::Sender<Lot>) {
    let (mut lot, mut bytes) = (Vec::new(), 0);
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                // What was read before is sent all the same.
                let _gone = out.blocking_send(Ok(lot)).and_then(|()| out.blocking_send(Err(error)));
                return;
            }
        };
        bytes += record.payload.len();
        lot.push(record);
        // While the other side is idle it gets what there is.
        let is_idle = out.capacity() == WAITING;
        if (lot.len() >= LOT || bytes >= LOT_BYTES || is_idle)
            && out.blocking_send(Ok(std::mem::take(&mut lot))).is_err()
        {
            return;
        }
        if lot.is_empty() {
            bytes = 0;
        }
    }
    let _gone = out.blocking_send(Ok(lot));
}
