//! The page of `fh local`, in headless Chromium, and who may read it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "what a test writes is no input of fh")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;

use crate::browser::{HOSTILE, Page};
use crate::harness::{Fh, until};
use crate::local::{Local, ready};

/// A transform that logs, answers and fails with texts of the record.
const ECHO: &str = "
import base64

def handler(event, context):
    records = []
    for record in event['records']:
        text = base64.b64decode(record['data']).decode()
        print('log of', text)
        if text.startswith('raise '):
            raise ValueError(text)
        if text.startswith('result '):
            records.append({'recordId': record['recordId'], 'result': text[7:], 'data': ''})
            continue
        result = 'ProcessingFailed' if text.startswith('fail ') else 'Ok'
        data = base64.b64encode(('echo of ' + text).encode()).decode()
        records.append({'recordId': record['recordId'], 'result': result, 'data': data})
    return {'records': records}
";

/// A stream whose objects have hostile names.
const CONFIG: &str = r#"{"DeliveryStreamName": "demo", "DeliveryStreamType": "DirectPut",
    "ExtendedS3DestinationConfiguration": {
        "RoleARN": "arn:aws:iam::111122223333:role/firehose", "BucketARN": "arn:aws:s3:::lake",
        "Prefix": "<img src=x onerror='window.ran=true'>/",
        "ErrorOutputPrefix": "<script>window.ran=true<\/script>/",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 0},
        "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda", "Parameters": [
            {"ParameterName": "LambdaArn",
             "ParameterValue": "arn:aws:lambda:us-east-1:111122223333:function:app:$LATEST"},
            {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "0"}]}]}}}"#;

/// The row of a record.
fn row(record: u32) -> String {
    format!("document.querySelector('a[href=\"#demo/{record}\"]')")
}

fn link(page: &mut Page) -> String {
    page.get("document.getElementById('link').textContent")
}

#[test]
fn nothing_in_a_record_is_markup_or_a_script_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("create.json");
    std::fs::write(&config, CONFIG).unwrap();
    let words = format!("--port 0 --time-scale 100 --config {}", config.display());
    let local = Local::with_code(ECHO, &words);
    let mut all = Vec::new();
    for start in ["", "fail ", "result ", "raise "] {
        for text in HOSTILE.map(|it| it.replace('\0', "")) {
            let text = format!("{start}{text}");
            local.send(&format!("{text}\n"));
            all.push(text);
        }
    }
    assert_eq!(local.fh("local wait").run().code(), 0);
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    let last = all.len();
    page.wait_for(&format!("document.querySelectorAll('#list a').length === {last}"));
    let mut seen = String::new();
    for (record, text) in (1_u32..).zip(&all) {
        page.run(&format!("{}.click()", row(record)));
        let shown = "document.getElementById('record').innerText";
        page.wait_for(&format!("{shown}.startsWith('Record {record} ')"));
        // The data as it came; what could not be seen is shown escaped.
        let before: String = page.get("document.querySelector('#sides pre').textContent");
        let visible = text.replace('\u{202e}', "\\u{202e}").replace('\u{1b}', "\\u{1b}");
        assert_eq!(before, visible);
        seen.push_str(&page.get::<String>(shown));
    }
    for part in ["echo of <script>", "ValueError: raise <script>", "log of <script>"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    assert!(seen.contains("s3://lake/<img src=x onerror='window.ran=true'>/20"), "{seen}");
    assert!(seen.contains("s3://lake/<script>window.ran=true</script>/"), "{seen}");
    assert!(!page.get::<bool>("window.ran === true"));
    let errors = page.errors();
    assert!(errors.is_empty(), "{errors:?}");
    let tags: String =
        page.get("[...new Set([...document.querySelectorAll('*')].map((it) => it.localName))].sort().join(' ')");
    insta::assert_snapshot!(tags, @"a body button dd div dl dt figcaption figure form h1 h2 h3 head header html input label li link main meta nav noscript ol option p path pre script section select span svg title");
    let requests = page.requests();
    assert!(requests.iter().all(|it| it.starts_with(&local.url)), "{requests:?}");
}

