//! `--output table` of a judgement: a row a record.

use super::Judged;
use crate::render::table::{Column, Table};
use crate::terminal::{self, Terminal};
use firehose::transform::{Fate, Verdict};

/// Appends a row for each record.
pub fn push_table(out: &mut Vec<u8>, judged: &Judged<'_>, terminal: &Terminal) {
    let mut table = Table::new(vec![
        Column::right("record"),
        Column::from_end("recordId"),
        Column::left("fate"),
        Column::left("error code"),
        Column::right("attempts").dispensable(3),
        Column::right("bytes in").dispensable(2),
        Column::right("bytes out").dispensable(1),
    ]);
    for verdict in &judged.judgement.verdicts {
        table.row(cells(verdict, judged.retries));
    }
    table.push(out, terminal.table_width());
}

fn cells(verdict: &Verdict, retries: u32) -> Vec<String> {
    let size = |bytes: Option<usize>| {
        bytes.map_or_else(String::new, |bytes| terminal::group(bytes as u64))
    };
    let (code, attempts) = match verdict.fate {
        Fate::Failed(failure) => {
            let attempts = failure.attempts.count(retries);
            (failure.code, attempts.map_or_else(|| "?".to_owned(), |count| count.to_string()))
        }
        _ => ("", String::new()),
    };
    vec![
        verdict.event_index.map_or_else(String::new, |place| (place + 1).to_string()),
        terminal::escape_line(verdict.record_id.as_deref().unwrap_or_default().as_bytes()),
        verdict.fate.as_str().to_owned(),
        code.to_owned(),
        attempts,
        size(verdict.bytes_in),
        size(verdict.bytes_out),
    ]
}
