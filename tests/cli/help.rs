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
      decode     Decode records and show their content
      event      Generate a test event for the transform
      check      Check a transform response the way Firehose does
      invoke     Run the transform on an event and check its response
      send-demo  Send demo records to a delivery stream
      send       Send records to a delivery stream
      redrive    Put failed records back into a delivery stream
      logs       Show the logs of a transform and its delivery stream
      explain    Explain an error code and what to do about it
      failures   Show failed records, grouped or one by one

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

    Usage: fh [OPTIONS] <COMMAND>

    Commands:
      decode     Decode records and show their content
      event      Generate a test event for the transform
      check      Check a transform response the way Firehose does
      invoke     Run the transform on an event and check its response
      send-demo  Send demo records to a delivery stream
      send       Send records to a delivery stream
      redrive    Put failed records back into a delivery stream
      logs       Show the logs of a transform and its delivery stream
      explain    Explain an error code and what to do about it
      failures   Show failed records, grouped or one by one

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
    [exit status: 0]
    ");
}

#[test]
fn short_help_of_decode_fits_a_screen() {
    assert_snapshot!(Fh::decode("-h").run(), @r#"
    Decode records and show their content

    Usage: fh decode [OPTIONS] [INPUT]...

    Arguments:
      [INPUT]...  Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input [default: -]

    Options:
          --input-format <FORMAT>  Input format [default: auto] [possible values: auto, base64, lines,
                                   json, event, response, failures, kinesis, cloudwatch-logs, log,
                                   whole]
          --layers <LAYERS>        Decode exactly these layers, outermost first; `none` for no layers
          --expect <CONTENT>       Report content of any other kind as an error [possible values: json]
          --records <LIST>         Show only these records of each input, counted from 1, e.g. 3,7-9
      -h, --help                   Print help (see more with '--help')

    Output:
          --explain                Show the layers, sizes and meaning of each record instead of its
                                   content
          --messages               Print one line for each CloudWatch Logs event or metric inside
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

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Examples:
      fh decode < record.txt                   a record pasted from anywhere
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
fn the_readme_has_the_summary_of_each_command() {
    let readme = include_str!("../../README.md");
    let help = Fh::new().args("-h").run().success();
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        let (name, summary) = line.trim().split_once(' ').unwrap();
        let row = readme.lines().find(|row| row.starts_with(&format!("| [`fh {name}`]")));
        assert!(row.is_some_and(|row| row.ends_with(&format!("| {} |", summary.trim()))), "{line}");
    }
}

#[test]
fn an_unknown_command_is_refused() {
    assert_snapshot!(Fh::new().args("decod").run(), @"
    ------- stderr -------
    error: unrecognized subcommand 'decod'

      tip: a similar subcommand exists: 'decode'

    Usage: fh [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Fh::new().args("completions").arg(shell).run().success();
        for word in ["fh", "decode", "max-decoded", "input-format"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    assert_snapshot!(Fh::new().args("completions tcsh").run(), @"
    ------- stderr -------
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
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
    assert_snapshot!(Fh::new().args("man nothing").run(), @"
    ------- stderr -------
    fh: no command `nothing`
      hint: `fh --help` lists the commands
    [exit status: 2]
    ");
}
