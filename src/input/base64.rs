//! Takes off one layer of base64 and touches nothing inside.

use firehose::decode::{Decoder, Encoding, Layer, Options, Problem};

/// Reads `rawData`, or lines that were encoded, byte for byte.
pub(crate) struct Base64Reader(Decoder);

impl Base64Reader {
    pub(crate) fn new() -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self(Decoder::new(options))
    }

    /// The bytes that `text` stands for, all of them or none.
    pub(crate) fn read<'a>(&'a mut self, text: &'a [u8]) -> Result<&'a [u8], Problem> {
        let decoded = self.0.decode(text, Encoding::Unknown);
        match decoded.error() {
            Some(problem) => Err(problem.clone()),
            None => Ok(decoded.bytes),
        }
    }
}
