//! Where the failure records go: into groups, or each to the screen.

use crate::render::failures::{Failed, FailedView};
use firehose::failure::{FailureGroups, FailureRecord, Occurrence, Shape, Slot};

/// Where the records go.
pub(in crate::commands::failures) enum Sink {
    /// They are grouped.
    FailureGroups(Box<FailureGroups>),
    /// Each is shown.
    Records(Box<FailedView>),
}

impl Sink {
    /// Finds the group of a record, and its number if its content is needed there.
    pub(super) fn find(
        &mut self,
        record: &FailureRecord<'_>,
        source: &str,
        index: u64,
    ) -> (Slot, Option<u64>) {
        match self {
            Self::FailureGroups(kinds) => {
                let slot = kinds.find(record);
                let number = kinds.number(source, index);
                (slot, kinds.wants_shape(slot, number).then_some(number))
            }
            Self::Records(_) => (Slot::Full, None),
        }
    }

    /// Takes a record; `number` is set if its shape is wanted, `is_damaged` if any
    /// record like it would be found to be.
    pub(super) fn take(
        &mut self,
        failed: &Failed<'_>,
        (slot, number): (Slot, Option<u64>),
        is_damaged: bool,
        out: &mut Vec<u8>,
    ) {
        let Failed { source, line, index, record, is_control, .. } = *failed;
        let shape = number.map(|number| (number, Shape::of(failed.decoded)));
        let occurrence = Occurrence { source, line, index, is_control, is_damaged, shape };
        match self {
            Self::FailureGroups(kinds) => kinds.add(slot, record, occurrence),
            Self::Records(view) => view.record(failed, out),
        }
    }
}
