//! A log group as a function leaves it, served until this process is killed.

use std::time::UNIX_EPOCH;

use fh::context;

use crate::local_server::LocalServer;

/// Serves events that were written in the last five minutes or, with a number
/// of seconds, will be in the next: then every fifth arrives up to 10 s late.
pub(crate) fn serve(group: &str, events: usize, seconds: Option<usize>) {
    let server = LocalServer::start("eu-west-1");
    let mut logs = server.logs();
    let now = context::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = i64::try_from(now).unwrap();
    let (begin, length) = match seconds {
        Some(seconds) => (now, seconds * 1000),
        None => (now - 300_000, 300_000),
    };
    logs.create_group(group, 0).unwrap();
    for number in 0..events {
        let time = begin + i64::try_from(number * length / events).unwrap();
        let message = format!("[INFO] order A-{number} enriched in {} ms\n", number % 100);
        let stream = format!("2026/11/22/[$LATEST]{:032x}", number % 8);
        let is_late = seconds.is_some() && number % 5 == 0;
        let arrival =
            time + if is_late { i64::try_from(number * 7919 % 10_000).unwrap() } else { 0 };
        logs.put(group, &stream, (time, message), arrival, arrival).unwrap();
    }
    drop(logs);
    println!("{}", server.url());
    loop {
        std::thread::park();
    }
}
