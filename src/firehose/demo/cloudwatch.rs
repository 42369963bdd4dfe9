//! What a subscription filter of CloudWatch Logs sends, and what Firehose makes
//! of that where it decompresses it.

use std::fmt::Write as _;

use super::SampleOrigin;
use super::access::iso_seconds;
use super::fields::RandomFields;
use crate::json::Token;
use crate::subscription::control_message;

/// The age of the last log event of a batch when it leaves CloudWatch Logs, in
/// milliseconds.
const AGE: i64 = 2000;

/// Most milliseconds between two log events.
const STEP: i64 = 9;

/// Log events of one Lambda function, as a subscription filter sends them.
pub(super) struct Batch {
    group: &'static str,
    /// The log stream.
    stream: String,
    /// What the ids of all its events begin with: 50 of 56 digits.
    id: String,
    /// How many log events it has.
    count: u64,
    log: FunctionLog,
}

impl Batch {
    /// A batch of `count` log events, or of a few, that leaves at `now`.
    pub(super) fn new(fields: &mut RandomFields, now: i64, count: Option<u64>) -> Self {
        let group =
            fields.pick(&["/aws/lambda/orders", "/aws/lambda/payments", "/aws/lambda/search"]);
        let day = jiff::Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y/%m/%d");
        let stream = format!("{day}/[$LATEST]{}", fields.hex(32));
        let count = count.unwrap_or_else(|| 2 + fields.below(7));
        let id = format!("3960{}", fields.digits(46));
        let length = i64::try_from(count).unwrap_or_default() * STEP;
        let log = FunctionLog::new(fields, now - AGE - length);
        Self { group, stream, id, count, log }
    }

    /// The batch as a `DATA_MESSAGE` (CloudWatch Logs user guide, "Subscription
    /// filters").
    pub(super) fn envelope(self, fields: &mut RandomFields, place: &SampleOrigin) -> Vec<u8> {
        let Self { group, stream, id, count, mut log } = self;
        let account = &place.account;
        let mut text = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"{account}","logGroup":"{group}","logStream":"{stream}","subscriptionFilters":["firehose"],"logEvents":["#
        );
        for position in 0..count {
            if position > 0 {
                text.push(',');
            }
            log.step(fields);
            let FunctionLog { at, message, .. } = &log;
            // Writing to a string does not fail.
            let _unused = write!(
                text,
                r#"{{"id":"{id}{position:06}","timestamp":{at},"message":{message}}}"#
            );
        }
        text.push_str("]}");
        text.into_bytes()
    }

    /// What message extraction leaves of the batch: its messages and nothing
    /// else, a newline after each (developer guide, "Extract message after
    /// decompression of CloudWatch Logs"). A message that ends with a newline of
    /// its own, as those of Lambda do, keeps it.
    pub(super) fn messages(mut self, fields: &mut RandomFields) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.count {
            self.log.step(fields);
            Token::new(self.log.message.as_bytes()).push_bytes(&mut text);
            text.push(b'\n');
        }
        text
    }
}

/// The log of a function, one invocation after the other.
struct FunctionLog {
    /// The last message, as a JSON string.
    message: String,
    /// When it was logged, in milliseconds since 1970.
    at: i64,
    /// The second of `at`, written out.
    second: (i64, String),
    request_id: String,
    /// Number of the order that the invocation works on.
    order: i64,
    /// The most memory that the function used, in MB.
    memory: i64,
    /// When the invocation started.
    start: i64,
    next: Next,
}

/// What an invocation logs next.
enum Next {
    Start,
    /// `count` lines of the application.
    Lines(u64),
    End,
    Report,
}

impl FunctionLog {
    fn new(fields: &mut RandomFields, at: i64) -> Self {
        Self {
            message: String::new(),
            at,
            second: (-1, String::new()),
            request_id: String::new(),
            order: 0,
            memory: fields.between(48, 127),
            start: at,
            next: Next::Start,
        }
    }

    /// Moves on to the next message.
    fn step(&mut self, fields: &mut RandomFields) {
        self.at += fields.between(0, STEP);
        self.message.clear();
        self.message.push('"');
        self.next = match self.next {
            Next::Start => {
                self.request_id = fields.uuid();
                self.order = fields.between(1000, 9999);
                self.start = self.at;
                self.platform("START", r" Version: $LATEST\n");
                Next::Lines(3 + fields.below(6))
            }
            Next::Lines(left) => {
                self.line(fields);
                if left > 1 { Next::Lines(left - 1) } else { Next::End }
            }
            Next::End => {
                self.platform("END", r"\n");
                Next::Report
            }
            Next::Report => {
                self.report(fields);
                Next::Start
            }
        };
        self.message.push('"');
    }

    fn platform(&mut self, word: &str, rest: &str) {
        self.message.extend([word, " RequestId: ", &self.request_id, rest]);
    }

    /// A line of Python's `logging`.
    fn line(&mut self, fields: &mut RandomFields) {
        let second = self.at.div_euclid(1000);
        if self.second.0 != second {
            let time = iso_seconds(self.at);
            self.second = (second, time.trim_end_matches('Z').to_owned());
        }
        let order = self.order;
        let (level, text) = match fields.below(6) {
            0 => ("INFO", format!("order {order} accepted")),
            1 => ("INFO", format!("order {order}: stock reserved")),
            2 => ("INFO", format!("order {order}: payment confirmed")),
            3 => ("INFO", format!("order {order} written to table orders")),
            4 => ("DEBUG", "cache miss for customer, reading table customers".to_owned()),
            _ => ("WARNING", "payment service answered 503, trying again".to_owned()),
        };
        let (time, millisecond) = (&self.second.1, self.at.rem_euclid(1000));
        // Writing to a string does not fail.
        let _unused = write!(
            self.message,
            r"[{level}]\t{time}.{millisecond:03}Z\t{}\t{text}\n",
            self.request_id
        );
    }

    fn report(&mut self, fields: &mut RandomFields) {
        let duration = self.at - self.start;
        let _unused = write!(
            self.message,
            r"REPORT RequestId: {}\tDuration: {duration}.{:02} ms\tBilled Duration: {} ms\tMemory Size: 128 MB\tMax Memory Used: {} MB\t\n",
            self.request_id,
            fields.between(1, 99),
            duration + 1,
            self.memory
        );
    }
}

/// The message that asks whether the destination can be reached.
pub(super) fn control(fields: &mut RandomFields, now: i64) -> String {
    control_message(&fields.digits(1), now)
}
