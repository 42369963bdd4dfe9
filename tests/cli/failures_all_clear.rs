//! "Nothing failed" is a promise: `fh failures` makes it only where everything
//! was looked at that could hold a failure. moto is Firehose and S3.

use crate::harness::{Fh, Output};
use crate::local::Local;
use crate::s3::{boto, fh};

/// Python that makes failure objects with the names that Firehose gives them,
/// and delivery streams. Times are minutes ago.
const HELPERS: &str = r"
import datetime, time, uuid
def failure(data, minutes=90, **more):
    at = int(time.time() * 1000) - minutes * 60000
    body = {'rawData': base64.b64encode(data).decode(), 'errorCode': 'Lambda.FunctionError',
        'errorMessage': 'm', 'attemptsMade': 4, 'arrivalTimestamp': at, 'attemptEndingTimestamp': at + 75000}
    return json.dumps({**body, **more}).encode() + b'\n'
def moment(minutes=90, zone=0):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=zone)))
    return now - datetime.timedelta(minutes=minutes)
def name(stream, minutes=90, zone=0, version=1):
    return f'{stream}-{version}-{moment(minutes, zone):%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}'
def stream(name, to, **more):
    s3_kind = {'RoleARN': 'arn:aws:iam::123456789012:role/firehose', 'BucketARN': 'arn:aws:s3:::' + to,
        'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 60},
        'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}, **more}
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_kind)
def put(to, key, body):
    s3.put_object(Bucket=to, Key=key, Body=body)
";

fn setup(script: &str) -> String {
    boto(&format!("{HELPERS}\n{script}"))
}

fn failures(words: &str) -> Output {
    fh(&format!("failures --fail-if-any --utc {words}")).run()
}

/// Asserts that one failure was found.
fn assert_found(output: &Output) {
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.text().starts_with("1 failed record in "), "{output}");
}

/// Asserts that nothing was found, and that this is not said to be good news.
fn assert_in_doubt(output: &Output, why: &str) {
    assert_eq!(output.code(), 2, "{output}");
    let errors = output.errors();
    assert!(errors.contains(why) && !errors.contains("nothing failed"), "{output}");
    assert!(errors.contains("hint: "), "{output}");
}

#[test]
fn failures_in_a_bucket_are_found_under_any_prefix() {
    for (number, prefix) in [
        "error/2026/11/22/",
        "Error/",
        "test-error-log2026/11/22/",
        "failed2026/",
        "2026/11/22/processing-failed",
        "error/firelens/year=2026/processing-failed",
        "errors/retention/",
        "no-slash-at-all-",
    ]
    .iter()
    .enumerate()
    {
        let lake = format!("anywhere{number}");
        setup(&format!(
            "bucket('{lake}', {{'data/2026/11/22/' + name('orders'): b'{{\"n\":1}}', 'report.csv': b'a,b', \
             '{prefix}' + name('orders'): failure(b'x'), 'folder/': b''}})"
        ));
        let output = failures(&format!("--bucket {lake}"));
        assert_found(&output);
        let left = "2 objects with other data, by the first bytes";
        assert!(output.errors().contains(left), "{output}");
    }
}

#[test]
fn failures_are_found_by_content_in_compressed_objects_and_large_ones() {
    setup(
        "bucket('packed', {'e1/' + name('a'): gzip.compress(failure(b'x')), \
         'e2/' + name('a'): failure(b'y' * 900000)})",
    );
    let output = failures("--bucket packed");
    assert!(output.text().starts_with("2 failed records in 2 inputs"), "{output}");
}

#[test]
fn a_bucket_of_which_all_was_looked_at_is_good_news() {
    setup(
        "bucket('clean', {'data/2026/11/22/10/' + name('orders'): b'{\"n\":1}' for _ in range(30)})",
    );
    let output = failures("--bucket clean --since 2h");
    assert_eq!(output.code(), 0, "{output}");
    assert!(output.errors().contains("nothing failed: no failure objects"), "{output}");
    assert!(output.errors().contains("complete up to "), "{output}");
}

/// What S3 refuses is retried for a day and leaves no failure object.
#[test]
fn failure_records_alone_are_no_all_clear_for_a_stream() {
    let local = Local::start("--fault write=1");
    local.send("one\n");
    let output = local.fh("failures --stream demo").run();
    let errors = output.errors();
    assert!(errors.contains("fh: no failure objects\n"), "{output}");
    assert!(!errors.contains("nothing failed"), "{output}");
    let hint = "leave no failure record; to check for them";
    let doctor = format!("fh doctor --stream demo --endpoint-url {}\n", local.url);
    assert!(errors.contains(hint) && errors.contains(&doctor), "{output}");
}

