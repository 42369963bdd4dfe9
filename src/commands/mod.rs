//! One file a command: its flags and what it does with them.

pub mod check;
pub mod completions;
pub mod decode;
pub mod doctor;
pub mod event;
pub mod explain;
pub mod failures;
pub mod invoke;
pub mod local;
pub mod logs;
pub mod man;
mod payload;
pub mod redrive;
pub mod send;
mod shared;
pub mod status;
pub mod tour;
pub mod trace;
pub mod transform;
