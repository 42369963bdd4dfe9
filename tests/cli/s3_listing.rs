//! Listings of one prefix that are long: cut into parts, and read in their order.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::canned::Canned;
use crate::harness::Output;
use crate::s3::at;
use crate::s3_errors::answer;

/// Keys of a page.
const PAGE: usize = 10;

/// The value of a parameter.
fn value(head: &str, name: &str) -> String {
    let query = head.split([' ', '?']).nth(2).unwrap_or_default();
    let value = query.split('&').find_map(|it| it.strip_prefix(name)?.strip_prefix('='));
    percent_decode_str(value.unwrap_or_default()).decode_utf8_lossy().into_owned()
}

/// A page as S3 lists it; `keys` are sorted.
fn page(keys: &[String], head: &str) -> Vec<u8> {
    page_of(PAGE, keys, head, &value(head, "continuation-token"))
}

/// The same of this many keys, after the key that is the token.
fn page_of(size: usize, keys: &[String], head: &str, token: &str) -> Vec<u8> {
    let [prefix, delimiter, after] =
        ["prefix", "delimiter", "start-after"].map(|it| value(head, it));
    let most = value(head, "max-keys").parse().unwrap_or(size);
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let start = if token.is_empty() { after.as_str() } else { token };
    let (mut contents, mut folders) = (Vec::new(), BTreeSet::new());
    let (mut last, mut is_cut) = (String::new(), false);
    for key in keys.iter().filter(|it| it.starts_with(&prefix) && it.as_str() > start) {
        let rest = key.strip_prefix(&prefix).unwrap_or_default();
        let folder = rest.find(&delimiter).filter(|_| !delimiter.is_empty());
        let folder = folder.map(|at| key.split_at(prefix.len() + at + 1).0.to_owned());
        if folder.as_ref().is_some_and(|it| folders.contains(it)) {
            continue;
        }
        if contents.len() + folders.len() == most {
            is_cut = true;
            break;
        }
        last.clone_from(key);
        match folder {
            Some(folder) => _ = folders.insert(folder),
            None => contents.push(format!(
                "<Contents><Key>{}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified>\
                 <ETag>&quot;1&quot;</ETag><Size>9</Size></Contents>",
                encoded(key)
            )),
        }
    }
    let folders = folders
        .iter()
        .map(|it| format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", encoded(it)));
    let token = format!("<NextContinuationToken>{last}</NextContinuationToken>");
    let body = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>lake</Name>\
         <EncodingType>url</EncodingType><IsTruncated>{is_cut}</IsTruncated>{}{}{}\
         </ListBucketResult>",
        if is_cut { &token } else { "" },
        contents.concat(),
        folders.collect::<String>()
    );
    answer("200 OK", "", &body)
}

/// Reads objects with these keys from `place` and sees that each comes once and in the
/// order of S3; returns how many calls the listing took.
fn calls(place: &str, keys: impl IntoIterator<Item = String>) -> usize {
    let lists = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lists);
    assert_all(place, keys, move |keys, head| {
        count.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        page(keys, head)
    });
    lists.load(Ordering::Relaxed)
}

/// Reads objects with these keys from `place`, where `list` makes the pages, and sees that
/// each comes once and in the order of S3.
fn assert_all(
    place: &str,
    keys: impl IntoIterator<Item = String>,
    list: impl Fn(&[String], &str) -> Vec<u8> + Send + Sync + 'static,
) {
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_unstable();
    let expected: Vec<_> = keys.iter().map(|key| format!("{{\"k\":\"{key}\"}}\n")).collect();
    let output = decode(place, keys, list);
    assert_eq!((output.errors(), output.code()), (String::new(), 0));
    assert!(output.text() == expected.concat(), "{place}: {output}");
}

/// Reads objects with these keys, which are sorted.
fn decode(
    place: &str,
    keys: Vec<String>,
    list: impl Fn(&[String], &str) -> Vec<u8> + Send + Sync + 'static,
) -> Output {
    let server = Canned::answering(move |head| {
        if head.contains("list-type=2") {
            return Some(list(&keys, head));
        }
        let path = head.strip_prefix("GET /lake/")?.split([' ', '?']).next()?;
        let key = percent_decode_str(path).decode_utf8().ok()?;
        Some(answer("200 OK", "etag: \"1\"\r\n", &format!("{{\"k\":\"{key}\"}}")))
    });
    at(&server.url(), &format!("decode {place}")).run()
}

/// What the calls of a listing wait for.
#[derive(Default)]
struct Turn {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Turn {
    fn step(&self) -> usize {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        self.changed.notify_all();
        *count
    }

