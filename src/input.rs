//! Where bytes come from: standard input, files, folders.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;

use walkdir::WalkDir;

use crate::error::Error;

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
