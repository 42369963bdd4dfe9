//! Tests of the command line: the real binary, in a sealed environment.

mod harness;
mod probe;
