//! What `aws logs get-query-results` answers: rows of Insights, a list of
//! fields each.
//!
//! ```text
//! {"results": [[{"field": "@timestamp", "value": "2026-11-22 10:00:00.123"},
//!               {"field": "@message", "value": "…"}, …], …], "status": "Complete", …}
//! ```

use super::VisitEvent;
use super::order::Order;
use crate::json::Token;
use crate::logs::LogEvent;
use crate::time;

/// True for results of a query that gives messages.
pub(super) fn have_messages(results: Token<'_>) -> bool {
    let mut rows = results.elements().map_while(Result::ok).peekable();
    rows.peek().is_some() && rows.all(|(row, _)| of_row(row).is_some())
}

/// Visits the events, in the order of their times.
pub(super) fn visit_all(results: Token<'_>, visit: &mut VisitEvent<'_>) {
    let mut order = Order::default();
    for (row, _) in results.elements().map_while(Result::ok) {
        if let Some(event) = of_row(row) {
            // All of it is in memory anyway.
            let _is_held = order.push(event, visit);
        }
    }
    order.finish(visit);
}

fn of_row(row: Token<'_>) -> Option<LogEvent<'_>> {
    let mut event = LogEvent::default();
    let mut has_message = false;
    if !row.is_array() {
        return None;
    }
    for cell in row.elements() {
        let (mut name, mut value) = (b"".as_slice(), None);
        for field in cell.ok()?.0.fields() {
            let field = field.ok()?;
            match field.key {
                b"field" => name = field.value.body()?,
                b"value" => value = Some(field.value),
                _ => {}
            }
        }
        let string = || value.and_then(Token::string);
        match name {
            b"@message" => {
                has_message = true;
                event.message = value.and_then(Token::string_bytes)?;
            }
            b"@timestamp" => event.timestamp = time::rfc3339_or_utc(&string()?),
            b"@ingestionTime" => event.ingestion = time::rfc3339_or_utc(&string()?),
            b"@logStream" => event.stream = string(),
            b"@log" => event.group = string(),
            _ => {}
        }
    }
    has_message.then_some(event)
}
