//! A delivery stream on this machine, behind the API of AWS.
//!
//! So far it takes records and keeps them: enough to prove that nothing is lost
//! on the way to it, whatever goes wrong. [`Stream`] decides, [`Server`] serves
//! it on loopback.

mod server;
mod stream;

pub use server::Server;
pub use stream::{Faults, Stream};
