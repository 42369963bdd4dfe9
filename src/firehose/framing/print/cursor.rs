//! A place in a text that is read from left to right.

use crate::bytes::part;
use crate::json;

/// How far a text was read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a [u8] {
        part(self.text, self.at..)
    }

    /// At most `length` bytes of the rest.
    pub(super) fn near(&self, length: usize) -> &'a [u8] {
        part(self.rest(), ..self.rest().len().min(length))
    }

    pub(super) fn space(&mut self) {
        self.at = json::skip_space(self.text, self.at);
    }

    pub(super) fn eat(&mut self, token: &[u8]) -> Option<()> {
        self.rest().starts_with(token).then(|| self.at += token.len())
    }
}
