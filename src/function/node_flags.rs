//! What Node.js has on by default and Lambda turns off (Lambda developer guide, "Building
//! Lambda functions with Node.js": experimental features).

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// A version is printed at once; what takes longer is no Node.js.
const MAX_WAIT: Duration = Duration::from_secs(2);

const NODE_OPTIONS: &str = "NODE_OPTIONS";

/// A feature, and the releases of Node.js in whose runtimes Lambda turns it off: each with
/// the first minor version that has the flag.
struct Feature {
    name: &'static str,
    off: &'static [(u32, u32)],
}

const FEATURES: [Feature; 2] = [
    Feature { name: "experimental-require-module", off: &[(20, 17), (22, 0)] },
    Feature { name: "experimental-detect-module", off: &[(22, 0)] },
];

/// The flags with which `node` runs a function like Lambda's runtime of its version, but for
/// features that `NODE_OPTIONS` of the function turns on. None where the version is unknown.
pub(super) async fn like_lambda(node: &Path, variables: &[(OsString, OsString)]) -> Vec<String> {
    let mut command = Command::new(node);
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.env_clear().envs(variables.iter().filter(|(name, _)| name != NODE_OPTIONS).cloned());
    let Ok(Ok(output)) = timeout(MAX_WAIT, command.output()).await else { return Vec::new() };
    let set = variables.iter().rev().find(|(name, _)| name == NODE_OPTIONS);
    let set = set.map(|(_, options)| options.to_string_lossy()).unwrap_or_default();
    flags(&String::from_utf8_lossy(&output.stdout), &set)
}

fn flags(version: &str, options: &str) -> Vec<String> {
    let mut numbers = version.trim().trim_start_matches('v').split('.');
    let mut number = || numbers.next()?.parse::<u32>().ok();
    let (Some(major), Some(minor)) = (number(), number()) else { return Vec::new() };
    let is_off = |feature: &&Feature| {
        feature.off.iter().any(|(release, since)| major == *release && minor >= *since)
    };
    let is_set = |feature: &Feature| {
        options.split_whitespace().any(|it| it.strip_prefix("--") == Some(feature.name))
    };
    let off = FEATURES.iter().filter(is_off).filter(|feature| !is_set(feature));
    off.map(|feature| format!("--no-{}", feature.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_turns_off_goes_by_the_version_and_node_options() {
        let require = "--no-experimental-require-module";
        let detect = "--no-experimental-detect-module";
        for (version, options, expected) in [
            ("v20.20.2\n", "", &[require][..]),
            ("v20.16.0\n", "", &[]),
            ("v22.14.0\n", "", &[require, detect]),
            ("v22.14.0\n", "--experimental-require-module --enable-source-maps", &[detect]),
            ("v22.14.0\n", "--experimental-detect-module", &[require]),
            ("v24.1.0\n", "", &[]),
            ("v18.20.0\n", "", &[]),
            ("", "", &[]),
            ("Python 3.12\n", "", &[]),
        ] {
            assert_eq!(flags(version, options), expected, "{version:?} {options}");
        }
    }
}
