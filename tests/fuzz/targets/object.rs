//! Any bytes as a whole S3 object: read to the end, in one go and in dribs and
//! drabs, to the same bytes.
//!
//! The first byte picks the sizes of the dribs.
#![no_main]

use std::io::{self, Cursor, Read};

use firehose::decode::{Object, ObjectLayer, ProblemKind};
use libfuzzer_sys::fuzz_target;

const GUARD: usize = 16 * 1024 * 1024;

/// Gives a few bytes at a time, as a socket does.
struct Dribs {
    bytes: Cursor<Vec<u8>>,
    most: usize,
}

impl Read for Dribs {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(self.most);
        self.bytes.read(&mut out[..most])
    }
}

/// What comes out, and what is said of the layers; `None` past the guard.
fn read(reader: Box<dyn Read + Send>, step: usize) -> Option<(Vec<u8>, Vec<ObjectLayer>)> {
    let mut object = Object::open(reader).expect("memory can be read");
    let mut all = Vec::new();
    let mut window = vec![0; step];
    loop {
        match object.read(&mut window).expect("memory can be read") {
            0 => break,
            count => all.extend_from_slice(&window[..count]),
        }
        if all.len() > GUARD {
            return None;
        }
    }
    assert_eq!(object.read(&mut window).expect("at the end"), 0, "after the end");
    Some((all, object.layers()))
}

fuzz_target!(|input: &[u8]| {
    let Some((&sizes, bytes)) = input.split_first() else {
        return;
    };
    let at_once = read(Box::new(Cursor::new(bytes.to_vec())), 64 * 1024);
    let dribs = Dribs { bytes: Cursor::new(bytes.to_vec()), most: usize::from(sizes >> 4) * 7 + 1 };
    let slowly = read(Box::new(dribs), usize::from(sizes & 15) * 97 + 1);
    let (Some((at_once, layers)), Some((slowly, same_layers))) = (at_once, slowly) else {
        return;
    };
    assert_eq!(at_once, slowly);
    // Where an inner layer breaks off, how far the outer ones were read is left
    // to the buffers.
    let breaks_off = |layer: &ObjectLayer| {
        let problem = layer.problem.as_ref();
        problem.is_some_and(|problem| matches!(problem.kind, ProblemKind::Fault(_)))
    };
    if !layers.iter().any(breaks_off) {
        assert_eq!(format!("{layers:?}"), format!("{same_layers:?}"));
    }
});
