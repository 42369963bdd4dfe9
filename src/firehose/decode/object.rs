//! A whole S3 object or file: unpacked as a stream, however large it is.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::Layer;
use super::fault::FaultKind;
use super::inflate::Engine;
use super::problem::{Problem, ProblemKind};
use super::snappy::{self, Framing};
use super::supply::{Supply as _, Tank};
use super::unpack::{Compression, Unpack};
use super::utf16::{Utf16, is_utf16};
use crate::firehose::limits::MAX_FRAME;

/// Most compressions around one object: Firehose's own, around what the
/// sender or the transform left compressed, and one to spare.
const MAX_OBJECT_LAYERS: usize = 4;

/// A compression around a whole object.
#[derive(Debug, Clone)]
pub struct ObjectLayer {
    /// Which one.
    pub layer: Layer,
    /// Compressed bytes read so far.
    pub bytes_in: u64,
    /// Bytes made of them so far.
    pub bytes_out: u64,
    /// Members, entries, frames or blocks read so far.
    pub parts: u32,
    /// What is wrong with it.
    pub problem: Option<Problem>,
}

/// Reads an object without the compressions around it.
///
/// What follows the compressed data comes out as it is, for Firehose glues
/// records of any kind together; [`ObjectLayer::problem`] tells of it.
pub struct Object {
    tank: Tank<Box<dyn Read + Send>>,
    layers: Vec<Arc<Mutex<ObjectLayer>>>,
}

impl Object {
    /// Looks at the first bytes of `reader` to see what is around the object.
    pub fn open(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut tank = Tank::new(reader);
        let mut layers = Vec::new();
        while layers.len() < MAX_OBJECT_LAYERS {
            // Only what may be a magic is waited for: a line that somebody types
            // may be shorter than one.
            let least = tank.peek(1)?.first().map_or(1, |first| Compression::head_len(*first));
            let head = tank.peek(least)?;
            let compression = Compression::by_magic(head).or_else(|| {
                snappy::is_hadoop(head).then_some(Compression::Snappy(Framing::Hadoop))
            });
            let Some(compression) = compression else {
                break;
            };
            let layer = Arc::new(Mutex::new(ObjectLayer {
                layer: compression.layer(),
                bytes_in: 0,
                bytes_out: 0,
                parts: 0,
                problem: None,
            }));
            layers.push(Arc::clone(&layer));
            let unpack = Unpack::new(compression, tank, Engine::new());
            tank = Tank::new(Box::new(Unpacked { stage: Stage::Packed(Box::new(unpack)), layer }));
        }
        let least = tank.peek(1)?.first().map_or(1, |first| 1 + usize::from(*first >= 0xfe));
        if is_utf16(tank.peek(least)?) {
            tank = Tank::new(Box::new(Utf16::new(tank)?));
        }
        Ok(Self { tank, layers })
    }

    /// The compressions around it, outermost first, with what is known of them
    /// so far.
    pub fn layers(&self) -> Vec<ObjectLayer> {
        let look = |layer: &Arc<Mutex<ObjectLayer>>| {
            layer.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        self.layers.iter().map(look).collect()
    }
}

impl Read for Object {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.tank.read(out)
    }
}

struct Unpacked<R> {
    stage: Stage<R>,
    layer: Arc<Mutex<ObjectLayer>>,
}

enum Stage<R> {
    Packed(Box<Unpack<Tank<R>>>),
    /// What stands behind the compressed data.
    Rest(Tank<R>),
    Done,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut layer = self.layer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Stage::Packed(unpack) = &mut self.stage {
            let made = unpack.read(out)?;
            layer.bytes_in = unpack.taken();
            layer.bytes_out += made as u64;
            layer.parts = unpack.parts();
            if made > 0 || out.is_empty() {
                return Ok(made);
            }
            let fault = unpack.fault();
            if let Some(fault) = fault {
                let offset = Some(fault.offset);
                let kind = ProblemKind::Fault(fault.kind);
                layer.problem = Some(Problem { layer: Some(layer.layer), offset, kind });
            }
            self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
                Stage::Packed(unpack)
                    if fault.is_none_or(|fault| fault.kind == FaultKind::Checksum) =>
                {
                    Stage::Rest(unpack.into_parts().0)
                }
                _ => Stage::Done,
            };
        }
        let Stage::Rest(tank) = &mut self.stage else {
            return Ok(0);
        };
        let mut count = tank.read(out)?;
        // Zeros are padding: told of, not shown, and not followed for ever.
        let mut padding = 0;
        while count > 0 && out.iter().take(count).all(|byte| *byte == 0) {
            padding += count;
            count = if padding < MAX_FRAME { tank.read(out)? } else { 0 };
        }
        if count + padding > 0 {
            let before = match layer.problem {
                Some(Problem { kind: ProblemKind::Trailing { bytes }, .. }) => bytes,
                _ => 0,
            };
            let kind = ProblemKind::Trailing { bytes: before + (count + padding) as u64 };
            let offset = Some(layer.bytes_in);
            if before > 0 || layer.problem.is_none() {
                layer.problem = Some(Problem { layer: Some(layer.layer), offset, kind });
            }
        }
        Ok(count)
    }
}
