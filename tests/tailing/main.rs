//! Tailing misses nothing and shows nothing twice: the engine, and the
//! algorithm of `aws logs tail` beside it, on the same feeds at simulated
//! time.

mod driving;
mod feed;
#[path = "../support/installed.rs"]
mod installed;
#[expect(dead_code, reason = "the delivery stream is for other tests")]
#[path = "../support/local_server.rs"]
mod local_server;
#[expect(dead_code, reason = "its https side is for tests/aws")]
#[path = "../support/moto.rs"]
mod moto;
mod peer;
mod probe;
mod promises;