#[test]
fn the_page_follows_the_stream_and_says_when_it_has_ended() {
    let local = Local::start("--time-scale 100");
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    page.wait_for(
        "document.getElementById('empty').textContent.includes('fh send-demo --stream demo')",
    );
    local.send("{\"price\":1.50,\"id\":12345678901234567890}\ndrop\nfail\n");
    page.wait_for("document.querySelectorAll('#list a').length === 3");
    page.wait_for("document.querySelector('#list').textContent.includes('✗ failed')");
    page.wait_for("document.querySelector('#counts').innerText.includes('failed\\n1')");
    let rows: String = page.get("document.getElementById('list').innerText.replace(/\\s+/g, ' ')");
    assert!(
        rows.starts_with("3 ✗ failed Lambda.ProcessingFailedStatus fail 2 dropped drop 1 "),
        "{rows}"
    );

    // The keyboard leads from record to record.
    page.run(&format!("{}.focus()", row(3)));
    page.key("ArrowUp");
    page.wait_for("document.getElementById('record').innerText.startsWith('Record 3 · failed')");
    page.wait_for("document.getElementById('record').innerText.includes(', line 1')");
    let text = page.text();
    for part in
        ["Lambda.ProcessingFailedStatus after 1 attempt", "records 3", "FAIL", "fh local show 3"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    page.key("End");
    page.wait_for("document.getElementById('record').innerText.startsWith('Record 1 · delivered')");
    let json: String = page.get("document.querySelector('#sides pre').textContent");
    assert_eq!(json, "{\n  \"price\": 1.50,\n  \"id\": 12345678901234567890\n}");
    // What is drawn again keeps the focus.
    local.send("four\n");
    page.wait_for("document.querySelectorAll('#list a').length === 4");
    assert_eq!(page.get::<String>("document.activeElement.hash"), "#demo/1");
    assert_eq!(page.get::<u32>("document.querySelectorAll('#list a[tabindex=\"0\"]').length"), 1);

    page.run("document.getElementById('failed').click()");
    page.wait_for("document.querySelectorAll('#list a').length === 1");
    page.run("document.getElementById('failed').click()");
    page.run("filter.value = 'FOUR'; filter.dispatchEvent(new Event('input'))");
    page.wait_for(&format!("document.querySelectorAll('#list a').length === 1 && {}", row(4)));

    assert!(link(&mut page).starts_with("live at 127.0.0.1:"));
    let port = local.url.rsplit(':').next().unwrap().to_owned();
    local.session.signal("INT");
    page.wait_for("document.title.startsWith('(ended)')");
    assert!(link(&mut page).contains("fh local has ended"), "{}", link(&mut page));
    let asked = page.requests().len();
    drop(local);
    let words = format!("--port {port} --interval 0s --time-scale 100");
    let local = Local::with_code(ECHO, &words);
    assert_eq!(page.requests().len(), asked, "it no longer asks");
    page.run("again.click()");
    page.wait_for("document.getElementById('link').textContent.startsWith('live at')");
    page.wait_for("document.querySelectorAll('#list a').length === 0");
    assert!(page.get::<bool>("again.hidden"));
    drop(local);
}

#[test]
fn the_page_fits_narrow_and_wide_screens_and_has_names_for_all_that_is_used() {
    let local = Local::start("--time-scale 100");
    let long = "x".repeat(3000);
    local.send(&format!(
        "{{\"ticker\":\"WAS\",\"price\":12.07,\"long\":\"{long}\"}}\nfail\none\ndrop\n"
    ));
    assert_eq!(local.fh("send-demo --stream demo --count 40 --seed 1 --yes").run().code(), 0);
    assert_eq!(local.fh("local wait").run().code(), 0);
    let mut page = Page::open(&local.url);
    page.wait_for("document.querySelectorAll('#list a').length === 44");
    for (width, is_dark) in [(320, false), (400, true), (400, false), (1400, true), (1400, false)] {
        page.screen(width, is_dark);
        for record in ["", "demo/2", "demo/1"] {
            page.run(&format!("location.hash = '{record}'"));
            let start = record.strip_prefix("demo/").map(|it| format!("Record {it} "));
            let start = start.unwrap_or_else(|| "Choose".to_owned());
            page.wait_for(&format!("document.getElementById('record').textContent.replace('All records', '').startsWith('{start}')"));
            let is_too_wide: bool = page
                .get("document.documentElement.scrollWidth > document.documentElement.clientWidth");
            assert!(!is_too_wide, "{width}: {record}");
            let name = record.replace('/', "-");
            page.picture(&format!("{width}-{}-{name}.png", if is_dark { "dark" } else { "light" }));
        }
        let contrast: f64 = page.get(CONTRAST);
        assert!(contrast >= 4.5, "{width} {is_dark}: {contrast}");
    }
    // Narrow: the list or the record, with a way back.
    page.screen(400, false);
    let is_shown = "(it) => getComputedStyle(document.querySelector(it)).display !== 'none'";
    page.wait_for(&format!("!({is_shown})('nav') && ({is_shown})('main')"));
    page.run("document.querySelector('.back').click()");
    page.wait_for(&format!("({is_shown})('nav') && !({is_shown})('main')"));
    page.screen(1400, false);
    page.run("location.hash = 'demo/2'");
    page.wait_for("document.getElementById('record').textContent.includes('Record 2 ')");
    let names = page.names();
    for (role, name) in [
        ("heading", "fh local"),
        ("region", "Pipeline"),
        ("navigation", "Records"),
        ("searchbox", "Filter"),
        ("checkbox", "failed only"),
        ("main", "Record"),
        ("heading", "Record 2 · failed"),
        ("heading", "What happened"),
    ] {
        let has =
            names.iter().any(|(its_role, its)| its_role == role && its.trim().starts_with(name));
        assert!(
            has,
            "{role} {name}: {:?}",
            names.iter().filter(|it| it.0 == role).collect::<Vec<_>>()
        );
    }
    assert!(names.iter().any(|(role, name)| role == "link" && name.contains("2 ✗ failed")));
    for (role, name) in &names {
        let is_used = ["link", "button", "searchbox", "checkbox", "image"].contains(&role.as_str());
        assert!(!is_used || !name.is_empty(), "{names:?}");
    }
}

/// The least contrast of a text with what it is on.
const CONTRAST: &str = "(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((it) => (it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (it) => {
    for (; it; it = it.parentElement) {
      const color = getComputedStyle(it).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = [...document.body.querySelectorAll('*')].filter((it) =>
    it.checkVisibility() && [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return Math.min(...texts.map((it) => {
    const [a, b] = [light(getComputedStyle(it).color), light(ground(it))].sort((a, b) => b - a);
    return (a + 0.05) / (b + 0.05);
  }));
})()";

#[test]
fn each_stream_has_records_of_its_own_on_the_page() {
    let local = Local::start("");
    local.send("one\n");
    let create = r#"{"DeliveryStreamName":"other","DeliveryStreamType":"DirectPut",
        "ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::111122223333:role/r",
        "BucketARN":"arn:aws:s3:::demo","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":0}}}"#;
    let address = local.url.strip_prefix("http://").unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: Firehose_20150804.CreateDeliveryStream\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{create}",
        create.len()
    );
    let answer = ask(address, &head);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let sent = local.fh("send --stream other --yes").stdin("two\n").run();
    assert_eq!(sent.code(), 0, "{sent}");
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    page.wait_for("document.getElementById('list').innerText.includes('one')");
    page.run("stream.value = 'other'; stream.dispatchEvent(new Event('change'))");
    page.wait_for("document.getElementById('list').innerText.includes('two')");
    assert!(!page.get::<String>("document.getElementById('list').innerText").contains("one"));
    page.run("document.querySelector('#list a').click()");
    page.wait_for("document.getElementById('record').innerText.includes('Record 1 · delivered')");
    let text = page.text();
    for part in ["No transform has had it.", "fh local show 1 --stream other --endpoint-url"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A transform that is slow, returns what is not base64, nothing for a record, or its
/// data.
const ANSWERS: &str = "
import base64, time

def handler(event, context):
    records = []
    for record in event['records']:
        text = base64.b64decode(record['data']).decode()
        if text == 'slow':
            time.sleep(30)
        answer = {'recordId': record['recordId'], 'result': 'Ok', 'data': record['data']}
        if text == 'bad':
            answer['data'] = '%'
        if text == 'none':
            del answer['data']
        if text != 'left out':
            records.append(answer)
    return {'records': records}
";

#[test]
fn why_an_answer_has_no_data_is_shown() {
    let local = Local::with_code(ANSWERS, "--port 0 --interval 0s");
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    let mut shown = |record: u32, sentence: &str, step: &str| {
        page.wait_for(&format!("{} !== null", row(record)));
        page.run(&format!("{}.click()", row(record)));
        let text = "document.getElementById('record').innerText";
        page.wait_for(&format!("{text}.startsWith('Record {record} ')"));
        page.wait_for(&format!("{text}.includes('{sentence}')"));
        let seen = local.fh(&format!("local show {record}")).run();
        assert!(seen.text().contains(step), "{seen}");
    };
    let texts = ["bad", "none", "left out", "first"];
    let is_not_base64 = "The transform returned data that is not base64.";
    let sentences = [
        (is_not_base64, "  Ok; its data is not base64\n"),
        ("The transform returned no data.", "  Ok\n"),
        ("The transform returned no data.", "  without this record\n"),
        ("first", "  Ok\n             first\n"),
    ];
    for ((record, text), (sentence, step)) in (1..).zip(texts).zip(sentences) {
        local.send(&format!("{text}\n"));
        assert_eq!(local.fh("local wait").run().code(), 0);
        shown(record, sentence, step);
    }
    // Larger ones follow, until the calls of the first are forgotten.
    local.send(&format!("{}\n", "x".repeat(900_000)).repeat(16));
    assert_eq!(local.fh("local wait").run().code(), 0);
    shown(4, "Its answer is no longer kept.", "  its answer is no longer kept\n");
    local.send("slow\n");
    shown(21, "The transform has not answered yet.", "  invoked ");
}

#[test]
fn records_whose_events_the_page_missed_are_unknown() {
    let local = Local::with_code(ECHO, "--port 0 --interval 900s");
    local.send("one\n");
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    let state = format!("{}?.children[1].textContent", row(1));
    page.wait_for(&format!("['waiting', 'buffered'].includes({state})"));
    assert!(!link(&mut page).contains("missed"));
    // It asks for nothing, like a page that is not shown, until too much has happened.
    page.run("window.asking = ask; ask = () => new Promise(() => {})");
    assert_eq!(local.fh("local flush").run().code(), 0);
    assert_eq!(local.fh("local wait").run().code(), 0);
    let address = local.url.strip_prefix("http://").unwrap();
    let flush = |rest: &str| {
        format!("POST /_fh/flush HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n{rest}\r\n")
    };
    let flushes = flush("").repeat(10_100) + &flush("Connection: close\r\n");
    let mut stream = TcpStream::connect(address).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || writer.write_all(flushes.as_bytes()).unwrap());
    stream.read_to_end(&mut Vec::new()).unwrap();
    writer.join().unwrap();
    page.run("ask = asking; isBusy = false; poll()");
    page.wait_for(&format!("{state} === 'unknown'"));
    assert!(link(&mut page).ends_with("the state of some records is unknown"));
}

