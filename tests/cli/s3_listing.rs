//! Listings of one prefix that are long: cut into parts, and read in their order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::canned::Canned;
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
    let [prefix, delimiter, after, token] =
        ["prefix", "delimiter", "start-after", "continuation-token"].map(|it| value(head, it));
    let most = value(head, "max-keys").parse().unwrap_or(PAGE);
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let start = if token.is_empty() { after } else { token };
    let (mut contents, mut folders) = (Vec::new(), BTreeSet::new());
    let (mut last, mut is_cut) = (String::new(), false);
    for key in keys.iter().filter(|it| it.starts_with(&prefix) && **it > start) {
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
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_unstable();
    let expected: Vec<_> = keys.iter().map(|key| format!("{{\"k\":\"{key}\"}}\n")).collect();
    let expected = expected.concat();
    let lists = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lists);
    let server = Canned::answering(move |head| {
        if head.contains("list-type=2") {
            count.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(std::time::Duration::from_millis(20));
            return Some(page(&keys, head));
        }
        let path = head.strip_prefix("GET /lake/")?.split([' ', '?']).next()?;
        let key = percent_decode_str(path).decode_utf8().ok()?;
        Some(answer("200 OK", "etag: \"1\"\r\n", &format!("{{\"k\":\"{key}\"}}")))
    });
    let output = at(&server.url(), &format!("decode {place}")).run();
    assert_eq!((output.errors(), output.code()), (String::new(), 0));
    assert!(output.text() == expected, "{place}: {output}");
    lists.load(Ordering::Relaxed)
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
