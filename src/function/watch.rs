//! Whether the code of a function has changed.
//!
//! Looks at times and sizes of files: that works on every file system, also on
//! those of containers and networks, which report nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::{DirEntry, WalkDir};

/// How often files are looked at while a change is waited for.
const EVERY: Duration = Duration::from_millis(250);

/// Between two looks at files that are being written.
const SETTLING: Duration = Duration::from_millis(20);

/// How often a file that is being written is looked at before it is taken as it is.
const MAX_LOOKS: usize = 50;

/// Most files that are looked at; more is no function.
const MAX_FILES: usize = 20_000;

/// Folders that building and running write to, and that no handler is in.
const SKIPPED: [&str; 4] = ["node_modules", "target", "__pycache__", "venv"];

/// Endings of records and logs: what is written while code is tried, and no code.
const RECORDS: [&str; 6] = ["ndjson", "jsonl", "log", "b64", "gz", "out"];

/// A file of the data folder of `fh local`, which is written to all the time.
pub const ACTIVITY: &str = "activity.ndjson";

/// What is in such a folder, which may be in that of the code, or the same.
const DATA: [&str; 5] = [ACTIVITY, "lock", "s3", "streams", "functions"];

/// What files looked like at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl Snapshot {
    /// Looks at these files and folders.
    pub fn of(places: &[PathBuf]) -> Self {
        Self::without(places, &own_output())
    }

    fn without(places: &[PathBuf], own: &[(u64, u64)]) -> Self {
        let files = places.iter().flat_map(|place| files(place, own));
        Self(files.take(MAX_FILES).collect())
    }

    /// Waits until a later look differs, and until what is being written has
    /// been: two looks in a row are alike. Returns the first file that changed.
    pub async fn changed(&self, places: &[PathBuf]) -> Option<PathBuf> {
        let mut last = Self::of(places);
        loop {
            tokio::time::sleep(EVERY).await;
            let now = Self::of(places);
            if now == last && now != *self {
                return self.difference(&now);
            }
            last = now;
        }
    }

    /// Looks again, and until what is being written has been. Returns the first
    /// file that changed and the new look; nothing if nothing changed.
    pub(super) async fn look_again(&self, places: &[PathBuf]) -> Option<(PathBuf, Self)> {
        let mut last = Self::in_background(places).await?;
        if last == *self {
            return None;
        }
        for _ in 0..MAX_LOOKS {
            tokio::time::sleep(SETTLING).await;
            let now = Self::in_background(places).await?;
            if now == last {
                break;
            }
            last = now;
        }
        Some((self.difference(&last)?, last))
    }

    /// Looks without keeping others waiting: there may be many files.
    async fn in_background(places: &[PathBuf]) -> Option<Self> {
        let places = places.to_vec();
        tokio::task::spawn_blocking(move || Self::of(&places)).await.ok()
    }

    fn difference(&self, other: &Self) -> Option<PathBuf> {
        let new = other.0.iter().find(|file| !self.0.contains(file));
        let gone = || self.0.iter().find(|file| !other.0.contains(file));
        new.or_else(gone).map(|(path, ..)| path.clone())
    }
}

fn files(
    place: &Path,
    own: &[(u64, u64)],
) -> impl Iterator<Item = (PathBuf, u64, Option<SystemTime>)> {
    let walk = WalkDir::new(place).sort_by_file_name().into_iter().filter_entry(is_watched);
    walk.flatten().filter(|entry| entry.file_type().is_file()).filter_map(move |entry| {
        let data = entry.metadata().ok();
        if data.as_ref().is_some_and(|data| own.contains(&identity(data))) {
            return None;
        }
        let size = data.as_ref().map_or(0, std::fs::Metadata::len);
        Some((entry.into_path(), size, data.and_then(|data| data.modified().ok())))
    })
}

/// Which file it is, whatever it is called: its device and number.
#[cfg(unix)]
fn identity(data: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (data.dev(), data.ino())
}

/// The files that standard output and error are redirected to: what is printed
/// after a change must not be a change.
#[cfg(unix)]
fn own_output() -> Vec<(u64, u64)> {
    use std::os::fd::AsFd;
    fn of(stream: impl AsFd) -> Option<(u64, u64)> {
        let file = std::fs::File::from(stream.as_fd().try_clone_to_owned().ok()?);
        Some(identity(&file.metadata().ok()?))
    }
    [of(std::io::stdout()), of(std::io::stderr())].into_iter().flatten().collect()
}

#[cfg(not(unix))]
const fn identity(_: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(not(unix))]
const fn own_output() -> Vec<(u64, u64)> {
    Vec::new()
}

fn is_watched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_hidden = name.starts_with('.') && name.len() > 1 && name != "..";
    let is_skipped = SKIPPED.contains(&name.as_ref());
    let is_data =
        || DATA.contains(&name.as_ref()) && entry.path().parent().is_some_and(is_data_folder);
    let ending = entry.path().extension();
    let is_records = entry.file_type().is_file()
        && ending.is_some_and(|it| RECORDS.iter().any(|records| it == *records));
    entry.depth() == 0 || !is_hidden && !is_skipped && !is_records && !is_data()
}

fn is_data_folder(path: &Path) -> bool {
    [ACTIVITY, "lock", "s3"].iter().all(|it| path.join(it).exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_change_is_seen_and_what_tools_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let places = [folder.path().to_owned()];
        fs::write(folder.path().join("app.py"), "1").unwrap();
        let before = Snapshot::of(&places);
        fs::create_dir(folder.path().join("__pycache__")).unwrap();
        fs::write(folder.path().join("__pycache__/app.pyc"), "1").unwrap();
        fs::write(folder.path().join(".app.py.swp"), "1").unwrap();
        fs::write(folder.path().join("orders.ndjson"), "{}").unwrap();
        // `fh local start --dir data`
        for data in [folder.path().join("data"), folder.path().to_owned()] {
            fs::create_dir_all(data.join("s3")).unwrap();
            for file in [ACTIVITY, "lock", "s3/object"] {
                fs::write(data.join(file), "1").unwrap();
            }
            assert_eq!(Snapshot::of(&places), before);
        }
        // A file of the same name alone is the user's.
        let own = tempfile::tempdir().unwrap();
        fs::write(own.path().join("lock"), "1").unwrap();
        assert_ne!(Snapshot::of(&[own.path().to_owned()]), Snapshot::of(&[]));
        // What is named is watched, whatever it is.
        let event = [folder.path().join("orders.ndjson")];
        assert_ne!(Snapshot::of(&event), Snapshot::of(&[]));
        fs::write(folder.path().join("app.py"), "22").unwrap();
        let after = Snapshot::of(&places);
        assert_eq!(before.difference(&after), Some(folder.path().join("app.py")));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_printed_to_is_no_code() {
        let folder = tempfile::tempdir().unwrap();
        let places = [folder.path().to_owned()];
        fs::write(folder.path().join("app.py"), "1").unwrap();
        fs::write(folder.path().join("out.txt"), "1").unwrap();
        let own = [identity(&fs::metadata(folder.path().join("out.txt")).unwrap())];
        let before = Snapshot::without(&places, &own);
        fs::write(folder.path().join("out.txt"), "1 and more").unwrap();
        assert_eq!(Snapshot::without(&places, &own), before);
        fs::write(folder.path().join("app.py"), "22").unwrap();
        assert_ne!(Snapshot::without(&places, &own), before);
    }
}