/// A call of the user's own shows nothing of what the role of the stream may do.
#[test]
fn what_the_stream_may_not_do_is_looked_for_by_the_doctor() {
    let mut local = Local::start("--time-scale 100 --fault deny=lambda:InvokeFunction");
    local.send("one\n");
    local.session.wait_for("1 failed record");
    let output = local.fh("failures --stream demo").run();
    let doctor = format!("\n          fh doctor --stream demo --endpoint-url {}\n", local.url);
    assert!(output.text().contains(&doctor), "{output}");
    assert!(!output.text().contains("fh invoke"), "{output}");
}

#[test]
fn once_many_objects_were_looked_at_a_few_of_each_folder_stand_for_the_others() {
    setup(
        "bucket('vast', {})\n\
         for n in range(1010):\n\x20   put('vast', 'data/' + name('orders'), b'{}')\n\
         for n in range(6):\n\x20   put('vast', 'zz-error/' + name('orders'), failure(b'x'))",
    );
    let output = failures("--bucket vast");
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.text().starts_with("6 failed records in 6 inputs"), "{output}");
    let left = "10 objects not opened: only the first few of each folder are checked";
    assert!(output.errors().contains(left), "{output}");
    setup(
        "for it in s3.list_objects_v2(Bucket='vast', Prefix='zz')['Contents']:\n\x20   s3.delete_object(Bucket='vast', Key=it['Key'])",
    );
    assert_in_doubt(&failures("--bucket vast"), "10 objects not opened");
}

#[test]
fn an_empty_place_is_no_good_news() {
    setup("bucket('bare', {})");
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().display().to_string();
    for (place, why) in [
        ("--bucket bare".to_owned(), "no objects at `s3://bare/`"),
        ("--bucket bare --prefix processing-failed/".to_owned(), "no objects at"),
        ("s3://bare/x".to_owned(), "no objects at `s3://bare/x`"),
        (empty.clone(), "no files in `"),
        ("-".to_owned(), "the input is empty"),
        ("/dev/null".to_owned(), "the input is empty"),
    ] {
        assert_in_doubt(&failures(&place), why);
    }
    for words in ["event --from-failures", "redrive --stream nosuch --dry-run"] {
        let output = fh(&format!("{words} {empty}")).run();
        assert_ne!(output.code(), 0, "{output}");
    }
    for words in ["event --from-failures", "decode"] {
        let output = Fh::new().args(words).arg(&empty).run();
        assert_eq!(output.code(), 2, "{output}");
        assert!(output.errors().contains("no files in `"), "{output}");
        assert!(output.text().is_empty(), "{output}");
    }
}

#[test]
fn a_prefix_with_nothing_but_other_data_is_no_good_news() {
    setup("bucket('wrong', {'data/' + name('orders'): b'{\"n\":1}'})");
    for place in ["--bucket wrong --prefix data/", "s3://wrong/data/"] {
        assert_in_doubt(&failures(place), "1 object with other data, and none with failures");
    }
}

#[test]
fn a_stream_shows_its_own_failures_where_streams_share_a_bucket() {
    setup(
        "bucket('shared', {})\n\
         at = f'processing-failed/{moment():%Y/%m/%d/%H}/'\n\
         for it in ['orders', 'payments', 'orders-eu', 'eu-orders']:\n\
         \x20   stream(it, 'shared')\n\x20   put('shared', at + name(it), failure(it.encode()))\n\
         put('shared', at + 'renamed-by-hand', failure(b'?'))",
    );
    let output = failures("--stream orders --since 2h");
    assert_found(&output);
    assert!(output.text().contains("orders-1-") && !output.text().contains("payments"), "{output}");
    let errors = output.errors();
    assert!(errors.contains("3 objects left out: written by other delivery streams"), "{output}");
    assert!(errors.contains("1 object left out: unknown delivery stream"), "{output}");
    // The event of a stream has only its own records too.
    let event = fh("event --stream payments --from-failures s3://shared/processing-failed/").run();
    let decoded = Fh::new().args("decode --output ndjson").stdin(event.text()).run();
    let decoded = decoded.text();
    assert!(decoded.contains("\"data\":\"payments\"") && !decoded.contains("orders"), "{decoded}");
    assert!(event.errors().contains("3 objects left out"), "{event}");
}

