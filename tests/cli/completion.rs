//! Completion: the candidates, and the scripts in bash, fish and zsh.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::process::Command;

use crate::harness::{Fh, root};

/// What a script gets for a line, the last word of which is being typed.
fn candidates(shell: &str, line: &[&str]) -> Vec<String> {
    let fh = Fh::new().env("FH_COMPLETE", shell).arg("--");
    let fh = match shell {
        "bash" => fh.arg(line.join(" ")).arg(line.last().unwrap()),
        _ => line.iter().fold(fh, Fh::arg),
    };
    let fh = fh.env("_CLAP_COMPLETE_INDEX", &(line.len() - 1).to_string()).env("_CLAP_IFS", "\n");
    let value = |line: &str| line.split([':', '\t']).next().unwrap_or_default().trim().to_owned();
    fh.run().success().lines().map(value).collect()
}

#[test]
fn each_argument_is_completed_with_what_goes_there() {
    for shell in ["bash", "zsh", "fish"] {
        for (line, expected) in [
            (&["fh", "fail"][..], "failures"),
            (&["fh", "decode", "--expl"], "--explain"),
            (&["fh", "decode", "fixtures/rec"], "fixtures/records/"),
            (&["fh", "decode", "fixtures/records/record.t"], "fixtures/records/record.txt"),
            (&["fh", "check", "--event", "fixtures/ev"], "fixtures/events/"),
            (&["fh", "event", "--from-failures", "fixtures/fail"], "fixtures/failures/"),
            (&["fh", "failures", "--save", "fixtures/fail"], "fixtures/failures/"),
            (&["fh", "event", "--payload", "vpc"], "vpc-flow"),
            (&["fh", "send-demo", "--payload", "cloudwatch-logs-c"], "cloudwatch-logs-control"),
            (&["fh", "explain", "Lambda.FunctionT"], "Lambda.FunctionTimedOut"),
            (&["fh", "explain", "record-mis"], "record-missing"),
            (&["fh", "check", "--rules", "record-mis"], "record-missing"),
            (&["fh", "failures", "--code", "Splunk.AckT"], "Splunk.AckTimeout"),
            (&["fh", "check", "--ignore", "no-n"], "no-newline"),
            (&["fh", "decode", "--layers", "gz"], "gzip"),
            (&["fh", "decode", "--output", "nd"], "ndjson"),
            (&["fh", "decode", "\"fixtures/rec"], "fixtures/records/"),
            (&["fh", "completions", "fi"], "fish"),
            (&["fh", "doctor", "--check", "role-may-i"], "role-may-invoke"),
            (&["fh", "doctor", "--skip", "trust,log-l"], "trust,log-loop"),
            (&["fh", "man", "fa"], "failures"),
            (&["fh", "man", "local", "st"], "start"),
            (&["fh", "invoke", "--transform", "newl"], "newline"),
            (&["fh", "local", "start", "--transform", "newl"], "newline"),
            (&["fh", "local", "start", "--config", "fixtures/ev"], "fixtures/events/"),
            (&["fh", "local", "start", "--dir", "fixtures/fail"], "fixtures/failures/"),
            (&["fh", "local", "run", "--fault", "refu"], "refuse=0.1"),
            (&["fh", "local", "fault", "key"], "key-disabled"),
            (&["fh", "local", "start", "--behavior", "no-r"], "no-records=2"),
            (&["fh", "invoke", "--exec", "./fixtures/rec"], "./fixtures/records/"),
        ] {
            let found = candidates(shell, line);
            assert!(found.iter().any(|it| it == expected), "{shell} {line:?}: {found:?}");
        }
        // A folder is no file, and a hidden word is no candidate.
        let files = candidates(shell, &["fh", "failures", "--save", "README"]);
        assert!(!files.iter().any(|it| it == "README.md"), "{shell}: {files:?}");
        let codes = candidates(shell, &["fh", "failures", "--code", "record-mis"]);
        assert!(codes.iter().all(|it| it != "record-missing"), "{shell}: {codes:?}");
        let commands = candidates(shell, &["fh", ""]);
        assert!(!commands.iter().any(|it| it == "replay" || it == "tail"), "{commands:?}");
    }
}

