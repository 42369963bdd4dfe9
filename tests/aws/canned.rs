//! A server that speaks HTTP and gives one answer, for what moto never says:
//! that a login expired, a clock is off, a right is missing.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// An answer with this header is the last on its connection.
const CLOSE: &[u8] = b"\r\nconnection: close\r\n";

/// The server. Its thread ends with the process.
pub(crate) struct Canned {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Gives this answer to every request.
    pub(crate) fn new(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::answering(move |_| Some(answer.clone()))
    }

    /// Gives Lambda's answer for an error.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::error_with(status, code, message, "")
    }

    /// The same with more headers, each with its line end.
    pub(crate) fn error_with(status: u16, code: &str, message: &str, headers: &str) -> Self {
        let body = format!("{{\"message\":\"{message}\"}}");
        Self::new(format!(
            "HTTP/1.1 {status} Whatever\r\nx-amzn-errortype: {code}\r\n\
             x-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\n{headers}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Takes requests and says nothing.
    pub(crate) fn silent() -> Self {
        Self::answering(|_| None)
    }

    /// Gives the answer that `answer` makes of a request head; the connection
    /// stays open without a word if that is none.
    pub(crate) fn answering(
        answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                // A client that goes away early is its own affair.
                thread::spawn(move || talk(stream, &seen, &*answer).ok());
            }
        });
        Self { address, requests }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread has panicked").clone()
    }

    /// The key id and the Region that the last request was signed with.
    pub(crate) fn signed_for(&self) -> [String; 2] {
        let head = self.requests().pop().expect("a request");
        let (_, scope) = head.split_once("Credential=").expect("a signature");
        let mut parts = scope.split('/');
        let key = parts.next().expect("a key id");
        let region = parts.nth(1).expect("a Region, behind the date");
        [key.to_owned(), region.to_owned()]
    }
}

fn talk(
    stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
        });
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        seen.lock().expect("no thread has panicked").push(head.clone());
        if let Some(answer) = answer(&head) {
            reader.get_mut().write_all(&answer)?;
            if answer.windows(CLOSE.len()).any(|window| window == CLOSE) {
                return Ok(());
            }
        }
    }
}
