//! Bodies in `aws-chunked`, as SDKs for Java, JavaScript and Rust send them: the
//! data in chunks, each after its size, and checksums at the end (S3 API
//! reference, "Signature calculations: transferring payload in multiple
//! chunks").
//!
//! ```text
//! 10000;chunk-signature=…␍␊ 65,536 bytes ␍␊
//! 0;chunk-signature=…␍␊
//! x-amz-checksum-crc32:wdBDMA==␍␊
//! x-amz-trailer-signature:…␍␊
//! ␍␊
//! ```

use std::fmt;

use hyper::body::Bytes;

/// Bytes of a line between the data.
const MAX_LINE: usize = 8 * 1024;

/// Lines after the data.
const MAX_TRAILERS: usize = 16;

/// Takes a body as it comes, however it is cut.
#[derive(Debug, Default)]
pub(super) struct Unframer {
    state: State,
    /// The line that has begun.
    line: Vec<u8>,
    trailers: Vec<(String, String)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The line before a chunk.
    #[default]
    Size,
    /// So many bytes of a chunk are still to come.
    Data(u64),
    /// The line end after a chunk.
    DataEnd,
    Trailers,
}

/// The body is not what it claims to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotFramed;

impl fmt::Display for NotFramed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is not in the chunks that its headers announce")
    }
}

impl std::error::Error for NotFramed {}

impl Unframer {
    /// Takes the next bytes, and gives the data in them.
    pub(super) fn push(&mut self, bytes: &mut Bytes) -> Result<Option<Bytes>, NotFramed> {
        while !bytes.is_empty() {
            if let State::Data(left) = self.state {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let left = left - count as u64;
                self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                return Ok(Some(bytes.split_to(count)));
            }
            let (count, is_whole) = match memchr::memchr(b'\n', bytes) {
                Some(at) => (at + 1, true),
                None => (bytes.len(), false),
            };
            self.line.extend_from_slice(&bytes.split_to(count));
            if self.line.len() > MAX_LINE {
                return Err(NotFramed);
            }
            if is_whole {
                self.take_line()?;
            }
        }
        Ok(None)
    }

    /// The checksums and what else came after the data.
    pub(super) fn end(mut self) -> Result<Vec<(String, String)>, NotFramed> {
        if self.state != State::Trailers {
            return Err(NotFramed);
        }
        self.take_line()?;
        Ok(self.trailers)
    }

    fn take_line(&mut self) -> Result<(), NotFramed> {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_ascii_end();
        match self.state {
            State::Size => {
                let size = size(line).ok_or(NotFramed)?;
                self.state = if size == 0 { State::Trailers } else { State::Data(size) };
            }
            State::DataEnd if line.is_empty() => self.state = State::Size,
            // Some clients end a checksum with a line end of its own.
            State::Trailers if line.is_empty() => {}
            State::Trailers if self.trailers.len() < MAX_TRAILERS => {
                let line = std::str::from_utf8(line).map_err(|_| NotFramed)?;
                let (name, value) = line.split_once(':').ok_or(NotFramed)?;
                self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ => return Err(NotFramed),
        }
        Ok(())
    }
}

/// The size in the line before a chunk.
fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?;
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u64::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Unframed = Result<(Vec<u8>, Vec<(String, String)>), NotFramed>;

    /// What a body holds if it arrives in these pieces.
    fn unframe(pieces: &[&[u8]]) -> Unframed {
        let (mut unframer, mut data) = (Unframer::default(), Vec::new());
        for piece in pieces {
            let mut bytes = Bytes::copy_from_slice(piece);
            while let Some(part) = unframer.push(&mut bytes)? {
                data.extend_from_slice(&part);
            }
        }
        Ok((data, unframer.end()?))
    }

    fn frame(chunks: &[Vec<u8>], trailers: &[(String, String)], signature: &str) -> Vec<u8> {
        let mut body = Vec::new();
        for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
            body.extend(format!("{:x}{signature}\r\n", chunk.len()).bytes());
            body.extend_from_slice(chunk);
            body.extend(b"\r\n");
        }
        body.extend(format!("0{signature}\r\n").bytes());
        for (name, value) in trailers {
            body.extend(format!("{name}:{value}\r\n").bytes());
        }
        body.extend(b"\r\n");
        body
    }

    #[test]
    fn what_clients_send_is_understood() {
        let trailer = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (body, data, trailers) in [
            ("0\r\n\r\n", "", vec![]),
            ("3\r\nabc\r\n2\r\n\r\n\r\n0\r\n\r\n", "abc\r\n", vec![]),
            (
                "A;chunk-signature=00\r\n0123456789\r\n0;chunk-signature=11\r\n\r\n",
                "0123456789",
                vec![],
            ),
            (
                "1\r\na\r\n0\r\nX-Amz-Checksum-Crc32: 6Le+Qw==\n\r\nx-amz-trailer-signature:ab\r\n\r\n",
                "a",
                vec![
                    trailer("x-amz-checksum-crc32", "6Le+Qw=="),
                    trailer("x-amz-trailer-signature", "ab"),
                ],
            ),
        ] {
            assert_eq!(unframe(&[body.as_bytes()]), Ok((data.into(), trailers)), "{body:?}");
        }
    }

    #[test]
    fn what_is_cut_or_is_not_framed_is_refused() {
        let long = format!("{}\r\n", "0".repeat(MAX_LINE));
        let many = format!("0\r\n{}\r\n", "a:b\r\n".repeat(MAX_TRAILERS + 1));
        for body in [
            "",
            "5\r\nabc",
            "3\r\nabc\r\n",
            "3\r\nabcd\r\n0\r\n\r\n",
            "x\r\n",
            "+1\r\na\r\n0\r\n\r\n",
            "fffffffffffffffff\r\n",
            "0\r\nno colon\r\n\r\n",
            "{\"a\": 1}\n",
            long.as_str(),
            many.as_str(),
        ] {
            assert_eq!(unframe(&[body.as_bytes()]), Err(NotFramed), "{body:.40?}");
        }
    }

    proptest! {
        #[test]
        fn any_data_in_any_chunks_arrives_however_it_is_cut(
            chunks in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..40), 0..8),
            trailers in proptest::collection::vec(("[a-z0-9-]{1,12}", "[ -~&&[^ ]]{0,12}"), 0..4),
            signature in prop_oneof![Just(""), Just(";chunk-signature=0f")],
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let body = frame(&chunks, &trailers, signature);
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]).collect();
            prop_assert_eq!(unframe(&pieces), Ok((chunks.concat(), trailers)));
        }

        #[test]
        fn a_body_that_is_cut_short_before_its_trailers_is_refused(
            chunks in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 1..20), 1..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let body = frame(&chunks, &[], "");
            let end = body.len() - "0\r\n\r\n".len();
            prop_assert_eq!(unframe(&[&body[..cut.index(end + 1)]]), Err(NotFramed));
        }
    }
}
