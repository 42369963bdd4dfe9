//! Compresses: payloads as producers do, whole objects as Firehose does.
//!
//! The readers are those of [`decode`](crate::decode), and they are the tests.

mod gzip;
mod snappy;
mod zip;

pub use gzip::Gzip;

/// `CompressionFormat` of a delivery stream: what its objects are wrapped in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ObjectCompression {
    /// Nothing.
    #[default]
    Uncompressed,
    /// One gzip member.
    Gzip,
    /// A zip archive of one entry.
    Zip,
    /// Snappy in the framing of `snappy-java`, also called xerial's.
    Snappy,
    /// Snappy in Hadoop's framing.
    HadoopSnappy,
}

impl ObjectCompression {
    /// Every format.
    pub const ALL: [Self; 5] =
        [Self::Uncompressed, Self::Gzip, Self::Zip, Self::Snappy, Self::HadoopSnappy];

    /// As AWS writes it (API reference, `CompressionFormat`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uncompressed => "UNCOMPRESSED",
            Self::Gzip => "GZIP",
            Self::Zip => "ZIP",
            Self::Snappy => "Snappy",
            Self::HadoopSnappy => "HADOOP_SNAPPY",
        }
    }

    /// Finds a format by AWS's name, in exactly these letters.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What the key of an object ends with. Objects of both kinds of Snappy were
    /// captured with `.snappy`; the documentation has `.hsnappy` for Hadoop's.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Uncompressed => "",
            Self::Gzip => ".gz",
            Self::Zip => ".zip",
            Self::Snappy | Self::HadoopSnappy => ".snappy",
        }
    }

    /// `Content-Encoding` of an object, as captured.
    pub const fn content_encoding(self) -> Option<&'static str> {
        match self {
            Self::Uncompressed => None,
            Self::Gzip => Some("gzip"),
            Self::Zip => Some("zip"),
            Self::Snappy => Some("snappy-java"),
            Self::HadoopSnappy => Some("hadoop-snappy"),
        }
    }

    /// Returns `body` in this format. `name` is that of the entry of an archive.
    pub fn compress(self, body: Vec<u8>, name: &str) -> Vec<u8> {
        match self {
            Self::Uncompressed => body,
            Self::Gzip => Gzip::new().compress(&body),
            Self::Zip => zip::compress(&body, name),
            Self::Snappy => snappy::xerial(&body),
            Self::HadoopSnappy => snappy::hadoop(&body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Object;
    use proptest::prelude::*;
    use std::io::Read as _;

    fn read(stored: Vec<u8>) -> (Vec<u8>, Vec<&'static str>, bool) {
        let mut object = Object::open(Box::new(std::io::Cursor::new(stored))).unwrap();
        let mut body = Vec::new();
        object.read_to_end(&mut body).unwrap();
        let layers = object.layers();
        let is_good = layers.iter().all(|layer| layer.problem.is_none());
        (body, layers.iter().map(|layer| layer.layer.as_str()).collect(), is_good)
    }

    #[test]
    fn each_format_has_its_name_its_ending_and_its_encoding() {
        for (format, stored_as) in ObjectCompression::ALL.into_iter().zip([
            None,
            Some("gzip"),
            Some("zip"),
            Some("snappy"),
            Some("snappy"),
        ]) {
            assert_eq!(ObjectCompression::find(format.as_str()), Some(format));
            let body = b"{\"a\":1}\n".repeat(100_000);
            let stored = format.compress(body.clone(), "5d2e9f14");
            let layers: Vec<_> = stored_as.into_iter().collect();
            assert_eq!(read(stored), (body, layers, true), "{format:?}");
            assert_eq!(format.extension().is_empty(), format.content_encoding().is_none());
        }
        assert_eq!(ObjectCompression::find("gzip"), None);
    }

    proptest! {
        #[test]
        fn every_format_is_read_back(
            body in prop::collection::vec(any::<u8>(), 1..2000),
            times in 1_usize..400,
        ) {
            // What starts like a compression would be read as one inside.
            let mut body = body.repeat(times);
            body.insert(0, b'{');
            for format in ObjectCompression::ALL {
                let (out, _, is_good) = read(format.compress(body.clone(), "name"));
                prop_assert!(is_good && out == body, "{:?}", format);
            }
        }
    }
}
