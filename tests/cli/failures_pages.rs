//! `fh failures --output html` and `markdown`: pages to send on, whatever the records
//! hold.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]
#![expect(clippy::string_slice, reason = "cut at backticks")]

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;

use crate::browser::HOSTILE;
use crate::harness::Fh;
use crate::masks::mask;

const OVER_TIME: &str = "fixtures/failures/over-time.ndjson";

/// By what and when a page was made.
const MADE: &[(&str, &str)] = &[(r"Made by fh \S+ at [^<\n]*", "Made by fh […]")];

/// Failure records with hostile codes, messages, functions and payloads.
fn hostile() -> String {
    let mut input = String::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let json = serde_json::to_string(text).unwrap();
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
        let function = format!("arn:aws:lambda:{text}:111122223333:function:{text}");
        let function = serde_json::to_string(&function).unwrap();
        let arrival = 1_795_341_600_123_u64 + number as u64 * 60_000;
        for _ in number..HOSTILE.len() {
            let _infallible = writeln!(
                input,
                "{{\"rawData\":\"{data}\",\"errorCode\":{json},\"errorMessage\":{json},\
                 \"lambdaARN\":{function},\"attemptsMade\":1,\"arrivalTimestamp\":{arrival}}}"
            );
        }
    }
    input
}

/// The page of hostile failures in a file with a hostile name.
fn page(format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let name = "<img src=x onerror=window.ran=true>\"'`";
    fs::write(folder.path().join(name), hostile()).unwrap();
    let fh = Fh::new().args("failures --output").arg(format).arg(name);
    fh.current_dir(folder.path()).run().success()
}

#[test]
fn a_page_for_a_ticket_is_markdown() {
    let _masks = mask(MADE);
    let output = Fh::new().args("failures --output markdown --code missing").arg(OVER_TIME).run();
    assert_snapshot!(output, @r#"
    # Failed records in `fixtures/failures/over-time.ndjson`

    Filters: `--code missing`

    12 failed records in 1 input, 1 kind, 336 B of data

    arrived 2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00

    ```text
             1 │████████████████████████████████████████████████
             0 └────────────────────────────────────────────────
                10:00                                      12:00
                10 min per bar, up to 1 record
    ```

    | # | records | share | code | first | last |
    |--:|--:|--:|---|---|---|
    | 1 | 12 | 100% | `Lambda.MissingRecordId` | 2026-11-22 10:00:00 | 2026-11-22 11:50:00 |

    ## 1 · `Lambda.MissingRecordId` · 12 records

    The transform's response has no entry for this record: its recordId is left out or changed.

    - AWS says: `One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.`
    - Attempts: 1: the function responded, but its response was not accepted
    - Function: `orders-transform:$LATEST (eu-west-1)`
    - Arrived: 2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00
    - Example: `fixtures/failures/over-time.ndjson:1`, JSON object, 2 keys, like the other 11

    ```text
    {"order":"A-1200","items":5}
    ```

    Change:

    - Return exactly one entry for each record of the event, with its recordId unchanged.
    - For records that are not wanted, return the recordId with result Dropped.

    Next:

    ```sh
    fh explain Lambda.MissingRecordId
    fh decode --records 1 fixtures/failures/over-time.ndjson
    fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.MissingRecordId > event.json
    fh invoke --function orders-transform --region eu-west-1 --event event.json
    fh invoke --isolate --function orders-transform --region eu-west-1 --event event.json
    ```

    for local code: --handler FILE.FUNCTION instead of --function

    ## Put back

    Once the cause is fixed; this shows what would be sent:

    ```sh
    fh redrive --stream NAME --dry-run fixtures/failures/over-time.ndjson --code missing
    ```

    Made by fh […]
    [exit status: 0]
    "#);
}

#[test]
fn a_page_says_what_it_leaves_out() {
    for format in ["html", "markdown", "text", "json"] {
        let with = |flag: &str| {
            let fh = Fh::new().args("failures").args(flag).args("--output").arg(format);
            fh.arg(OVER_TIME).run().success()
        };
        assert!(with("").contains("A-1100"), "{format}");
        let without = with("--no-payload");
        assert!(!without.contains("A-1100"), "{format}: {without}");
        assert!(format == "json" || without.contains("left out (--no-payload)"), "{without}");
    }
}

#[test]
fn a_page_without_a_failure_puts_nothing_back() {
    for format in ["html", "markdown"] {
        let words = format!("failures --code Nope --output {format} fixtures/failures/splunk.json");
        let output = Fh::new().args(&words).run();
        let page = output.text();
        assert!(page.contains("0 failed records"), "{page}");
        assert!(!page.contains("Put back") && !page.contains("share"), "{page}");
    }
}

#[test]
fn nothing_in_a_record_ends_its_place_in_markdown() {
    let text = page("markdown");
    // Outside of blocks and spans of code there is nothing of the records.
    let mut outside = String::new();
    let mut fence = None::<String>;
    for line in text.lines() {
        match &fence {
            Some(end) if line == end => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => {
                fence = Some(line.chars().take_while(|it| *it == '`').collect());
            }
            None => outside.push_str(&without_code(line)),
        }
    }
    assert_eq!(fence, None, "{text}");
    for part in ["script", "evil", "img", "javascript", "everyone", "<", "-->"] {
        let at = outside.find(part).map(|at| outside.get(at.saturating_sub(80)..at + 40));
        assert_eq!(at, None, "{part}");
    }
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 1 + HOSTILE.len(), "{text}");
    // A bar in a cell is escaped: each row has the same cells.
    let cells = |row: &str| row.replace("\\|", "").matches('|').count();
    assert!(rows.iter().all(|row| cells(row) == 7), "{rows:#?}");
}

