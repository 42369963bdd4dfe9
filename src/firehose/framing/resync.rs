//! Finds the next failure object after one that is damaged.
//!
//! Failure objects are large files of many records: one that was cut must not
//! take the records after it along.

use std::ops::Range;

use super::failure_key::{self, QUOTED_ATTEMPTS, QUOTED_RAW_DATA};
use super::keys::Keys;
use super::line::Reading;
use super::lookahead::Budget;
use crate::bytes::part;
use crate::json::{self, JsonErrorKind};

/// Brackets after the damage that are tried.
const MAX_CANDIDATES: usize = 64;

/// Returns where the first whole failure object within `range` starts. What
/// breaks off is read again later, so the `budget` bounds how much of that.
pub(super) fn next_failure(
    block: &[u8],
    range: Range<usize>,
    reading: Reading,
    budget: &mut Budget,
) -> Option<usize> {
    let text = part(block, range.clone());
    // Most lines have no bracket, and one search for a byte settles it.
    memchr::memchr(b'{', text)?;
    memchr::memmem::find(text, QUOTED_RAW_DATA)?;
    for found in memchr::memchr_iter(b'{', text).take(MAX_CANDIDATES) {
        let at = range.start + found;
        if block.get(json::skip_space(block, at + 1)) != Some(&b'"') {
            continue;
        }
        if budget.left() == 0 {
            return None;
        }
        match Keys::read(block, at) {
            Ok((keys, _)) if keys.is_failure() => return Some(at),
            Ok((_, end)) => budget.spend(end - at),
            // The rest of it may come.
            Err(error)
                if reading == Reading::Part && error.kind == JsonErrorKind::UnexpectedEnd =>
            {
                return None;
            }
            Err(error) => budget.spend(error.offset.saturating_sub(at)),
        }
    }
    None
}

/// True if a failure object starts somewhere in the start of an input, `head`,
/// where it may break off.
pub fn has_failure_object(head: &[u8]) -> bool {
    let mut budget = Budget::of(head);
    for at in memchr::memchr_iter(b'{', head) {
        if budget.left() == 0 {
            return false;
        }
        if head.get(json::skip_space(head, at + 1)) != Some(&b'"') {
            continue;
        }
        match Keys::read(head, at) {
            Ok((keys, _)) if keys.is_failure() => return true,
            Ok((_, end)) => budget.spend(end - at),
            Err(error) => {
                let is_open = error.kind == JsonErrorKind::UnexpectedEnd;
                let is_marked = |text| memchr::memmem::find(text, QUOTED_ATTEMPTS).is_some();
                if is_open && is_marked(part(head, at..)) {
                    return true;
                }
                budget.spend(error.offset.saturating_sub(at));
            }
        }
    }
    false
}

/// True if a failure object at `object` is printed in a line of a log that
/// starts at `start`; false if what stands before it is left of another object.
pub(super) fn is_in_log_line(block: &[u8], start: usize, object: usize) -> bool {
    let before = part(block, start..object);
    let is_line = start == 0 || block.get(start - 1) == Some(&b'\n');
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\t' && *byte != 0x1b;
    is_line
        && !before.starts_with(b"{")
        && memchr::memmem::find(before, b"\":").is_none()
        && before.last().is_none_or(|last| matches!(last, b' ' | b'\t' | b':' | b'='))
        && !before.iter().any(is_control)
}

/// True for the JSON of a failure object with a raw control character in it, which no
/// runtime prints: other bytes were written over it, so that it is damage and no print.
/// `error` is what is wrong with the JSON.
pub(super) fn is_overwritten(text: &[u8], error: Option<JsonErrorKind>) -> bool {
    let is_raw = |byte: &u8| *byte < b' ' && !json::is_space(*byte);
    let is_in_string = error == Some(JsonErrorKind::ControlInString);
    (is_in_string || text.iter().any(is_raw)) && failure_key::is_marked(text)
}

/// True if a failure object starts at `at`.
pub(super) fn is_failure(block: &[u8], at: usize) -> bool {
    block.get(at) == Some(&b'{') && Keys::read(block, at).is_ok_and(|(keys, _)| keys.is_failure())
}

#[cfg(test)]
mod tests {
    use super::super::lookahead::Lookahead;
    use super::super::region::next;
    use super::super::{InputFormat, shape::Region};
    use super::*;

    const RECORD: &str =
        r#"{"rawData":"QQ==","errorCode":"Lambda.FunctionError","attemptsMade":4}"#;

    fn regions<'a>(block: &'a [u8], ahead: &mut Lookahead) -> Vec<Region<'a>> {
        let (mut at, mut all) = (0, Vec::new());
        while let Some(region) = next(block, at, InputFormat::Failures, Reading::Whole, ahead) {
            at = region.end;
            all.push(region);
        }
        all
    }

    #[test]
    fn the_next_object_after_damage_is_found_on_its_line_and_on_later_ones() {
        for damage in ["wData\":\"QQ==\"}", "text", "{\"rawData\":\"QQ==", "{\"a\":1,\n  "] {
            let block = format!("{damage}{RECORD}\n{RECORD}");
            let mut budget = Budget::of(block.as_bytes());
            let range = 1..block.len();
            let found = next_failure(block.as_bytes(), range, Reading::Whole, &mut budget);
            assert_eq!(found, Some(damage.len()), "{damage}");
        }
    }

    #[test]
    fn a_flood_of_objects_that_do_not_close_takes_time_that_grows_with_it() {
        for line in [
            "\"rawData\",{\"b\":[1,\n",
            "x\"rawData\"{\"b\":[1,{\"b\":[\n",
            "{'rawData':[{\"b\":[\n",
        ] {
            let spent = |count| {
                let block = line.repeat(count);
                let mut ahead = Lookahead::new(block.as_bytes());
                let found = regions(block.as_bytes(), &mut ahead).len();
                assert!(found > 0 && found <= count, "{line}");
                (ahead.objects.spent + ahead.events.spent, block.len())
            };
            // Each try may pass the budget once, down to the deepest nesting.
            let try_of_one = 2 * crate::limits::MAX_JSON_DEPTH * line.len();
            for count in [4_000, 16_000] {
                let (spent, length) = spent(count);
                assert!(spent <= 2 * 16 * length + 4 * try_of_one, "{line}: {spent} of {length}");
            }
        }
    }

    #[test]
    fn objects_among_a_flood_are_still_found_at_the_start_of_a_line() {
        let flood = "\"rawData\",{\"b\":[1,\n".repeat(4_000);
        let block = format!("{flood}{RECORD}\n");
        let mut ahead = Lookahead::new(block.as_bytes());
        let last = regions(block.as_bytes(), &mut ahead).pop().unwrap();
        assert_eq!(&block.as_bytes()[last.body], RECORD.as_bytes());
    }
}
