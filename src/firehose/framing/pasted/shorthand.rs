//! The shorthand of the AWS CLI for several records, `--records Data=… Data=…`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::bytes::part;
use crate::decode::{base64_symbols, is_encoded};

const DATA: &[u8] = b"Data=";

/// True for the command with at least two records, all of them base64; and for a record in
/// the text output of `get-records`.
pub(in super::super) fn has_shorthand(line: &[u8]) -> bool {
    static FLAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" --records "));
    let mut records = shorthand(line);
    let is_base64 = |data: &[u8]| base64_symbols(data).is_some() && is_encoded(data);
    if of_text_output(line).is_some() {
        return true;
    }
    FLAG.find(line).is_some()
        && records.next().is_some_and(is_base64)
        && records.next().is_some()
        && shorthand(line).all(is_base64)
}

/// The data of each record.
pub(in super::super) fn shorthand(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(u8::is_ascii_whitespace);
    words
        .filter_map(|word| {
            let bare = match word {
                [quote @ (b'"' | b'\''), inner @ .., end] if quote == end => inner,
                _ => word,
            };
            let data = bare.strip_prefix(DATA)?;
            // A key of the partition may follow it.
            let end = memchr::memchr(b',', data).unwrap_or(data.len());
            Some(part(data, ..end))
        })
        .chain(of_text_output(line))
}

/// The data in `RECORDS<tab>time<tab>data<tab>…`, as `--output text` prints a record of
/// `aws kinesis get-records`: the fields in the order of their names.
fn of_text_output(line: &[u8]) -> Option<&[u8]> {
    let mut fields = line.strip_prefix(b"RECORDS\t")?.split(|byte| *byte == b'\t');
    let time = fields.next()?;
    let data = fields.next()?;
    let is_record = time.first().is_some_and(u8::is_ascii_digit) && fields.count() >= 2;
    (is_record && base64_symbols(data).is_some()).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_the_text_output_is_found() {
        let line = b"RECORDS\t2026-01-01T10:00:00+00:00\teyJhIjoxfQ==\tpk\t4965";
        assert!(has_shorthand(line) && shorthand(line).eq([&b"eyJhIjoxfQ=="[..]]));
        for line in
            ["RECORDS\tname\tdata\ta\tb", "RECORDS\t1\tnot base64\ta\tb", "RECORDS\t1\tAAAA"]
        {
            assert!(!has_shorthand(line.as_bytes()), "{line}");
        }
    }

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
