//! Amazon Data Firehose as it behaves: the domain, pure.
//!
//! Bytes and values go in, bytes and values come out: no files, no clock, no
//! environment, no network, no terminal. It is a crate of its own, so nothing of
//! `fh` can be imported here.
//!
//! The words, as AWS uses them and as they are used everywhere in `fh`:
//!
//! - A **delivery stream** takes **records** from producers, buffers them,
//!   hands batches to a transform and delivers the results.
//! - The **transform** is a Lambda function. It gets a **transform event** with
//!   the records in base64 and answers with a **transform response**: for each
//!   `recordId` a **result** (`Ok`, `Dropped`, `ProcessingFailed`) and data.
//! - What failed lands in S3 as **failure objects**: one JSON **failure
//!   record** each, its bytes in `rawData`.
//! - A **layer** is something wrapped around **content**: base64, gzip, a KPL
//!   aggregate. The bytes of a record are its **payload**.

pub mod backup;
mod bytes;
pub mod compress;
pub mod decode;
pub mod demo;
pub mod description;
pub mod diagnosis;
pub mod errors;
pub mod failure;
pub mod flow;
pub mod framing;
pub mod json;
pub mod known;
pub mod lambda_report;
pub mod limits;
pub mod logs;
pub mod names;
pub mod protobuf;
pub mod put;
pub mod redrive;
pub mod s3;
mod size;
pub mod stream;
pub mod subscription;
pub mod time;
pub mod trace;
pub mod transform;

pub use size::{group, size};
