//! HTTP servers on this machine, on a port that the system chooses: one loop
//! with its limits.

mod guard;

pub use guard::refusal;
