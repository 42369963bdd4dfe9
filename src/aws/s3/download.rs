//! The bytes of one object.

use std::io;
use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use hyper::body::Bytes;
use tokio::sync::mpsc;

use super::body::{self, Body};
use super::found::Unreadable;
use super::throttle::Permit;
use super::{ByteRange, GetError, S3Client, S3Object, WHOLE};
use crate::error::Error;
use firehose::failure::{HEAD, holds_failures};

/// How often one body is taken up again where it broke off.
const RESUMES: u32 = 3;

/// Opens an object if its first bytes are those of failure records.
pub(super) async fn open_if_failures(
    client: Arc<S3Client>,
    object: &S3Object,
    handing_over: mpsc::Sender<()>,
    permit: Option<Permit>,
) -> Result<Option<Body>, GetError> {
    if object.size == 0 {
        return Ok(None);
    }
    let part = ByteRange { from: 0, length: Some(object.size.min(HEAD as u64)) };
    let (reply, permit) = client.get(object, part, permit).await?;
    let (etag, length, permit) = (reply.etag, part.length, Some(permit));
    let object = S3Object { etag: object.etag.clone().or(etag), ..object.clone() };
    let (body, from) = (reply.body, Arc::clone(&client));
    let mut download =
        Download { client: from, object, part, body, at: 0, length, resumes: 0, permit };
    let head = download.collect().await;
    let head = head.map_err(|error| download.broken(error))?;
    let permit = download.permit.take();
    if !holds_failures(&head) {
        return Ok(None);
    }
    if download.object.size <= head.len() as u64 {
        return Ok(Some(Body::whole(head)));
    }
    open(client, &download.object, handing_over, permit).await.map(Some)
}

/// Asks for an object and waits for its first bytes, or for all of them if
/// they are few.
pub(super) async fn open(
    client: Arc<S3Client>,
    object: &S3Object,
    handing_over: mpsc::Sender<()>,
    permit: Option<Permit>,
) -> Result<Body, GetError> {
    let part = ByteRange::WHOLE;
    let (reply, permit) = client.get(object, part, permit).await?;
    // A large body waits for its reader: its request is over with its start.
    let length = reply.length;
    let is_whole = length.is_some_and(|length| length <= object.most_waiting());
    // What it is taken up as has to be what it was.
    let etag = object.etag.clone().or(reply.etag);
    let object = S3Object { etag, ..object.clone() };
    let body = reply.body;
    let permit = is_whole.then_some(permit);
    let mut download = Download { client, object, part, body, at: 0, length, resumes: 0, permit };
    if is_whole {
        let whole = download.collect().await;
        return whole.map(Body::whole).map_err(|error| download.broken(error));
    }
    let (pieces, body) = Body::channel();
    tokio::spawn(async move {
        loop {
            let piece = download.next().await.map(Option::unwrap_or_default);
            let is_last = !piece.as_ref().is_ok_and(|piece| !piece.is_empty());
            if pieces.send(piece).await.is_err() || is_last {
                break;
            }
        }
        drop(handing_over);
    });
    Ok(body)
}

/// A body on its way, taken up again where it breaks off.
struct Download {
    client: Arc<S3Client>,
    object: S3Object,
    part: ByteRange,
    body: ByteStream,
    /// Bytes that have come.
    at: u64,
    length: Option<u64>,
    resumes: u32,
    /// The place in flight of what is read whole.
    permit: Option<Permit>,
}

impl Download {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let broken = match body::next(&mut self.body).await {
                Ok(Some(piece)) => {
                    self.at += piece.len() as u64;
                    return Ok(Some(piece));
                }
                Ok(None) if self.length.is_none_or(|length| length == self.at) => return Ok(None),
                Ok(None) => io::Error::from(io::ErrorKind::UnexpectedEof),
                Err(error) => error,
            };
            self.resumes += 1;
            if self.resumes > RESUMES {
                return Err(broken);
            }
            let (part, permit) = (self.part.after(self.at), self.permit.take());
            let has_place = permit.is_some();
            match Box::pin(self.client.get(&self.object, part, permit)).await {
                Ok((reply, permit)) => {
                    self.body = reply.body;
                    self.permit = has_place.then_some(permit);
                }
                Err(GetError::Unreadable(gap)) => return Err(io::Error::other(gap.into_error())),
                Err(GetError::Other(error)) => return Err(io::Error::other(error)),
            }
        }
    }

    fn broken(&self, error: io::Error) -> GetError {
        let error = Error::unreadable(&self.object.to_string(), error);
        GetError::Unreadable(Unreadable::Broken(error))
    }

    async fn collect(&mut self) -> io::Result<Bytes> {
        let first = self.next().await?.unwrap_or_default();
        let Some(second) = self.next().await? else { return Ok(first) };
        let whole = self.length.unwrap_or_default().min(WHOLE);
        let mut all = Vec::with_capacity(usize::try_from(whole).unwrap_or_default());
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }
}
