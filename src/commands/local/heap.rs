//! The heap of a server on glibc.

/// The variable with the size from which a buffer has pages of its own: see mallopt(3).
pub(super) const VARIABLE: &str = "MALLOC_MMAP_THRESHOLD_";

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

    use crate::context;

    /// In bytes.
    const THRESHOLD: &str = "262144";
    let mut words = std::env::args_os();
    if let (Some(name), Ok(program)) = (words.next(), context::executable())
        && std::env::var_os(VARIABLE).is_none()
    {
        let mut same = Command::new(program);
        // It comes back only if that fails, and all works without it.
        let _failed = same.arg0(name).args(words).env(VARIABLE, THRESHOLD).exec();
    }
}

/// Other allocators have no such threshold.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) const fn keep_small() {}
