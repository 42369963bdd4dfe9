//! A stream among others.

use std::time::Duration;

use serde::Serialize;

use super::super::chart::sparkline;
use super::super::page::safe;
use super::super::pipeline::{bars, function, goal, source};
use super::super::table::{Column, ColumnOf};
use crate::terminal::group;
use crate::times::rfc3339;
use firehose::diagnosis::{Facts, Health, State, incoming};
use firehose::known::Known;
use firehose::time::Millis;

/// A stream: a stable schema. What is not known is null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRow {
    /// When it was looked at: RFC 3339.
    time: Option<String>,
    stream: String,
    status: Option<String>,
    source: Option<String>,
    /// The function by its name and qualifier; null also if there is none.
    transform: Option<String>,
    destination: Option<String>,
    window_seconds: u64,
    incoming: Option<u64>,
    delivered: Option<u64>,
    /// `failing`, `unknown`, `dropping`, `working`, `idle`.
    state: &'static str,
    why: String,
    #[serde(skip)]
    pub(super) order: State,
    #[serde(skip)]
    bars: Vec<u64>,
}

impl StreamRow {
    pub(super) fn new(name: &str, facts: &Known<Facts>, now: Millis, window: Duration) -> Self {
        match facts {
            Known::Yes(facts) => Self::of(facts),
            other => Self {
                time: rfc3339(now),
                stream: name.to_owned(),
                status: None,
                source: None,
                transform: None,
                destination: None,
                window_seconds: window.as_secs(),
                incoming: None,
                delivered: None,
                state: State::Unknown.as_str(),
                why: reason(other),
                order: State::Unknown,
                bars: Vec::new(),
            },
        }
    }

    pub(super) fn of(facts: &Facts) -> Self {
        let health = Health::of(facts);
        let stream = &facts.stream;
        let sum = |id| facts.metrics.yes().map(|it| it.sum(id));
        Self {
            time: rfc3339(facts.now),
            stream: stream.name.clone(),
            status: Some(stream.status.clone()),
            source: Some(source(stream)),
            transform: stream.transform().map(function),
            destination: Some(goal(stream)),
            window_seconds: facts.window.as_secs(),
            incoming: sum(incoming(&stream.source)),
            delivered: sum("delivered"),
            state: health.state.as_str(),
            why: health.why,
            order: health.state,
            bars: bars(facts),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.stream
    }

    /// The columns for `rows`: that of the status only where one is not active, that of
    /// reasons only where there is one.
    pub(super) fn columns<'a>(rows: &[Self]) -> Vec<ColumnOf<'a, Self>> {
        let with_status = rows.iter().any(|it| it.status.as_deref() != Some("ACTIVE"));
        let status = || cell(Column::left("status"), |row| row.status.as_ref(), "unknown");
        let mut columns = vec![
            Column::left("stream").cell(|row: &Self| safe(&row.stream)),
            cell(Column::left("source").dispensable(1), |row| row.source.as_ref(), "unknown"),
            cell(
                Column::from_end("transform").dispensable(3),
                |row| row.transform.as_ref(),
                "none",
            ),
            cell(
                Column::from_end("destination").dispensable(4),
                |row| row.destination.as_ref(),
                "unknown",
            ),
            Column::left("").dispensable(2).cell(|row: &Self| sparkline(&row.bars)),
            Column::right("records").cell(|row: &Self| match row.incoming {
                Some(count) => group(count),
                None => "unknown".to_owned(),
            }),
            Column::left("state").cell(|row: &Self| row.state.to_owned()),
        ];
        if rows.iter().any(|it| !it.why.is_empty()) {
            columns.push(Column::sentences("why").cell(|row: &Self| safe(&row.why)));
        }
        columns.splice(1..1, with_status.then(status));
        columns
    }
}

/// A column that may be unknown, or have no text: then `or`.
fn cell<'a>(
    column: Column,
    text: impl Fn(&StreamRow) -> Option<&String> + 'a,
    or: &'static str,
) -> ColumnOf<'a, StreamRow> {
    column.cell(move |row: &StreamRow| match (&row.status, text(row)) {
        (None, _) => "unknown".to_owned(),
        (_, None) => or.to_owned(),
        (_, Some(text)) => safe(text),
    })
}

/// Why a fact is not known, as a clause.
pub(super) fn reason<T>(fact: &Known<T>) -> String {
    match fact {
        Known::No => "it does not exist".to_owned(),
        fact => fact.why().unwrap_or_default(),
    }
}
