//! What `benches/aws.py` measures `fh` with and against: a server in memory
//! that costs as little as it can, and bare loops over the SDK.
//!
//! ```text
//! aws serve OBJECTS LATENCY           S3 and Firehose on loopback, with milliseconds before
//!                                    each answer; prints its URL
//! aws logs GROUP EVENTS [SECONDS]    CloudWatch Logs on loopback; prints its URL
//! aws s3 URL BUCKET PREFIX TASKS     lists, gets every object, counts bytes
//! aws firehose URL STREAM RECORDS BYTES TASKS   puts records, counts them
//! ```

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly")]

mod bare;
mod logs;
mod server;

use std::env::args;
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let number = |text: &str| text.parse().unwrap();
    match arguments.as_slice() {
        ["serve", objects, latency] => {
            let latency = Duration::from_millis(latency.parse().unwrap());
            runtime.block_on(server::serve(number(objects), latency));
        }
        ["logs", group, events] => logs::serve(group, number(events), None),
        ["logs", group, events, seconds] => {
            logs::serve(group, number(events), Some(number(seconds)));
        }
        ["s3", url, bucket, prefix, tasks] => {
            println!("{}", runtime.block_on(bare::s3(url, bucket, prefix, number(tasks))));
        }
        ["firehose", url, stream, records, bytes, tasks] => {
            let batches = number(records) / 500;
            let puts = bare::firehose(url, stream, batches, number(bytes), number(tasks));
            println!("{}", runtime.block_on(puts));
        }
        _ => println!("run by benches/aws.py"),
    }
}
