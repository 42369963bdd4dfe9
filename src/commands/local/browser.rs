//! Opens a page in the browser of the user.

use std::process::Stdio;

use tokio::process::Command;

use super::heap;

/// The program of this system that opens addresses.
const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(windows) {
    &["cmd", "/C", "start", ""]
} else {
    &["xdg-open"]
};

/// Opens it, and waits until that is done, which may be when the browser ends. An
/// error says why it is not.
pub(super) async fn open(url: &str) -> Result<(), String> {
    let [program, arguments @ ..] = OPENER else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).arg(url);
    command.env_remove(heap::VARIABLE);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C is for fh, not for the browser.
    #[cfg(unix)]
    command.process_group(0);
    let failed = |why: &str| format!("cannot open a browser with `{program}`: {why}");
    let status = command.status().await.map_err(|error| failed(&error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(&status.to_string())) }
}
