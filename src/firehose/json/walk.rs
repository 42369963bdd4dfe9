//! One level into an object or an array, without parsing what is below.

use std::borrow::Cow;

use super::Token;
use super::scan::{self, JsonError, JsonErrorKind, Stack};
use super::string::unescape;
use crate::bytes::part;

/// A member of an object, as slices of the source.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The key between its quotes, escapes and all.
    pub key: &'a [u8],
    /// The value.
    pub value: Token<'a>,
    /// Offset of the value in the source.
    pub at: usize,
}

impl<'a> Field<'a> {
    /// What the key means: without its escapes.
    pub fn name(&self) -> Cow<'a, [u8]> {
        if memchr::memchr(b'\\', self.key).is_none() {
            return Cow::Borrowed(self.key);
        }
        let mut name = Vec::with_capacity(self.key.len());
        unescape(self.key, &mut name);
        Cow::Owned(name)
    }

    /// True if the key means `name`, however it is written.
    pub fn is(&self, name: &[u8]) -> bool {
        self.key == name || self.name().as_ref() == name
    }
}

/// Walks the members of the object that starts at `at`.
pub fn fields(source: &[u8], at: usize) -> Fields<'_> {
    fields_within(source, at, 0)
}

/// The same for an object that this many containers are around, which count as nesting.
pub(crate) fn fields_within(source: &[u8], at: usize, around: usize) -> Fields<'_> {
    Fields { walk: Walk { source, at, state: State::Start, stack: Stack::within(around) } }
}

/// Walks the elements of the array that starts at `at`.
pub fn elements(source: &[u8], at: usize) -> Elements<'_> {
    Elements { walk: Walk { source, at, state: State::Start, stack: Stack::default() } }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    More,
    Ended,
}

#[derive(Debug)]
struct Walk<'a> {
    source: &'a [u8],
    at: usize,
    state: State,
    stack: Stack,
}

impl<'a> Walk<'a> {
    /// Goes to the start of the next member or element; `None` at the end.
    #[inline]
    fn step(&mut self, open: u8, close: u8) -> Option<Result<(), JsonError>> {
        let byte = |at: usize| self.source.get(at).copied();
        match self.state {
            State::Ended => return None,
            State::Start => {
                if byte(self.at) != Some(open) {
                    return Some(Err(self.fail("another kind of value")));
                }
                self.at = scan::skip_space(self.source, self.at + 1);
                if byte(self.at) == Some(close) {
                    self.at += 1;
                    self.state = State::Ended;
                    return None;
                }
            }
            State::More => {
                self.at = scan::skip_space(self.source, self.at);
                match byte(self.at) {
                    Some(b',') => self.at = scan::skip_space(self.source, self.at + 1),
                    Some(found) if found == close => {
                        self.at += 1;
                        self.state = State::Ended;
                        return None;
                    }
                    _ => return Some(Err(self.fail("`,` or the closing bracket"))),
                }
            }
        }
        self.state = State::More;
        Some(Ok(()))
    }

    fn fail(&mut self, what: &'static str) -> JsonError {
        self.state = State::Ended;
        let kind = if self.at >= self.source.len() {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::Expected(what)
        };
        JsonError { offset: self.at.min(self.source.len()), kind }
    }

    #[inline]
    fn value(&mut self) -> Result<(Token<'a>, usize), JsonError> {
        let start = self.at;
        let end = match self.source.get(start) {
            // Most values.
            Some(b'"') => scan::string(self.source, start + 1),
            Some(b'-' | b'0'..=b'9') => scan::number(self.source, start),
            _ => scan::value(self.source, start, &mut self.stack, &mut ()),
        };
        match end {
            Ok(end) => {
                self.at = end;
                Ok((Token::new(part(self.source, start..end)), start))
            }
            Err(error) => {
                self.state = State::Ended;
                Err(error)
            }
        }
    }
}

