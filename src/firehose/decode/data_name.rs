//! Names by which the data of a record is called, and those of what is none.

/// True for the name of a record's data: the last word of it, `rawData`, `kinesis.data`.
pub(crate) fn is_data_name(name: &[u8]) -> bool {
    const NAMES: [&str; 8] =
        ["data", "payload", "record", "records", "blob", "base64", "received", "raw"];
    let is_name = |it: &&str| {
        let Some(start) = name.len().checked_sub(it.len()) else { return false };
        let (before, word) = name.split_at(start);
        let is_border = match (before.last(), word.first()) {
            (Some(before), Some(first)) => {
                !before.is_ascii_alphanumeric()
                    || before.is_ascii_lowercase() && first.is_ascii_uppercase()
            }
            _ => true,
        };
        is_border && word.eq_ignore_ascii_case(it.as_bytes())
    };
    NAMES.iter().any(is_name) && !is_secret_name(name)
}

/// True for the name of what is no record: tokens of sessions and of paging, keys.
pub(crate) fn is_secret_name(name: &[u8]) -> bool {
    const NAMES: [&str; 19] = [
        "token",
        "cursor",
        "offset",
        "state",
        "etag",
        "nonce",
        "csrf",
        "evaluated",
        "auth",
        "session",
        "cookie",
        "bearer",
        "basic",
        "jwt",
        "secret",
        "password",
        "signature",
        "marker",
        "key",
    ];
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    NAMES.iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_called_by_the_last_word_of_a_name() {
        for name in ["data", "Data", "rawData", "kinesis.data", "record_payload", "Records"] {
            assert!(is_data_name(name.as_bytes()), "{name}");
        }
        for name in ["", "metadata", "dataset", "nextToken", "key.data", "update"] {
            assert!(!is_data_name(name.as_bytes()), "{name}");
        }
    }
}
