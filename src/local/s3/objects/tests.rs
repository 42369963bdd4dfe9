use std::fs;
use std::io::Read as _;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(folder: &TempDir) -> Objects {
    Objects::open(folder.path()).unwrap()
}

fn with_bucket(folder: &TempDir) -> Objects {
    let objects = open(folder);
    objects.create_bucket("demo", None).unwrap();
    objects
}

fn text(objects: &Objects, key: &str) -> String {
    let mut text = String::new();
    objects.read("demo", key).unwrap().1.read_to_string(&mut text).unwrap();
    text
}

fn put(objects: &Objects, key: &str, text: &str) {
    objects.put("demo", key, text.as_bytes(), None, None).unwrap();
}

fn keys(objects: &Objects) -> Vec<String> {
    let query = ListQuery { most: 1000, ..ListQuery::default() };
    objects.list("demo", &query).unwrap().objects.into_iter().map(|(key, _)| key).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let relative = files.map(|entry| entry.path().strip_prefix(folder).unwrap().to_owned());
    let mut files: Vec<_> = relative.map(|path| path.to_str().unwrap().to_owned()).collect();
    files.sort_unstable();
    files
}

#[test]
fn an_object_is_a_file_of_its_name() {
    let folder = folder();
    let objects = with_bucket(&folder);
    let meta = objects.put("demo", "a/b.gz", b"hello", Some("text/plain"), Some("gzip")).unwrap();
    assert_eq!(meta.etag, "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(files(&folder.path().join("demo")), ["a/b.gz"]);
    assert_eq!(text(&objects, "a/b.gz"), "hello");
    let headers = objects.meta("demo", "a/b.gz").unwrap().headers;
    assert_eq!(headers.content_encoding.as_deref(), Some("gzip"));
}

#[test]
fn a_key_can_be_an_object_and_a_folder_in_either_order() {
    let folder = folder();
    let objects = with_bucket(&folder);
    for (key, text) in [("a", "1"), ("a/b", "2"), ("a/b/c/d", "3"), ("x/y", "4"), ("x", "5")] {
        put(&objects, key, text);
    }
    let expected = [("a", "1"), ("a/b", "2"), ("a/b/c/d", "3"), ("x", "5"), ("x/y", "4")];
    for objects in [objects, open(&folder)] {
        assert_eq!(keys(&objects), expected.map(|(key, _)| key));
        for (key, wanted) in expected {
            assert_eq!(text(&objects, key), wanted, "{key}");
        }
    }
}

#[test]
fn deleting_leaves_nothing_but_the_others() {
    let folder = folder();
    let objects = with_bucket(&folder);
    for key in ["a", "a/b/c", "d/e/f"] {
        put(&objects, key, key);
    }
    for key in ["a", "d/e/f", "nothing"] {
        objects.delete("demo", key, &|_| Ok(())).unwrap();
    }
    assert_eq!(files(&folder.path().join("demo")), ["a/b/c"]);
    assert!(matches!(objects.delete_bucket("demo"), Err(Problem::BucketNotEmpty)));
    objects.delete("demo", "a/b/c", &|_| Ok(())).unwrap();
    objects.delete_bucket("demo").unwrap();
    assert!(files(folder.path()).is_empty());
    assert!(matches!(objects.meta("demo", "a"), Err(Problem::NoSuchBucket)));
}

#[test]
fn all_that_is_known_is_there_after_a_restart() {
    let folder = folder();
    let objects = with_bucket(&folder);
    objects.create_bucket("other", Some("eu-west-1")).unwrap();
    let meta = objects.put("demo", "a", b"hello", Some("text/plain"), None).unwrap();
    objects.tag("demo", "a", vec![("k".to_owned(), "v".to_owned())]).unwrap();
    put(&objects, "b", "gone");
    objects.delete("demo", "b", &|_| Ok(())).unwrap();
    let created = objects.bucket("demo").unwrap().created;
    drop(objects);

    let objects = open(&folder);
    let tags = vec![("k".to_owned(), "v".to_owned())];
    assert_eq!(objects.meta("demo", "a").unwrap(), Meta { tags, ..meta });
    assert_eq!(keys(&objects), ["a"]);
    assert_eq!(objects.bucket("demo").unwrap().created, created);
    assert_eq!(objects.bucket("other").unwrap().region.as_deref(), Some("eu-west-1"));
}

#[test]
fn the_files_count_whatever_the_index_says() {
    let folder = folder();
    let objects = with_bucket(&folder);
    for key in ["kept", "changed", "removed"] {
        objects.put("demo", key, b"hello", Some("text/plain"), None).unwrap();
    }
    drop(objects);
    let path = |name: &str| folder.path().join("demo").join(name);
    fs::remove_file(path("removed")).unwrap();
    fs::write(path("changed"), "hello, you").unwrap();
    fs::create_dir(path("new")).unwrap();
    fs::write(path("new/100%25"), "new").unwrap();
    // No key has such a name.
    fs::write(path("100%"), "no").unwrap();
    let index = folder.path().join(".index/demo");
    let mut lines = fs::OpenOptions::new().append(true).open(index).unwrap();
    lines.write_all(b"{\"key\": \"torn").unwrap();
    fs::write(folder.path().join(".tmp/half"), "half").unwrap();

    let objects = open(&folder);
    assert_eq!(keys(&objects), ["changed", "kept", "new/100%"]);
    let type_of = |key| objects.meta("demo", key).unwrap().headers.content_type;
    assert_eq!(type_of("kept").as_deref(), Some("text/plain"));
    assert_eq!(type_of("changed"), None);
    assert_eq!(objects.meta("demo", "changed").unwrap().etag, "f5c5390de6433117b449aa55440779eb");
    assert!(files(&folder.path().join(".tmp")).is_empty());
}

#[test]
fn an_object_that_was_on_its_way_into_a_folder_is_found() {
    let folder = folder();
    let mut objects = with_bucket(&folder);
    put(&objects, "a/b", "hello");
    let state = objects.state.get_mut().unwrap();
    state.bucket("demo").unwrap().index.moves("a/b", "way").unwrap();
    drop(objects);
    fs::create_dir(folder.path().join(".tmp/way")).unwrap();
    let place = folder.path().join("demo/a/b");
    fs::rename(&place, folder.path().join(".tmp/way/%")).unwrap();

    let objects = open(&folder);
    assert_eq!(keys(&objects), ["a/b"]);
    assert_eq!(text(&objects, "a/b"), "hello");
    assert!(place.join("%").is_file());
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    let (folder, outside) = (folder(), folder());
    let objects = with_bucket(&folder);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("demo/out")).unwrap();
    assert!(matches!(objects.put("demo", "out/a", b"x", None, None), Err(Problem::Io(_))));
    fs::write(outside.path().join("secret"), "x").unwrap();
    drop(objects);
    assert!(keys(&open(&folder)).is_empty());
    assert_eq!(files(outside.path()), ["secret"]);
}