/// The members of an object; see [`fields`].
#[derive(Debug)]
pub struct Fields<'a> {
    walk: Walk<'a>,
}

impl Fields<'_> {
    /// Offset after the object, once the walk has come to its end; before that, of the
    /// value at hand.
    pub fn end(&self) -> usize {
        self.walk.at
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, JsonError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = match self.next_key()? {
            Ok(key) => key,
            Err(error) => return Some(Err(error)),
        };
        Some(self.walk.value().map(|(value, at)| Field { key, value, at }))
    }
}

impl<'a> Fields<'a> {
    /// Goes to the value of the next member, which is walked by [`value`](Self::value)
    /// or by the caller, and returns the key.
    #[inline]
    pub(crate) fn next_key(&mut self) -> Option<Result<&'a [u8], JsonError>> {
        if let Err(error) = self.walk.step(b'{', b'}')? {
            return Some(Err(error));
        }
        Some(self.key())
    }

    /// The value at hand.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Token<'a>, JsonError> {
        self.walk.value().map(|(value, _)| value)
    }

    /// The value at hand, which the caller has walked to its `end`.
    pub(crate) fn value_up_to(&mut self, end: usize) -> Token<'a> {
        let start = std::mem::replace(&mut self.walk.at, end);
        Token::new(part(self.walk.source, start..end))
    }

    #[inline]
    fn key(&mut self) -> Result<&'a [u8], JsonError> {
        let walk = &mut self.walk;
        let start = walk.at;
        if walk.source.get(start) != Some(&b'"') {
            return Err(walk.fail("a key in double quotes"));
        }
        let end =
            scan::string(walk.source, start + 1).inspect_err(|_| walk.state = State::Ended)?;
        let key = part(walk.source, start + 1..end - 1);
        walk.at = scan::skip_space(walk.source, end);
        if walk.source.get(walk.at) != Some(&b':') {
            return Err(walk.fail("`:`"));
        }
        walk.at = scan::skip_space(walk.source, walk.at + 1);
        Ok(key)
    }
}

/// The elements of an array; see [`elements`].
#[derive(Debug)]
pub struct Elements<'a> {
    walk: Walk<'a>,
}

impl<'a> Iterator for Elements<'a> {
    /// An element and its offset in the source.
    type Item = Result<(Token<'a>, usize), JsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.walk.step(b'[', b']')? {
            return Some(Err(error));
        }
        Some(self.walk.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_order_with_duplicates() {
        let source = br#"  { "a" : 1 , "b":{"c":[1,2]},"a":"x\"y" } tail"#;
        let mut walk = fields(source, 2);
        let found: Vec<_> = walk
            .by_ref()
            .map(|field| field.unwrap())
            .map(|field| (field.key.to_vec(), field.value.raw().to_vec()))
            .collect();
        let expected: [(&[u8], &[u8]); 3] =
            [(b"a", b"1"), (b"b", br#"{"c":[1,2]}"#), (b"a", br#""x\"y""#)];
        assert_eq!(found.len(), 3);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!((found.0.as_slice(), found.1.as_slice()), expected);
        }
        assert_eq!(&source[walk.end()..], b" tail");
    }

    #[test]
    fn a_key_with_escapes_means_the_same() {
        let names: Vec<_> = fields(br#"{"a":1,"\u0061":2,"\/":3}"#, 0)
            .map(|field| field.unwrap().name().into_owned())
            .collect();
        assert_eq!(names, [b"a", b"a", b"/"]);
    }

    #[test]
    fn a_broken_member_ends_the_walk_with_its_place() {
        let all: Vec<_> = fields(br#"{"a":1,"b":}"#, 0).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].as_ref().unwrap_err().offset, 11);
    }

    #[test]
    fn elements_of_an_empty_array_are_none() {
        assert_eq!(elements(b"[ ]", 0).count(), 0);
        assert_eq!(elements(b"[1,[2],{}]", 0).count(), 3);
    }
}
