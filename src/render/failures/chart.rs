//! A picture of failures over time.

use super::FailureSummary;
use crate::render::chart::{EIGHTHS, share, sparkline};
use crate::render::page::{LABEL, Page};
use crate::terminal::{self, DEFAULT_WIDTH, DIM, WARN};
use crate::times;
use firehose::failure::{Bars, FailureGroup};

/// Most lines of the picture.
const HEIGHT: u64 = 4;
/// Least columns of it; there is no use in less.
const LEAST: usize = 20;
/// Bars that any number of records may have.
const FEW: usize = 12;
/// Most columns of one bar.
const WIDEST_BAR: usize = 4;

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
    let names = format!("{:LABEL$}  {}", "", ends(report, bars, length));
    let unit = unit(bars);
    let indent = (LABEL + 2).min(page.width.saturating_sub(terminal::columns(&unit)));
    let unit = format!("{:indent$}{unit}", "");
    for line in [rule, names, unit] {
        let line = page.terminal.paint(DIM, &line);
        page.line(&line);
    }
}

/// When the first bar begins and the last one ends, below bars of this length.
fn ends(report: &FailureSummary<'_>, bars: &Bars, length: usize) -> String {
    let (start, end) = ends_of(bars);
    let first = report.clock.show_step(start, bars.step);
    let last = report.clock.show_step(end, bars.step);
    let gap = length.saturating_sub(terminal::columns(&first)).max(terminal::columns(&last) + 1);
    format!("{first}{last:>gap$}")
}

/// When the first bar begins and the last one ends, in seconds since 1970.
pub(super) fn ends_of(bars: &Bars) -> (i64, i64) {
    let steps = i64::try_from(bars.counts.len()).unwrap_or(i64::MAX);
    (bars.start, bars.start.saturating_add(bars.step.saturating_mul(steps)))
}

/// What a bar is, and how many the highest stands for.
pub(super) fn unit(bars: &Bars) -> String {
    let most = bars.counts.iter().copied().max().unwrap_or_default();
    format!("{} per bar, up to {}", times::length(bars.step), terminal::plural(most, "record"))
}

/// Appends the picture of one kind on one line, on the times of the whole picture,
/// with its axis; nothing if there is but one kind.
pub(super) fn push_part(page: &mut Page<'_>, report: &FailureSummary<'_>, kind: &FailureGroup) {
    let Some(bars) = bars(page, report) else { return };
    if report.kinds.sorted().len() < 2 {
        return;
    }
    let Some(own) = kind.timeline.bars_like(&bars) else { return };
    let picture = page.terminal.paint(WARN, &sparkline(&own.counts));
    page.line(&format!("{:LABEL$}{picture}", ""));
    let ends = ends(report, &own, own.counts.len());
    let unit = unit(&own);
    let is_room = LABEL + terminal::columns(&ends) + 2 + terminal::columns(&unit) <= page.width;
    let lines = if is_room { vec![format!("{ends}  {unit}")] } else { vec![ends, unit] };
    for line in lines {
        let line = page.terminal.paint(DIM, &format!("{:LABEL$}{line}", ""));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_seen_next_to_the_most() {
        assert_eq!(sparkline(&[0, 1, 500, 1000]), "·▁▄█");
        assert_eq!(column(1, u64::MAX, 4, 0), '▁');
        assert_eq!([3, 2, 1, 0].map(|row| column(5, 10, 4, row)), [' ', ' ', '█', '█']);
    }
}
