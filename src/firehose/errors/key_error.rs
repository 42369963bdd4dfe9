//! What a `KeyError` of Python lacks: a variable of `os.environ`, or a key of anything else.
//!
//! The exception has the same words for both. A traceback tells them apart: `os.environ`
//! raises it in `os.py`, from a line that has its name.

use super::pages::{KEY_ERROR, KEY_ERROR_OF_ENVIRON};

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// An environment variable.
    Variable,
    /// A key of a record, of the event or of another object.
    Key,
}

impl Missing {
    /// The code of the page about it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Variable => KEY_ERROR_OF_ENVIRON,
            Self::Key => KEY_ERROR,
        }
    }
}

/// How a frame of a traceback begins, as it is and within a JSON string.
const FRAMES: [&str; 2] = ["File \"", "File \\\""];

/// The variables of the environment, in Python.
const ENVIRON: &str = "environ";

/// Lines of a frame that are looked at: its place, its code, and what marks a part of that.
const LINES: usize = 3;

/// What the `KeyError` in `text` lacks; the exception alone is taken for a key, which may be
/// a variable for all that.
pub(super) fn missing(text: &str) -> Missing {
    let Some(frame) = last_frame(text) else {
        let is_named = text.contains("os.environ");
        return if is_named { Missing::Variable } else { Missing::Key };
    };
    let file = frame.split(['"', '\\']).next().unwrap_or_default();
    let is_of_os = matches!(file, "<frozen os>" | "os.py") || file.ends_with("/os.py");
    let lines = frame.split(['\n', '\r']).flat_map(|line| line.split("\\n"));
    let has_name = lines.filter(|line| !line.is_empty()).take(LINES).any(reads_variable);
    if is_of_os && frame.contains("__getitem__") || has_name {
        Missing::Variable
    } else {
        Missing::Key
    }
}

/// True if the `KeyError` in `text` is that of an environment variable.
pub fn is_of_environ(text: &str) -> bool {
    missing(text) == Missing::Variable
}

/// True for code that reads a variable of the environment: `os.environ['TABLE']`. What
/// comes after the exception on the same line, and a comment, are no code.
fn reads_variable(line: &str) -> bool {
    let code = line.split("KeyError").next().unwrap_or_default();
    let code = code.split('#').next().unwrap_or_default();
    // A frame may stand on the line of its code.
    let code = code.split_once(", line ").map_or(code, |(_, code)| code);
    code.match_indices(ENVIRON).any(|(at, name)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code.get(at + name.len()..).unwrap_or_default();
        let after = after.strip_prefix('b').unwrap_or(after).trim_start();
        let is_name =
            !before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '\'' | '"'));
        is_name && (after.starts_with('[') || after.starts_with(".pop("))
    })
}

/// The last frame in `text`, from the name of its file on.
fn last_frame(text: &str) -> Option<&str> {
    let ends = FRAMES.iter().filter_map(|start| Some(text.rfind(start)? + start.len()));
    text.get(ends.max()?..)
}

/// True for a line of a traceback that is a frame, or its code, and no exception.
pub(super) fn is_frame(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("raise KeyError(") || line.starts_with("File \"") && !line.contains("KeyError")
}

/// A traceback that comes line by line: the exception after its frames, as Python prints
/// it, or before them, as Lambda does.
#[derive(Debug, Default)]
pub(super) struct Traceback {
    /// The last frame, as far as it was read.
    frame: String,
    lines: usize,
    /// What the exception lacks that came before the frames, as far as they were read.
    before: Option<Missing>,
}

impl Traceback {
    /// The next line; that of an exception with the frame before it.
    pub(super) fn line<'a>(&mut self, line: &'a str) -> std::borrow::Cow<'a, str> {
        if last_frame(line).is_some() {
            (self.frame, self.lines) = (line.to_owned(), 1);
        } else if line.trim_start().starts_with("KeyError") && self.lines > 0 {
            let frame = std::mem::take(self).frame;
            return format!("{frame}\n{line}").into();
        } else if (1..LINES).contains(&self.lines) {
            self.frame = format!("{}\n{line}", self.frame);
            self.lines += 1;
        } else if !line.contains(HEAD) {
            *self = Self::default();
        }
        line.into()
    }

    /// The exception of this `line` was taken to lack that; its frames may come after it.
    pub(super) fn exception(&mut self, line: &str, lacks: Missing) {
        let is_before = !line.trim_start().starts_with("KeyError");
        *self = Self { before: Some(lacks).filter(|_| is_before), ..Self::default() };
    }

    /// What the exception before the frames was taken to lack, and what it lacks by the last
    /// of them, if that is something else.
    pub(super) fn changed(&mut self) -> Option<(Missing, Missing)> {
        let before = self.before.filter(|_| self.lines > 0)?;
        let now = missing(&self.frame);
        self.before = Some(now);
        (before != now).then_some((before, now))
    }
}

/// What stands above the frames.
const HEAD: &str = "Traceback (most recent call last)";

#[cfg(test)]
mod tests {
    use super::*;

    const OF_KEY: &str = "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 4, \
                          in main\n    price(os.environ['TABLE'])\n  File \"/var/task/app.py\", line 9, \
                          in price\n    p['PRICE']\n    ~^^^^^^^^^\nKeyError: 'PRICE'";
    const OF_VARIABLE: &str = "  File \"/var/task/app.py\", line 4, in main\n    table(name)\n  File \
                               \"<frozen os>\", line 716, in __getitem__\nKeyError: 'TABLE'";

    #[test]
    fn the_frame_that_raised_it_tells_a_variable_from_a_key() {
        let old = OF_VARIABLE.replace("<frozen os>", "/var/lang/lib/python3.10/os.py");
        let cut = "[ERROR] KeyError: 'TABLE'\rTraceback (most recent call last):\r  File \
                   \"/var/task/app.py\", line 4, in f\r    T = os.environ['TABLE']\r";
        let json = r#"["  File \"/var/task/app.py\", line 4, in f\n    environ['TABLE']\n"]"#;
        for text in [OF_VARIABLE, &old, cut, json, "KeyError of os.environ"] {
            assert_eq!(missing(text), Missing::Variable, "{text}");
        }
        let after = "File \"app.py\", line 9, in f\n  p['PRICE']\nKeyError: 'PRICE' os.environ";
        let other = OF_VARIABLE.replace("<frozen os>", "/var/task/repos.py");
        let names = ["p['PRICE']  # not of os.environ[]", "environment['PRICE']", "p['environ']"];
        let names = names.map(|code| {
            format!(
                "File \"/var/task/environ.py\", line 9, in environ\n  {code}\nKeyError: 'PRICE'"
            )
        });
        for text in names.iter().map(String::as_str).chain(["KeyError: 'environment'"]) {
            assert_eq!(missing(text), Missing::Key, "{text}");
        }
        for text in [OF_KEY, "KeyError: 'PRICE'", after, &other] {
            assert_eq!(missing(text), Missing::Key, "{text}");
        }
    }

    #[test]
    fn lines_of_a_traceback_are_put_together_again() {
        for (text, expected) in [(OF_KEY, Missing::Key), (OF_VARIABLE, Missing::Variable)] {
            let mut traceback = Traceback::default();
            let last = text.lines().map(|line| traceback.line(line)).last().unwrap();
            assert_eq!(missing(&last), expected, "{last}");
            assert_eq!(traceback.line("KeyError: 'OTHER'"), "KeyError: 'OTHER'");
        }
    }
}
