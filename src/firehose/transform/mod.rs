//! The transform: what it is called with, what it answers, what Firehose makes
//! of that.

pub mod outcome;
