//! A payload before and after the transform, and what is wrong with it.

use crate::decode::Content;
use crate::transform::rule::Rule;

/// A rule that a payload breaks.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

/// A payload that went in: the base64 of the event, and its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) data: &'a [u8],
    pub(super) bytes: &'a [u8],
}

/// A payload that came out: its bytes, and what they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct After<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) content: Content,
}
