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
    let place = problem.offset.map(|it| format!(" at byte {it}")).unwrap_or_default();
    Some(format!("the compressed payload is damaged: {problem}{place}"))
}
