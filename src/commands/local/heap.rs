//! The heap of a server on glibc.

/// Keeps freed buffers out of the heap.
///
/// A server has many buffers of some megabytes. Once glibc has seen such a buffer freed,
/// it takes the next ones from its heaps, where they leave gaps: 120 MB were resident
/// with 53 MB in use, and 68 MB are when each buffer has pages of its own. The threshold
/// for that is read from the environment when a program starts, so this replaces the
/// process with the same program, once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn keep_small() {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    /// See mallopt(3). In bytes.
    const THRESHOLD: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "262144");
    let mut words = std::env::args_os();
    if let Some(name) = words.next()
        && std::env::var_os(THRESHOLD.0).is_none()
    {
        let (variable, bytes) = THRESHOLD;
        let mut same = Command::new("/proc/self/exe");
        // It comes back only if that fails, and all works without it.
        let _failed = same.arg0(name).args(words).env(variable, bytes).exec();
    }
}

/// Other allocators have no such threshold.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) const fn keep_small() {}
