//! Records that may be in the stream twice.

use std::sync::Arc;

use super::objects::Object;
use super::records::RecordPlace;

/// Records in a row that may be there twice.
#[derive(Debug, Clone)]
pub(crate) struct RecordRange {
    pub(crate) object: Arc<Object>,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Possible duplicates, in the order of the sources.
#[derive(Debug, Default)]
pub(crate) struct Duplicates(pub(crate) Vec<RecordRange>);

impl Duplicates {
    pub(super) fn add(&mut self, place: &RecordPlace) {
        if let Some(range) = self.0.last_mut()
            && Arc::ptr_eq(&range.object, &place.object)
            && range.last + 1 == place.number
        {
            range.last = place.number;
            return;
        }
        let object = Arc::clone(&place.object);
        self.0.push(RecordRange { object, first: place.number, last: place.number });
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::SourceVersion;
    use super::*;

    #[test]
    fn records_in_a_row_are_one_range() {
        let source = SourceVersion { name: "a".to_owned(), version: "1".to_owned() };
        let object = Arc::new(Object { name: "a".to_owned(), source, s3: None });
        let mut duplicates = Duplicates::default();
        for number in [1, 2, 3, 7, 8] {
            duplicates.add(&RecordPlace { object: Arc::clone(&object), number, line: None });
        }
        let ranges: Vec<_> = duplicates.0.iter().map(|it| (it.first, it.last)).collect();
        assert_eq!(ranges, [(1, 3), (7, 8)]);
    }
}
