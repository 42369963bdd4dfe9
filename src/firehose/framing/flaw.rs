//! JSON that breaks on a later line than its first.

use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, json_flaw, looks_like_json};
use crate::json::{JsonError, JsonErrorKind};

/// Why JSON is none that starts with the lines `text` and breaks after them: by itself,
/// they would end early.
pub(super) fn below(block: &[u8], start: usize, text: &[u8], error: &JsonError) -> Option<Problem> {
    /// The flaw, and what shows what it is.
    const LOOK: usize = 64;
    if error.offset < text.len() || error.kind == JsonErrorKind::UnexpectedEnd {
        return None;
    }
    let rest = part(block, start..);
    let near = part(rest, ..rest.len().min(error.offset + LOOK));
    let flaw = json_flaw(near).filter(|_| looks_like_json(near))?;
    let kind = ProblemKind::NotJson { reason: flaw.reason, is_expected: false };
    (flaw.offset == error.offset).then(|| Problem::input(kind).at(flaw.offset))
}

#[cfg(test)]
mod tests {
    use super::super::{FoundRecord, InputFormat, records};
    use std::ops::ControlFlow;

    #[test]
    fn the_reason_is_that_of_the_line_where_it_breaks() {
        for (text, problem) in [
            ("{\n \"a\":1\n \"b\":2\n}", "not JSON from byte 10: expected `,` or `}`"),
            ("{\"a\":\"one\ntwo\"}", "not JSON from byte 9: line break in a string"),
            (
                "{\n  // one\n  \"a\":1\n}",
                "not JSON from byte 4: a comment, which JSON does not allow",
            ),
        ] {
            let mut found = Vec::new();
            let mut visit = |record: FoundRecord<'_>| {
                found.extend(record.problem.map(|it| it.to_string()));
                ControlFlow::Continue(())
            };
            assert!(records(text.as_bytes(), InputFormat::Auto, &mut visit).is_continue());
            assert_eq!(found, [problem], "{text}");
        }
    }
}
