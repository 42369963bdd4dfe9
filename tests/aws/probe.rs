//! The program that the tests run: one call through the library.
//!
//! The SDK reads environment and home of the process, so each call needs a
//! process of its own: this binary once more, with nothing but this test.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails loudly")]

use std::time::Duration;

use clap::Parser;
use fh::aws::AwsArgs;
use fh::aws::{LambdaClient, Session, block_on};
use fh::context;
use firehose::names::FunctionName;

/// Holds the arguments, one a line.
pub(crate) const ARGUMENTS: &str = "FH_PROBE_ARGUMENTS";

#[derive(Debug, Parser)]
struct Arguments {
    function: FunctionName,
    #[command(flatten)]
    aws: AwsArgs,
    #[arg(long, default_value = "{\"records\":[]}")]
    event: String,
    #[arg(long, default_value = "60000")]
    timeout_ms: u64,
}

/// The arguments of this process, one per line.
pub(crate) fn lines() -> String {
    let mut environment = context::environment().into_iter();
    let (_, lines) = environment.find(|(name, _)| name == ARGUMENTS).expect("run by other tests");
    lines.into_string().expect("text")
}

#[test]
#[ignore = "the tests of calls run it, each in a process: cargo test --test aws"]
fn call() {
    let lines = lines();
    let arguments = match Arguments::try_parse_from(["probe"].into_iter().chain(lines.lines())) {
        Ok(arguments) => arguments,
        Err(error) => return eprintln!("{error}"),
    };
    let reply = block_on(async {
        let session = Session::open(&arguments.aws, arguments.function.arn_region()).await?;
        println!("{session:?}");
        let client = LambdaClient::new(&session);
        println!("{client:?}");
        let event = arguments.event.into_bytes();
        let timeout = Duration::from_millis(arguments.timeout_ms);
        Ok(client.invoke(&arguments.function, event, timeout).await?)
    });
    match reply {
        Ok(reply) => {
            println!("{reply:?}");
            eprintln!("payload: {}", String::from_utf8_lossy(&reply.payload));
            eprintln!("function error: {:?}", reply.function_error);
            eprintln!("version: {:?}", reply.executed_version);
            eprintln!("log: {:?}", String::from_utf8_lossy(&reply.log_tail));
            eprintln!("report: {:#?}", reply.report);
            assert!(reply.duration > Duration::ZERO);
        }
        Err(error) => {
            println!("{error:?}");
            context::report(&error);
            eprintln!("[{:?}]", error.kind());
        }
    }
}
