//! Bodies on their way in and out.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use s3s::checksum::ChecksumHasher;
use s3s::dto::Checksum;

use super::unframe::{NotFramed, Unframer};

/// Any error of a body.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes of a file that are sent at a time.
const CHUNK: usize = 64 * 1024;

/// What is announced of a framed body.
#[derive(Debug, Default)]
pub(super) struct Announced {
    /// Bytes of the data.
    pub(super) length: Option<u64>,
    /// Names of the trailers, in lower case.
    pub(super) trailers: Vec<String>,
}

/// The data of a body that came in chunks. It ends with an error if that is not
/// what was announced.
pub(super) struct Unframed<B> {
    body: B,
    unframer: Unframer,
    /// Framed bytes that have come.
    pending: Bytes,
    announced: Announced,
    hasher: Hasher,
    length: u64,
    is_over: bool,
}

/// The checksums that were announced.
struct Hasher(ChecksumHasher);

/// Why data is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// The data does not have this checksum.
    Checksum(String),
    /// There is more or less than announced.
    Length,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum(name) => {
                write!(f, "The {name} you specified did not match the calculated checksum.")
            }
            Self::Length => f.write_str(
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            ),
        }
    }
}

impl std::error::Error for Damage {}

impl Hasher {
    fn new(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|it| it == name);
        Self(ChecksumHasher {
            crc32: has("x-amz-checksum-crc32").then(Default::default),
            crc32c: has("x-amz-checksum-crc32c").then(Default::default),
            sha1: has("x-amz-checksum-sha1").then(Default::default),
            sha256: has("x-amz-checksum-sha256").then(Default::default),
            crc64nvme: has("x-amz-checksum-crc64nvme").then(Default::default),
        })
    }

    fn check(self, trailers: &[(String, String)]) -> Result<(), Damage> {
        let checksum = self.0.finalize();
        for (name, value) in by_name(&checksum) {
            // What was announced has to be there.
            let given = trailers.iter().find(|(it, _)| it == name);
            if given.is_none_or(|(_, given)| given != value) {
                return Err(Damage::Checksum(algorithm(name)));
            }
        }
        Ok(())
    }
}

/// The checksums that there are, by their headers.
pub(super) fn by_name(checksum: &Checksum) -> impl Iterator<Item = (&'static str, &String)> {
    let all = [
        ("x-amz-checksum-crc32", &checksum.checksum_crc32),
        ("x-amz-checksum-crc32c", &checksum.checksum_crc32c),
        ("x-amz-checksum-sha1", &checksum.checksum_sha1),
        ("x-amz-checksum-sha256", &checksum.checksum_sha256),
        ("x-amz-checksum-crc64nvme", &checksum.checksum_crc64nvme),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
}

/// The algorithm in the name of a header, as S3 writes it.
pub(super) fn algorithm(header: &str) -> String {
    header.trim_start_matches("x-amz-checksum-").to_ascii_uppercase()
}

impl<B> Unframed<B> {
    pub(super) fn new(body: B, announced: Announced) -> Self {
        let hasher = Hasher::new(&announced.trailers);
        let (unframer, pending) = (Unframer::default(), Bytes::new());
        Self { body, unframer, pending, announced, hasher, length: 0, is_over: false }
    }

    /// The data in what has come.
    fn next(&mut self) -> Result<Option<Bytes>, NotFramed> {
        let data = self.unframer.push(&mut self.pending)?;
        if let Some(data) = &data {
            self.length += data.len() as u64;
            self.hasher.0.update(data);
        }
        Ok(data)
    }

    fn end(&mut self) -> Result<(), BoxError> {
        let trailers = std::mem::take(&mut self.unframer).end()?;
        if self.announced.length.is_some_and(|announced| announced != self.length) {
            return Err(Box::new(Damage::Length));
        }
        Ok(std::mem::replace(&mut self.hasher, Hasher::new(&[])).check(&trailers)?)
    }
}

impl<B: Body<Data = Bytes, Error = BoxError> + Unpin> Body for Unframed<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        while !this.is_over {
            if let Some(data) = this.next()? {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            let frame = ready!(Pin::new(&mut this.body).poll_frame(context)).transpose()?;
            if let Some(frame) = frame {
                this.pending = frame.into_data().unwrap_or_default();
            } else {
                this.is_over = true;
                this.end()?;
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// A part of a file.
#[derive(Debug)]
pub(super) struct FileBody {
    file: File,
    left: u64,
}

impl FileBody {
    /// So many bytes from where the file is.
    pub(super) const fn new(file: File, left: u64) -> Self {
        Self { file, left }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        let count = usize::try_from(this.left).unwrap_or(CHUNK).min(CHUNK);
        let mut bytes = vec![0; count];
        this.file.read_exact(&mut bytes)?;
        this.left -= count as u64;
        Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
