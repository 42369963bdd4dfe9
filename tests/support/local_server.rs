//! `fh local` in the process of the tests: the same services at one address, with
//! the same faults, and a look at what they hold.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails loudly"
)]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard};

use fh::local::ACCOUNT;
use fh::local::aws::LocalAws;
use fh::local::cloudwatch_logs::{self, Logs};
use fh::local::faults;
use fh::local::firehose_api::StreamDefaults;
use fh::local::gateway::{Broken, Gateway, LIMITS, Reply, ReplyBody};
use fh::local::refusal::operation;
use fh::loopback::{self, Body, Handler};
use firehose::transform::Behaviors;
use hyper::Request;
use tempfile::TempDir;

/// A delivery stream that tests put into.
pub(crate) const ORDERS: &str = "orders";

/// All services, until it is dropped.
#[derive(Debug)]
pub(crate) struct LocalServer {
    server: loopback::Server,
    counted: Arc<Counted>,
    pub(crate) aws: LocalAws,
    pub(crate) folder: TempDir,
}

impl LocalServer {
    /// Nothing is in it yet.
    pub(crate) fn start(region: &str) -> Self {
        Self::seeded(region, 1)
    }

    /// The delivery stream `orders` in us-east-1, with these faults.
    pub(crate) fn orders(faults: &str) -> Self {
        Self::orders_seeded(faults, 1)
    }

    /// The same; the faults come from this seed.
    pub(crate) fn orders_seeded(faults: &str, seed: u64) -> Self {
        let server = Self::seeded("us-east-1", seed);
        server.create_stream(ORDERS);
        server.fault(faults);
        server
    }

    fn seeded(region: &str, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let defaults = StreamDefaults {
            source: firehose::transform::Source::DirectPut,
            region: region.parse().unwrap(),
            time_scale: 1,
            behaviors: Behaviors::default(),
            compresses_failures: false,
            short_ids: false,
            seed,
        };
        let aws = LocalAws::open(folder.path(), defaults, false).unwrap();
        let gateway = Arc::clone(aws.gateway());
        let counted = Arc::new(Counted { gateway, answered: Mutex::default() });
        let server = loopback::Server::start("fh local", LIMITS, Arc::clone(&counted)).unwrap();
        Self { server, counted, aws, folder }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Makes a delivery stream without a transform, and its bucket. Nothing is
    /// delivered before a test is over, unless it asks for that.
    pub(crate) fn create_stream(&self, name: &str) {
        self.aws.hands().objects.create_bucket(name, None).unwrap();
        let input = format!(
            r#"{{"DeliveryStreamName":"{name}","ExtendedS3DestinationConfiguration":{{"RoleARN":"arn:aws:iam::{ACCOUNT}:role/local","BucketARN":"arn:aws:s3:::{name}"}}}}"#
        );
        self.post("/", "X-Amz-Target: Firehose_20150804.CreateDeliveryStream\r\n", &input);
    }

    /// Sends a request, which has to succeed.
    fn post(&self, path: &str, headers: &str, body: &str) {
        let address = self.url().replace("http://", "");
        let mut stream = TcpStream::connect(&address).unwrap();
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    /// Sets faults, written as for `--fault`, with a space between two.
    pub(crate) fn fault(&self, faults: &str) {
        let mut all = faults::lock(&self.aws.hands().faults);
        for fault in faults.split_whitespace() {
            all.set(fault.parse().unwrap()).unwrap();
        }
    }

    /// How many records `orders` has accepted.
    pub(crate) fn count(&self) -> u64 {
        self.aws.streams().get(ORDERS).unwrap().holds().accepted
    }

    /// The records that `orders` has accepted, in that order, as often as it has.
    pub(crate) fn accepted(&self) -> Vec<Vec<u8>> {
        let name = Arc::from(ORDERS);
        let record = |number| self.aws.hands().history.record(&name, number);
        let kept = |number| record(number).expect("fewer records than fh local keeps").to_vec();
        (1..=self.count()).map(kept).collect()
    }

    /// How often each record was accepted.
    pub(crate) fn arrived(&self) -> BTreeMap<Vec<u8>, u32> {
        let mut arrived = BTreeMap::new();
        for record in self.accepted() {
            *arrived.entry(record).or_insert(0) += 1;
        }
        arrived
    }

    /// All that is in the objects of `orders`, once everything is delivered.
    pub(crate) fn delivered(&self) -> Vec<u8> {
        self.post("/_fh/flush", "", "");
        self.post("/_fh/wait", "", "");
        let bucket = self.folder.path().join("s3").join(ORDERS);
        let files = walkdir::WalkDir::new(bucket).sort_by_file_name().into_iter();
        let files = files.map(Result::unwrap).filter(|file| file.file_type().is_file());
        files.flat_map(|file| bytes(file.path())).collect()
    }

    /// How many calls of this operation were answered, in whatever way.
    pub(crate) fn answered(&self, operation: &str) -> usize {
        let answered = self.counted.answered.lock().unwrap();
        answered.get(operation).copied().unwrap_or_default()
    }

    /// The log groups. No call about them is answered while they are locked.
    pub(crate) fn logs(&self) -> MutexGuard<'_, Logs> {
        cloudwatch_logs::lock(self.aws.logs())
    }
}

#[expect(clippy::disallowed_methods, reason = "looks at a file as it is")]
fn bytes(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// The services, which count what they were asked.
#[derive(Debug)]
struct Counted {
    gateway: Arc<Gateway>,
    answered: Mutex<BTreeMap<String, usize>>,
}

impl Handler for Counted {
    type Body = ReplyBody;
    type Error = Broken;

    const HAS_OTHER_NAMES: bool = <Gateway as Handler>::HAS_OTHER_NAMES;

    fn refuse(&self, why: &'static str) -> Reply {
        self.gateway.refuse(why)
    }

    async fn answer(&self, request: Request<Body>) -> Reply {
        let (head, body) = request.into_parts();
        let operation = operation(&head).to_owned();
        let reply = self.gateway.answer(Request::from_parts(head, body)).await;
        *self.answered.lock().unwrap().entry(operation).or_default() += 1;
        reply
    }
}