/// A line without its code spans: runs of backticks that end at a run as long.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        out.push_str(&rest[..start]);
        let run = rest[start..].chars().take_while(|it| *it == '`').count();
        let body = &rest[start + run..];
        let mut at = 0;
        let end = loop {
            let next = body[at..].find('`').expect("the span ends") + at;
            let length = body[next..].chars().take_while(|it| *it == '`').count();
            if length == run {
                break next;
            }
            at = next + length;
        };
        rest = &body[end + run..];
    }
    out.push_str(rest);
    out
}

#[test]
fn a_page_begins_with_what_it_is_about() {
    let page = |format: &str| {
        let words = "--code functionerror --grep order --since 2026-11-01 --region eu-west-1";
        let fh = Fh::new().args("failures --utc --output").arg(format).args(words);
        fh.arg(OVER_TIME).run().text()
    };
    let markdown = page("markdown");
    assert_snapshot!(markdown.split("\n\n").take(5).collect::<Vec<_>>().join("\n"), @"
    # Failed records in `fixtures/failures/over-time.ndjson`
    Region: `eu-west-1`
    Arrived since: `2026-11-01 00:00:00 +00:00`
    Filters: `--code functionerror --grep order`
    0 failed records in 1 input, 0 kinds, 0 B of data
    ");
    let html = page("html");
    let title = format!("Failed records in {OVER_TIME}");
    assert!(html.contains(&format!("<title>{title}</title>")), "{html}");
    assert!(html.contains(&format!("<h1>{title}</h1>\n<p>Region: eu-west-1</p>")), "{html}");
    assert!(html.contains("<p>Filters: --code functionerror --grep order</p>"), "{html}");
}

#[test]
fn kinds_that_differ_in_their_function_only_can_be_told_apart() {
    let record = |function: &str, attempts: u32| {
        format!(
            "{{\"rawData\":\"QQ==\",\"errorCode\":\"Lambda.FunctionError\",\"errorMessage\":\"m\",\
             \"lambdaARN\":\"arn:aws:lambda:eu-west-1:111122223333:function:{function}\",\
             \"attemptsMade\":{attempts}}}\n"
        )
    };
    let two = [record("orders", 4), record("returns", 4)].concat();
    let overview = |input: &str, format: &str| {
        let fh = Fh::new().args("failures --output").arg(format).stdin(input);
        let text = fh.run().success();
        let start = text.find(" #  records").or(text.find("| #")).or(text.find("<thead>"));
        let table = text[start.unwrap()..].to_owned();
        table[..table.find("\n\n").or(table.find("</table>")).unwrap()].to_owned()
    };
    assert_snapshot!(overview(&two, "text"), @"
    #  records  share  code                  first  last  function  message
    1        1    50%  Lambda.FunctionError               orders    m
    2        1    50%  Lambda.FunctionError               returns   m
    ");
    assert_snapshot!(overview(&two, "markdown"), @"
    | # | records | share | code | first | last | function |
    |--:|--:|--:|---|---|---|---|
    | 1 | 1 | 50% | `Lambda.FunctionError` |  |  | orders |
    | 2 | 1 | 50% | `Lambda.FunctionError` |  |  | returns |
    ");
    assert!(overview(&two, "html").contains("<th>function</th></tr>"));
    let three = two + &record("orders", 1);
    assert_snapshot!(overview(&three, "markdown"), @"
    | # | records | share | code | first | last | attempts | function |
    |--:|--:|--:|---|---|---|---|---|
    | 1 | 1 | 33% | `Lambda.FunctionError` |  |  | 1 | orders |
    | 2 | 1 | 33% | `Lambda.FunctionError` |  |  | 4 | orders |
    | 3 | 1 | 33% | `Lambda.FunctionError` |  |  | 4 | returns |
    ");
}

#[test]
fn a_page_is_of_groups_not_of_records() {
    assert_snapshot!(Fh::new().args("failures --records --output html").arg(OVER_TIME).run(), @"
    ------- stderr -------
    fh: `--output html` and `markdown` show groups, not single records
      hint: omit `--records`
    [exit status: 2]
    ");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn nothing_in_a_record_is_markup_or_a_script_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let html = page("html");
    let ours = file("report.html", &html);
    // That the browser would notice: a page without a policy, and ours with a script.
    let evil = "<body><img src=x onerror='window.ran=true'><script>window.ran=true</script>";
    let control = file("control.html", evil);
    let script = "<script>window.ran=true</script><img src='https://evil.invalid/x.png'></main>";
    let edited = file("edited.html", &html.replace("</main>", script));
    let seen = crate::browser::open(&[&ours, &control, &edited]);
    let [ours, control, edited] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(control.ran && control.requests.len() == 2, "{control:?}");
    assert!(!edited.ran && edited.refused.len() == 2, "{edited:?}");

    assert!(!ours.ran && ours.refused.is_empty(), "{ours:?}");
    assert!(ours.is_styled && !ours.is_too_wide, "{ours:?}");
    assert_eq!(ours.requests.len(), 1, "{:?}", ours.requests);
    assert_snapshot!(ours.title, @r#"Failed records in <img src=x onerror=window.ran=true>"'`"#);
    assert_snapshot!(ours.tags.join(" "), @"body code dd div dl dt figcaption figure footer h1 h2 h3 head html li main meta p pre rect section span style svg table tbody td th thead title tr ul");
    assert_snapshot!(ours.attributes.join(" "), @"aria-label charset class content height http-equiv lang name preserveAspectRatio role viewBox width x y");
    assert_snapshot!(ours.classes.join(" "), @"axis c1 c2 c3 c4 c5 c6 c7 c8 code legend swatch wide");
    // All of it can be read as it came.
    for text in HOSTILE.iter().take(5) {
        assert!(ours.text.contains(text), "{text}: {}", ours.text);
    }
}
