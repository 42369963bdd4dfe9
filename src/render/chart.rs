//! Bars made of letters.

/// A column filled by nothing to eight eighths.
pub(super) const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `count` of `most`, in `parts`: at least one if it is not nothing.
pub(super) fn share(count: u64, most: u64, parts: u64) -> u64 {
    let share = u128::from(count) * u128::from(parts) / u128::from(most.max(1));
    u64::try_from(share).unwrap_or(parts).max(u64::from(count > 0))
}

/// Bars on one line; nothing is a dot.
pub(super) fn sparkline(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(1);
    let bar = |count: &u64| {
        let index = usize::try_from(share(*count, most, 8)).unwrap_or(8);
        if *count == 0 { '·' } else { EIGHTHS.get(index).copied().unwrap_or('█') }
    };
    counts.iter().map(bar).collect()
}
