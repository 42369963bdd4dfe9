//! What records in a line start with.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::decode::BASE64_STARTS;

/// Lists of the numbers of what JSON and gzip start with.
const LISTS: [&str; 10] = [
    "[123 34 ",
    "[123, 34, ",
    "[123,34,",
    "[91 123 ",
    "[91, 123, ",
    "[91,123,",
    "[31 139 ",
    "[31, 139, ",
    "[31,139,",
    "[31, -117, ",
];

pub(super) const BUFFER: &str = "<Buffer ";

/// Literals of bytes of which a record may come.
const PAYLOADS: [&str; 6] = ["b'{", "b\"{", "b'[{", "b\"[{", "b'\\x1f", "b\"\\x1f"];

/// All literals of bytes: in a line that has one of the signs of a record, one that is none
/// makes it text.
const LITERALS: [&str; 2] = ["b'", "b\""];

/// Columns of base64.
const COLUMNS: &str = "=\t";

/// Signs without which no record is in a line; one pass for all of them.
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let others = PAYLOADS.into_iter().chain([BUFFER, COLUMNS]);
    one_of(BASE64_STARTS.into_iter().chain(LISTS).chain(others))
});

static STARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    one_of(BASE64_STARTS.into_iter().chain(LISTS).chain(LITERALS).chain([BUFFER]))
});

fn one_of<'s>(signs: impl Iterator<Item = &'s str>) -> Option<Regex> {
    let signs: Vec<_> = signs.map(regex::escape).collect();
    Regex::new(&signs.join("|")).ok()
}

/// Where something may start that is a record, from `at` on.
pub(super) fn next(line: &[u8], at: usize) -> Option<usize> {
    Some(STARTS.as_ref()?.find_at(line, at)?.start())
}

/// The marks of a block, found once each.
#[derive(Debug, Default)]
pub(in super::super) struct Marks {
    /// The first one from the last line on that was asked for, or the end of the block.
    next: Option<usize>,
    /// The block is not only base64.
    has_words: Option<bool>,
}

impl Marks {
    /// True if a record may be in the `line` of the `block`, after which only later lines are
    /// asked for.
    #[inline]
    pub(in super::super) fn may_be_in(&mut self, block: &[u8], line: &Range<usize>) -> bool {
        let next = match self.next {
            Some(next) if next >= line.start => next,
            _ => *self.next.insert(find(block, line.start)),
        };
        next < line.end
    }

    /// The same for a line that may be nothing else than base64.
    #[inline]
    pub(in super::super) fn may_be_in_words(&mut self, block: &[u8], line: &Range<usize>) -> bool {
        *self.has_words.get_or_insert_with(|| has_words(block))
            && self.may_be_in(block, line)
            && block.get(line.clone()).is_some_and(has_words)
    }
}

fn find(block: &[u8], at: usize) -> usize {
    let found = ANY.as_ref().and_then(|it| it.find_at(block, at));
    found.map_or(block.len(), |it| it.start())
}

/// True for text with something that separates words or records.
fn has_words(text: &[u8]) -> bool {
    memchr::memchr3(b' ', b'\t', b',', text).is_some()
        || memchr::memchr2(b';', b'|', text).is_some()
}
