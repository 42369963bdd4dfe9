//! What went wrong, by the words that the runtimes use.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Level;
use super::line::request_in_front;

/// What went wrong in an invocation; the later ones say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A line of level `ERROR` or worse.
    Logged,
    /// An exception, or the end of the process.
    Exception,
    /// The function could not start.
    Init,
    /// The function took too long.
    TimedOut,
    /// The function took too much memory.
    OutOfMemory,
}

impl ErrorKind {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logged => "error",
            Self::Exception => "exception",
            Self::Init => "init-error",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
        }
    }

    /// What a line of this level is.
    pub(super) fn of_level(level: Option<Level>) -> Option<Self> {
        level.filter(|level| *level >= Level::Error).map(|_| Self::Logged)
    }

    /// What the name of an error says.
    pub(super) fn of_error(kind: &[u8]) -> Self {
        match kind {
            b"Runtime.OutOfMemory" | b"java.lang.OutOfMemoryError" => Self::OutOfMemory,
            b"Sandbox.Timedout" => Self::TimedOut,
            b"Runtime.ImportModuleError"
            | b"Runtime.HandlerNotFound"
            | b"Runtime.UserCodeSyntaxError"
            | b"Runtime.CallbackHandlerDeprecated"
            | b"Runtime.MalformedHandlerName" => Self::Init,
            _ => Self::Exception,
        }
    }
}

/// Bytes of a message that are looked at for what went wrong.
const LOOKED_AT: usize = 4096;

/// One of these is in each message that tells of something that went wrong.
static SIGNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let signs = "Task timed out|Runtime\\.|Runtime exited|OutOfMemory|Traceback|Invoke Error\
                 |Exception|Error: |java\\.lang\\.|Unhandled Promise|\"errorType\"|panic|fatal error: ";
    Regex::new(signs).ok()
});

/// The words of the runtimes, by what they tell of.
static WORDS: LazyLock<Vec<(ErrorKind, Regex)>> = LazyLock::new(|| {
    let words = [
        (
            ErrorKind::OutOfMemory,
            "Runtime\\.OutOfMemory|Runtime exited with error: signal: killed|java\\.lang\\.OutOfMemoryError",
        ),
        (
            ErrorKind::Init,
            "^\\S*\\[?ERROR.{0,200}Runtime\\.(ImportModuleError|HandlerNotFound|UserCodeSyntaxError|CallbackHandlerDeprecated|MalformedHandlerName)",
        ),
        (
            ErrorKind::Exception,
            "Traceback \\(most recent call last\\)|\\t(Invoke Error|Uncaught Exception|Unhandled Promise Rejection) *\\t\
             |Runtime exited with error|\"errorType\": ?\"[^\"]|^(panic|fatal error): |^\\s*thread '.{0,200}panicked at \
             |(?m)^(Exception in thread \".{0,200}\" |Caused by: )?[\\w.$]+(Exception|Error)(: |\\s*$)|^\\[ERROR\\] [\\w.]+(: |\\s*$)",
        ),
    ];
    let compiled =
        words.iter().filter_map(|(error_kind, words)| Some((*error_kind, Regex::new(words).ok()?)));
    compiled.collect()
});

/// What a line of text tells of.
pub(super) fn error_kind(message: &[u8], level: Option<Level>) -> Option<ErrorKind> {
    let head = message.get(..LOOKED_AT).unwrap_or(message);
    if SIGNS.as_ref().is_some_and(|signs| !signs.is_match(head)) {
        return ErrorKind::of_level(level);
    }
    if is_timeout(head) {
        return Some(ErrorKind::TimedOut);
    }
    let found = WORDS.iter().find(|(_, words)| words.is_match(head));
    found.map(|(error_kind, _)| *error_kind).or_else(|| ErrorKind::of_level(level))
}

/// `2026-11-22T10:00:03.123Z 8f507cfc-… Task timed out after 3.00 seconds`, as
/// Lambda itself writes it; anybody may say as much in other words.
pub(super) fn is_timeout(message: &[u8]) -> bool {
    request_in_front(message).is_some_and(|(_, rest)| rest.starts_with(b" Task timed out after "))
}
