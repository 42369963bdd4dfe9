//! Environment variables of the function: `--env` and `--env-file`.

use std::ffi::OsString;
use std::path::Path;
use std::str::FromStr;

use crate::context;
use crate::error::Error;
use crate::input::Source;

/// `NAME=VALUE`, or `NAME` for the user's own value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct VariableArg {
    pub(in crate::commands) name: OsString,
    pub(in crate::commands) value: OsString,
    /// The flag has the name alone.
    is_own: bool,
}

impl VariableArg {
    /// As it was given: a value of the environment is not shown.
    pub(super) fn to_arg(&self) -> String {
        let name = self.name.to_string_lossy();
        if self.is_own { name.into_owned() } else { format!("{name}={}", self.value.display()) }
    }
}

impl FromStr for VariableArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((name, value)) = text.split_once('=') {
            if name.is_empty() {
                return Err("use NAME=VALUE, or NAME to pass its current value".to_owned());
            }
            return Ok(Self { name: name.into(), value: value.into(), is_own: false });
        }
        let found = context::environment().into_iter().find(|(name, _)| name == text);
        let (name, value) =
            found.ok_or_else(|| format!("`{text}` is not set in the environment"))?;
        Ok(Self { name, value, is_own: true })
    }
}

/// Reads a file with a variable a line, as Docker and shells write them.
pub(super) fn read(path: &Path) -> Result<Vec<VariableArg>, Error> {
    let bytes = Source::Path(path.to_owned()).read_document()?;
    let name = path.display();
    let text =
        String::from_utf8(bytes).map_err(|_| Error::user(format!("`{name}` is not UTF-8 text")))?;
    let mut variables = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let variable = parse_line(line).transpose().map_err(|reason| {
            Error::user(format!("`{name}`, line {}: {reason}", index + 1))
                .hint("use NAME=VALUE, NAME to pass its current value, or a comment after `#`")
        })?;
        variables.extend(variable);
    }
    Ok(variables)
}

/// The variable of a line; `None` for a blank line or a comment. A value may
/// stand in quotes, and `export` before the name is left out.
fn parse_line(line: &str) -> Option<Result<VariableArg, String>> {
    let line = line.trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let Some((name, value)) = line.split_once('=') else { return Some(line.parse()) };
    let (name, value) = (name.trim_end(), value.trim_start());
    let unquoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value);
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Some(Err(format!("`{name}` is not the name of a variable")));
    }
    Some(Ok(VariableArg { name: name.into(), value: unquoted.into(), is_own: false }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(line: &str) -> Option<Result<(String, String), String>> {
        let text = |text: OsString| text.into_string().unwrap();
        parse_line(line).map(|it| it.map(|it| (text(it.name), text(it.value))))
    }

    #[test]
    fn a_line_is_a_variable_a_comment_or_nothing() {
        let variable = |name: &str, value: &str| Some(Ok((name.to_owned(), value.to_owned())));
        assert_eq!(pair("TABLE=orders"), variable("TABLE", "orders"));
        assert_eq!(pair("  export TABLE = 'a b' "), variable("TABLE", "a b"));
        assert_eq!(pair("URL=\"https://x/?a=1#b\""), variable("URL", "https://x/?a=1#b"));
        assert_eq!(pair("EMPTY="), variable("EMPTY", ""));
        assert_eq!(pair("QUOTE='"), variable("QUOTE", "'"));
        assert_eq!(pair("# TABLE=orders"), None);
        assert_eq!(pair(" \t"), None);
        let reason = "`A B` is not the name of a variable";
        assert_eq!(pair("A B=1"), Some(Err(reason.to_owned())));
        assert_eq!(
            pair("FH_IS_NOT_SET"),
            Some(Err("`FH_IS_NOT_SET` is not set in the environment".to_owned()))
        );
    }
}
