//! A picture of failures over time.

use super::FailureSummary;
use crate::render::page::{LABEL, Page};
use crate::terminal::{self, DEFAULT_WIDTH, DIM, WARN};
use crate::times;
use firehose::failure::Bars;

/// Most lines of the picture.
const HEIGHT: u64 = 4;
/// Least columns of it; there is no use in less.
const LEAST: usize = 20;
/// Bars that any number of records may have.
const FEW: usize = 12;
/// Most columns of one bar.
const WIDEST_BAR: usize = 4;
/// A column filled by nothing to eight eighths.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Columns that bars may fill on this page.
fn room(page: &Page<'_>) -> usize {
    page.width.min(DEFAULT_WIDTH).saturating_sub(LABEL + 2).max(LEAST)
}

/// The bars of all failures on this page; `None` if they fell together. Few
/// records have few bars, for a bar of one says nothing.
pub(super) fn bars(page: &Page<'_>, report: &FailureSummary<'_>) -> Option<Bars> {
    let worth = usize::try_from(report.kinds.records / 3).unwrap_or(usize::MAX).max(FEW);
    let most = room(page).min(worth);
    report.kinds.timeline.bars(most).filter(|bars| bars.counts.len() > 1)
}

/// Appends the picture of all failures; nothing if they fell together.
pub(super) fn push(page: &mut Page<'_>, report: &FailureSummary<'_>) {
    let Some(bars) = bars(page, report) else { return };
    let wide = (room(page) / bars.counts.len()).clamp(1, WIDEST_BAR);
    let most = bars.counts.iter().copied().max().unwrap_or(1);
    let height = HEIGHT.min(most);
    page.line("");
    for row in (0..height).rev() {
        let label = if row + 1 == height { terminal::group(most) } else { String::new() };
        let line: String = bars
            .counts
            .iter()
            .map(|count| column(*count, most, height, row).to_string().repeat(wide))
            .collect();
        let axis = page.terminal.paint(DIM, &format!("{label:>LABEL$} │"));
        let painted = page.terminal.paint(WARN, line.trim_end());
        page.line(&format!("{axis}{painted}"));
    }
    axis(page, report, &bars, wide);
}

/// The line below the bars, and what it says.
fn axis(page: &mut Page<'_>, report: &FailureSummary<'_>, bars: &Bars, wide: usize) {
    let length = bars.counts.len() * wide;
    let rule = format!("{:>LABEL$} └{}", "0", "─".repeat(length));
    let steps = i64::try_from(bars.counts.len()).unwrap_or(i64::MAX);
    let end = bars.start.saturating_add(bars.step.saturating_mul(steps));
    let first = report.clock.show_step(bars.start, bars.step);
    let last = report.clock.show_step(end, bars.step);
    let gap = length.saturating_sub(terminal::columns(&first)).max(terminal::columns(&last) + 1);
    let names = format!("{:LABEL$}  {first}{last:>gap$}", "");
    let step = format!("{:LABEL$}  a bar is {}", "", times::length(bars.step));
    for line in [rule, names, step] {
        let line = page.terminal.paint(DIM, &line);
        page.line(&line);
    }
}

/// What a bar of `count` shows in a line of a picture so high, 0 at its foot. Who is
/// there at all is seen.
fn column(count: u64, most: u64, height: u64, row: u64) -> char {
    let eighths = share(count, most, height * 8);
    let index = eighths.saturating_sub(row * 8).min(8);
    usize::try_from(index).ok().and_then(|index| EIGHTHS.get(index)).copied().unwrap_or(' ')
}

/// `count` of `most`, in `parts`: at least one if it is not nothing.
fn share(count: u64, most: u64, parts: u64) -> u64 {
    let share = u128::from(count) * u128::from(parts) / u128::from(most.max(1));
    u64::try_from(share).unwrap_or(parts).max(u64::from(count > 0))
}

/// Bars on one line.
pub(super) fn line(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(1);
    let bar = |count: &u64| {
        let index = usize::try_from(share(*count, most, 8)).unwrap_or(8);
        if *count == 0 { '·' } else { EIGHTHS.get(index).copied().unwrap_or('█') }
    };
    counts.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_seen_next_to_the_most() {
        assert_eq!(line(&[0, 1, 500, 1000]), "·▁▄█");
        assert_eq!(column(1, u64::MAX, 4, 0), '▁');
        assert_eq!([3, 2, 1, 0].map(|row| column(5, 10, 4, row)), [' ', ' ', '█', '█']);
    }
}
