//! Failures over time, a part of each bar for each code.

use super::details::code_of;
use super::{FailureSummary, chart};
use firehose::failure::Bars;

/// Codes that have a color of their own; the others share the last.
const COLORS: usize = 8;
/// Most bars.
const BARS: usize = 60;

/// All failures over time, and which of them have which code.
pub(super) struct Picture {
    pub(super) all: Bars,
    /// Those with the most records first.
    pub(super) codes: Vec<CodeBars>,
    /// When the first bar begins, and when the last one ends.
    pub(super) first: String,
    pub(super) last: String,
    pub(super) unit: String,
}

/// The part of one code.
pub(super) struct CodeBars {
    pub(super) code: String,
    pub(super) records: u64,
    pub(super) counts: Vec<u64>,
}

/// The picture; `None` if all of them fell together.
pub(super) fn picture(report: &FailureSummary<'_>) -> Option<Picture> {
    let all = report.kinds.timeline.bars(BARS).filter(|bars| bars.counts.len() > 1)?;
    let mut codes: Vec<CodeBars> = Vec::new();
    for kind in report.kinds.sorted() {
        let code = code_of(kind);
        let own = kind.timeline.bars_like(&all).map(|bars| bars.counts).unwrap_or_default();
        let is_full = codes.len() == COLORS;
        let position = codes.iter().position(|it| it.code == code).or_else(|| {
            let last = codes.len().checked_sub(1).filter(|_| is_full)?;
            "other codes".clone_into(&mut codes.get_mut(last)?.code);
            Some(last)
        });
        match position.and_then(|position| codes.get_mut(position)) {
            Some(same) => {
                same.records += kind.records;
                same.counts.resize(all.counts.len(), 0);
                for (sum, count) in same.counts.iter_mut().zip(own) {
                    *sum += count;
                }
            }
            None => codes.push(CodeBars { code, records: kind.records, counts: own }),
        }
    }
    let (start, end) = chart::ends_of(&all);
    let unit = chart::unit(&all);
    let first = report.clock.show_step(start, all.step);
    let last = report.clock.show_step(end, all.step);
    Some(Picture { all, codes, first, last, unit })
}
