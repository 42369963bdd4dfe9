//! `fh` in shell scripts, and the AWS CLI as the eye of a third party: what
//! `fh` has put is what `aws` finds.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Output, root};
use crate::installed::python;
use crate::masks::{self, mask};
use crate::moto::moto;
use crate::s3::boto;
use crate::send::stream;

/// Runs a script of `sh` in `folder`, with `fh`, and `aws` as `$aws`, on the
/// path, against moto's server.
fn script(folder: &Path, text: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_fh")).parent().unwrap();
    let path = std::env::join_paths(
        [binary.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", &format!("set -eu\n{text}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path.unwrap())
        .env("HOME", folder)
        .env("aws", format!("{} -m awscli", python().display()))
        .env("fixtures", root().join("fixtures"))
        .env("AWS_ENDPOINT_URL", moto().url())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    Output { stdout: output.stdout, stderr: output.stderr, status: output.status }
}

#[test]
fn the_three_commands_of_every_day_work_in_a_script() {
    let _masks = mask(masks::SEND);
    stream("script");
    boto(
        "data = open('fixtures/failures/lambda-arn-capital.ndjson', 'rb').read()\n\
         bucket('script-failed', {'processing-failed/2026/11/22/10/a': data})",
    );
    let folder = TempDir::new().unwrap();
    let output = script(
        folder.path(),
        r#"
        cp "$fixtures/records/record.txt" .
        fh decode < record.txt | tr ',' '\n' | head -n 2
        fh send-demo --stream script | sed 's/,.*//' | head -n 1
        fh failures --bucket script-failed | sed -n 1p
        fh failures --bucket script-failed --records --output ndjson | cut -d : -f 3
        fh decode < record.txt > all.json; wc -l < all.json
        "#,
    );
    assert_snapshot!(output, @r#"
    {"messageType":"DATA_MESSAGE"
    "owner":"111122223333"
    script: 100 records acknowledged
    3 failed records in 1 input, 3 kinds, 205 B of data
    //script-failed/processing-failed/2026/11/22/10/a","bucket"
    //script-failed/processing-failed/2026/11/22/10/a","bucket"
    //script-failed/processing-failed/2026/11/22/10/a","bucket"
    1
    ------- stderr -------
    fh: to delivery stream `script` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 100 ticker records; to repeat: --seed […]
    fh: records are sent without a trailing newline: unless the transform adds one, S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: complete up to […]: later records may still be buffered or retried
    fh: complete up to […]: later records may still be buffered or retried
    [exit status: 0]
    "#);
}

#[test]
fn a_script_stops_where_records_were_not_acknowledged() {
    let folder = TempDir::new().unwrap();
    let output = script(folder.path(), "fh send-demo --quiet --stream nobody; echo went on");
    assert_eq!(output.code(), 3, "{output}");
    assert_eq!(output.text(), "");
}

#[test]
fn the_aws_cli_finds_byte_for_byte_what_was_put() {
    stream("third");
    let folder = TempDir::new().unwrap();
    let output = script(
        folder.path(),
        r#"
        printf '{"n":1.10}\n{"n":2}\r\n\377\000last' > records
        fh send --quiet --stream third --newline records | sed 's/,.*//' | head -n 1
        $aws s3 cp --quiet --recursive s3://third-bucket found
        printf '{"n":1.10}\n{"n":2}\r\n\377\000last\n' > expected
        cat $(find found -type f) | cmp - expected && echo the same
        "#,
    );
    assert_snapshot!(output, @"
    third: 3 records acknowledged
    the same
    [exit status: 0]
    ");
}

#[test]
fn what_the_aws_cli_has_uploaded_is_what_is_read_and_saved() {
    let folder = TempDir::new().unwrap();
    let output = script(
        folder.path(),
        r#"
        $aws s3 mb s3://uploaded > /dev/null
        $aws s3 cp --quiet --recursive "$fixtures/failures" s3://uploaded/processing-failed/
        fh failures --quiet --bucket uploaded --code MissingRecordId --save saved --output ndjson | wc -l
        for file in $(cd saved && find . -type f | grep -v '/\.' | sort); do
          $aws s3 cp --quiet "s3://uploaded/${file#./uploaded/}" - | cmp - "saved/$file"
          echo "$file is the same"
        done
        "#,
    );
    assert_snapshot!(output, @"
    1
    ./uploaded/processing-failed/array.json is the same
    ./uploaded/processing-failed/bad-rawdata.ndjson is the same
    ./uploaded/processing-failed/bom.ndjson is the same
    ./uploaded/processing-failed/crlf.ndjson is the same
    ./uploaded/processing-failed/glued.json is the same
    ./uploaded/processing-failed/lambda-arn-capital.ndjson is the same
    ./uploaded/processing-failed/over-time.ndjson is the same
    ------- stderr -------
    fh: s3://uploaded/processing-failed/bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: s3://uploaded/processing-failed/one-bad-line.ndjson: line 2, record 2: JSON ends early at byte 200
      hint: the text was truncated or edited; the lines after it are read separately
    fh: 1 manifest of Redshift, not failure records: 3 objects not loaded
      hint: the objects are complete: load them with COPY and the manifest
    [exit status: 0]
    ");
}

#[test]
fn an_input_that_never_ends_does_not_keep_it_from_stopping() {
    stream("endless");
    let folder = TempDir::new().unwrap();
    let output = script(
        folder.path(),
        "yes record | timeout -s INT 2 fh send --quiet --stream endless | sed -n '/^the rest/p'",
    );
    assert_snapshot!(output, @"
    the rest  of the input was not read
    ------- stderr -------
    fh: interrupted
    [exit status: 0]
    ");
}

#[test]
fn a_prefix_that_is_mistyped_is_no_good_news() {
    boto("bucket('mistyped', {'failed/processing-failed/a': b'{}'})");
    let folder = TempDir::new().unwrap();
    let output = script(
        folder.path(),
        "fh failures --bucket mistyped --prefix fialed/ --fail-if-any && echo all is well",
    );
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: no objects at `s3://mistyped/fialed/`
      hint: keys must start with the prefix; list them: aws s3 ls s3://mistyped/
    [exit status: 2]
    ");
}

#[test]
fn who_does_not_read_the_report_does_not_change_what_is_done() {
    stream("unread");
    boto(
        "data = open('fixtures/failures/lambda-arn-capital.ndjson', 'rb').read()\n\
         name = 'processing-failed/2026/11/22/10/unread-1-2026-11-22-10-00-00-'\n\
         name += '0b1d5e7c-4a3f-4a53-8a25-1f0f1e1c2d3a'\n\
         bucket('unread-failed', {name: data})",
    );
    let folder = TempDir::new().unwrap();
    // The reader is gone before the first line is written.
    let output = script(
        folder.path(),
        r"
        mkfifo gone; sleep 0 < gone & exec 3> gone; wait
        fh redrive --quiet --stream unread --bucket unread-failed --yes >&3; exec 3>&-
        $aws s3 cp --quiet --recursive s3://unread-bucket found
        cat $(find found -type f) | wc -c
        ",
    );
    assert_snapshot!(output, @"
    205
    [exit status: 0]
    ");
}
