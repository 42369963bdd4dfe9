//! AWS on this machine, with its own APIs and with faults on purpose.
//!
//! So far a delivery stream takes records and keeps them, and log groups are
//! written and read: enough to prove that nothing is lost on the way to the
//! one, and from the other, whatever goes wrong. [`Stream`] and [`logs::Logs`]
//! decide, [`Server`] and [`logs::LogsServer`] serve them on loopback.

pub mod journal;
pub mod jq;
pub mod lambda;
pub mod logs;
mod server;
mod stream;

pub use server::Server;
pub use stream::{Faults, Stream};
