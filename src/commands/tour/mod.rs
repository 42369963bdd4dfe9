//! `fh tour`: the story of a failed record, on a stream of this machine.
//!
//! Each step is run by this executable in a process of its own, not by calling the
//! command inside this one: what is shown is then what the line prints, byte for byte,
//! and the settings of the user cannot leak in.

mod line;
mod steps;

use std::io;
use std::time::Instant;

use line::Shell;
use steps::{Lines, STEPS, Step};

use crate::aws::block_on;
use crate::commands::local::{Running, port_flag, stopped};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::panics;
use crate::platform::UnixOnly;
use crate::render::Output;
use crate::terminal::{self, BOLD, DIM, Terminal};
use firehose::transform::BuiltIn;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh tour
  fh tour --step   wait for Enter before each step";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show how failed records are found, fixed and put back

Starts a delivery stream on this machine with a transform that fails for some records, and \
runs the commands of fh on it: records are sent, some fail, the bug is found, the transform \
is fixed, and the records are put back. Needs no AWS account and no network; AWS settings \
are not used. Each line can be pasted into another terminal while the tour waits with \
`--step`. Nothing is left on this machine.

Shown is the standard output of each command, shortened.";

/// Columns before what a command printed.
const INDENT: usize = 4;

/// The flags of `fh tour`.
#[derive(Debug, clap::Args)]
pub struct TourArgs {
    /// Wait for Enter before each step, on a terminal
    #[arg(long)]
    step: bool,
}

/// Runs the command.
pub fn run(args: &TourArgs, context: &Context) -> Result<Outcome, Error> {
    UnixOnly::Tour.check()?;
    let begun = Instant::now();
    let home = tempfile::Builder::new().prefix("fh-tour-").tempdir();
    let home = home.map_err(|error| Error::unwritable("a temporary folder", error))?;
    block_on(async {
        let mut running = Running::tour(BuiltIn::Tour).await?;
        let serving = running.serve();
        let program = context::executable().map_err(|error| Error::unreadable("fh", error))?;
        let terminal = &context.terminal;
        let tour = Tour {
            shell: Shell::new(program, home.path(), running.variables(), terminal),
            running: &running,
            terminal,
            waits: args.step && context.stdin_is_terminal,
        };
        tokio::select! {
            biased;
            () = stopped() => Err(Error::interrupted()),
            error = panics::happened() => Err(error),
            result = tour.walk(begun) => result.map(|()| Outcome::Clean),
            () = serving => Err(Error::internal("the server has ended")),
        }
    })
}

/// The tour while it runs.
struct Tour<'a> {
    shell: Shell,
    running: &'a Running,
    terminal: &'a Terminal,
    waits: bool,
}