#[test]
fn a_redrive_puts_back_what_its_stream_wrote_and_nothing_else() {
    setup(
        "bucket('mingled', {})\n\
         at = f'processing-failed/{moment():%Y/%m/%d/%H}/'\n\
         for it in ['mine', 'mine-eu', 'other']:\n\
         \x20   stream(it, 'mingled', Prefix='data/' + it + '/', ErrorOutputPrefix='')\n\
         \x20   put('mingled', 'data/' + it + '/' + at + name(it), failure(b'<' + it.encode() + b'>'))\n\
         \x20   put('mingled', at + name(it), failure(b'<' + it.encode() + b'>'))",
    );
    let folder = tempfile::tempdir().unwrap();
    let redrive = |words: &str| {
        fh(&format!("redrive --stream mine {words}")).current_dir(folder.path()).run()
    };
    for (place, left) in [("--bucket mingled", 4), ("s3://mingled/", 4), ("--since 2h", 0)] {
        let output = redrive(&format!("{place} --dry-run"));
        let text = output.text();
        let read = if left == 0 { "1 record in 1 object" } else { "2 records in 2 objects" };
        assert!(text.contains(&format!("read      {read}")), "{place}: {output}");
        let is_told = text.contains(&format!("{left} objects left out: written by other"));
        assert_eq!(is_told, left > 0, "{place}: {output}");
    }
    let all = redrive("--bucket mingled --any-stream --dry-run").text();
    assert!(all.contains("read      6 records in 6 objects"), "{all}");
    // What was saved from S3 keeps its name, and its owner.
    let saved =
        folder.path().join("other-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35");
    std::fs::write(&saved, "{\"rawData\":\"YQ==\",\"errorCode\":\"x\",\"attemptsMade\":1}\n")
        .unwrap();
    let output = redrive(&format!("--dry-run {}", saved.display()));
    assert!(output.text().contains("1 object left out: written by other"), "{output}");
    assert_eq!(redrive("--bucket mingled --yes").code(), 0);
    let sent = setup(
        "keys = [it['Key'] for it in s3.list_objects_v2(Bucket='mingled', Prefix='data/mine/2')['Contents']]\n\
         print(b''.join(s3.get_object(Bucket='mingled', Key=key)['Body'].read() for key in keys))",
    );
    assert_eq!(sent.trim(), "b'<mine><mine>'");
}

#[test]
fn a_change_of_the_destination_is_reported_and_its_default_place_looked_at() {
    setup(
        "bucket('moved', {})\nstream('changed', 'moved', ErrorOutputPrefix='old/')\n\
         put('moved', 'old/' + name('changed'), failure(b'old'))\n\
         it = firehose.describe_delivery_stream(DeliveryStreamName='changed')['DeliveryStreamDescription']\n\
         firehose.update_destination(DeliveryStreamName='changed', CurrentDeliveryStreamVersionId=it['VersionId'],\n\
         \x20   DestinationId=it['Destinations'][0]['DestinationId'], ExtendedS3DestinationUpdate={\n\
         \x20   'RoleARN': 'arn:aws:iam::123456789012:role/firehose', 'BucketARN': 'arn:aws:s3:::moved',\n\
         \x20   'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 60},\n\
         \x20   'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}, 'ErrorOutputPrefix': 'new/'})",
    );
    let output = failures("--stream changed --since 2h");
    assert_in_doubt(&output, "the destination of `changed` was changed at ");
    assert!(output.errors().contains("`fh failures --bucket moved`"), "{output}");
    assert_found(&failures("--bucket moved --since 2h"));
    setup(
        "put('moved', f'processing-failed/{moment():%Y/%m/%d/%H}/' + name('changed'), failure(b'default'))",
    );
    assert_found(&failures("--stream changed --since 2h"));
}

#[test]
fn what_arrived_a_moment_ago_is_too_early_to_judge() {
    setup("bucket('early', {'data/' + name('soon', 1): b'{}'})\nstream('soon', 'early')");
    for place in ["--stream soon --since 30s", "--bucket early --since 5m"] {
        assert_in_doubt(&failures(place), "it is too early");
        assert!(failures(place).errors().contains("run it again after "));
    }
    assert_eq!(failures("--stream soon --since 2h").code(), 0);
    let document = failures("--stream soon --since 2h --output json").text();
    assert!(document.contains("\"completeUntil\":\"20"), "{document}");
    // Until then it is known.
    assert_eq!(failures("--stream soon --since 2h --until 1h").code(), 0);
    assert!(!failures("--stream soon --since 2h --until 1h").errors().contains("complete up to"));
}

