//! Help, completions and manual pages.

use insta::assert_snapshot;

use crate::harness::Fh;

#[test]
fn fh_alone_shows_its_help_and_is_wrong_usage() {
    assert_snapshot!(Fh::new().run(), @"
    ------- stderr -------
    See inside Amazon Data Firehose delivery streams with a Lambda transform

    Usage: fh [OPTIONS] <COMMAND>

    Commands:
      decode     Show what is inside records, whatever wraps them
      event      Make a test event for the transform
      check      Judge a transform response as Firehose would
      invoke     Run the transform on an event, then judge its answer
      send-demo  Put demo records into a delivery stream
      send       Put records into a delivery stream and lose none
      redrive    Put failed records back into a delivery stream
      logs       Show the transform's logs, as lines or as invocations
      explain    Say what an error code means and what to do
      failures   Show what failed: kinds of failures, or each record

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
          --color <WHEN>  When to use colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say nothing but errors on standard error
          --no-color      No colour: the same as `--color never`

    Exit codes:
      0    done
      1    problems were found: records that cannot be decoded, broken
           rules, a failed function, records that were not accepted
      2    wrong flags, unreadable input, unwritable output, or not
           everything could be looked at
      3    an AWS call failed
      70   a bug in fh
      130  interrupted
    [exit status: 2]
    ");
}

#[test]
fn help_names_the_commands_and_the_exit_codes() {
    assert_snapshot!(Fh::new().args("--help").run(), @"
    See inside Amazon Data Firehose delivery streams with a Lambda transform

    Usage: fh [OPTIONS] <COMMAND>

    Commands:
      decode     Show what is inside records, whatever wraps them
      event      Make a test event for the transform
      check      Judge a transform response as Firehose would
      invoke     Run the transform on an event, then judge its answer
      send-demo  Put demo records into a delivery stream
      send       Put records into a delivery stream and lose none
      redrive    Put failed records back into a delivery stream
      logs       Show the transform's logs, as lines or as invocations
      explain    Say what an error code means and what to do
      failures   Show what failed: kinds of failures, or each record

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
          --color <WHEN>
              When to use colour

              Possible values:
              - auto:   On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
              - always: Always
              - never:  Never
              
              [default: auto]

      -q, --quiet
              Say nothing but errors on standard error

          --no-color
              No colour: the same as `--color never`

    Exit codes:
      0    done
      1    problems were found: records that cannot be decoded, broken
           rules, a failed function, records that were not accepted
      2    wrong flags, unreadable input, unwritable output, or not
           everything could be looked at
      3    an AWS call failed
      70   a bug in fh
      130  interrupted
    [exit status: 0]
    ");
}

#[test]
fn short_help_of_decode_fits_a_screen() {
    assert_snapshot!(Fh::decode("-h").run(), @r#"
    Show what is inside records, whatever wraps them

    Usage: fh decode [OPTIONS] [INPUT]...

    Arguments:
      [INPUT]...  Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input [default: -]

    Options:
          --input-format <FORMAT>  Read the input as this instead of recognising it [default: auto]
                                   [possible values: auto, base64, lines, json, event, response,
                                   failures, kinesis, cloudwatch-logs, log, whole]
          --layers <LAYERS>        Peel exactly these layers, outermost first; `none` for none
          --records <LIST>         Only these records of each input, counted from 1, e.g. 3,7-9
      -h, --help                   Print help (see more with '--help')

    Output:
          --explain                Layers, sizes and meaning of each record instead of its content
          --messages               One line for each CloudWatch Logs event or metric inside
          --raw                    The bytes inside and nothing else, not even a newline
          --output <FORMAT>        Format of the output; json and ndjson give an object a record
                                   [default: text] [possible values: text, table, json, ndjson]
          --pretty                 JSON on many lines, also in a pipe
          --compact                JSON on one line, also on a terminal
          --dynamodb-json <STYLE>  How DynamoDB JSON such as `{"N":"1.10"}` is shown [default: typed]
                                   [possible values: typed, plain]

    Limits:
          --max-decoded <SIZE>  Most bytes of one record when decoded, e.g. 512KiB, 1GiB [default:
                                64MiB]
          --threads <N>         Threads that decode; the default takes more than one if the input is
                                compressed

    AWS options:
          --profile <NAME>      Profile of ~/.aws/config; it goes before keys in the environment
          --region <REGION>     Region, e.g. eu-west-1
          --endpoint-url <URL>  Address to call instead of AWS, e.g. that of an emulator
          --ca-bundle <FILE>    Certificates to trust instead of the system's (PEM) [env: AWS_CA_BUNDLE]

    Global options:
          --color <WHEN>  When to use colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say nothing but errors on standard error
          --no-color      No colour: the same as `--color never`

    Examples:
      fh decode < record.txt                   a record pasted from anywhere
      fh decode processing-failed/             every failed record in a folder
      fh decode --explain event.json           which layers, which sizes, what it is
      fh decode --messages logs.gz | grep WARN CloudWatch Logs, a line each event
      fh decode --records 3,7-9 --raw event.json > payload.bin
      fh decode s3://bucket/processing-failed/2026/11/23/ --output ndjson
    [exit status: 0]
    "#);
}

#[test]
fn long_help_of_decode_says_more() {
    let help = Fh::decode("--help").run().success();
    for words in ["Recognises the input", "Peels base64", "whole:", "Examples:"] {
        assert!(help.contains(words), "no {words:?} in\n{help}");
    }
}

#[test]
fn the_version_is_told() {
    let version = Fh::new().args("--version").run().success();
    assert_eq!(version, format!("fh {}\n", env!("CARGO_PKG_VERSION")));
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
    for word in [".TH fh-decode 1", "\\-\\-records", "\\-\\-max\\-decoded", "Peels base64"] {
        assert!(decode.contains(word), "no {word} in\n{decode}");
    }
    assert_snapshot!(Fh::new().args("man nothing").run(), @"
    ------- stderr -------
    fh: no command `nothing`
      hint: `fh --help` lists the commands
    [exit status: 2]
    ");
}