impl Tour<'_> {
    async fn walk(&self, begun: Instant) -> Result<(), Error> {
        self.print(&self.opening(begun))?;
        let mut since = String::new();
        for (number, step) in (2..).zip(STEPS) {
            let typed = step.line(&since);
            self.print(&self.heading(number, step.title, &typed))?;
            self.wait().await?;
            if step.replaces {
                self.running.replace(BuiltIn::TourFixed).await?;
            }
            let ran = self.shell.run(&typed).await?;
            // What is empty has its message elsewhere.
            let out = if ran.out.is_empty() { &ran.err } else { &ran.out };
            if !ran.is_success || !out.contains(step.shows) {
                return Err(step_failed(number, &typed, &ran));
            }
            self.print(&self.shown(step, out))?;
            if let Some(line) = next_failures(&ran.out) {
                since = line;
            }
        }
        self.check_counts()?;
        self.print(&self.ending(begun))
    }

    fn opening(&self, begun: Instant) -> String {
        let title = self.terminal.paint(BOLD, "fh tour");
        let port = port_flag(&self.running.url);
        let (url, took) = (&self.running.url, begun.elapsed().as_millis());
        let start = format!("fh local start --stream tour --transform tour{port}");
        let environment = format!("eval \"$(fh local env{port})\"");
        let head = self.heading(1, "A delivery stream whose transform adds a currency.", &start);
        let environment = self.terminal.paint(BOLD, &format!("$ {environment}"));
        format!(
            "{title}: a delivery stream on this machine, from failed records to none\n\
             {head}    ready at {url} after {took} ms; in another terminal:\n    {environment}\n"
        )
    }

    fn heading(&self, number: usize, title: &str, line: &str) -> String {
        let title = self.terminal.paint(BOLD, &format!("{number} · {title}"));
        let is_long = line.len() + INDENT + 2 > self.terminal.width;
        let line = if is_long { line.replace(" | ", " |\n      ") } else { line.to_owned() };
        let line = self.terminal.paint(BOLD, &format!("$ {line}"));
        format!("\n{title}\n    {line}\n")
    }

    /// What a command printed, shortened to what the step is about.
    fn shown(&self, step: &Step, out: &str) -> String {
        let Lines { from, most } = step.lines;
        let width = self.terminal.width.saturating_sub(INDENT);
        let lines = out.lines().skip_while(|line| !line.contains(from));
        let lines: Vec<_> = lines.collect();
        let before = out.lines().count() - lines.len();
        let mut text = String::new();
        let mut push = |line: &str| {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        };
        if before > 0 {
            push(&self.more(before, width));
        }
        let most = whole(&lines, most, width);
        for line in lines.iter().take(most) {
            let line = line.replace('\t', " ");
            let line = terminal::escape(&line);
            for line in terminal::wrap(&line, indent_of(&line) + 2, width).lines() {
                let (mut piece, mut rest) = terminal::split_at_column(line, width);
                while !rest.is_empty() {
                    push(piece);
                    (piece, rest) = terminal::split_at_column(rest, width);
                }
                push(piece);
            }
        }
        if lines.len() > most {
            push(&self.more(lines.len() - most, width));
        }
        text
    }

    fn more(&self, count: usize, width: usize) -> String {
        let text =
            terminal::fit(&format!("… {}", terminal::plural(count as u64, "more line")), width);
        self.terminal.paint(DIM, &text)
    }

    /// Every record that was sent has arrived; those that failed, the second time.
    fn check_counts(&self) -> Result<(), Error> {
        let holds = self.running.holds();
        let counts = (holds.accepted, holds.delivered, holds.failed);
        if holds.is_settled() && counts == (65, 60, 5) {
            return Ok(());
        }
        Err(Error::internal(format!("(put, delivered, failed) is {counts:?}, not (65, 60, 5)")))
    }

    fn ending(&self, begun: Instant) -> String {
        let title = self.terminal.paint(BOLD, "Now yours");
        format!(
            "\n60 of 60 records delivered, after {:.1} s. The stream of the tour is gone.\n\n{title}\n    \
             fh local start --handler app.lambda_handler   your transform, locally\n    \
             fh failures --stream NAME                     what failed, on AWS\n    \
             fh --help                                     all commands\n",
            begun.elapsed().as_secs_f64()
        )
    }

    #[expect(clippy::unused_self, reason = "the tour is what prints")]
    fn print(&self, text: &str) -> Result<(), Error> {
        Output::default().write(text.as_bytes())
    }

    /// Waits for Enter. The thread that reads does not hold up the end of the process.
    async fn wait(&self) -> Result<(), Error> {
        if !self.waits {
            return Ok(());
        }
        let (done, waits) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || done.send(context::wait_for_enter()));
        let ended = waits.await.unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()));
        ended.map_err(|error| Error::unreadable("standard input", error))
    }
}

/// Lines to show so that a sentence is not cut that was broken into lines of `width`
/// columns: `most`, or more.
fn whole(lines: &[&str], most: usize, width: usize) -> usize {
    let Some(last) = most.checked_sub(1).and_then(|last| lines.get(last)) else { return most };
    let pairs = lines.get(most - 1..).unwrap_or_default().windows(2);
    let goes_on = |before: &str, next: &str| {
        let word = next.split_whitespace().next().unwrap_or_default();
        let is_full = terminal::columns(before) + 1 + terminal::columns(word) > width;
        indent_of(next) > indent_of(last) || is_full && indent_of(next) == indent_of(before)
    };
    most + pairs.take_while(|pair| matches!(pair, [before, next] if goes_on(before, next))).count()
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The command that `fh redrive` prints for what fails after it.
fn next_failures(out: &str) -> Option<String> {
    let at = out.find("fh failures --stream tour --since 2")?;
    out.get(at..)?.lines().next().map(|line| line.trim_end().to_owned())
}

fn step_failed(number: usize, line: &str, ran: &line::Ran) -> Error {
    let printed = format!("{}{}", ran.err, ran.out);
    let first = printed.lines().next().unwrap_or("nothing");
    Error::internal(format!("step {number} of the tour failed: `{line}` printed: {first}"))
}