#[test]
fn the_hours_of_a_time_zone_are_looked_at_and_no_others() {
    setup(
        "bucket('zoned', {})\n\
         stream('tokyo', 'zoned', CustomTimeZone='Asia/Tokyo', \
         ErrorOutputPrefix='err/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/')\n\
         put('zoned', f'err/processing-failed/{moment(zone=9):%Y/%m/%d/%H}/' + name('tokyo', zone=9), failure(b'x'))",
    );
    let output = failures("--stream tokyo --since 2h");
    assert_found(&output);
    // Five or six hours, and the types that a stream to S3 can have.
    let listed = ["and 12 more", "and 15 more"].iter().any(|it| output.errors().contains(it));
    assert!(listed, "{output}");
}

#[test]
fn tables_of_iceberg_and_redshift_have_places_of_their_own() {
    setup(
        "bucket('tables', {})\n\
         s3_kind = {'RoleARN': 'arn:aws:iam::123456789012:role/firehose', 'BucketARN': 'arn:aws:s3:::tables', \
         'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 60}, \
         'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}}\n\
         firehose.create_delivery_stream(DeliveryStreamName='ice', IcebergDestinationConfiguration={\
         'RoleARN': s3_kind['RoleARN'], 'CatalogConfiguration': {'CatalogARN': 'arn:aws:glue:eu-west-1:123456789012:catalog'}, \
         'BufferingHints': s3_kind['BufferingHints'], 'S3Configuration': {**s3_kind, 'Prefix': 'ice/'}, \
         'DestinationTableConfigurationList': [{'DestinationTableName': 't', 'DestinationDatabaseName': 'd', \
         'S3ErrorOutputPrefix': 'own/'}]})\n\
         firehose.create_delivery_stream(DeliveryStreamName='rs', RedshiftDestinationConfiguration={\
         'RoleARN': s3_kind['RoleARN'], 'ClusterJDBCURL': 'jdbc:redshift://x:5439/d', 'Username': 'u', 'Password': 'p4ssw0rD', \
         'CopyCommand': {'DataTableName': 't'}, 'S3Configuration': {**s3_kind, 'Prefix': 'rs/'}})\n\
         hour = f'{moment():%Y/%m/%d/%H}/'\n\
         put('tables', 'own/iceberg-failed/' + hour + name('ice'), failure(b'x'))\n\
         put('tables', 'rs/errors/manifests/' + hour + name('rs'), \
         b'{\"entries\":[{\"url\":\"s3://tables/rs/x\",\"mandatory\":true}]}')",
    );
    assert_found(&failures("--stream ice --since 3h"));
    let output = failures("--stream rs --since 3h");
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.errors().contains("1 manifest of Redshift"), "{output}");
}

#[test]
fn archived_data_is_no_error_and_no_good_news() {
    setup(
        "bucket('frozen', {})\n\
         s3.put_object(Bucket='frozen', Key='data/2026/11/22/' + name('orders'), Body=b'{}', StorageClass='GLACIER')\n\
         put('frozen', 'error/' + name('orders'), failure(b'x'))",
    );
    let output = failures("--bucket frozen");
    assert_found(&output);
    let left = "1 object not opened: archived, denied, or deleted since they were listed";
    assert!(output.errors().contains(left), "{output}");
    assert!(!output.errors().contains("restore"), "{output}");
    setup(
        "s3.delete_object(Bucket='frozen', Key=s3.list_objects_v2(Bucket='frozen', Prefix='error/')['Contents'][0]['Key'])",
    );
    assert_in_doubt(&failures("--bucket frozen"), "1 object that could not be checked");
}

#[test]
fn what_is_left_out_is_reported_at_once_to_whoever_follows() {
    setup(
        "bucket('streamed', {})\nstream('watched', 'streamed')\n\
         put('streamed', f'processing-failed/{moment():%Y/%m/%d/%H}/' + name('other'), failure(b'x'))",
    );
    let mut session = fh("failures --stream watched --since 2h --follow").start();
    session.wait_for_message("1 object left out: written by other delivery streams");
    session.signal("INT");
    assert!(!session.finish().errors().contains("nothing failed"));
}

