//! What the flags of several commands have in common.

pub(super) mod closed;
pub(super) mod code;
pub(super) mod number;
pub(super) mod question;
pub(super) mod stream;
