//! A log group as a function leaves it, served until this process is killed.

use std::time::UNIX_EPOCH;

use fh::context;
use fh::local::logs::{Faults, Logs, LogsServer};

/// Serves events that were written in the last five minutes.
pub(crate) fn serve(group: &str, events: usize) {
    let mut logs = Logs::new(Faults::default());
    let now = context::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let begin = i64::try_from(now).unwrap() - 300_000;
    logs.create_group(group, 0).unwrap();
    for number in 0..events {
        let time = begin + i64::try_from(number * 300_000 / events).unwrap();
        let message = format!("[INFO] order A-{number} enriched in {} ms\n", number % 100);
        let stream = format!("2026/11/22/[$LATEST]{:032x}", number % 8);
        logs.put(group, &stream, (time, message), time, time).unwrap();
    }
    let server = LogsServer::start(logs).unwrap();
    println!("{}", server.url());
    loop {
        std::thread::park();
    }
}
