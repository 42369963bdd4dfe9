//! Queries of Athena: started, watched, stopped, and cleared away after.

use crate::aws::{AthenaPlace, AthenaRow, Session};
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::terminal;
use firehose::failure::athena::{
    AthenaQuery, Candidate, Counted, CountedKind, MAX_CONTROLS, MAX_OBJECTS, Statement,
};

/// Rows of one statement that are read: kinds, and objects.
const MAX_ROWS: usize = 2 * MAX_OBJECTS;

/// What the queries have counted.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) kinds: Vec<(CountedKind, i64)>,
    pub(super) timeless: u64,
    pub(super) unwanted: Vec<(String, u64)>,
    /// Objects that SQL cannot read: `s3://BUCKET/KEY`.
    pub(super) objects: Vec<String>,
    /// There are more of them.
    pub(super) has_more_objects: bool,
    pub(super) candidates: Vec<Candidate>,
    /// Bytes that were scanned to count kinds.
    pub(super) scanned: u64,
    /// What may be control messages and was not looked into.
    pub(super) unknown_controls: u64,
}

/// The queries of one bucket, one after the other.
pub(super) struct Queries<'a> {
    session: &'a Session,
    place: &'a AthenaPlace,
    progress: ProgressBar,
    /// What names the queries of this run.
    run: &'a str,
    started: u32,
    /// The statement whose id is not known yet, and its token.
    starting: Option<(Statement, String)>,
    /// The query that runs.
    running: Option<String>,
    /// Bytes that were scanned by those that have ended.
    pub(super) scanned: u64,
    /// What deletes the table that is to be made, and the one that may be there.
    drop_later: Option<String>,
    drop_table: Option<String>,
}

impl<'a> Queries<'a> {
    pub(super) fn new(
        session: &'a Session,
        place: &'a AthenaPlace,
        run: &'a str,
        context: &Context,
    ) -> Self {
        Self {
            session,
            place,
            progress: ProgressBar::new(context, ProgressBar::MESSAGE, None),
            run,
            started: 0,
            starting: None,
            running: None,
            scanned: 0,
            drop_later: None,
            drop_table: None,
        }
    }

    /// Counts what the queries ask for.
    pub(super) async fn count(&mut self, queries: &[AthenaQuery]) -> Result<Found, Error> {
        let mut found = Found::default();
        let Some(first) = queries.first() else { return Ok(found) };
        self.drop_later = Some(first.drop_table());
        self.define(first.create_table()).await?;
        for query in queries {
            let mut controls = 0;
            let before = self.scanned;
            let rows = self.run(query.kinds(), MAX_ROWS).await?;
            found.scanned += self.scanned - before;
            for row in rows {
                let row = Counted::read(&row).ok_or_else(unexpected)?;
                controls += found.add(row, query.step);
            }
            if controls > MAX_CONTROLS {
                found.unknown_controls += controls;
            } else if controls > 0 {
                let rows = self.run(query.controls(), MAX_ROWS).await?;
                found.add_candidates(&rows, controls)?;
            }
        }
        Ok(found)
    }

    /// Stops what runs, and deletes the table. What is not known to be gone is an error.
    pub(super) async fn clear_away(&mut self) -> Result<(), Error> {
        let stopped = self.stop().await;
        // Also where the query is not known to have ended: the table is not needed.
        let dropped = match self.drop_table.take() {
            Some(sql) => self.define(sql).await,
            None => Ok(()),
        };
        stopped.and(dropped)
    }

    /// Stops what runs, or may run.
    async fn stop(&mut self) -> Result<(), Error> {
        if let Some((statement, token)) = self.starting.take() {
            // The same token: this is the query that was being started.
            let Statement { sql, parameters } = &statement;
            if let Ok(id) = self.session.start_query(self.place, sql, parameters, &token).await? {
                self.has_started(id);
            }
        }
        match self.running.take() {
            Some(id) => self.session.stop_query(&id).await,
            None => Ok(()),
        }
    }

    /// Runs a statement that has no rows.
    async fn define(&mut self, sql: String) -> Result<(), Error> {
        self.run(Statement { sql, parameters: Vec::new() }, 0).await.map(drop)
    }

    /// Runs a statement, and reads its rows, `most` at most.
    async fn run(&mut self, statement: Statement, most: usize) -> Result<Vec<AthenaRow>, Error> {
        self.started += 1;
        // At least 32 characters (API reference, `StartQueryExecution`).
        let token = format!("{}-{:016}", self.run, self.started);
        let Statement { sql, parameters } =
            self.starting.insert((statement, token.clone())).0.clone();
        // Without an answer, it may have started.
        let answer = self.session.start_query(self.place, &sql, &parameters, &token).await?;
        self.starting = None;
        let id = answer?;
        self.has_started(id.clone());
        let Self { progress, scanned, .. } = self;
        let end = self
            .session
            .query_end(&id, &mut |bytes| {
                let bytes = *scanned + bytes;
                progress.show(bytes, || format!("Athena: {} scanned", firehose::size(bytes)));
            })
            .await?;
        self.running = None;
        self.scanned += end?;
        if most == 0 {
            return Ok(Vec::new());
        }
        let rows = self.session.query_rows(&id, most + 1).await?;
        if rows.len() > most {
            let most = terminal::group(most as u64);
            return Err(Error::user(format!("Athena counted more than {most} kinds of failures"))
                .hint("limit it with `--code`, or with `--since` and `--until`"));
        }
        Ok(rows)
    }

    /// A query runs; the first is the one that makes the table.
    fn has_started(&mut self, id: String) {
        self.running = Some(id);
        self.drop_table = self.drop_later.take().or(self.drop_table.take());
    }
}

impl Found {
    /// Takes a row; returns how many of its records may be control messages.
    fn add(&mut self, row: Counted, step: i64) -> u64 {
        match row {
            Counted::Kind(kind) => {
                let controls = kind.controls;
                self.kinds.push((*kind, step));
                return controls;
            }
            Counted::Timeless(records) => self.timeless += records,
            Counted::Unwanted { code, records } => self.unwanted.push((code, records)),
            Counted::Object(Some(object)) => self.objects.push(object),
            Counted::Object(None) => self.has_more_objects = true,
        }
        0
    }

    /// Takes the rows of what may be control messages, of `controls` records. There are
    /// rows of objects too that SQL cannot read, and it returns only the first of all.
    fn add_candidates(&mut self, rows: &[AthenaRow], controls: u64) -> Result<(), Error> {
        if rows.len() as u64 > MAX_CONTROLS {
            self.unknown_controls += controls;
            return Ok(());
        }
        for row in rows {
            self.candidates.push(Candidate::read(row).ok_or_else(unexpected)?);
        }
        Ok(())
    }
}

fn unexpected() -> Error {
    Error::aws("Athena returned a row that does not belong to the query")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_that_are_cut_are_counted_and_not_looked_into() {
        let cells = ["s3://lake/a", "X.Y", "", "4", "m", "H4sI", "1"];
        let row: AthenaRow = cells.iter().map(|it| Some((*it).to_owned())).collect();
        let mut rows = vec![row; usize::try_from(MAX_CONTROLS).unwrap_or_default()];
        let mut found = Found::default();
        assert!(found.add_candidates(&rows, 3).is_ok());
        assert_eq!((found.candidates.len() as u64, found.unknown_controls), (MAX_CONTROLS, 0));
        rows.extend(rows.first().cloned());
        let mut found = Found::default();
        assert!(found.add_candidates(&rows, 3).is_ok());
        assert_eq!((found.candidates.len(), found.unknown_controls), (0, 3));
    }
}
