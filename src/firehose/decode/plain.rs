//! The commonest record, base64 of one JSON object, the short way.

use super::decoder::Decoder;
use super::{Layer, Peeled};
use crate::bytes::part;

/// Base64 of `{"type":"Buffer",`.
const BUFFER: &[u8] = b"eyJ0eXBlIjoiQnVmZmVyI";

impl Decoder {
    /// Appends to `out` what [`decode`](Self::decode) would lay out for base64 of one JSON
    /// object, and a newline. Does nothing and returns false if `input` is anything else,
    /// even slightly.
    pub fn lay_out_plain(&mut self, input: &[u8], out: &mut Vec<u8>) -> bool {
        if !self.may_be_plain(input) {
            return false;
        }
        let Some(made) = self.base64_of_object(input) else { return false };
        let (bytes, style, start) = (part(&self.front, ..made), self.options.style, out.len());
        let is_one = self.formatter.format(bytes, style, out).is_ok_and(|it| it.values == 1);
        if is_one {
            out.push(b'\n');
        } else {
            out.truncate(start);
        }
        is_one
    }

    /// True for what starts as base64 of a JSON object does, if that is all there is to say
    /// of such a record: a Buffer in JSON has a note.
    #[inline]
    pub(super) fn may_be_plain(&self, input: &[u8]) -> bool {
        let is_shown_as_it_is = self.options.layers.is_none() && !self.options.plain_dynamodb;
        is_shown_as_it_is && input.starts_with(b"eyJ") && !input.starts_with(BUFFER)
    }

    /// Takes the commonest record the short way: base64 of one JSON object. False if it is
    /// anything else, even slightly.
    #[inline]
    pub(super) fn plain_json(&mut self, input: &[u8]) -> bool {
        let Some(made) = self.base64_of_object(input) else { return false };
        let (bytes, style) = (part(&self.front, ..made), self.options.style);
        let laid_out = self.formatter.format_unless_same(bytes, style, &mut self.formatted);
        let is_json = laid_out.as_ref().is_ok_and(|(shape, _)| shape.values == 1);
        if is_json {
            self.is_same = laid_out.is_ok_and(|(_, is_same)| is_same);
            let (bytes_in, bytes_out) = (input.len() as u64, made as u64);
            self.layers.push(Peeled { layer: Layer::Base64, bytes_in, bytes_out, parts: 1 });
        } else {
            self.clear_formatted();
        }
        is_json
    }

    /// Decodes base64 of what starts as a JSON object does into `front`, and returns its
    /// length.
    #[inline]
    fn base64_of_object(&mut self, input: &[u8]) -> Option<usize> {
        let made = self.codec.decode(input, &mut self.front).ok()?;
        part(&self.front, ..made).starts_with(b"{\"").then_some(made)
    }
}
