//! One request to a server on this machine.

use std::error::Error as StdError;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Most bytes of an answer.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Posts to a path of a server at `url`, such as `http://127.0.0.1:4570`; returns
/// its answer.
pub async fn post(
    url: &str,
    path: &str,
    body: Bytes,
) -> Result<(StatusCode, Bytes), Box<dyn StdError + Send + Sync>> {
    let uri: Uri = url.parse()?;
    let authority = uri.authority().ok_or("it is not a URL")?;
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host(), port)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::post(path).header(HOST, authority.as_str()).body(Full::new(body))?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await?;
        Ok((status, body.to_bytes()))
    };
    tokio::pin!(exchange);
    tokio::select! {
        // What has arrived counts, also where the connection has ended.
        biased;
        result = &mut exchange => result,
        _ = connection => exchange.await,
    }
}