/// Runs a script in a shell with our `fh` first on the path.
fn in_shell(shell: &str, script: &str) -> String {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_fh")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", binary.display());
    let mut command = Command::new(shell);
    let flag = match shell {
        "bash" => &["--norc", "-c"][..],
        "zsh" => &["-f", "-c"],
        _ => &["--no-config", "-c"],
    };
    command.args(flag).arg(script).current_dir(root()).env_clear().env("PATH", path);
    let home = tempfile::tempdir().unwrap();
    command.env("HOME", home.path()).env("TMPDIR", home.path()).env("TERM", "dumb");
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{shell}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A shell on a terminal, in a folder with names that have to be quoted. Its `fh`
/// prints the words that it gets, after the number of the line; fh completes.
fn typing(shell: &str, setup: &str, lines: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    std::fs::create_dir_all(at.join("fail dir/event")).unwrap();
    std::fs::create_dir(at.join("event")).unwrap();
    for name in ["fail dir/abc.json", "it's.json", "x:y.json", "$5.json", "two\nlines.json"] {
        std::fs::write(at.join(name), "{}").unwrap();
    }
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_fh")).parent().unwrap();
    let session =
        Fh::shell(&format!("exec {shell}")).current_dir(&at).env("HOME", at.to_str().unwrap());
    let path = format!("{}:/usr/bin:/bin", binary.display());
    let mut session = session.env("PATH", &path).env("TERM", "dumb").start_typing(200);
    let print = "fh() { if [ -n \"$FH_COMPLETE\" ]; then command fh \"$@\"; else n=$((n+1)); \
                 printf '%s:' \"$n\"; printf '<%s>' \"$@\"; echo; fi; }";
    session.send(format!("{print}\n{setup}\necho rea''dy\n").as_bytes());
    session.wait_for("ready");
    for (number, (line, words)) in lines.iter().enumerate() {
        session.send(format!("{line}\t\n").as_bytes());
        let words = words.replace("HOME", at.to_str().unwrap());
        session.wait_for(&format!("{}:{words}", number + 1));
    }
    session.send(b"exit\n");
    let _ended = session.end();
}

/// What is typed before Tab and Enter, and the words that `fh` gets.
const LINES: [(&str, &str); 16] = [
    ("fh fail", "<failures>"),
    ("fh ev", "<event>"),
    ("fh decode fai", "<decode><fail dir/>"),
    ("fh decode fail\\ dir/a", "<decode><fail dir/abc.json>"),
    ("fh decode \"fail dir/a", "<decode><fail dir/abc.json>"),
    ("fh decode 'fail dir/a", "<decode><fail dir/abc.json>"),
    ("fh decode it", "<decode><it's.json>"),
    ("fh decode \\$", "<decode><$5.json>"),
    ("fh decode x:", "<decode><x:y.json>"),
    ("fh decode ~/it", "<decode><HOME/it's.json>"),
    ("fh decode <it", "<decode>"),
    ("A=b fh decode fai", "<decode><fail dir/>"),
    ("fh failures --code Decom", "<failures><--code><Decompression failed.>"),
    ("fh explain Decom", "<explain><Decompression failed.>"),
    ("fh failures --output=ht", "<failures><--output=html>"),
    ("fh failures --save=fai", "<failures><--save=fail dir/>"),
];

#[test]
fn what_bash_completes_is_what_fh_gets() {
    let source = "source <(command fh completions bash)";
    typing("bash --noprofile --norc -i", source, &LINES);
    // As in bash 3, which macOS has.
    let source = format!("compopt() {{ return 1; }}; {source}");
    typing("bash --noprofile --norc -i", &source, &LINES);
}

#[test]
#[ignore = "needs zsh: cargo test --test cli what_zsh_completes -- --ignored"]
fn what_zsh_completes_is_what_fh_gets() {
    let compinit = "autoload -Uz compinit; compinit -u -D";
    typing("zsh -f -i", &format!("{compinit}; source <(command fh completions zsh)"), &LINES);
    let file = "mkdir .f; command fh completions zsh > .f/_fh; fpath=($PWD/.f $fpath)";
    typing("zsh -f -i", &format!("{file}; {compinit}"), &LINES);
    let lines = [("fh decode two", "<decode><two\r\nlines.json>")];
    typing("zsh -f -i", &format!("{compinit}; source <(command fh completions zsh)"), &lines);
}

#[test]
#[ignore = "needs fish: cargo test --test cli fish_completes -- --ignored"]
fn fish_completes_with_the_script() {
    let script = "fh completions fish | source
        complete -C 'fh decode fixtures/records/record.t' | string split -f1 \\t
        complete -C 'fh event --payload vpc' | string split -f1 \\t
        complete -C 'fh failures --code Splunk.AckT' | string split -f1 \\t
        true";
    let found = in_shell("fish", script);
    assert_eq!(found, "fixtures/records/record.txt\nvpc-flow\nSplunk.AckTimeout\n");
}

#[test]
#[ignore = "needs zsh: cargo test --test cli zsh_takes -- --ignored"]
fn zsh_takes_the_script_from_a_file_and_from_a_pipe() {
    let script = "autoload -Uz compinit && compinit -u
        source <(fh completions zsh)
        [[ -n ${_comps[fh]} ]] && echo bound
        dir=$(mktemp -d) && fh completions zsh > $dir/_fh && fpath=($dir $fpath) && unset '_comps[fh]'
        compinit -u && [[ ${_comps[fh]} == _fh ]] && echo found";
    let found = in_shell("zsh", script);
    assert_eq!(found, "bound\nfound\n");
}

#[test]
fn the_environment_of_other_programs_asks_for_nothing() {
    let plain = Fh::new().args("--version").run().success();
    assert_eq!(Fh::new().args("--version").env("COMPLETE", "bash").run().success(), plain);
    assert_eq!(Fh::new().args("--version").env("FH_COMPLETE", "").run().success(), plain);
    let wrong = Fh::new().args("-- fh dec").env("FH_COMPLETE", "tcsh").run();
    assert_eq!(wrong.code(), 2, "{wrong}");
    assert!(wrong.errors().starts_with("fh: cannot complete: "), "{wrong}");
}