#[test]
fn a_condition_decides_while_nothing_else_can_change() {
    let folder = folder();
    let objects = with_bucket(&folder);
    put(&objects, "a", "first");
    let draft = objects.draft().unwrap();
    let refused = objects.commit(("demo", "a"), draft, Headers::default(), vec![], &|there| {
        assert_eq!(there.unwrap().size, 5);
        Err(Problem::Precondition)
    });
    assert!(matches!(refused, Err(Problem::Precondition)));
    assert_eq!(text(&objects, "a"), "first");
    assert!(files(&folder.path().join(".tmp")).is_empty());
}

#[test]
fn keys_have_a_length() {
    let folder = folder();
    let objects = with_bucket(&folder);
    put(&objects, &"\u{1}".repeat(1024), "long");
    for key in ["", &"a".repeat(1025)] {
        assert!(matches!(objects.put("demo", key, b"", None, None), Err(Problem::KeyTooLong)));
    }
    assert_eq!(keys(&open(&folder)), ["\u{1}".repeat(1024)]);
}

fn pages(objects: &BTreeMap<String, Meta>, query: &ListQuery) -> (Vec<String>, Vec<String>) {
    let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
    let mut query = query.clone();
    loop {
        let page = query.page(objects);
        assert!(page.objects.len() + page.prefixes.len() <= query.most);
        keys.extend(page.objects.into_iter().map(|(key, _)| key));
        prefixes.extend(page.prefixes);
        match page.last {
            Some(last) => query.after = last,
            None => return (keys, prefixes),
        }
    }
}

proptest! {
    #[test]
    fn pages_of_any_size_have_each_entry_once(
        keys in proptest::collection::btree_set("[ab/]{1,5}\u{10FFFF}?", 0..30),
        prefix in "[ab/]{0,2}",
        delimiter in prop_oneof![Just(""), Just("/"), Just("b/")],
        most in 1..5_usize,
    ) {
        let meta = Meta {
            size: 0,
            etag: String::new(),
            modified: 0,
            headers: Headers::default(),
            tags: vec![],
        };
        let objects = keys.iter().map(|key| (key.clone(), meta.clone())).collect();
        let delimiter = delimiter.to_owned();
        let query = ListQuery { prefix, delimiter, after: String::new(), most };
        let (mut objects_wanted, mut prefixes_wanted) = (Vec::new(), Vec::new());
        for key in keys.iter().filter(|key| key.starts_with(&query.prefix)) {
            let rest = key.strip_prefix(&query.prefix).unwrap();
            match rest.split_once(&query.delimiter).filter(|_| !query.delimiter.is_empty()) {
                Some((start, _)) => {
                    prefixes_wanted.push([&query.prefix, start, &query.delimiter].concat());
                }
                None => objects_wanted.push(key.clone()),
            }
        }
        prefixes_wanted.dedup();
        prop_assert_eq!(pages(&objects, &query), (objects_wanted, prefixes_wanted));
    }
}
