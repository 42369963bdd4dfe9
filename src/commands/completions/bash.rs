//! Completion in bash: fh gets the line as it is typed. bash itself splits words at
//! `=` and `:` too, and hands them over with their quotes.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::engine::{self, PathCompleter, ValueCompleter as _};

use super::own_shell::OwnShell;
use super::typed;

/// What is sourced. With `-o filenames`, bash quotes what it inserts, in the style of
/// the quote that is open, and appends the slash of a folder; to a command with the
/// name of a folder too, so it is set only where it has to be. bash 3 cannot set it.
/// What bash has to expand, it completes itself.
const SCRIPT: &str = r#"_fh() {
    local candidate IFS=,
    COMPREPLY=()
    case "$2" in
        *\\\$*) ;;
        *\$*) compopt -o default 2> /dev/null; return 0 ;;
    esac
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(VARIABLE=bash COMPLETER -- "${COMP_LINE:0:COMP_POINT}" "$2" 2> /dev/null)
    case "${COMPREPLY[0]-}" in
        *[/=:]) ;;
        *) compopt +o nospace 2> /dev/null ;;
    esac
    case "${COMPREPLY[*]-}" in
        *[!A-Za-z0-9_.,=+@%:-]*) _fh_quote "$2" ;;
    esac
    return 0
}
_fh_quote() {
    local i
    if compopt -o filenames 2> /dev/null; then
        COMPREPLY=("${COMPREPLY[@]%/}")
    elif [[ ${COMP_WORDS[COMP_CWORD]-} != [\"\']"$1" ]]; then
        for i in "${!COMPREPLY[@]}"; do
            case "${COMPREPLY[i]}" in
                \~/?*) COMPREPLY[i]="~/$(printf %q "${COMPREPLY[i]:2}")" ;;
                *) COMPREPLY[i]=$(printf %q "${COMPREPLY[i]}") ;;
            esac
        done
    fi
}
if [[ BASH_VERSINFO -gt 4 || BASH_VERSINFO -eq 4 && BASH_VERSINFO[1] -ge 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _fh BINARY
else
    complete -o nospace -o bashdefault -F _fh BINARY
fi"#;

/// bash.
pub(super) const BASH: OwnShell = OwnShell { name: "bash", script: SCRIPT, complete };

/// Prints one candidate a line. `words` are the line up to the cursor, and what bash
/// would replace.
fn complete(
    fh: &mut Command,
    words: &[OsString],
    folder: Option<&Path>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut texts = words.iter().map(|it| it.to_string_lossy());
    let (line, replaced) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
    let mut words = typed::words(&line);
    let Some(last) = words.pop() else { return Ok(()) };
    let candidates = if last.is_redirected {
        PathCompleter::any().complete(OsStr::new(&last.text))
    } else {
        words.retain(|word| !word.is_redirected);
        let before = words.iter().map(|word| &word.text);
        let words = before.chain([&last.text]).map(OsString::from).collect::<Vec<_>>();
        let index = words.len() - 1;
        engine::complete(fh, words, index, folder)?
    };
    // `--output=` of `--output=ht`.
    let kept = line.get(last.start..).and_then(|word| word.strip_suffix(&*replaced));
    let kept = kept.map(typed::unquoted).unwrap_or_default();
    let texts = candidates.iter().filter_map(|it| it.get_value().to_str());
    let texts = texts.filter_map(|text| text.strip_prefix(&kept));
    for text in texts.filter(|text| !text.contains(char::is_control)) {
        writeln!(out, "{text}")?;
    }
    Ok(())
}
