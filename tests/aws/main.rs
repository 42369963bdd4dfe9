//! Tests of the calls of AWS: the real SDK against moto's server, and against
//! canned answers where only AWS itself would give them.

mod calls;
mod canned;
mod credentials;
mod facts;
mod harness;
#[path = "../support/installed.rs"]
mod installed;
#[path = "../support/moto.rs"]
mod moto;
mod panics;
mod probe;
mod refusals;
mod settings;
mod signatures;
mod transport;
