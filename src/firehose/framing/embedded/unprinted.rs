//! What programs print instead of bytes: `[object Object]`, `[B@1b2c3d4e`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::printed_bytes::{JAVA, remedy_without_data};
use super::is_named_data;
use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, is_name};

/// Most bytes of it that are shown.
const MAX_SHOWN: usize = 80;

const OBJECT: &[u8] = b"[object ";

/// A look for what such a line cannot be without.
pub(super) fn may_be_in(line: &[u8]) -> bool {
    static OTHERS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| [Finder::new("java."), Finder::new("System."), Finder::new("...}")]);
    let is_stub = |at: usize| remedy_without_data(part(line, at..)).is_some();
    memchr::memchr(b'@', line).is_some()
        || memchr::memchr3_iter(b'[', b'<', b'#', line).any(is_stub)
        || OTHERS.iter().any(|it| it.find(line).is_some())
}

/// The note on a line that shows something in place of a record's data.
pub(in super::super) fn without_data(line: &[u8]) -> Option<Problem> {
    let line = line.trim_ascii();
    let (printed, remedy) = reference(line).or_else(|| stub(line))?;
    // A line that is nothing else is the payload: it has a message of its own.
    if printed.len() == line.len() && !line.starts_with(b"com.") {
        return None;
    }
    let printed = String::from_utf8_lossy(part(printed, ..printed.len().min(MAX_SHOWN)));
    let kind = ProblemKind::LineWithoutData { printed: printed.into_owned(), remedy };
    Some(Problem::input(kind))
}

/// `[B@1b2c3d4e`, or the name of a class of events and its hash.
fn reference(line: &[u8]) -> Option<(&[u8], &'static str)> {
    let is_of_hash = |it: &&u8| it.is_ascii_hexdigit();
    memchr::memchr_iter(b'@', line).find_map(|at| {
        let (before, after) = (part(line, ..at), part(line, at + 1..));
        let hash = after.iter().take_while(is_of_hash).count();
        let is_end = after.get(hash).is_none_or(|it| !is_name(*it) && *it != b'-' && *it != b'@');
        if !(4..=8).contains(&hash) || !is_end {
            return None;
        }
        let is_array = before.ends_with(b"[B");
        let length = before.iter().rev().take_while(|it| is_name(**it)).count();
        let name = part(before, before.len() - length..);
        if !is_array && !is_class_of_records(name) {
            return None;
        }
        let start = if is_array { at - 2 } else { at - length };
        Some((part(line, start..=at + hash), JAVA))
    })
}

/// True for the full name of a class of AWS's libraries, or of one called event or record.
fn is_class_of_records(name: &[u8]) -> bool {
    const PACKAGES: [&[u8]; 2] = [b"com.amazonaws.", b"software.amazon."];
    const ENDS: [&[u8]; 4] = [b"Event", b"Record", b"Request", b"Response"];
    let is_class = name.contains(&b'.') && name.first().is_some_and(u8::is_ascii_lowercase);
    PACKAGES.iter().any(|it| name.starts_with(it))
        && ENDS.iter().any(|it| memchr::memmem::find(name, it).is_some())
        || is_class && (name.ends_with(b"FirehoseEvent") || name.ends_with(b"KinesisEvent"))
}

/// What stands where the data of a record was meant.
fn stub(line: &[u8]) -> Option<(&[u8], &'static str)> {
    let opens = |byte: &u8| matches!(byte, b'[' | b'<' | b'#' | b'S' | b'j' | b's' | b'{');
    let mut at = 0;
    while let Some(next) = part(line, at..).iter().position(opens) {
        let start = at + next;
        let (before, rest) = (part(line, ..start), part(line, start..));
        at = start + 1;
        if before.last().is_some_and(|it| is_name(*it)) {
            continue;
        }
        if let Some(cut) = cut_list(rest).filter(|_| is_named_data(before)) {
            const REMEDY: &str = "print `[Convert]::ToBase64String($record.data)`";
            return Some((cut, REMEDY));
        }
        let Some(remedy) = remedy_without_data(rest) else { continue };
        let is_object = rest.starts_with(OBJECT);
        if !is_object && !is_named_data(before) {
            continue;
        }
        let end = match rest.first() {
            Some(b'[') => memchr::memchr(b']', rest),
            Some(b'<' | b'#') => memchr::memchr(b'>', rest),
            _ => {
                let length = rest.iter().take_while(|it| is_name(**it)).count();
                let is_open = matches!(rest.get(length), Some(b'['));
                if is_open { memchr::memchr(b']', rest) } else { length.checked_sub(1) }
            }
        };
        return Some((part(rest, ..end.map_or(rest.len(), |end| end + 1)), remedy));
    }
    None
}

/// `{123, 34, 97, 34...}`, as PowerShell shortens a list.
fn cut_list(text: &[u8]) -> Option<&[u8]> {
    const DOTS: &[u8] = b"...}";
    let end = memchr::memmem::find(text, DOTS)?;
    let numbers = part(text, ..end).strip_prefix(b"{")?;
    let is_of_list = |it: &u8| it.is_ascii_digit() || matches!(it, b',' | b' ');
    (numbers.len() > 4 && numbers.iter().all(is_of_list)).then_some(part(text, ..end + DOTS.len()))
}
