//! Takes off one layer of base64 and touches nothing inside.

use firehose::decode::{Decoder, Encoding, Layer, Options, Problem, Severity};

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
        // What is wrong with the bytes themselves, such as a file without its end, is not asked.
        let is_of_base64 = |problem: &&Problem| {
            problem.layer == Some(Layer::Base64) && problem.severity() == Severity::Error
        };
        match decoded.problems.iter().find(is_of_base64) {
            Some(problem) => Err(problem.clone()),
            None => Ok(decoded.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn whatever_the_bytes_are_they_come_out_and_broken_base64_does_not() {
        let gzip = b"\x1f\xef\xbf\xbd\x08\0\0\0";
        for bytes in [
            &b"PAR1\x15\0\x15\x02"[..],
            b"Obj\x01\x04\x16avro.sch",
            b"ORC\x0a\x03\0\0\0\x12\x0a\x06\x08\x06\x10\0\x18\x0d\x50\0",
            &gzip.repeat(20),
            b"\x1f\x8b\x08\0",
            b"",
        ] {
            let text = STANDARD.encode(bytes);
            let mut reader = Base64Reader::new();
            assert_eq!(reader.read(text.as_bytes()), Ok(bytes), "{text}");
        }
        for text in ["eyJh!joxfQ==", "eyJhI"] {
            assert!(Base64Reader::new().read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
