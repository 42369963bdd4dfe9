//! Help, completions and manual pages.

use insta::assert_snapshot;

use crate::harness::Fh;

#[test]
fn fh_alone_shows_its_help_and_is_wrong_usage() {
    assert_snapshot!(Fh::new().run(), @"
    ------- stderr -------
    Debug Amazon Data Firehose delivery streams with a Lambda transform

    Usage: fh [OPTIONS] <COMMAND>

    Commands:
      decode       Decode records and show their content
      event        Generate a test event for the transform
      check        Check a transform response the way Firehose does
      invoke       Run the transform on an event and check its response
      send-demo    Send demo records to a delivery stream
      send         Send records to a delivery stream
      redrive      Put failed records back into a delivery stream
      logs         Show the logs of a transform and its delivery stream
      explain      Explain an error code and what to do about it
      failures     Show failed records, grouped or one by one
      status       Show what delivery streams do
      doctor       Find out why nothing arrives
      trace        Send marked records and follow each to where it ends
      local        Run a delivery stream on this machine
      tour         Show how failed records are found, fixed and put back
      completions  Print the completion script for a shell
      man          Print a manual page, or write all of them

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Exit codes:
      0    done
      1    problems were found: records that cannot be decoded, broken
           rules, a failed function, records that were not acknowledged
      2    wrong flags, unreadable input, unwritable output, or not
           everything could be checked
      3    an AWS call failed
      70   a bug in fh
      130  interrupted
    [exit status: 2]
    ");
}

#[test]
fn help_names_the_commands_and_the_exit_codes() {
    assert_snapshot!(Fh::new().args("--help").run(), @"
    Debug Amazon Data Firehose delivery streams with a Lambda transform

    Decodes records, runs the transform alone, checks its response the way Firehose does, sends records
    to a stream, finds what failed in S3, explains why, and puts it back.

    Usage: fh [OPTIONS] <COMMAND>

    Commands:
      decode       Decode records and show their content
      event        Generate a test event for the transform
      check        Check a transform response the way Firehose does
      invoke       Run the transform on an event and check its response
      send-demo    Send demo records to a delivery stream
      send         Send records to a delivery stream
      redrive      Put failed records back into a delivery stream
      logs         Show the logs of a transform and its delivery stream
      explain      Explain an error code and what to do about it
      failures     Show failed records, grouped or one by one
      status       Show what delivery streams do
      doctor       Find out why nothing arrives
      trace        Send marked records and follow each to where it ends
      local        Run a delivery stream on this machine
      tour         Show how failed records are found, fixed and put back
      completions  Print the completion script for a shell
      man          Print a manual page, or write all of them

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
          --color <WHEN>
              When to use color

              Possible values:
              - auto:   On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
              - always: Always
              - never:  Never
              
              [default: auto]

      -q, --quiet
              Print errors only

          --no-color
              Do not use color; same as `--color never`

          --no-pager
              Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Exit codes:
      0    done
      1    problems were found: records that cannot be decoded, broken
           rules, a failed function, records that were not acknowledged
      2    wrong flags, unreadable input, unwritable output, or not
           everything could be checked
      3    an AWS call failed
      70   a bug in fh
      130  interrupted

    AWS: settings come from the same places as in version 2 of the AWS CLI and mean the same: the
    environment, ~/.aws, SSO, the machine's role. `--profile`, `--region`, `--endpoint-url` and
    `--ca-bundle` take precedence. Before it writes anything, fh shows the account, Region and stream. A
    bucket in another Region is read there.

    FH_STREAM names the delivery stream for `send-demo`, `send`, `redrive`, `logs`, `failures`,
    `status`, `doctor` and `trace` where neither `--stream` nor another place is given. It never applies
    to files or pipes, and its use is shown.

    Times (`--since`, `--until`, `--timestamp`): 10m and 1h30m ago; 14:05, the last time that a clock
    showed it; today, yesterday, yesterday 14:05; 2026-11-22, 2026-11-22 14:05 in the local time zone or
    that of `--utc`; 14:05 +05:30, 14:05 UTC; RFC 3339; epoch seconds or milliseconds; and every time
    that fh prints. A time that fh prints without a date is of the last 12 hours. Durations: 250ms, 30s,
    5m, 1h30m; a number alone is in seconds.

    A closed pipe is not an error. Color is used only on a terminal; `--no-color`, NO_COLOR and
    TERM=dumb turn it off.

    Records may hold secrets and personal data. fh shows them unmasked, sends them only to the function
    or delivery stream that you name, and writes only the files that you name, unsent records
    (fh-unsent-…) and the ledger of a redrive. It has no telemetry and looks for no updates.

    Systems: Linux and macOS, on x86-64 and arm64. On Windows `fh` is not tested, and these do not work:
    `fh local`, `fh tour`, `fh redrive`, `fh invoke` without `--function` or `--lambda-endpoint`, `fh
    failures --save` and `fh failures --extract`. They work in WSL.
    [exit status: 0]
    ");
}

#[test]
fn short_help_of_decode_fits_a_screen() {
    assert_snapshot!(Fh::decode("-h").run(), @r#"
    Decode records and show their content

    Usage: fh decode [OPTIONS] [INPUT]...

    Arguments:
      [INPUT]...  Files, folders, `s3://BUCKET/PREFIX` or its ARN, a record itself, or `-` for standard
                  input [default: -]

    Options:
          --input-format <FORMAT>  Input format [default: auto] [possible values: auto, base64, lines,
                                   json, event, response, failures, kinesis, cloudwatch-logs, log,
                                   whole]
          --layers <LAYERS>        Decode exactly these layers, outermost first; `none` for no layers
                                   [possible values: base64, hex, gzip, zlib, zstd, zip, snappy,
                                   kpl-aggregate, json-string, python-bytes, schema-header, none]
          --expect <CONTENT>       Report content of any other kind as an error [possible values: json]
          --records <LIST>         Show only these records of each input, counted from 1, e.g. 3,7-9
      -h, --help                   Print help (see more with '--help')

    Output:
          --explain                Show the layers, sizes and meaning of each record instead of its
                                   content
          --messages               Print one line for each CloudWatch Logs event or metric inside; on a
                                   terminal with its time
          --times                  Begin each log event of --messages with its time, also in a pipe
          --raw                    Print the decoded bytes only, without a newline
          --output <FORMAT>        Output format; json and ndjson have one object per record [default:
                                   text] [possible values: text, table, json, ndjson]
          --pretty                 Indent JSON, also in a pipe
          --compact                Print JSON on one line, also on a terminal
          --dynamodb-json <STYLE>  How to print DynamoDB JSON such as `{"N":"1.10"}` [default: typed]
                                   [possible values: typed, plain]

    Limits:
          --max-decoded <SIZE>  Maximum decoded size of a record, e.g. 512KiB, 1GiB [default: 64MiB]
          --threads <N>         Number of decoding threads [default: 1, or more for compressed input]

    AWS options:
          --profile <NAME>      AWS profile; takes precedence over keys in the environment
          --region <REGION>     AWS Region, e.g. eu-west-1
          --endpoint-url <URL>  Endpoint to call instead of AWS, e.g. of an emulator
          --ca-bundle <FILE>    CA certificate bundle to use instead of the system's (PEM) [env:
                                AWS_CA_BUNDLE]
          --request-payer       Agree to pay for requests to Requester Pays buckets

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Examples:
      fh decode < record.txt                   a record pasted from anywhere
      fh decode eyJvcmRlciI6IkEtMSJ9           the same as an argument
      fh decode processing-failed/             every failed record in a folder
      fh decode --explain event.json           the layers, their sizes, and what it is
      fh decode --messages logs.gz | grep WARN CloudWatch Logs, one line per event
      fh decode --records 3,7-9 --raw event.json > payload.bin
      fh decode s3://bucket/processing-failed/2026/11/23/ --output ndjson
    [exit status: 0]
    "#);
}

#[test]
fn long_help_of_decode_says_more() {
    let help = Fh::decode("--help").run().success();
    for words in ["Recognizes the input", "KPL aggregates", "whole:", "Examples:"] {
        assert!(help.contains(words), "no {words:?} in\n{help}");
    }
}

#[test]
fn the_version_is_printed() {
    let version = Fh::new().args("--version").run().success();
    assert_eq!(version, format!("fh {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_readme_names_each_command_with_the_place_that_shows_it() {
    let readme = include_str!("../../README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| [`fh ")).collect();
    for name in commands("") {
        let row = rows.iter().find(|row| row.contains(&format!("`fh {name}`")));
        let row = row.unwrap_or_else(|| panic!("no row for `fh {name}`"));
        let anchor = row.split("](#").nth(1).unwrap().split(')').next().unwrap();
        let shown = readme
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .any(|title| title.to_lowercase().replace(' ', "-") == anchor);
        assert!(shown, "no heading for #{anchor}");
    }
}

#[test]
fn an_unknown_command_is_refused() {
    assert_snapshot!(Fh::new().args("decod").run(), @"
    ------- stderr -------
    fh: unknown command `decod`
      hint: a similar command: fh decode
    [exit status: 2]
    ");
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Fh::new().args("completions").arg(shell).run().success();
        assert!(script.contains("FH_COMPLETE") && script.contains("fh"), "{shell}: {script}");
    }
    assert_snapshot!(Fh::new().args("completions tcsh").run(), @"
    ------- stderr -------
    fh: invalid value `tcsh` for `SHELL`
      hint: a similar value: zsh
      hint: possible values: bash, elvish, fish, powershell, zsh
    [exit status: 2]
    ");
}

#[test]
fn there_is_a_manual_page_for_fh_and_each_command() {
    let fh = Fh::new().args("man").run().success();
    assert!(fh.contains(".TH fh 1") && fh.contains("decode"), "{fh}");
    let decode = Fh::new().args("man decode").run().success();
    for word in [".TH fh-decode 1", "\\-\\-records", "\\-\\-max\\-decoded", "Decodes base64"] {
        assert!(decode.contains(word), "no {word} in\n{decode}");
    }
    // An example is a line, an item of a list hangs.
    assert!(decode.contains("\n.nf\n  fh decode < record.txt "), "{decode}");
    assert!(decode.contains("\n.IP \\(bu 2\nLines of base64: "), "{decode}");
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("share/man1");
    let output = Fh::new().args("man --dir").arg(&dir).run();
    assert_eq!(output.code(), 0, "{output}");
    let mut pages: Vec<_> = commands("").iter().map(|name| format!("fh-{name}.1")).collect();
    pages.extend(commands("local").iter().map(|name| format!("fh-local-{name}.1")));
    assert!(pages.contains(&"fh-local-start.1".to_owned()), "{pages:?}");
    pages.push("fh.1".to_owned());
    pages.sort();
    let entries = std::fs::read_dir(&dir).unwrap().map(|it| it.unwrap().file_name());
    let mut written: Vec<_> = entries.map(|it| it.into_string().unwrap()).collect();
    written.sort();
    assert_eq!(written, pages);
    for (words, page) in
        [("decode", "decode"), ("local start", "local-start"), ("'local start'", "local-start")]
    {
        let same = Fh::shell(&format!("\"$FH\" man {words} | cmp - \"$DIR/fh-{page}.1\""));
        assert_eq!(same.env("DIR", dir.to_str().unwrap()).run().success(), "");
    }
    assert_eq!(Fh::new().args("man --dir README.md").run().code(), 2);
    assert_snapshot!(Fh::new().args("man nothing").run(), @"
    ------- stderr -------
    fh: no command `nothing`
      hint: `fh --help` lists the commands
    [exit status: 2]
    ");
}

/// The commands that the help of one lists.
fn commands(words: &str) -> Vec<String> {
    let help = Fh::new().args(words).arg("-h").run().success();
    let list = help
        .split("Commands:")
        .nth(1)
        .unwrap_or_default()
        .split("Options:")
        .next()
        .unwrap_or_default();
    list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_help_of_a_command_below_another_is_its_own() {
    let help = |words: &str| Fh::new().args(words).run().success();
    for name in commands("local") {
        let expected = help(&format!("local {name} --help"));
        assert!(expected.contains(&format!("Usage: fh local {name}")), "{expected}");
        assert_eq!(help(&format!("help local {name}")), expected);
        assert_eq!(help(&format!("local help {name}")), expected);
    }
    for words in ["help local", "local help"] {
        assert_eq!(help(words), help("local --help"));
    }
    assert_eq!(help("help decode --raw"), help("decode --help"));
    assert_snapshot!(Fh::new().args("help local strat").run(), @"
    ------- stderr -------
    fh: unknown command `strat`
      hint: a similar command: fh local start
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("local list").run(), @"
    ------- stderr -------
    fh: unknown command `list`
      hint: `fh local --help` lists the commands
    [exit status: 2]
    ");
}
