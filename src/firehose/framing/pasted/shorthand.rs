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
/// `aws kinesis get-records`: the fields in the order of their names, and the sequence number
/// last. A line of text may start like it.
fn of_text_output(line: &[u8]) -> Option<&[u8]> {
    /// No other number has so many digits.
    const MIN_DIGITS: usize = 20;
    let mut fields = line.strip_prefix(b"RECORDS\t")?.trim_ascii_end().split(|it| *it == b'\t');
    let time = fields.next()?;
    let data = fields.next()?;
    let number = fields.next_back()?;
    // The encryption may stand before the partition key.
    let has_key = matches!(fields.count(), 1 | 2);
    let is_number = number.len() >= MIN_DIGITS && number.iter().all(u8::is_ascii_digit);
    let is_base64 = data.len().is_multiple_of(4) && base64_symbols(data).is_some();
    (is_number && has_key && is_time(time) && is_base64).then_some(data)
}

/// True for `2026-01-01T10:00:00.5+00:00`, and for the seconds since 1970: `1767261600.5`.
fn is_time(text: &[u8]) -> bool {
    const EPOCH_DIGITS: usize = 9;
    let digits = text.iter().take_while(|it| it.is_ascii_digit()).count();
    match part(text, digits..) {
        [] | [b'.', ..] => digits >= EPOCH_DIGITS,
        [b'-', _, _, b'-', _, _, b'T', ..] => digits == 4,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_the_text_output_is_found() {
        const NUMBER: &str = "49545115243490985018280067714973144582180062593244200961";
        for (time, key) in [
            ("2026-01-01T10:00:00+00:00", "pk"),
            ("2026-01-01T10:00:00.123000+00:00", "KMS\tpk"),
            ("1767261600.5", "pk"),
            ("1767261600", "NONE\tpk"),
        ] {
            let line = format!("RECORDS\t{time}\teyJhIjoxfQ==\t{key}\t{NUMBER}\r");
            let line = line.as_bytes();
            assert!(has_shorthand(line) && shorthand(line).eq([&b"eyJhIjoxfQ=="[..]]), "{time}");
        }
        for line in [
            "RECORDS\t1024\tinserted\tinto\torders".to_owned(),
            "RECORDS\t12\tprocessed\tok\tfine".to_owned(),
            "RECORDS\t2026-01-01T10:00:00Z\tinserted\tinto\torders".to_owned(),
            "RECORDS\t2026-01-01T10:00:00Z\tinserted\tinto\t12".to_owned(),
            "RECORDS\t2026-01-01T10:00:00Z\tAAAA".to_owned(),
            format!("RECORDS\t1024\tinserted\tinto\t{NUMBER}"),
            format!("RECORDS\tname\tAAAA\ta\t{NUMBER}"),
            format!("RECORDS\t1767261600.5\tnot base64\ta\t{NUMBER}"),
            format!("RECORDS\t1767261600.5\tAAAAA\ta\t{NUMBER}"),
            format!("RECORDS\t1767261600.5\tAAAA\t{NUMBER}"),
        ] {
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
