//! A release is refused where its parts disagree: `.ci/release-check`, on copies of
//! this project.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const FILES: [&str; 4] =
    [".ci/release-check", "Cargo.toml", "CHANGELOG.md", "src/firehose/Cargo.toml"];

/// What the project would be at its release.
struct Project(TempDir);

impl Project {
    fn ready() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in FILES {
            let copy = folder.path().join(file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(root.join(file), copy).unwrap();
        }
        let project = Self(folder);
        let today = format!("## Unreleased\n\n## {} - 2026-11-29", env!("CARGO_PKG_VERSION"));
        project.change("CHANGELOG.md", "## Unreleased", &today);
        project
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let old = fs::read_to_string(&path).unwrap();
        assert!(old.contains(from), "{file} has no `{from}`");
        fs::write(path, old.replacen(from, to, 1)).unwrap();
    }

    /// The problems with a release of this tag, in the repository of the project.
    fn check(&self, tag: &str) -> String {
        self.check_in(tag, env!("CARGO_PKG_REPOSITORY").trim_start_matches("https://github.com/"))
    }

    fn check_in(&self, tag: &str, repository: &str) -> String {
        let output = Command::new("python3")
            .arg(self.0.path().join(".ci/release-check"))
            .arg(tag)
            .env("GITHUB_REPOSITORY", repository)
            .output()
            .unwrap();
        let problems = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), problems.is_empty(), "{problems}");
        problems
    }
}

const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

#[test]
fn a_release_whose_parts_agree_passes() {
    assert_eq!(Project::ready().check(TAG), "");
}

#[test]
fn a_release_whose_parts_differ_is_refused() {
    let version = env!("CARGO_PKG_VERSION");
    let (own, next) = (format!("version = \"{version}\""), "version = \"9.9.9\"");
    let heading = format!("## {version} - ");
    for (file, from, to, problem) in [
        ("CHANGELOG.md", heading.as_str(), "## 9.9.9 - ", "has no section"),
        ("CHANGELOG.md", "\n\n## ", "\n\n## 9.9.9 - 2026-11-30\n\n## ", "the latest version in"),
        ("CHANGELOG.md", heading.as_str(), &format!("## {version}, "), "has no section"),
        ("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- One more.\n", "`## Unreleased`"),
        ("Cargo.toml", own.as_str(), next, "has no section `## 9.9.9"),
        ("Cargo.toml", own.as_str(), next, "tag `v9.9.9`"),
        (
            "src/firehose/Cargo.toml",
            own.as_str(),
            next,
            "src/firehose/Cargo.toml has version 9.9.9",
        ),
    ] {
        let project = Project::ready();
        project.change(file, from, to);
        let problems = project.check(TAG);
        assert!(problems.contains(problem), "{file}, {from:?} to {to:?}: {problems}");
    }
    assert!(Project::ready().check("0.1.0").contains("the tag is `0.1.0`"));
    // Where `cargo binstall` and the installer download from.
    let elsewhere = Project::ready().check_in(TAG, "else/where");
    assert!(elsewhere.contains("of https://github.com/else/where"), "{elsewhere}");
}
