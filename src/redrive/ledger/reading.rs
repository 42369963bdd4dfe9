//! Reads a ledger from its first line to its last.

use std::io::{self, BufRead, Read as _};

use super::history::{History, MAX_RECORDS};
use super::job::Job;
use super::line::{Chain, Line, Plan, outcome};

/// Longest line: 500 records, each from an object of its own with a name as
/// long as S3 takes, have a tenth of it.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// What a ledger says.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) job: Job,
    pub(super) history: History,
    pub(super) chain: Chain,
    /// Bytes of its whole lines.
    pub(super) length: u64,
    /// Bytes after them: of a line that was never finished.
    pub(super) torn: u64,
}

/// Why a ledger cannot be read.
#[derive(Debug)]
pub(super) enum Damage {
    /// It does not begin as a ledger.
    NoLedger,
    /// A line in the middle is not as it was written.
    Line { number: u64, offset: u64 },
    /// There is more in it than one run can remember.
    TooLarge,
    /// It cannot be read at all.
    Io(io::Error),
}

/// Reads all lines. A last line that is not as it was written was being
/// written when everything stopped: it counts for nothing. What was planned
/// and not answered is left open.
pub(super) fn read(mut reader: impl BufRead) -> Result<Reading, Damage> {
    let mut chain = Chain::default();
    let mut text = Vec::new();
    let mut next = |text: &mut Vec<u8>| {
        text.clear();
        (&mut reader).take(MAX_LINE).read_until(b'\n', text).map_err(Damage::Io)
    };
    let mut length = next(&mut text)? as u64;
    let Some(Line::Job(job)) = text.strip_suffix(b"\n").and_then(|line| chain.read(line)) else {
        return Err(Damage::NoLedger);
    };
    let mut history = History::default();
    for number in 2.. {
        let bytes = next(&mut text)? as u64;
        if bytes == 0 {
            break;
        }
        let line = text.strip_suffix(b"\n").and_then(|line| chain.read(line));
        let Some(()) = line.and_then(|line| apply(&mut history, line)) else {
            if next(&mut text)? > 0 {
                return Err(Damage::Line { number, offset: length });
            }
            return Ok(Reading { job, history, chain, length, torn: bytes });
        };
        if history.count() > MAX_RECORDS {
            return Err(Damage::TooLarge);
        }
        length += bytes;
    }
    Ok(Reading { job, history, chain, length, torn: 0 })
}

/// Takes a line; `None` if it does not follow from those before it.
fn apply(history: &mut History, line: Line) -> Option<()> {
    match line {
        Line::Job(_) => None,
        Line::Plan(Plan { batch, at, sources, records }) => {
            for source in &sources {
                history.note(source, at);
            }
            history.plan(batch, at, records.0)
        }
        Line::Done(done) => {
            let outcomes: Option<Vec<_>> = done.outcomes.chars().map(outcome).collect();
            history.done(done.batch, outcomes?.into_iter())
        }
    }
}
