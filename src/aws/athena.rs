//! Athena: queries, and what comes of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::{CallError, Request, json};
use super::error::CallContext;
use super::{Service, Session};
use crate::error::Error;

/// Time from look to look at a query: it grows up to the second.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Rows of one answer (API reference, `GetQueryResults`).
const MAX_ROWS: usize = 1000;

/// A row of texts; `None` for null.
pub type AthenaRow = Vec<Option<String>>;

/// Where queries run, and where their results are written to.
#[derive(Debug, Clone)]
pub struct AthenaPlace {
    /// The workgroup; `primary` if none is named.
    pub work_group: Option<String>,
    /// `s3://BUCKET/PREFIX/`, unless the workgroup has one.
    pub output_location: Option<String>,
    /// The database of the table.
    pub database: String,
}

/// How far a query is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AthenaState {
    /// It waits or runs, and has scanned this many bytes.
    Running(u64),
    /// It is done, and has scanned this many bytes.
    Done(u64),
    /// It failed, or was stopped by someone else: why.
    Failed(String),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Start<'a> {
    query_string: &'a str,
    /// The same token twice is the same query: a repeated call starts no second one.
    client_request_token: &'a str,
    query_execution_context: ExecutionContext<'a>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    execution_parameters: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    work_group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_configuration: Option<ResultConfiguration<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExecutionContext<'a> {
    database: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResultConfiguration<'a> {
    output_location: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueryId {
    query_execution_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    query_execution: Query,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    status: Status,
    #[serde(default)]
    statistics: Statistics,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    state: String,
    state_change_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    data_scanned_in_bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NextRows<'a> {
    query_execution_id: &'a str,
    max_results: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rows {
    result_set: ResultSet,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResultSet {
    #[serde(default)]
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    #[serde(default)]
    data: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Cell {
    var_char_value: Option<String>,
}

impl Session {
    /// Starts a query; returns its id, or why Athena refuses it. `token` names it, with
    /// 32 characters at least. After an error without an answer, it may run.
    pub async fn start_query(
        &self,
        place: &AthenaPlace,
        sql: &str,
        parameters: &[String],
        token: &str,
    ) -> Result<Result<String, Error>, Error> {
        let location = place.output_location.as_deref();
        let input = Start {
            query_string: sql,
            client_request_token: token,
            query_execution_context: ExecutionContext { database: &place.database },
            execution_parameters: parameters,
            work_group: place.work_group.as_deref(),
            result_configuration: location
                .map(|output_location| ResultConfiguration { output_location }),
        };
        let request = Request::json(Service::Athena, "StartQueryExecution", &input);
        let group = place.work_group.as_deref().unwrap_or("primary");
        let context = CallContext::new(
            "start a query of Athena",
            format!("workgroup `{group}`"),
            "athena:StartQueryExecution",
        );
        let started: Result<QueryId, _> = self.call(request, &context, json).await;
        match started {
            Ok(started) => Ok(Ok(started.query_execution_id)),
            Err(CallError { may_be_done: false, error, .. }) => {
                Ok(Err(if error.to_string().to_lowercase().contains("output location") {
                    error.hint(
                        "pass `--output-location s3://BUCKET/PREFIX/`, or set one for the workgroup",
                    )
                } else {
                    error
                }))
            }
            Err(CallError { error, .. }) => Err(error),
        }
    }

    /// How far a query is.
    pub async fn query_state(&self, id: &str) -> Result<AthenaState, Error> {
        let input = QueryId { query_execution_id: id.to_owned() };
        let request = Request::json(Service::Athena, "GetQueryExecution", &input);
        let context = CallContext::new(
            "look at a query of Athena",
            query_name(id),
            "athena:GetQueryExecution",
        );
        let execution: Result<Execution, _> = self.call(request, &context, json).await;
        let Query { status, statistics } = execution?.query_execution;
        let bytes = statistics.data_scanned_in_bytes.unwrap_or_default();
        Ok(match status.state.as_str() {
            "SUCCEEDED" => AthenaState::Done(bytes),
            "FAILED" | "CANCELLED" => {
                let why = status.state_change_reason;
                AthenaState::Failed(why.unwrap_or_else(|| status.state.to_lowercase()))
            }
            _ => AthenaState::Running(bytes),
        })
    }

    /// Waits until a query has ended; returns the bytes that it has scanned, which
    /// `progress` is shown meanwhile, or why it failed. After an error it may still run.
    pub async fn query_end(
        &self,
        id: &str,
        progress: &mut (dyn FnMut(u64) + '_),
    ) -> Result<Result<u64, Error>, Error> {
        let mut wait = FIRST_WAIT;
        loop {
            match self.query_state(id).await? {
                AthenaState::Done(bytes) => return Ok(Ok(bytes)),
                AthenaState::Failed(why) => {
                    let error = Error::aws(format!("the query of Athena failed: {why}"));
                    return Ok(Err(
                        error.hint(format!("the query is {id}, in the history of the workgroup"))
                    ));
                }
                AthenaState::Running(bytes) => progress(bytes),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
    }

    /// The rows of a query that has ended, `most` at most, without that of the names
    /// of the columns.
    pub async fn query_rows(&self, id: &str, most: usize) -> Result<Vec<AthenaRow>, Error> {
        let context = CallContext::new(
            "read the results of a query",
            query_name(id),
            "athena:GetQueryResults",
        );
        let mut all = Vec::new();
        let mut next_token = None;
        loop {
            let input = NextRows { query_execution_id: id, max_results: MAX_ROWS, next_token };
            let request = Request::json(Service::Athena, "GetQueryResults", &input);
            let rows: Result<Rows, _> = self.call(request, &context, json).await;
            let Rows { result_set, next_token: more } = rows?;
            let cells = |row: Row| row.data.into_iter().map(|cell| cell.var_char_value).collect();
            all.extend(result_set.rows.into_iter().map(cells));
            next_token = more.filter(|_| all.len() <= most);
            if next_token.is_none() {
                break;
            }
        }
        Ok(all.into_iter().skip(1).take(most).collect())
    }

    /// Stops a query.
    pub async fn stop_query(&self, id: &str) -> Result<(), Error> {
        let input = QueryId { query_execution_id: id.to_owned() };
        let request = Request::json(Service::Athena, "StopQueryExecution", &input);
        let context =
            CallContext::new("stop a query of Athena", query_name(id), "athena:StopQueryExecution");
        Ok(self.call(request, &context, |_| Some(())).await?)
    }
}

fn query_name(id: &str) -> String {
    format!("query `{id}`")
}
