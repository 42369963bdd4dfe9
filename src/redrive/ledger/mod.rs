//! The ledger of a redrive: which records Firehose has, so that a run can stop
//! anywhere and the next one resumes it.
//!
//! A file of lines that only grows (`line.rs`). Before a batch is sent, its
//! records are written down as planned; after its answer, what became of each;
//! each time the disk has it before anything else happens. A batch that was
//! planned and not answered may have arrived: its records are *unknown*.
//!
//! - It is bound to its [`Job`]: another one is refused.
//! - Every line has a checksum over all before it. A last line that was not
//!   finished is cut off and reported; any other damage is refused.
//! - A lock keeps a second run away. It goes with the process.
//! - Ledgers of a stream are kept in one folder of the user (`folder.rs`), and
//!   all of them are read: what another job has put back is not sent again
//!   (`other_ledgers.rs`).
//!
//! There are no payloads in it, and no credentials: digests, names of objects,
//! times. Only its owner may read it.

mod file;
mod folder;
mod history;
mod job;
mod key;
mod line;
mod other_ledgers;
mod reading;
#[cfg(test)]
mod tests;

pub use file::{Ledger, Opened};
pub use folder::{LedgerFolder, probe};
pub use history::{History, MAX_RECORDS, RecordState};
pub use job::{Job, Window};
pub use key::{Entry, PayloadDigest, RecordKey, SourceVersion};
pub use line::RecordOutcome;
pub use other_ledgers::{OtherLedgers, ledgers, other_ledgers};
