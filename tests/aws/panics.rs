//! A panic on another thread or task: it must not pass for the end of the input.
//!
//! No settings and no input make `fh` panic that we know of, so the panics are
//! planted, through the library. The hook is one of the process: each test runs
//! this binary once more, with nothing but its planted panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::print_stdout, reason = "the test reads it")]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use fh::aws::{AwsArgs, Fetched, Follow, Found, Listing, Session, block_on};
use fh::error::{Error, ErrorKind};
use fh::input::blocks::{Block, Blocks};
use fh::input::parallel::{self, Read, Turn, Work};
use fh::input::{Inputs, Source};
use fh::panics::{self, guard};
use fh::sending::{Feed, FeedItem};
use firehose::framing::InputFormat;

use crate::canned::Canned;

/// What a test prints, after the name of the panic's place.
fn seen(name: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("AWS_ACCESS_KEY_ID", "KEY").env("AWS_SECRET_ACCESS_KEY", "secret");
    command.args(["--exact", &format!("panics::{name}"), "--ignored", "--nocapture"]);
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let lines = stdout.lines().filter_map(|line| line.strip_prefix("seen: "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs like a command, and prints its error.
fn run(command: impl FnOnce() -> Result<(), Error>) {
    if let Err(error) = guard(command) {
        println!("seen: {}{error}", if error.kind() == ErrorKind::Internal { "70: " } else { "" });
    }
}

/// The line on which a panic is planted in this file.
fn is_named(text: &str) -> bool {
    text.contains("internal error at tests/aws/panics.rs:") && text.ends_with(": planted")
}

#[test]
fn a_listing_that_dies_has_not_ended() {
    let seen = seen("listing");
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines.len(), 2, "{seen}");
    assert!(lines[0].starts_with("failed: ") && is_named(lines[0]), "{seen}");
    assert!(lines[1].starts_with("70: ") && is_named(lines[1]), "{seen}");
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn listing() {
    let page = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let length = page.len();
    let server = Canned::new(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\r\n{page}"
    ));
    let args = AwsArgs {
        endpoint_url: Some(server.url().parse().unwrap()),
        region: Some("eu-west-1".parse().unwrap()),
        ..AwsArgs::default()
    };
    let follow = Follow { every: Duration::ZERO, prefixes: Arc::new(|| panic!("planted")) };
    let listing = Listing { follow: Some(follow), ..Listing::of("lake", vec![String::new()]) };
    run(move || {
        let session = block_on(Session::open(&args, None))?;
        for found in Fetched::start(&session, vec![listing], &Arc::default(), true)? {
            match found {
                Found::Failed(error) => println!("seen: failed: {error}"),
                other => println!("seen: {other:?}"),
            }
        }
        // As a command does that believes in the end.
        Ok(())
    });
}

#[test]
fn an_input_that_dies_while_it_is_sent_has_not_ended() {
    let seen = seen("feed");
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines.len(), 2, "{seen}");
    assert!(lines[0].starts_with("failed: ") && is_named(lines[0]), "{seen}");
    assert!(lines[1].starts_with("70: ") && is_named(lines[1]), "{seen}");
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn feed() {
    run(|| {
        block_on(async {
            let mut feed = Feed::start(std::iter::from_fn(|| panic!("planted")));
            while let Some(fed) = feed.next().await {
                if let FeedItem::Failed(error) = fed {
                    println!("seen: failed: {error}");
                }
            }
            Ok(())
        })
    });
}

/// Dies of its second block.
struct Dies(u32);

impl Work for Dies {
    type Piece = ();

    fn work(&mut self, _: &Block, emit: &mut dyn FnMut(())) {
        assert!(self.0 > 0, "planted");
        self.0 -= 1;
        emit(());
    }
}

#[test]
fn a_worker_that_dies_has_not_finished() {
    for name in ["worker_of_blocks", "worker_of_inputs"] {
        let seen = seen(name);
        assert!(seen.starts_with("70: ") && is_named(&seen), "{name}: {seen}");
    }
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn worker_of_blocks() {
    worker(Turn::Block);
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn worker_of_inputs() {
    worker(Turn::Inputs);
}

fn worker(turn: Turn) {
    run(|| {
        let text = Source::Path("CHANGELOG.md".into());
        // More than one turn of inputs.
        let inputs = Inputs::new(&vec![text; 20]);
        let mut blocks = Blocks::new(inputs, InputFormat::Auto, 1 << 20);
        let next = |buffer| Some(Read { event: blocks.next(buffer)?, has_more: false });
        parallel::run(next, vec![Dies(1), Dies(0)], turn, &mut |_| true);
        println!("seen: the end");
        Ok(())
    });
}

#[test]
fn a_task_that_dies_wakes_who_waits_for_ever() {
    let seen = seen("task");
    assert!(seen.starts_with("70: ") && is_named(&seen), "{seen}");
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn task() {
    run(|| {
        block_on(async {
            tokio::spawn(async { panic!("planted") });
            Err(panics::happened().await)
        })
    });
}

#[test]
fn a_thread_that_dies_unnoticed_ends_the_command_with_its_panic() {
    let seen = seen("thread");
    assert!(seen.starts_with("70: ") && is_named(&seen), "{seen}");
}

#[test]
#[ignore = "dies on purpose, run by the test above: cargo test --test aws panics"]
fn thread() {
    run(|| {
        let died = std::thread::spawn(|| panic!("planted")).join();
        assert!(died.is_err());
        Ok(())
    });
}