    /// Waits until there were this many steps. A listing that never makes them goes on.
    fn wait_for(&self, least: usize) {
        let count = self.count.lock().unwrap();
        let late = Duration::from_secs(20);
        drop(self.changed.wait_timeout_while(count, late, |it| *it < least).unwrap());
    }
}

/// True for the calls that ask for a page and not where to cut the listing.
fn is_of_keys(head: &str) -> bool {
    value(head, "delimiter").is_empty() && value(head, "max-keys").is_empty()
}

/// Keys in eight folders of 40.
fn folders() -> impl Iterator<Item = String> {
    (0..320).map(|it| format!("f/{:02}/{it:03}", it / 40))
}

#[test]
fn folders_of_one_prefix_are_listed_side_by_side() {
    let hours = |count: usize| {
        (0..count)
            .map(move |it| format!("f/2026/11/{:02}/{:02}/{it:05}", 1 + it / 480, it / 20 % 24))
    };
    // 48 hours of two pages, or three with an empty one.
    let lists = calls("s3://lake/f/", hours(960));
    assert!((96..=200).contains(&lists), "{lists}");
    assert_eq!(calls("s3://lake/f/2026/11/01/00/", hours(20)), 2 + 1);
}

#[test]
fn a_flat_prefix_costs_few_calls_more() {
    let lists = calls("s3://lake", (0..300).map(|it| format!("f/{it:05}")));
    assert!((30..=33).contains(&lists), "{lists}");
    let lists = calls("s3://lake/f/", (0..300).map(|it| format!("f/{it:05}")));
    assert!((30..=33).contains(&lists), "{lists}");
}

#[test]
fn small_folders_cost_no_call_each() {
    let lists = calls("s3://lake/f/", (0..600).map(|it| format!("f/{:05}/{it}", it / 2)));
    assert!((60..=80).contains(&lists), "{lists}");
}

#[test]
fn whatever_the_keys_are_each_comes_once_and_in_order() {
    // Bytes before and after a slash, and what is between a folder and the next.
    let names = ["a", "a-", "a.", "a.~", "a0", "a/", "aé", "b", "b/c", "b/c-", "b0/", "\u{10ffff}"];
    let mut random = fastrand::Rng::with_seed(17);
    for round in 0..6 {
        let keys: BTreeSet<String> = (0..500)
            .map(|_| {
                let parts = 1 + random.usize(..3);
                let folder = (0..parts).map(|_| format!("{}/", names[random.usize(..names.len())]));
                format!("{}{}", folder.collect::<String>(), random.usize(..40))
            })
            .collect();
        calls(
            if round % 2 == 0 { "s3://lake" } else { "s3://lake/a" },
            keys.into_iter().filter(|key| round % 2 == 0 || key.starts_with('a')),
        );
    }
}

#[test]
fn a_listing_that_goes_on_while_its_folders_are_found_reads_no_object_twice() {
    let pages = Turn::default();
    assert_all("s3://lake/f/", folders(), move |keys, head| {
        if is_of_keys(head) {
            pages.step();
            return page_of(1, keys, head, &value(head, "continuation-token"));
        }
        if !value(head, "delimiter").is_empty() {
            // After its 16th page it would be cut again.
            pages.wait_for(20);
        }
        page(keys, head)
    });
}

#[test]
fn an_empty_page_is_not_the_end_of_a_listing() {
    assert_all("s3://lake/f/", folders(), |keys, head| every_other_empty(10, keys, head));
}

/// A page of this many keys, after one that has none.
fn every_other_empty(size: usize, keys: &[String], head: &str) -> Vec<u8> {
    let token = value(head, "continuation-token");
    if let Some(token) = token.strip_prefix('~') {
        return page_of(size, keys, head, token);
    }
    if !is_of_keys(head) {
        return page(keys, head);
    }
    if token.is_empty() {
        return page_of(size, keys, head, "");
    }
    let body = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>lake</Name>\
         <EncodingType>url</EncodingType><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>\
         <NextContinuationToken>~{token}</NextContinuationToken></ListBucketResult>"
    );
    answer("200 OK", "", &body)
}

#[test]
fn a_listing_that_is_cut_after_an_empty_page_reads_no_object_twice() {
    let (empty, parts) = (Turn::default(), Turn::default());
    assert_all("s3://lake/f/", folders(), move |keys, head| {
        if value(head, "continuation-token").starts_with('~') {
            // The empty page before it is the last one when the listing is cut.
            if empty.step() == 50 {
                parts.wait_for(1);
            }
        } else if !value(head, "delimiter").is_empty() {
            empty.wait_for(50);
        } else if is_of_keys(head) && !value(head, "start-after").is_empty() {
            parts.step();
        }
        every_other_empty(1, keys, head)
    });
}

/// A page that breaks off after half of its keys, the length of which is known beforehand,
/// is not, or comes in chunks.
fn broken(page: &[u8], framing: usize) -> Vec<u8> {
    let text = String::from_utf8(page.to_vec()).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let keys: Vec<_> = body.split_inclusive("</Contents>").collect();
    let half: String = keys.iter().take(keys.len() / 2).copied().collect();
    let (header, half) = match framing {
        0 => (format!("content-length: {}\r\n", body.len()), half),
        1 => ("transfer-encoding: chunked\r\n".to_owned(), format!("{:x}\r\n{half}", body.len())),
        _ => (String::new(), half),
    };
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\n{header}connection: close\r\n\r\n{half}"
    )
    .into_bytes()
}

#[test]
fn a_page_that_breaks_off_is_asked_for_again() {
    for framing in 0..3 {
        let seen = Mutex::new(BTreeSet::new());
        assert_all("s3://lake/f/", folders(), move |keys, head| {
            let page = page(keys, head);
            let is_first = seen.lock().unwrap().insert(head.split(' ').nth(1).map(str::to_owned));
            if is_first && is_of_keys(head) { broken(&page, framing) } else { page }
        });
    }
}

#[test]
fn a_page_that_breaks_off_each_time_is_an_error_and_not_the_end() {
    for framing in 0..3 {
        let keys = (0..25).map(|it| format!("f/{it:02}")).collect();
        let output = decode("s3://lake/f/", keys, move |keys, head| {
            let is_second = !value(head, "continuation-token").is_empty();
            let page = page(keys, head);
            if is_second && is_of_keys(head) { broken(&page, framing) } else { page }
        });
        assert_eq!(output.code(), 3, "{output}");
        assert!(output.errors().contains("cannot list bucket `lake`"), "{output}");
    }
}
