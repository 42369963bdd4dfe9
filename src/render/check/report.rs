//! `--output table` of a judgement: a row a record.

use super::CheckedResponse;
use crate::render::table::{Column, Table};
use crate::terminal::{self, Terminal};
use firehose::transform::{Fate, LostData, Verdict};

/// Appends a row for each record.
pub fn push_table(out: &mut Vec<u8>, judged: &CheckedResponse<'_>, terminal: &Terminal) {
    let mut table = Table::new(
        &[
            Column::right("record"),
            Column::from_end("recordId"),
            Column::left("fate"),
            Column::left("error code"),
            Column::right("attempts").dispensable(3),
            Column::right("bytes in").dispensable(2),
            Column::right("bytes out").dispensable(1),
        ],
        terminal,
    );
    for verdict in &judged.judgement.verdicts {
        table.row(cells(verdict, judged.retries));
    }
    for lost in &judged.judgement.lost {
        table.row(lost_cells(lost));
    }
    out.extend_from_slice(table.laid_out().as_bytes());
}

fn cells(verdict: &Verdict, retries: u32) -> Vec<String> {
    let size = |bytes: usize| terminal::group(bytes as u64);
    let (code, attempts) = match verdict.fate {
        Fate::Failed(failure) => {
            let attempts = failure.error.attempts.count(retries);
            (failure.error.code, attempts.map_or_else(|| "?".to_owned(), |count| count.to_string()))
        }
        _ => ("", String::new()),
    };
    vec![
        (verdict.event_index + 1).to_string(),
        terminal::escape_line(verdict.record_id.as_bytes()),
        verdict.fate.as_str().to_owned(),
        code.to_owned(),
        attempts,
        size(verdict.bytes_in),
        verdict.bytes_out.map(size).unwrap_or_default(),
    ]
}

fn lost_cells(lost: &LostData) -> Vec<String> {
    let id = lost.record_id.as_deref().unwrap_or_default();
    let (id, fate) = (terminal::escape_line(id.as_bytes()), LostData::FATE.to_owned());
    let empty = String::new;
    vec![empty(), id, fate, empty(), empty(), empty(), empty()]
}
