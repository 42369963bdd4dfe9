//! What writes below a folder that it holds open, which Windows lacks.

use std::convert::Infallible;
use std::io::Read;
use std::path::Path;

use super::{ObjectVersion, Saved};
use crate::error::Error;
use crate::platform::UnixOnly;
use firehose::framing::Data;

/// See `save`.
#[derive(Debug)]
pub struct Saver(Infallible);

impl Saver {
    /// Fails.
    pub fn open(_: &Path) -> Result<Self, Error> {
        Err(UnixOnly::Save.refused())
    }

    /// See `save`.
    pub fn begin(&self, _: &ObjectVersion) -> Result<(), Error> {
        match self.0 {}
    }

    /// See `save`.
    pub fn through(&self, _: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        match self.0 {}
    }

    /// See `save`.
    pub fn finish(&mut self, _: &ObjectVersion, _: bool) -> Result<Saved, Error> {
        match self.0 {}
    }
}

/// See `extract`.
pub(crate) struct Extractor {
    never: Infallible,
    pub(crate) written: u64,
    pub(crate) damaged: u64,
}

impl Extractor {
    pub(crate) fn open(_: &Path) -> Result<Self, Error> {
        Err(UnixOnly::Extract.refused())
    }

    pub(crate) fn write(&mut self, _: Option<&str>, _: &Data<'_>) -> Result<(), Error> {
        match self.never {}
    }

    pub(crate) fn folder(&self) -> &Path {
        match self.never {}
    }
}
