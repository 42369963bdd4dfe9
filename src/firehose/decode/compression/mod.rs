//! One face for every compression: tell it by its first bytes, read it.

mod inflate;
mod snappy;
mod zlib;
mod zstd;

use std::io;

use super::Layer;
use super::fault::Fault;
use super::peek::PeekRead;
pub use inflate::GZIP_MAGIC;
use inflate::ZIP_MAGIC;
pub(crate) use inflate::{Engine, Follow, Inflate, Wrapping};
pub(crate) use snappy::Framing;
use snappy::Snappy;
pub(crate) use snappy::XERIAL_MAGIC;
pub(super) use snappy::{is_hadoop, raw as raw_snappy};
use zlib::is_zlib;
use zstd::Zstd;

/// A compression and its framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Deflate(Wrapping),
    Zstd,
    Snappy(Framing),
}

impl Compression {
    /// Tells a compression by its magic alone; none of them begins a text.
    pub(crate) fn by_magic(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, ..] if head.starts_with(&GZIP_MAGIC) => Some(Self::Deflate(Wrapping::Gzip)),
            [0x28, ..] if head.starts_with(&zstd::MAGIC) => Some(Self::Zstd),
            [b'P', ..] if head.starts_with(&ZIP_MAGIC) => Some(Self::Deflate(Wrapping::Zip)),
            [0x82, ..] if head.starts_with(&XERIAL_MAGIC) => Some(Self::Snappy(Framing::Xerial)),
            _ => None,
        }
    }

    /// Bytes that are needed to tell a compression that starts with `first`; 1
    /// if none does.
    pub(crate) fn head_len(first: u8) -> usize {
        match first {
            0x1f => GZIP_MAGIC.len(),
            b'P' => ZIP_MAGIC.len(),
            0x28 => zstd::MAGIC.len(),
            0x82 => XERIAL_MAGIC.len(),
            // Hadoop's sizes are below 2^24.
            0 => 64,
            _ => 1,
        }
    }

    /// Tells what has no magic by the sizes and sums at its start. The caller
    /// must make sure that the whole can be read.
    pub(crate) fn by_guess(head: &[u8]) -> Option<Self> {
        if is_zlib(head) {
            return Some(Self::Deflate(Wrapping::Zlib));
        }
        is_hadoop(head).then_some(Self::Snappy(Framing::Hadoop))
    }

    /// What `--layers` and the output call it.
    pub(crate) fn layer(self) -> Layer {
        match self {
            Self::Deflate(Wrapping::Gzip) => Layer::Gzip,
            Self::Deflate(Wrapping::Zlib) => Layer::Zlib,
            Self::Deflate(Wrapping::Zip) => Layer::Zip,
            Self::Zstd => Layer::Zstd,
            Self::Snappy(_) => Layer::Snappy,
        }
    }
}

/// A compressed supply that is being read.
pub(crate) enum Unpack<S> {
    Deflate(Inflate<S>),
    Zstd(Box<Zstd<S>>),
    Snappy(Box<Snappy<S>>),
}

impl<S: PeekRead> Unpack<S> {
    /// Only deflate asks for the `engine`, which is costly.
    pub(crate) fn new(
        compression: Compression,
        supply: S,
        engine: impl FnOnce() -> Box<Engine>,
    ) -> Self {
        match compression {
            Compression::Deflate(wrapping) => {
                Self::Deflate(Inflate::new(supply, wrapping, engine()))
            }
            Compression::Zstd => Self::Zstd(Box::new(Zstd::new(supply))),
            Compression::Snappy(framing) => Self::Snappy(Box::new(Snappy::new(supply, framing))),
        }
    }

    /// Fills the front of `out` and returns how much; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Deflate(inflate) => inflate.read(out),
            Self::Zstd(zstd) => zstd.read(out),
            Self::Snappy(snappy) => snappy.read(out),
        }
    }

    /// Gzip members, zip entries, zstd frames or snappy blocks that were read.
    pub(crate) fn parts(&self) -> u32 {
        match self {
            Self::Deflate(inflate) => inflate.members(),
            Self::Zstd(zstd) => zstd.frames(),
            Self::Snappy(snappy) => snappy.blocks(),
        }
    }

    /// Compressed bytes that were read.
    pub(crate) fn taken(&self) -> u64 {
        match self {
            Self::Deflate(inflate) => inflate.taken(),
            Self::Zstd(zstd) => zstd.taken(),
            Self::Snappy(snappy) => snappy.taken(),
        }
    }

    /// What was wrong, if anything; known once `read` has returned 0.
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Deflate(inflate) => inflate.fault().copied(),
            Self::Zstd(zstd) => zstd.fault().copied(),
            Self::Snappy(snappy) => snappy.fault().copied(),
        }
    }

    /// The supply, and the inflater if this one used it.
    pub(crate) fn into_parts(self) -> (S, Option<Box<Engine>>) {
        match self {
            Self::Deflate(inflate) => {
                let (supply, engine) = inflate.into_parts();
                (supply, Some(engine))
            }
            Self::Zstd(zstd) => (zstd.into_supply(), None),
            Self::Snappy(snappy) => (snappy.into_supply(), None),
        }
    }
}
