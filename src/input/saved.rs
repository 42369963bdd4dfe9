//! What becomes of objects that are saved.

/// What became of an object whose key is refused, in a word.
pub const NOT_SAVED: &str = "not saved";

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is in the folder now.
    Now,
    /// It was there already.
    Before,
    /// It is not wanted.
    Unwanted,
}
