//! What a record of an event is called in messages.

/// `record 3 (/records/2/data)`: the number counts from 1, as for `--records`; the
/// pointer (RFC 6901) is into the event, or into the response to it. Left out is
/// one that points to no record.
pub fn record_name(event_index: usize, pointer: &str) -> String {
    let number = event_index + 1;
    match pointer {
        "" | "/records" => format!("record {number}"),
        _ => format!("record {number} ({pointer})"),
    }
}

/// The place in an event that a pointer is of: the record by its name, or the
/// pointer itself.
pub(super) fn place_name(pointer: &str) -> String {
    let index = pointer.strip_prefix("/records/").and_then(|rest| rest.split('/').next());
    match index.and_then(|index| index.parse().ok()) {
        Some(index) => record_name(index, pointer),
        None => pointer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_a_number_and_a_place() {
        assert_eq!(record_name(2, "/records/2/data"), "record 3 (/records/2/data)");
        assert_eq!(record_name(2, "/records"), "record 3");
        assert_eq!(place_name("/records/0"), "record 1 (/records/0)");
        assert_eq!(["", "/records", "/records/x"].map(place_name), ["", "/records", "/records/x"]);
    }
}