#[test]
fn the_filter_searches_every_record_that_is_listed() {
    let local = Local::start("");
    let words: Vec<_> = (1..=1200).map(|it| format!("word{it}")).collect();
    local.send(&words.join("\n"));
    assert_eq!(local.fh("local wait").run().code(), 0);
    let mut page = Page::open(&local.url);
    page.screen(1400, false);
    page.wait_for("document.getElementById('empty').innerText.includes('500 of 1,200')");
    // 1, 10 to 19, 100 to 199, and 1000 to 1200.
    page.run("filter.value = 'word1'; filter.dispatchEvent(new Event('input'))");
    page.wait_for("document.querySelectorAll('#list a').length === 312");
}

#[test]
fn only_its_own_user_gets_the_page_and_what_it_reads() {
    let local = Local::start("");
    local.send("one\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let address = local.url.strip_prefix("http://").unwrap().to_owned();
    let port = address.rsplit(':').next().unwrap();
    let hosts = [
        (address.clone(), true),
        (format!("localhost:{port}"), true),
        (format!("evil.example:{port}"), false),
        (format!("127.0.0.1.evil.example:{port}"), false),
        ("127.0.0.1".to_owned(), false),
    ];
    let headers = [
        ("", true),
        ("Sec-Fetch-Site: none\r\n", true),
        ("Sec-Fetch-Site: same-origin\r\n", true),
        ("Sec-Fetch-Site: same-site\r\n", false),
        ("Sec-Fetch-Site: cross-site\r\n", false),
        ("Origin: null\r\n", false),
        ("Origin: http://evil.example\r\n", false),
    ];
    let paths = [
        "/",
        "/_fh/page.js",
        "/_fh/page.css",
        "/_fh/activity?after=0",
        "/_fh/state",
        "/_fh/records?stream=demo",
        "/_fh/record?record=1&stream=demo",
    ];
    for path in paths {
        for (host, is_own) in &hosts {
            for (header, is_user) in headers {
                let answer = get(&address, path, host, header);
                let is_given = answer.starts_with("HTTP/1.1 200");
                assert_eq!(is_given, *is_own && is_user, "{path} {host} {header}: {answer}");
                let answer = answer.to_ascii_lowercase();
                assert!(!answer.contains("access-control"), "{answer}");
                if is_given {
                    for line in [
                        "content-security-policy: default-src 'none'; script-src 'self'; \
                         style-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
                         base-uri 'none'; form-action 'none'\r\n",
                        "x-content-type-options: nosniff\r\n",
                        "cache-control: no-store\r\n",
                        "referrer-policy: no-referrer\r\n",
                        "cross-origin-resource-policy: same-origin\r\n",
                    ] {
                        assert!(answer.contains(line), "{path}: {line}{answer}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_object_that_is_a_page_runs_nothing_at_the_address_of_ours() {
    let local = Local::start("");
    let script = "<body><script>window.ran=true</script>here";
    let put = Fh::shell(&format!(
        "printf '%s' \"{script}\" > \"$HOME/x\" && python3 - <<'END'\n\
         import os, urllib.request\n\
         data = open(os.environ['HOME'] + '/x', 'rb').read()\n\
         request = urllib.request.Request('{}/demo/x.html', data, {{'Content-Type': 'text/html'}}, method='PUT')\n\
         print(urllib.request.urlopen(request).status)\nEND",
        local.url
    ));
    assert_eq!(put.run().text(), "200\n");
    let mut page = Page::open(&format!("{}/demo/x.html", local.url));
    page.wait_for("document.body.innerText === 'here'");
    assert!(!page.get::<bool>("window.ran === true"));
}

#[test]
fn start_opens_the_page_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let (program, opened) = (folder.path().join("xdg-open"), folder.path().join("opened"));
    let script = format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = |path: &str| {
        let fh = Fh::new().env("PATH", path);
        ready(fh.args("local start --port 0 --transform newline --open"))
    };
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let (session, url) = start(&path);
    assert!(session.seen().contains(&format!("{url}/   in a browser")), "{}", session.seen());
    until(|| std::fs::read_to_string(&opened).is_ok_and(|it| it == format!("{url}/\n")));
    std::fs::write(&program, "#!/bin/sh\nexit 3\n").unwrap();
    for path in [path.as_str(), "/nowhere"] {
        let (mut session, url) = start(path);
        session.wait_for_message(&format!("hint: open it yourself: {url}/"));
    }
}

/// The answer to a GET of a browser.
fn get(address: &str, path: &str, host: &str, header: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}Accept: text/html,*/*\r\nConnection: close\r\n\r\n"
    );
    ask(address, &request)
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
