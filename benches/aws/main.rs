//! What `benches/aws.py` measures `fh` with and against: a server in memory
//! that costs as little as it can, and bare loops over the SDK.
//!
//! ```text
//! aws serve OBJECTS                  S3 and Firehose on loopback; prints its URL
//! aws logs GROUP EVENTS [SECONDS]    `fh local` with a log group; prints its URL
//! aws s3 URL BUCKET PREFIX TASKS     lists, gets every object, counts bytes
//! aws firehose URL STREAM RECORDS BYTES TASKS   puts records, counts them
//! ```

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly")]

mod bare;
#[expect(dead_code, reason = "the delivery stream is for tests")]
#[path = "../../tests/support/local_server.rs"]
mod local_server;
mod logs;
mod server;

use std::env::args;

fn main() {
    let arguments: Vec<String> = args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let number = |text: &str| text.parse().unwrap();
    match arguments.as_slice() {
        ["serve", objects] => runtime.block_on(server::serve(number(objects))),
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
