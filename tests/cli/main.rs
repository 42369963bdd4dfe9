//! Tests of the command line: the real binary, in a sealed environment.

mod aws_cli;
mod aws_hints;
mod browser;
#[expect(dead_code, reason = "the errors of Lambda are for tests/aws")]
#[path = "../aws/canned.rs"]
mod canned;
mod check;
mod check_metadata;
mod check_payloads;
mod completion;
mod damaged;
mod decode_embedded;
mod decode_errors;
mod decode_formats;
mod decode_input;
mod decode_lines;
mod decode_other_programs;
mod decode_output;
mod decode_pasted;
mod decode_pasted_forms;
mod decode_printed_records;
mod decode_prints;
mod decode_texts;
mod decode_views;
mod doctor;
mod doctor_commands;
mod doctor_faults;
mod doctor_fixes;
mod doctor_local;
mod event;
mod event_kinds;
mod explain;
mod explain_causes;
mod explain_codes;
mod explain_queries;
mod failures;
mod failures_all_clear;
mod failures_athena;
mod failures_pages;
mod failures_reading;
mod failures_records;
mod failures_s3;
mod failures_shards;
mod failures_unread;
mod first_contact;
mod fixtures;
mod flag_values;
mod functions;
mod harness;
mod help;
#[path = "../support/installed.rs"]
mod installed;
mod invoke_causes;
mod invoke_deployed;
mod invoke_flags;
mod invoke_isolate;
mod invoke_lines;
mod invoke_many;
mod invoke_node;
mod invoke_payloads;
mod invoke_programs;
mod invoke_python;
mod invoke_safety;
mod invoke_transforms;
mod local;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod local_page;
mod local_restarts;
#[path = "../support/local_server.rs"]
mod local_server;
mod local_transforms;
mod logs;
mod logs_accounts;
mod logs_decode;
mod logs_exports;
mod logs_kept;
mod logs_live;
mod logs_runtimes;
mod logs_tail;
mod masks;
#[expect(dead_code, reason = "its https side is for tests/aws")]
#[path = "../support/moto.rs"]
mod moto;
mod one_session;
mod redrive;
mod redrive_known;
mod redrive_ledgers;
mod redrive_s3;
mod s3;
mod s3_errors;
mod s3_listing;
mod s3_reading;
mod samples;
mod schema;
mod schema_check;
mod schema_explain;
mod schema_failures;
mod schema_local;
mod schema_redrive;
mod schema_status;
mod schema_trace;
mod scripts;
mod send;
mod send_stops;
mod status;
mod status_local;
mod status_unknown;
mod streaming;
mod tables;
mod terminal_input;
mod terminal_safety;
mod tour;
mod trace;

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
