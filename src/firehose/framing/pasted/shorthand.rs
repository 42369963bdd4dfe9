//! The shorthand of the AWS CLI for several records, `--records Data=… Data=…`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::bytes::part;
use crate::decode::{base64_symbols, is_encoded};

const DATA: &[u8] = b"Data=";

/// True for the command with at least two records, all of them base64.
pub(in super::super) fn has_shorthand(line: &[u8]) -> bool {
    static FLAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" --records "));
    let mut records = shorthand(line);
    let is_base64 = |data: &[u8]| base64_symbols(data).is_some() && is_encoded(data);
    FLAG.find(line).is_some()
        && records.next().is_some_and(is_base64)
        && records.next().is_some()
        && shorthand(line).all(is_base64)
}

/// The data of each record.
pub(in super::super) fn shorthand(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(u8::is_ascii_whitespace);
    words.filter_map(|word| {
        let bare = match word {
            [quote @ (b'"' | b'\''), inner @ .., end] if quote == end => inner,
            _ => word,
        };
        let data = bare.strip_prefix(DATA)?;
        // A key of the partition may follow it.
        let end = memchr::memchr(b',', data).unwrap_or(data.len());
        Some(part(data, ..end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_of_a_command_is_found() {
        let of = |line: &str| {
            let line = line.as_bytes();
            let records = shorthand(line).map(String::from_utf8_lossy);
            has_shorthand(line).then(|| records.collect::<Vec<_>>().join(" "))
        };
        let command = "aws firehose put-record-batch --delivery-stream-name orders --records";
        for records in [
            "Data=eyJhIjoxfQ== Data=eyJiIjoyfQ==",
            "'Data=eyJhIjoxfQ==' \"Data=eyJiIjoyfQ==\"",
            "Data=eyJhIjoxfQ==,PartitionKey=1 Data=eyJiIjoyfQ==,PartitionKey=2",
        ] {
            let found = of(&format!("{command} {records}"));
            assert_eq!(found.as_deref(), Some("eyJhIjoxfQ== eyJiIjoyfQ=="), "{records}");
        }
        assert_eq!(of(&format!("{command} Data=eyJhIjoxfQ==")), None);
        assert_eq!(of(&format!("{command} Data=eyJhIjoxfQ== Data=two")), None);
        assert_eq!(of("Data=eyJhIjoxfQ== Data=eyJiIjoyfQ=="), None);
    }
}
