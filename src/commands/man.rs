//! `fh man`: the manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::Output;
use crate::terminal::plural;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh man decode | man -l -                  read the page of a command
  fh man local start | man -l -             of one below it
  fh man --dir ~/.local/share/man/man1      write all pages; then: man fh, man fh-decode";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Print a manual page, or write all of them

Prints the page of `fh` or of one command in roff. With `--dir`, writes the pages of \
`fh` and of every command to a folder, such as ~/.local/share/man/man1, where `man` \
finds them.";

/// The flags of `fh man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Command to document instead of `fh` itself
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Option<String>,

    /// Command below it, such as `start` of `local`
    #[arg(value_name = "SUBCOMMAND", conflicts_with = "dir")]
    below: Option<String>,

    /// Write all pages to this folder, replacing older ones
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command; `fh` is the whole command line.
pub fn run(args: &ManArgs, mut fh: Command, context: &Context) -> Result<Outcome, Error> {
    fh.build();
    if let Some(folder) = &args.dir {
        let pages = write_all(&fh, folder)?;
        let pages = plural(pages, "page");
        context.info(&format!("fh: {pages} written to {}", folder.display()));
        return Ok(Outcome::Clean);
    }
    let words: Vec<_> = args.command.iter().chain(&args.below).map(String::as_str).collect();
    let name = words.join(" ");
    let page = name.split_whitespace().try_fold(&fh, |page, word| {
        page.find_subcommand(word).ok_or_else(|| {
            Error::user(format!("no command `{name}`")).hint("`fh --help` lists the commands")
        })
    })?;
    Output::default().write(&roff(page)?)?;
    if context.terminal.is_terminal {
        let command = ["fh", "man"].into_iter().chain(words).collect::<Vec<_>>().join(" ");
        context.info(&format!("fh: the source of a manual page; to read it: {command} | man -l -"));
    }
    Ok(Outcome::Clean)
}

/// Writes the pages of `fh` and its commands; returns how many there are.
fn write_all(fh: &Command, folder: &Path) -> Result<u64, Error> {
    let unwritable = |path: &Path| {
        let name = format!("`{}`", path.display());
        move |error| Error::unwritable(&name, error)
    };
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let mut count = 0;
    for page in pages(fh) {
        let file = folder.join(format!("{}.1", title(page)));
        fs::write(&file, roff(page)?).map_err(unwritable(&file))?;
        count += 1;
    }
    Ok(count)
}

/// A command, and all below it that are not hidden.
fn pages(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|it| !it.is_hide_set());
    std::iter::once(command).chain(below.flat_map(pages)).collect()
}

/// `fh`, `fh-decode`, `fh-local-start`.
fn title(page: &Command) -> &str {
    page.get_display_name().unwrap_or(page.get_name())
}

fn roff(page: &Command) -> Result<Vec<u8>, Error> {
    let mut roff: Vec<u8> = Vec::new();
    Man::new(page.clone())
        .title(title(page))
        .source(concat!("fh ", env!("CARGO_PKG_VERSION")))
        .manual("fh")
        .render(&mut roff)
        .map_err(|error| Error::internal(format!("cannot make the manual page: {error}")))?;
    Ok(laid_out(&String::from_utf8_lossy(&roff)).into_bytes())
}

/// Lays out what comes after the flags: lines that are indented stay lines, and
/// items of lists hang.
fn laid_out(roff: &str) -> String {
    let Some((flags, extra)) = roff.split_once("\n.SH EXTRA\n") else { return roff.to_owned() };
    let mut out = format!("{flags}\n.SH EXTRA\n");
    let (mut is_literal, mut is_list) = (false, false);
    for line in extra.lines() {
        let item = line.strip_prefix("\\- ");
        let is_indented = line.starts_with("  ");
        if is_indented != is_literal {
            out.push_str(if is_indented { ".nf\n" } else { ".fi\n" });
            is_literal = is_indented;
        }
        if is_list && item.is_none() {
            out.push_str(".PP\n");
        }
        is_list = item.is_some();
        match item {
            Some(item) => {
                out.push_str(".IP \\(bu 2\n");
                out.push_str(item);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
