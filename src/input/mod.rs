//! Where bytes come from: standard input, files, folders, S3.

pub(crate) mod base64;
mod block;
pub mod blocks;
#[cfg(unix)]
mod extract;
pub(crate) mod failures;
pub(crate) mod filter;
mod inputs;
pub(crate) mod interruptible;
pub(crate) mod lines;
pub(crate) mod looks_like;
mod object;
pub mod parallel;
pub(crate) mod place;
#[cfg(unix)]
mod save;
mod saved;
mod saved_list;
#[cfg(not(unix))]
mod windows;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

#[cfg(unix)]
pub(crate) use extract::Extractor;
pub use inputs::{Input, Inputs, Next};
pub use object::ObjectVersion;
#[cfg(unix)]
pub use save::Saver;
pub use saved::{NOT_SAVED, Saved};
pub(crate) use saved_list::{CopiedObject, SavedCopies, hexadecimal};
use walkdir::WalkDir;
#[cfg(not(unix))]
pub(crate) use windows::Extractor;
#[cfg(not(unix))]
pub use windows::Saver;

use crate::aws::{AwsArgs, S3Location, Session, block_on, is_s3_arn};
use crate::context::Context;
use crate::error::Error;
#[cfg(unix)]
use crate::terminal::typed::{self, TerminalReader};
use firehose::limits::MAX_FRAME;

/// An input as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `-`, or nothing at all.
    Stdin,
    /// A file or a folder.
    Path(PathBuf),
    /// An object of S3, or all below a prefix.
    S3(S3Location),
    /// What was typed is the input itself.
    Text(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err("the name is empty".to_owned());
        }
        if text.starts_with("s3://") || is_s3_arn(text) {
            return s3(text);
        }
        Ok(if text == "-" { Self::Stdin } else { Self::Path(PathBuf::from(text)) })
    }
}

impl Source {
    /// The name in messages and output.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::Path(path) => path.display().to_string(),
            Self::S3(location) => location.to_string(),
            Self::Text(_) => "argument".to_owned(),
        }
    }

    /// Opens it for reading, if it is a single file.
    pub fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        match self {
            Self::Stdin if io::stdin().is_terminal() => {
                typed_input().map_err(|error| Error::unreadable(&self.title(), error))
            }
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::Path(path) => File::open(path)
                .and_then(opened)
                .map_err(|error| Error::unreadable(&self.name(), error)),
            Self::Text(text) => Ok(Box::new(io::Cursor::new(text.clone().into_bytes()))),
            Self::S3(location) => {
                Err(Error::user(format!("`{location}`: S3 is not supported here"))
                    .hint(format!("use a file, or pipe it in: aws s3 cp {location} - | fh …")))
            }
        }
    }

    /// The name in a sentence.
    pub fn title(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::Path(_) | Self::S3(_) | Self::Text(_) => self.name(),
        }
    }

    /// Reads all of it, one JSON document for instance.
    pub fn read_document(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let most = MAX_FRAME as u64 + 1;
        let read = self.open()?.take(most).read_to_end(&mut bytes);
        read.map_err(|error| Error::unreadable(&self.title(), error))?;
        if bytes.len() > MAX_FRAME {
            let name = self.title();
            return Err(Error::user(format!("`{name}` is larger than {MAX_FRAME} bytes")).hint(
                "Lambda events and responses are at most 6 MB; check that this is the \
                     right file",
            ));
        }
        Ok(bytes)
    }

    /// Its size in bytes, that of all files in it if it is a folder, where
    /// that is known before it is read.
    pub fn size(&self) -> Option<u64> {
        let Self::Path(path) = self else { return None };
        let files = WalkDir::new(path).into_iter().map_while(Result::ok);
        files
            .map(|entry| entry.metadata().ok().map(|it| if it.is_dir() { 0 } else { it.len() }))
            .sum()
    }
}

/// The name of an input in a sentence.
pub(crate) fn title(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// Opens the session that these sources need: none unless one is in S3.
pub fn session_for(sources: &[Source], args: &AwsArgs) -> Result<Option<Arc<Session>>, Error> {
    if !sources.iter().any(|source| matches!(source, Source::S3(_))) {
        return Ok(None);
    }
    block_on(Session::open(args, None)).map(|session| Some(Arc::new(session)))
}

fn s3(text: &str) -> Result<Source, String> {
    text.parse().map(Source::S3)
}

/// Asks whoever is about to wait at a terminal to type something, unless none
/// of the sources is standard input. It can be pasted from then on, and arrives
/// whole.
pub fn ask_for_input(sources: &[&Source], what: &str, context: &Context) {
    if context.stdin_is_terminal && sources.contains(&&Source::Stdin) {
        // What cannot be done is reported by whoever reads.
        #[cfg(unix)]
        let _unused = stdin().and_then(|file| typed::take(&file));
        context.info(&format!("fh: reading from the terminal: paste {what}, then press Ctrl-D"));
    }
}

/// True if standard input is a file or a pipe: neither a terminal nor `/dev/null`.
#[cfg(unix)]
pub(crate) fn has_redirected_stdin() -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = stdin().and_then(|file| file.metadata()).map(|it| it.file_type());
    kind.is_ok_and(|kind| !kind.is_char_device())
}

/// True if standard input is not a terminal.
#[cfg(not(unix))]
pub(crate) fn has_redirected_stdin() -> bool {
    !io::stdin().is_terminal()
}

/// Standard input, if it is a terminal.
#[cfg(unix)]
fn typed_input() -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(TerminalReader::open(stdin()?)?))
}

#[cfg(unix)]
fn stdin() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(not(unix))]
fn typed_input() -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(io::stdin()))
}

/// A file, or a terminal that has a name: `/dev/tty`, `/dev/stdin`.
fn opened(file: File) -> io::Result<Box<dyn Read + Send>> {
    #[cfg(unix)]
    if file.is_terminal() {
        return Ok(Box::new(TerminalReader::open(file)?));
    }
    Ok(Box::new(file))
}

/// A size as people write it: `64MiB`, `5.9MB`, `1000000`; in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a valid size; use e.g. 512KiB, 64MiB, 1GB or a \
             number of bytes"
            )
        };
        let digits =
            text.find(|byte: char| !byte.is_ascii_digit() && byte != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let scale: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" => 1000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            _ => return Err(wrong()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut size = whole
            .parse::<u64>()
            .ok()
            .and_then(|whole| whole.checked_mul(scale))
            .ok_or_else(wrong)?;
        let mut part = scale;
        for digit in fraction.chars() {
            part /= 10;
            size += part * u64::from(digit.to_digit(10).ok_or_else(wrong)?);
        }
        if size == 0 { Err(wrong()) } else { Ok(Self(size)) }
    }
}
