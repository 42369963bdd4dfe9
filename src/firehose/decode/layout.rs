//! JSON content as it is shown.

use super::decoder::Decoder;
use super::dynamodb;
use crate::bytes::trim_around;
use crate::json::{Shape, Style};

impl Decoder {
    pub(super) fn clear_formatted(&mut self) {
        self.formatted.clear();
        self.is_same = false;
    }

    /// The JSON in `bytes` laid out, or the text of them in UTF-8.
    pub(super) fn formatted_of<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        if self.is_same { trim_around(bytes).trim_ascii() } else { &self.formatted }
    }

    /// Lays out the JSON `text`, which is content after [`trim_around`].
    pub(super) fn format_in(&mut self, text: &[u8]) -> Option<Shape> {
        if self.options.plain_dynamodb {
            return self.format(text);
        }
        self.clear_formatted();
        let (style, out) = (self.options.style, &mut self.formatted);
        let (shape, is_same) = self.formatter.format_unless_same(text, style, out).ok()?;
        self.is_same = is_same;
        Some(shape)
    }

    /// The same for JSON that stands elsewhere.
    pub(super) fn format(&mut self, text: &[u8]) -> Option<Shape> {
        self.clear_formatted();
        let style = self.options.style;
        if !self.options.plain_dynamodb {
            return self.formatter.format(text, style, &mut self.formatted).ok();
        }
        let (mut compact, mut plain) = (Vec::new(), Vec::new());
        let shape = self.formatter.format(text, Style::Compact, &mut compact).ok()?;
        dynamodb::push_plain(&compact, &mut plain);
        // Numbers one after the other are not JSON, so such values stay.
        let is_json = self.formatter.format(&plain, style, &mut self.formatted).is_ok();
        if !is_json {
            self.formatter.format(&compact, style, &mut self.formatted).ok()?;
        }
        Some(shape)
    }
}
