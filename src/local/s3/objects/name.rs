//! Keys as names of files below the folder of a bucket, and back.
//!
//! A `/` in a key makes a folder, and most keys are their own path. The rest is
//! escaped, so that every key has a path of its own below the folder:
//!
//! | in a key | in a path |
//! |---|---|
//! | `%`, control characters | `%25`, `%XX` |
//! | `.` and `..` between slashes | `%2E`, `%2E%2E` |
//! | nothing between slashes, or after the last | `%_` |
//! | more than 240 bytes between slashes | folders, all but the last with `%+` at the end |
//!
//! Where a folder has the path of a key already, the object is [`FOLDER_OBJECT`]
//! in it, which is the name of no key.

use std::path::{Component, Path, PathBuf};

/// The object whose path is a folder: the file in that folder.
pub(super) const FOLDER_OBJECT: &str = "%";

/// Bytes of a name; file systems take 255.
const MAX_NAME: usize = 240;

const EMPTY: &str = "%_";
const GOES_ON: &str = "%+";

/// The path of a key, relative to the folder of its bucket.
pub(super) fn to_path(key: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in key.split('/') {
        match part {
            "" => path.push(EMPTY),
            "." | ".." => path.push(part.replace('.', "%2E")),
            _ => push_escaped(&mut path, part),
        }
    }
    path
}

fn push_escaped(path: &mut PathBuf, part: &str) {
    let mut name = String::with_capacity(part.len());
    for character in part.chars() {
        let is_plain = character != '%' && !character.is_ascii_control();
        let escaped = format!("%{:02X}", u32::from(character));
        let mut buffer = [0; 4];
        let text = if is_plain { character.encode_utf8(&mut buffer) } else { escaped.as_str() };
        if name.len() + text.len() > MAX_NAME {
            name.push_str(GOES_ON);
            path.push(std::mem::take(&mut name));
        }
        name.push_str(text);
    }
    path.push(name);
}

/// The key that has this path; none if no key has.
pub(super) fn to_key(path: &Path) -> Option<String> {
    let mut key = String::new();
    let mut is_new = false;
    let mut names = path.components().peekable();
    while let Some(Component::Normal(name)) = names.next() {
        let name = name.to_str()?;
        if name == FOLDER_OBJECT && names.peek().is_none() {
            break;
        }
        if is_new {
            key.push('/');
        }
        is_new = !name.ends_with(GOES_ON);
        unescape(name.strip_suffix(GOES_ON).unwrap_or(name), &mut key)?;
    }
    // Anything else would be another path of the same key.
    let is_path = |path: &Path| to_path(&key) == path;
    let is_own =
        is_path(path) || (path.ends_with(FOLDER_OBJECT) && path.parent().is_some_and(is_path));
    is_own.then_some(key)
}

fn unescape(name: &str, key: &mut String) -> Option<()> {
    if name == EMPTY {
        return Some(());
    }
    let mut parts = name.split('%');
    key.push_str(parts.next()?);
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        let code = u8::from_str_radix(code, 16).ok().filter(u8::is_ascii)?;
        key.push(char::from(code));
        key.push_str(rest);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn most_keys_are_their_own_path() {
        for key in ["a", "2026/11/29/05/orders-1-2026", "dt=2026-11-29 05:00/ä.gz", "..a/b."] {
            assert_eq!(to_path(key), Path::new(key));
        }
        for (key, path) in [
            ("", "%_"),
            ("/", "%_/%_"),
            ("/etc/passwd", "%_/etc/passwd"),
            ("../../a", "%2E%2E/%2E%2E/a"),
            ("a/./b/", "a/%2E/b/%_"),
            ("100%", "100%25"),
            ("%_", "%25_"),
            ("a\0\n", "a%00%0A"),
        ] {
            assert_eq!(to_path(key), Path::new(path), "{key:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let key = format!("{}é%/z", "x".repeat(239));
        let path = to_path(&key);
        assert_eq!(path, Path::new(&format!("{}%+/é%25/z", "x".repeat(239))));
        assert_eq!(to_key(&path), Some(key));
    }

    #[test]
    fn a_path_that_no_key_has_is_none() {
        for path in ["a%", "%41", "a/%zz", "a%+/b", "%/b", "a/%2e"] {
            assert_eq!(to_key(Path::new(path)), None, "{path}");
        }
        assert_eq!(to_key(Path::new("a/%")), Some("a".to_owned()));
    }

    fn key() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just(String::new()),
            "[.]{1,3}",
            "[%_+./A-F0-9]{0,6}",
            "\\PC{0,20}",
            "[\\x00-\\x1f%a]{0,200}",
        ];
        proptest::collection::vec(part, 1..6).prop_map(|parts| parts.join("/"))
    }

    proptest! {
        #[test]
        fn every_key_has_a_path_of_its_own_below_the_folder(one in key(), other in key()) {
            let path = to_path(&one);
            let is_name = |part| match part {
                Component::Normal(name) => name.len() <= 255 && name != FOLDER_OBJECT,
                _ => false,
            };
            prop_assert!(path.components().all(is_name));
            prop_assert_eq!(to_key(&path), Some(one.clone()));
            prop_assert_eq!(to_key(&path.join(FOLDER_OBJECT)), Some(one.clone()));
            prop_assert_eq!(path == to_path(&other), one == other);
        }
    }
}
