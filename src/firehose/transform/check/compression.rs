//! Compressed data that cannot be decompressed.

use crate::decode::{Decoded, Layer, Problem, ProblemKind};

/// Why compressed data cannot be decompressed to its end; `None` if it can.
pub(super) fn damage(decoded: &Decoded<'_>) -> Option<String> {
    let is_damage = |problem: &&Problem| {
        problem.layer != Some(Layer::KplAggregate)
            && matches!(
                problem.kind,
                ProblemKind::Fault(_) | ProblemKind::Trailing { .. } | ProblemKind::Joined
            )
    };
    let problem = decoded.problems.iter().find(is_damage)?;
    Some(format!("the compressed payload is damaged: {problem}"))
}

/// True for a layer that compresses what is in it.
pub(super) const fn packs(layer: Layer) -> bool {
    matches!(layer, Layer::Gzip | Layer::Zlib | Layer::Zstd | Layer::Zip | Layer::Snappy)
}
