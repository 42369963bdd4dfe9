//! What `benches/aws.py` measures `fh` with and against: a server in memory
//! that costs as little as it can, and bare loops over the SDK.
//!
//! ```text
//! aws serve OBJECTS                  S3 and Firehose on loopback; prints its URL
//! aws logs GROUP EVENTS              CloudWatch Logs on loopback; prints its URL
//! aws s3 URL BUCKET PREFIX TASKS     lists, gets every object, counts bytes
//! aws firehose URL STREAM RECORDS BYTES TASKS   puts records, counts them
//! ```

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the events are of the last minutes")]

mod bare;
mod server;

use std::env::args;
use std::time::{SystemTime, UNIX_EPOCH};

use fh::local::logs::{Faults, Logs, LogsServer};

fn main() {
    let arguments: Vec<String> = args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let number = |text: &str| text.parse().unwrap();
    match arguments.as_slice() {
        ["serve", objects] => runtime.block_on(server::serve(number(objects))),
        ["logs", group, events] => {
            let server = logs(group, number(events));
            println!("{}", server.url());
            runtime.block_on(std::future::pending::<()>());
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

/// A log group with so many events of the last minutes, a millisecond apart.
fn logs(group: &str, events: usize) -> LogsServer {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = i64::try_from(now).unwrap();
    let mut logs = Logs::new(Faults::default());
    logs.create_group(group, 0).unwrap();
    for age in (1..=i64::try_from(events).unwrap()).rev() {
        let time = now - 60_000 - age;
        let event = (time, format!("[INFO]\torder A-{age} accepted"));
        logs.put(group, "stream", event, time, time).unwrap();
    }
    LogsServer::start(logs).unwrap()
}
