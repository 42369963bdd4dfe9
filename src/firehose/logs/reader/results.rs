//! What `aws logs get-query-results` answers: rows of Insights, a list of
//! fields each.
//!
//! ```text
//! {"results": [[{"field": "@timestamp", "value": "2026-11-22 10:00:00.123"},
//!               {"field": "@message", "value": "…"}, …], …], "status": "Complete", …}
//! ```

use super::VisitEvent;
use super::object::string;
use super::order::Order;
use crate::json;
use crate::logs::LogEvent;
use crate::time;

/// True for results of a query that gives messages.
pub(super) fn have_messages(results: &[u8]) -> bool {
    let mut rows = json::elements(results, 0).map_while(Result::ok).peekable();
    rows.peek().is_some() && rows.all(|(row, _)| of_row(row).is_some())
}

/// Visits the events, in the order of their times.
pub(super) fn visit_all(results: &[u8], visit: &mut VisitEvent<'_>) {
    let mut order = Order::default();
    for (row, _) in json::elements(results, 0).map_while(Result::ok) {
        if let Some(event) = of_row(row) {
            // All of it is in memory anyway.
            let _is_held = order.push(event, visit);
        }
    }
    order.finish(visit);
}

fn of_row(row: &[u8]) -> Option<LogEvent<'_>> {
    let mut event = LogEvent::default();
    let mut has_message = false;
    if row.first() != Some(&b'[') {
        return None;
    }
    for cell in json::elements(row, 0) {
        let (mut name, mut value) = (&b""[..], &b""[..]);
        for field in json::fields(cell.ok()?.0, 0) {
            let field = field.ok()?;
            match field.key {
                b"field" => name = json::string_body(field.value)?,
                b"value" => value = field.value,
                _ => {}
            }
        }
        match name {
            b"@message" => {
                has_message = true;
                let mut plain = Vec::new();
                json::unescape(json::string_body(value)?, &mut plain);
                event.message = plain.into();
            }
            b"@timestamp" => event.timestamp = time::rfc3339_or_utc(&string(value)?),
            b"@ingestionTime" => event.ingestion = time::rfc3339_or_utc(&string(value)?),
            b"@logStream" => event.stream = string(value),
            b"@log" => event.group = string(value),
            _ => {}
        }
    }
    has_message.then_some(event)
}
