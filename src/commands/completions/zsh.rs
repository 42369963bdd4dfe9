//! Completion in zsh: the candidates are as clap prints them, the script is our own.

use clap_complete::env::{self, EnvCompleter as _};

use super::own_shell::OwnShell;

/// What is sourced, or loaded by the first Tab if it is a file of `fpath`, which then
/// has to complete as well. What zsh has to expand, it completes itself.
const SCRIPT: &str = r#"#compdef BINARY
_fh() {
    case $PREFIX in \~*|*\$*) _files; return ;; esac
    local candidate
    local -a candidates folders others
    candidates=("${(@ps:\1:)$(_CLAP_IFS=$'\1' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) \
        VARIABLE=zsh COMPLETER -- "${(@)words[1,CURRENT]}" 2> /dev/null)}")
    for candidate in $candidates; do
        case $candidate in
            */) folders+=("${candidate%/}") ;;
            *) others+=("$candidate") ;;
        esac
    done
    (( $#folders )) && _describe -V values folders -S / -r /
    (( $#others )) && _describe -V values others
    (( compstate[nmatches] ))
}
if [[ $funcstack[1] == _fh ]]; then _fh "$@"; else compdef _fh BINARY; fi"#;

/// zsh.
pub(super) const ZSH: OwnShell = OwnShell {
    name: "zsh",
    script: SCRIPT,
    complete: |fh, words, folder, out| env::Zsh.write_complete(fh, words.to_vec(), folder, out),
};
