//! How much memory a process and its children use; Linux only.

#![expect(clippy::disallowed_methods, reason = "reads /proc, which is no input of the user")]

use std::fs;

/// Most processes that are looked at: a fork bomb must not occupy us too.
const MAX_PROCESSES: usize = 1000;

/// Memory in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// Resident now, children included.
    pub(super) now: u64,
    /// The most that the process itself ever had, or all have now.
    pub(super) most: u64,
}

/// Returns what the process and all below it use; none where there is no
/// `/proc` or no such process.
pub(super) fn usage(pid: i32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let own = size(&status, "VmRSS:")?;
    let below = descendants(pid)
        .into_iter()
        .filter_map(|pid| size(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmRSS:"));
    let now = own + below.sum::<u64>();
    Some(Usage { now, most: now.max(size(&status, "VmHWM:")?) })
}

/// Returns the processes below this one, whatever group they are in.
pub(super) fn descendants(pid: i32) -> Vec<i32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        next += 1;
        if found.len() < MAX_PROCESSES {
            found.extend(children(pid));
        }
    }
    found
}

fn children(pid: i32) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>())
        .flatten()
        .collect()
}

/// `VmRSS:     1234 kB` in bytes.
fn size(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_uses_memory() {
        let usage = usage(i32::try_from(std::process::id()).unwrap()).unwrap();
        assert!(usage.now > 1 << 20 && usage.most >= usage.now, "{usage:?}");
    }

    #[test]
    fn sizes_are_read_in_bytes() {
        assert_eq!(size("Name: x\nVmHWM:\t   12 kB\n", "VmHWM:"), Some(12 * 1024));
        assert_eq!(size("Name: x\n", "VmHWM:"), None);
    }
}
