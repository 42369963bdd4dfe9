//! A delivery stream at work.

mod processors;

pub use processors::{Deaggregation, LogsUnpacker, NotGzip};
