//! A release is refused where its parts disagree: `.ci/dist check`, on copies of
//! this project.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const FILES: [&str; 5] =
    [".ci/dist", "Cargo.toml", "Cargo.lock", "CHANGELOG.md", "src/firehose/Cargo.toml"];

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
        let manifest = fs::read_to_string(project.0.path().join("Cargo.toml")).unwrap();
        if !manifest.contains("\nrepository = ") {
            let repository = "publish = false\nrepository = \"https://example.com/fh\"";
            project.change("Cargo.toml", "publish = false", repository);
        }
        project
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let old = fs::read_to_string(&path).unwrap();
        assert!(old.contains(from), "{file} has no `{from}`");
        fs::write(path, old.replacen(from, to, 1)).unwrap();
    }

    /// The problems with a release of this tag.
    fn check(&self, tag: &str) -> String {
        let mut check = Command::new("python3");
        let output =
            check.arg(self.0.path().join(".ci/dist")).args(["check", tag]).output().unwrap();
        let problems = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), problems.is_empty(), "{problems}");
        problems
    }
}

const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

#[test]
fn a_release_whose_parts_agree_passes() {
    let project = Project::ready();
    assert_eq!(project.check(TAG), "");
    let notes =
        Command::new("python3").arg(project.0.path().join(".ci/dist")).arg("notes").output();
    let notes = String::from_utf8(notes.unwrap().stdout).unwrap();
    assert!(notes.starts_with("### Added\n"), "{notes}");
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
        (
            "Cargo.lock",
            &format!("name = \"fh\"\n{own}"),
            "name = \"fh\"\nversion = \"9.9.9\"",
            "Cargo.lock has fh 9.9.9",
        ),
        ("Cargo.toml", "\nrepository = ", "\nhomepage = ", "no `repository`"),
    ] {
        let project = Project::ready();
        project.change(file, from, to);
        let problems = project.check(TAG);
        assert!(problems.contains(problem), "{file}, {from:?} to {to:?}: {problems}");
    }
    assert!(Project::ready().check("0.1.0").contains("the tag is `0.1.0`"));
}
