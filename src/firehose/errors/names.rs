//! Names of sources, steps and destinations, and topics that pages share: what
//! people ask for who have no code.

use super::pages::all;
use super::spelling::squeeze;
use super::{Explanation, Family};
use crate::s3::ErrorOutputType;

/// Other names of families than those in JSON and those of their folders, squeezed.
const FAMILIES: [(&str, Family); 24] = [
    ("kinesis", Family::Source),
    ("kinesisdatastreams", Family::Source),
    ("kinesisstream", Family::Source),
    ("lambda", Family::Lambda),
    ("function", Family::Lambda),
    ("transform", Family::Lambda),
    ("transformation", Family::Lambda),
    ("processing", Family::Lambda),
    ("partitioning", Family::DynamicPartitioning),
    ("partitionkeys", Family::DynamicPartitioning),
    ("conversion", Family::DataFormatConversion),
    ("formatconversion", Family::DataFormatConversion),
    ("recordformatconversion", Family::DataFormatConversion),
    ("parquet", Family::DataFormatConversion),
    ("orc", Family::DataFormatConversion),
    ("amazons3", Family::S3),
    ("amazonredshift", Family::Redshift),
    ("os", Family::OpenSearch),
    ("es", Family::OpenSearch),
    ("elasticsearch", Family::OpenSearch),
    ("opensearchserverless", Family::OpenSearch),
    ("amazonopensearchservice", Family::OpenSearch),
    ("http", Family::HttpEndpoint),
    ("apacheiceberg", Family::Iceberg),
];

/// Topics, squeezed, and the codes of their pages.
const TOPICS: [(&[&str], &[&str]); 2] = [
    (&["msk", "amazonmsk", "kafka"], &["Lambda.InvalidReturnFormat", "KeyError"]),
    (
        &["base64", "invalidbase64", "notbase64"],
        &[
            "Lambda.JsonMappingException",
            "base64::DecodeError",
            "Illegal base64 character",
            "illegal base64 data",
            "Incorrect padding",
            "invalid base64 (ArgumentError)",
            "The input is not a valid Base-64 string",
            "The string to be decoded is not correctly encoded",
        ],
    ),
];

/// Returns the pages of the source, step, destination or topic that the squeezed
/// `letters` name, in the order of [`all`].
pub(super) fn named(letters: &str) -> Vec<&'static Explanation> {
    let mut topics = TOPICS.iter().filter(|(names, _)| names.contains(&letters));
    let codes = topics.next().map(|(_, codes)| *codes).unwrap_or_default();
    all().filter(|it| is_of(it.family, letters) || codes.contains(&it.error.code)).collect()
}

/// True if `letters` name this family, or the folder of its failures.
fn is_of(family: Family, letters: &str) -> bool {
    let names = [Some(family.as_str()), family.error_output_type().map(ErrorOutputType::as_str)];
    names.into_iter().flatten().any(|name| squeeze(name) == letters)
        || FAMILIES.contains(&(letters, family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_leads_to_all_of_its_pages() {
        for (names, codes) in TOPICS {
            for name in names {
                assert_eq!(named(name).len(), codes.len(), "{name}");
            }
        }
    }
}
