//! Tests of the command line: the real binary, in a sealed environment.

#[cfg(feature = "aws")]
mod aws_cli;
#[cfg(feature = "aws")]
#[expect(dead_code, reason = "the errors of Lambda are for tests/aws")]
#[path = "../aws/canned.rs"]
mod canned;
mod check;
mod damaged;
mod decode_input;
mod decode_lines;
mod decode_output;
mod decode_trouble;
mod decode_views;
mod event;
mod explain;
mod explain_codes;
mod failures;
#[cfg(feature = "aws")]
mod failures_all_clear;
mod failures_records;
#[cfg(feature = "aws")]
mod failures_s3;
mod fixtures;
#[cfg(feature = "aws")]
mod functions;
mod harness;
mod help;
#[cfg(feature = "aws")]
#[path = "../support/installed.rs"]
mod installed;
#[cfg(feature = "aws")]
mod invoke_deployed;
#[cfg(feature = "aws")]
mod invoke_flags;
#[cfg(feature = "aws")]
mod invoke_many;
#[cfg(feature = "aws")]
mod invoke_node;
#[cfg(feature = "aws")]
mod invoke_programs;
#[cfg(feature = "aws")]
mod invoke_python;
#[cfg(feature = "aws")]
mod invoke_safety;
mod logs;
#[cfg(feature = "aws")]
mod logs_accounts;
mod logs_decode;
mod logs_exports;
#[cfg(feature = "aws")]
mod logs_live;
mod logs_runtimes;
#[cfg(feature = "aws")]
mod logs_tail;
#[cfg(feature = "aws")]
#[expect(dead_code, reason = "its https side is for tests/aws")]
#[path = "../support/moto.rs"]
mod moto;
#[cfg(feature = "aws")]
mod one_session;
#[cfg(feature = "aws")]
mod redrive;
#[cfg(feature = "aws")]
mod redrive_ledgers;
#[cfg(feature = "aws")]
mod redrive_s3;
#[cfg(feature = "aws")]
mod s3;
#[cfg(feature = "aws")]
mod s3_trouble;
mod samples;
mod schema;
mod schema_check;
mod schema_explain;
mod schema_failures;
#[cfg(feature = "aws")]
mod schema_redrive;
#[cfg(feature = "aws")]
mod scripts;
#[cfg(feature = "aws")]
mod send;
#[cfg(feature = "aws")]
mod send_stops;
mod streaming;
mod tables;
mod terminal_input;
mod terminal_safety;

#[test]
fn no_test_file_is_forgotten() {
    let folder = harness::root().join("tests/cli");
    let mods: Vec<_> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let name = entry.unwrap().file_name().to_str().unwrap().to_owned();
        let Some(name) = name.strip_suffix(".rs") else { continue };
        assert!(name == "main" || mods.contains(&name), "no `mod {name};` in tests/cli/main.rs");
    }
}
