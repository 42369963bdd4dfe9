//! What the readers of records hand over, in the order of the inputs.

use crate::error::Error;
use crate::input::failures::InputSummary;

/// What was made of a block or of an end.
#[derive(Default)]
pub(super) struct Piece {
    /// To be written.
    pub(super) bytes: Vec<u8>,
    /// What is damaged, and what to do about it.
    pub(super) notes: Vec<(String, Option<String>)>,
    /// It is the first of an input.
    pub(super) opens_input: bool,
    /// Records that are wanted.
    pub(super) wanted: u64,
    /// The input has ended.
    pub(super) end: Option<InputEnd>,
    /// The limit is reached.
    pub(super) is_full: bool,
    /// A payload could not be written.
    pub(super) error: Option<Error>,
}

/// What an input held.
pub(super) struct InputEnd {
    pub(super) summary: InputSummary,
    /// Something of it was read.
    pub(super) was_read: bool,
    /// Damage in it whose places are not known.
    pub(super) more_damaged: u64,
    /// The first of what could not be read as a record, and where.
    pub(super) unread: Option<String>,
    /// It has records that are wanted.
    pub(super) is_wanted: bool,
}
