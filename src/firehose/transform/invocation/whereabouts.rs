//! Where a function was when its time ran out.

use std::ops::Range;

use super::FunctionError;
use crate::bytes::part;

/// How the stack of the thread at work begins, behind its name.
const HEADING: &[u8] = b" (most recent call first):\n";
const FRAME: &[u8] = b"  File \"";

/// Where a function was when its time ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// In this code: an error of which only the stack is known.
    Code(FunctionError),
    /// In nothing: its event loop was waiting, with this open, for a sentence.
    Waiting(Option<String>),
    /// In code that does not let its event loop go on.
    Blocked,
}

impl Whereabouts {
    /// Where the stack that `faulthandler` of Python wrote is in what a process wrote, from
    /// its heading on; empty, at the end, if there is none.
    pub fn faulthandler_stack(written: &[u8]) -> Range<usize> {
        let none = written.len()..written.len();
        let Some(heading) = memchr::memmem::rfind(written, HEADING) else { return none };
        let start = memchr::memrchr(b'\n', part(written, ..heading)).map_or(0, |it| it + 1);
        let mut end = heading + HEADING.len();
        let frames = part(written, end..).split_inclusive(|byte| *byte == b'\n');
        for frame in frames.take_while(|it| it.starts_with(FRAME) && it.ends_with(b"\n")) {
            end += frame.len();
        }
        if end == heading + HEADING.len() { none } else { start..end }
    }

    /// Reads what `faulthandler` of Python writes of a thread, the newest frame first;
    /// `code` is the folder of the code. `None` if there is no frame in it.
    ///
    /// ```text
    /// Current thread 0x00007f2b4a1c5740 (most recent call first):
    ///   File "/code/app.py", line 6 in parse
    ///   File "/code/app.py", line 12 in handler
    /// ```
    pub fn from_faulthandler(dump: &[u8], code: Option<String>) -> Option<Self> {
        let dump = String::from_utf8_lossy(dump);
        let frames = dump.lines().filter(|line| line.as_bytes().starts_with(FRAME));
        // In the form and the order of a traceback.
        let mut stack: Vec<_> = frames.filter_map(as_in_traceback).collect();
        stack.reverse();
        let all = FunctionError { stack, code, ..FunctionError::default() };
        let stack: Vec<_> = all.stack_lines().map(str::to_owned).collect();
        // With no frame of the user, it was in what called the handler.
        FunctionError { stack, ..all }.without_callers().map(Self::Code)
    }

    /// What follows the sentence that the time ran out, if there is something to say.
    pub(super) fn clause(&self) -> Option<String> {
        match self {
            Self::Code(_) => None,
            Self::Waiting(Some(what)) => Some(format!(": it was waiting, with {what} open")),
            Self::Waiting(None) => Some(": it was waiting for something that did not come".into()),
            Self::Blocked => Some(": its event loop was blocked".into()),
        }
    }

    /// What to do about it, where that is not plain.
    pub(super) const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Code(_) => None,
            Self::Waiting(_) => Some(
                "a promise that it waits for was not settled in time: give each request that the \
                 handler makes a timeout, shorter than that of the function",
            ),
            Self::Blocked => Some(
                "its code ran without a pause until the timeout: look for a loop that does not \
                 end, a slow regular expression or a synchronous call",
            ),
        }
    }
}

fn as_in_traceback(frame: &str) -> Option<String> {
    let (place, function) = frame.rsplit_once(" in ")?;
    Some(format!("{place}, in {function}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_of_faulthandler_has_the_frames_of_the_user() {
        let dump = b"Current thread 0x00007f2b4a1c5740 (most recent call first):\n  \
                     File \"/usr/lib/python3.11/json/decoder.py\", line 355 in raw_decode\n  \
                     File \"/code/app.py\", line 6 in parse\n  \
                     File \"/code/app.py\", line 12 in handler\n  \
                     File \"/usr/lib/python3.11/importlib/__init__.py\", line 126 in import_module\n  \
                     File \"<string>\", line 140 in answer\n";
        let found = Whereabouts::from_faulthandler(dump, Some("/code".to_owned()));
        let Some(Whereabouts::Code(error)) = found else { panic!("{found:?}") };
        assert_eq!(error.code_line().unwrap().to_string(), "app.py:6");
        let lines: Vec<_> = error.stack_lines().collect();
        assert_eq!(lines[0], "  File \"/code/app.py\", line 12, in handler");
        assert_eq!(lines.len(), 3);
        let mut written = b"before\n".to_vec();
        written.extend_from_slice(dump);
        written.extend_from_slice(b"  after\n  File \"no.py\", line 1, in f\n");
        let stack = Whereabouts::faulthandler_stack(&written);
        assert_eq!(&written[stack], dump);
        assert!(Whereabouts::faulthandler_stack(b"  File \"no.py\", line 1\n").is_empty());
        for none in ["", "Killed\n", "  File \"<string>\", line 1 in answer\n", "  File \"x\"\n"] {
            assert_eq!(Whereabouts::from_faulthandler(none.as_bytes(), None), None, "{none}");
        }
    }
}
