//! `fh`: the command-line toolkit for Amazon Data Firehose delivery streams
//! with a Lambda transform.
//!
//! Input reads, engines act, render shows, and a command is a page that ties
//! them together. A room imports only those below it; `tests/imports.rs` checks
//! that:
//!
//! ```text
//! main ▸ cli ▸ commands ▸ {render, redrive, local, tracer} ▸ {tailing, sending, function, gathering} ▸ input
//!      ▸ aws ▸ {context, loopback} ▸ terminal ▸ signals ▸ {panics, platform, times} ▸ error ▸ firehose
//! ```
//!
//! - `firehose`, a crate of its own in `src/firehose`: the domain. Bytes in,
//!   bytes out, without files, clock, network or SDK, so the compiler is the
//!   witness. Start at its page: it has the words of the field.
//! - [`error`]: the one error that the user sees, and the exit codes.
//!   [`panics`]: bugs are errors too, on whatever thread.
//! - [`platform`]: the systems that `fh` runs on, and what Windows lacks.
//! - [`times`]: what `--since` and `--until` may say, and how times are shown.
//! - `signals`: which signals end a run, and which are ignored.
//! - [`terminal`]: text that cannot control a terminal, widths and color; and
//!   typed input, so that a paste arrives whole.
//! - [`context`]: the only door to streams, clock and environment.
//! - [`loopback`]: HTTP servers on this machine: one loop, who may talk to it, and
//!   how much it takes.
//! - [`aws`]: calls of AWS. SDK types in, ours out, errors as sentences. A
//!   command opens one session and hands it down.
//! - [`input`]: opens what the user points at, cuts it into lines or blocks of whole
//!   records, and works on them with several threads in order; reads failure
//!   records for every command; saves objects of S3 into a folder and nowhere else.
//! - [`function`]: one call of the transform, on this machine or deployed.
//! - [`sending`]: puts records so that none is lost. [`tailing`]: log groups,
//!   read so that no event is missed and none comes twice.
//! - [`gathering`]: the facts about a stream that a diagnosis needs, in three waves of
//!   calls.
//! - [`tracer`]: follows marked records from put to object.
//! - [`redrive`]: puts failed records back; its ledger knows which, on disk before
//!   anything else happens. [`local`]: AWS on this machine, with faults on purpose.
//! - [`render`]: the only room that writes to standard output.
//! - [`commands`]: one folder a command: acquire, decide, render.

pub mod aws;
pub mod cli;
pub mod commands;
pub mod context;
pub mod error;
pub mod function;
pub mod gathering;
pub mod input;
pub mod local;
pub mod loopback;
pub mod panics;
pub mod platform;
pub mod redrive;
pub mod render;
pub mod sending;
mod signals;
pub mod tailing;
pub mod terminal;
pub mod times;
pub mod tracer;
