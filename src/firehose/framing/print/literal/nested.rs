//! Structures of Ruby, and calls in the arguments of calls.

use super::super::{is_word, strings};
use super::Reader;
use crate::bytes::part;

/// The longest arguments that are looked through for parentheses.
const MAX_ARGUMENTS: usize = 1000;

impl Reader<'_> {
    /// Ruby's `#<struct Aws::Kinesis::Types::Record data="{…}", partition_key="a">`, after
    /// its first word.
    pub(super) fn ruby_struct(&mut self, depth: usize) -> Option<()> {
        self.take_while(|byte| is_word(byte) || byte == b':');
        self.out.open_object();
        loop {
            self.space();
            if self.eat(b">") {
                self.out.close_object();
                return Some(());
            }
            let key = self.take_while(is_word);
            if key.is_empty() || !self.eat(b"=") {
                return None;
            }
            self.out.key(key);
            if key == b"data" && self.peek() == Some(b'"') {
                let (end, bytes) = strings::ruby_bytes(self.text, self.at)?;
                self.at = end;
                self.out.bytes(&bytes);
            } else {
                self.value(depth + 1)?;
            }
            self.space();
            if !self.eat(b",") && self.peek() != Some(b'>') {
                return None;
            }
        }
    }

    /// How far off the parenthesis is that closes the one here: that of
    /// `datetime(2026, tzinfo=tzlocal())`.
    pub(super) fn closing(&mut self) -> Option<usize> {
        let mut open = 0_usize;
        let near = part(self.rest(), ..self.rest().len().min(MAX_ARGUMENTS));
        for at in memchr::memchr2_iter(b'(', b')', near) {
            if near.get(at) == Some(&b'(') {
                open += 1;
            } else if open <= 1 {
                return Some(at);
            } else {
                open -= 1;
            }
        }
        self.find(b')')
    }
}
