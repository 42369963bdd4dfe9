//! `fh`: the command-line toolkit for Amazon Data Firehose delivery streams
//! with a Lambda transform.
//!
//! The rooms, and what each may import:
//!
//! ```text
//! main ─▶ cli ─▶ commands ─▶ { render, blocks, pipeline, sending, function ─▶ aws } ─▶ firehose
//! ```
//!
//! - [`firehose`]: the domain. Pure: bytes in, bytes out; imports nothing of
//!   ours. Start at its page: it has the words.
//! - [`input`]: names and opens what the user points at, and reads a terminal so
//!   that a paste arrives whole. [`blocks`] cuts it into blocks of whole records,
//!   [`pipeline`] works on them with several threads and keeps the order.
//! - [`render`]: the only room that writes to standard output, and the one that
//!   keeps untrusted text from controlling the terminal.
//! - `function`: one call of the transform, on this machine or deployed; `aws`:
//!   SDK types in, ours out, errors as sentences; `sending`: puts records so
//!   that none is lost; `tailing`: log groups, read so that no event is missed
//!   and none comes twice; `ledger`: which records a redrive has put back, on
//!   disk before anything else happens; `saving`: objects of S3 into a folder
//!   and nowhere else; `local`: AWS on this machine, with faults on purpose.
//!   These need the feature `aws`, as all does that waits for a network.
//! - `signals`: which signals end a run, and which are ignored.
//! - [`commands`]: one file a command: acquire, decide, render.
//! - [`times`]: what `--since` and `--until` may say, and how times are shown.
//! - [`context`]: the only door to streams, terminal and environment.
//! - [`error`]: the one error that the user sees, and the exit codes.
//!   [`panics`]: bugs are errors too, on whatever thread.
//!
//! The import rules are lints in `.clippy.toml`, each with its replacement.

#[cfg(feature = "aws")]
pub mod aws;
pub mod blocks;
pub mod cli;
pub mod commands;
pub mod context;
pub mod error;
pub mod firehose;
#[cfg(feature = "aws")]
pub mod function;
pub mod input;
#[cfg(feature = "aws")]
pub mod ledger;
#[cfg(feature = "aws")]
pub mod local;
#[cfg(feature = "aws")]
pub mod loopback;
pub mod panics;
pub mod pipeline;
pub mod render;
#[cfg(feature = "aws")]
pub mod saving;
#[cfg(feature = "aws")]
pub mod sending;
#[cfg(unix)]
mod signals;
#[cfg(feature = "aws")]
pub mod tailing;
pub mod terminal;
pub mod times;