#[test]
fn what_is_another_streams_is_named_with_the_flag_that_takes_it() {
    setup("bucket('old', {})\nstream('new-name', 'old')");
    let folder = tempfile::tempdir().unwrap();
    let file =
        folder.path().join("old-name-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35");
    std::fs::write(&file, "{\"rawData\":\"YQ==\",\"errorCode\":\"x\",\"attemptsMade\":1}\n")
        .unwrap();
    let redrive = |flag: &str| {
        let words = format!("redrive --stream new-name --yes {flag} {}", file.display());
        fh(&words).current_dir(folder.path()).run()
    };
    let output = redrive("");
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.text().contains("hint: `--any-stream` includes them"), "{output}");
    assert_eq!(redrive("--any-stream").code(), 0);
    setup(
        "put('old', f'processing-failed/{moment():%Y/%m/%d/%H}/' + name('older'), failure(b'x'))",
    );
    let found =
        |flag: &str| fh(&format!("redrive --stream new-name --since 2h --dry-run{flag}")).run();
    let output = found("");
    assert!(output.text().contains("hint: `--any-stream` includes them"), "{output}");
    let output = found(" --any-stream");
    assert!(output.text().contains("1 record in 1 object"), "{output}");
    assert!(!output.text().contains("--any-stream"), "{output}");
    let event = fh(&format!("event --stream new-name --from-failures {}", file.display())).run();
    assert_eq!(event.code(), 2, "{event}");
    assert!(event.errors().contains("other delivery streams wrote these objects"), "{event}");
}

#[test]
fn what_lies_where_failures_belong_and_is_not_understood_is_no_good_news() {
    for (number, body) in [
        "b'{\"fileKeys\":[\"s3://wh/db/t/a.parquet\"],\"errorCode\":\"Iceberg.CommitFailed\"}'",
        "b'some bytes of another kind'",
        "b'\\n'",
        "gzip.compress(b'')",
    ]
    .iter()
    .enumerate()
    {
        let lake = format!("unclear{number}");
        setup(&format!(
            "bucket('{lake}', {{}})\nstream('s-{lake}', '{lake}')\n\
             put('{lake}', f'processing-failed/{{moment():%Y/%m/%d/%H}}/' + name('s-{lake}'), {body})"
        ));
        for place in [format!("--stream s-{lake} --since 3h"), format!("--bucket {lake}")] {
            let output = failures(&place);
            assert_eq!(output.code(), 2, "{body} {place}: {output}");
            assert!(!output.errors().contains("nothing failed"), "{body} {place}: {output}");
        }
        let errors = failures(&format!("--stream s-{lake} --since 3h")).errors();
        assert!(errors.contains(&format!("s3://{lake}/processing-failed/")), "{errors}");
    }
}

#[test]
fn the_bucket_of_backups_is_looked_at_too() {
    setup(
        "bucket('main', {})\nbucket('second', {})\n\
         backup = {'RoleARN': 'arn:aws:iam::123456789012:role/firehose', 'BucketARN': 'arn:aws:s3:::second', \
         'Prefix': 'bk/', 'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 60}, \
         'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}}\n\
         stream('backed', 'main', S3BackupMode='Enabled', S3BackupConfiguration=backup)\n\
         put('second', f'bk/processing-failed/{moment():%Y/%m/%d/%H}/' + name('backed'), failure(b'x'))",
    );
    assert_found(&failures("--stream backed --since 2h"));
}

#[test]
fn a_pipe_that_gives_nothing_but_white_space_is_no_good_news() {
    for input in ["\n", "  \n\n", "\u{feff}", "\u{feff}\n"] {
        let output = Fh::new().args("failures --fail-if-any -").stdin(input).run();
        assert_eq!(output.code(), 2, "{input:?}: {output}");
        assert!(output.errors().contains("the input is empty"), "{input:?}: {output}");
    }
}

#[test]
fn a_folder_marker_is_nothing() {
    setup("bucket('marked', {'processing-failed/': b''})");
    assert_in_doubt(&failures("--bucket marked"), "no objects at `s3://marked/`");
}

#[test]
fn a_redrive_leaves_objects_of_an_unknown_stream_out_unless_they_are_named() {
    setup(
        "bucket('unknown-owner', {'processing-failed/copied.ndjson': failure(b'x')})\n\
         stream('owner', 'unknown-owner')",
    );
    let folder = tempfile::tempdir().unwrap();
    let redrive = |words: &str| {
        let run = fh(&format!("redrive --stream owner --dry-run {words}"));
        run.current_dir(folder.path()).run()
    };
    for place in ["--bucket unknown-owner", "s3://unknown-owner/"] {
        let output = redrive(place);
        assert_eq!(output.code(), 1, "{output}");
        assert!(output.text().contains("1 object left out: unknown delivery stream"), "{output}");
    }
    let named = redrive("s3://unknown-owner/processing-failed/copied.ndjson").text();
    assert!(named.contains("read      1 record in 1 object"), "{named}");
    assert!(redrive("--bucket unknown-owner --any-stream").text().contains("1 record in 1 object"));
}
