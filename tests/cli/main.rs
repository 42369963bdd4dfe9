//! Tests of the command line: the real binary, in a sealed environment.

mod decode_input;
mod decode_output;
mod decode_trouble;
mod fixtures;
mod harness;
mod help;
mod samples;
mod schema;
mod streaming;
mod terminal_safety;
