//! How a handler answers, and what keeps one of Node.js from it.

/// How a handler answers, which decides what it can have done wrong where its
/// answer is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerStyle {
    /// A Python handler returns its answer.
    Python,
    /// It returned no promise and called no callback.
    Sync,
    /// It called its callback.
    CalledBack,
    /// It returned a promise.
    Async,
    /// It returned a promise and takes a callback, too.
    AsyncWithCallback,
    /// It is not async and returned a promise that never settled.
    Unsettled,
}

impl HandlerStyle {
    /// Finds a style by the name that the loop for Node.js gives it.
    pub fn find(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"sync" => Self::Sync,
            b"called-back" => Self::CalledBack,
            b"async" => Self::Async,
            b"async-with-callback" => Self::AsyncWithCallback,
            b"unsettled" => Self::Unsettled,
            _ => return None,
        })
    }

    /// What may help where the answer is null.
    pub(crate) const fn null_hint(self) -> &'static str {
        match self {
            Self::Python => "the handler returned None: a `return` is missing on some code path",
            Self::Sync => {
                "the handler is not async and called no callback, so what it returns is ignored: \
                 call callback(null, response), or make the handler async"
            }
            Self::CalledBack => {
                "the callback was called without a response: callback(null, response)"
            }
            Self::Async => "the function returned nothing; a `return` is missing on some path",
            Self::AsyncWithCallback => {
                "the handler is async, so what it returns counts, and it returned nothing: return \
                 the response instead of calling the callback"
            }
            Self::Unsettled => UNSETTLED,
        }
    }
}

/// What to do about a promise that never settles.
pub(super) const UNSETTLED: &str = "a promise of the handler never settles, and nothing is left to run: call resolve or reject on \
     each path, e.g. in the callback that it waits for";

/// Most kinds of resources that are named.
const MAX_KINDS: usize = 4;

/// Stands for the others.
const MORE: &str = "more";

/// What keeps Node.js running, for a sentence: `a timer and a server`. `kinds` is as
/// `process.getActiveResourcesInfo()` names them, with commas; `None` if that is empty.
pub fn open_resources(kinds: &str) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for kind in kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty()) {
        let name = match kind {
            "Timeout" => "a timer",
            "TCPServerWrap" | "PipeServerWrap" => "a server",
            "TCPSocketWrap" | "PipeWrap" | "TLSWrap" | "TCPConnectWrap" | "HTTPCLIENTREQUEST" => {
                "a connection"
            }
            "ProcessWrap" | "Process" => "a child process",
            "FSEventWrap" | "StatWatcher" => "a file watcher",
            "Worker" | "MessagePort" => "a worker",
            other => other,
        };
        if names.contains(&name) || names.contains(&MORE) {
            continue;
        }
        names.push(if names.len() < MAX_KINDS { name } else { MORE });
    }
    let last = names.pop()?;
    Some(if names.is_empty() {
        last.to_owned()
    } else {
        format!("{} and {last}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_resources_are_named_once() {
        let named = |kinds| open_resources(kinds).unwrap_or_default();
        assert_eq!(named("Timeout,Timeout"), "a timer");
        assert_eq!(named("Timeout,TCPServerWrap, X"), "a timer, a server and X");
        assert_eq!(named("a,b,c,d,e,f"), "a, b, c, d and more");
        assert_eq!(named(",,"), "");
    }
}
