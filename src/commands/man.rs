//! `fh man`: the manual page.

use clap_mangen::Man;

use crate::error::{Error, Outcome};
use crate::render::Output;

/// Print the manual page in roff
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Command to document instead of `fh` itself
    command: Option<String>,
}

/// Runs the command; `fh` is the whole command line.
pub fn run(args: &ManArgs, mut fh: clap::Command) -> Result<Outcome, Error> {
    fh.build();
    let page = match &args.command {
        None => fh,
        Some(name) => match fh.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                return Err(Error::user(format!("no command `{name}`"))
                    .hint("`fh --help` lists the commands"));
            }
        },
    };
    let mut roff = Vec::new();
    let name =
        if page.get_name() == "fh" { "fh".to_owned() } else { format!("fh-{}", page.get_name()) };
    Man::new(page)
        .title(name)
        .source(concat!("fh ", env!("CARGO_PKG_VERSION")))
        .manual("fh")
        .render(&mut roff)
        .map_err(|error| Error::internal(format!("cannot make the manual page: {error}")))?;
    Output::default().write(&roff)?;
    Ok(Outcome::Clean)
}
