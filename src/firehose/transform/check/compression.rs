//! Compressed data that cannot be decompressed.

use crate::decode::{Decoded, ProblemKind};

/// Why compressed data cannot be decompressed to its end; `None` if it can.
pub(super) fn damage(decoded: &Decoded<'_>) -> Option<String> {
    let is_damage =
        |kind: &ProblemKind| matches!(kind, ProblemKind::Fault(_) | ProblemKind::Trailing { .. });
    let problem = decoded.problems.iter().find(|it| is_damage(&it.kind))?;
    Some(format!("the compressed payload is damaged: {problem}"))
}
