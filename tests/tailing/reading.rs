//! Readings that end.
