//! Where bytes come from: standard input, files, folders.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;

use walkdir::WalkDir;

use crate::error::Error;
use crate::firehose::limits::MAX_FRAME;

/// An input as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `-`, or nothing at all.
    Stdin,
    /// A file or a folder.
    Path(PathBuf),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err("the name is empty".to_owned());
        }
        if text.starts_with("s3://") {
            return Err(format!(
                "this version reads no `s3://` yet; pipe it in: aws s3 cp {text} - | fh decode"
            ));
        }
        Ok(if text == "-" { Self::Stdin } else { Self::Path(PathBuf::from(text)) })
    }
}

impl Source {
    /// Returns the inputs that this one stands for: itself, or the files in
    /// the folder and below it, by name. Links are not followed.
    pub fn expand(&self) -> Vec<Result<Self, Error>> {
        let Self::Path(path) = self else {
            return vec![Ok(self.clone())];
        };
        if !path.is_dir() {
            return vec![Ok(self.clone())];
        }
        let walk = WalkDir::new(path).sort_by_file_name();
        walk.into_iter()
            .filter_map(|entry| match entry {
                Ok(entry) if entry.file_type().is_file() => Some(Ok(Self::Path(entry.into_path()))),
                Ok(_) => None,
                Err(error) => {
                    let name = error.path().unwrap_or(path).display().to_string();
                    Some(Err(Error::unreadable(&name, error.into())))
                }
            })
            .collect()
    }

    /// The name in messages and output.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Opens it for reading.
    pub fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::Path(path) => match File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => Err(Error::unreadable(&self.name(), error)),
            },
        }
    }

    /// The name in a sentence.
    pub fn title(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::Path(_) => self.name(),
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
            return Err(Error::usage(format!("`{name}` has more than {MAX_FRAME} bytes"))
                .hint("Lambda takes and gives at most 6 MB; is it the right file?"));
        }
        Ok(bytes)
    }

    /// Its size in bytes, where that is known before it is read.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::Path(path) => {
                path.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len())
            }
        }
    }
}

/// A size as people write it: `64MiB`, `5.9MB`, `1000000`; in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no size; write e.g. 512KiB, 64MiB, 1GB or bytes");
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
