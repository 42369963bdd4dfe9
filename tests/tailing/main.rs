//! Tailing misses nothing and shows nothing twice: the engine, and the
//! algorithm of `aws logs tail` beside it, on the same feeds at simulated
//! time.

mod driving;
mod feed;
mod peer;
mod probe;
mod promises;
