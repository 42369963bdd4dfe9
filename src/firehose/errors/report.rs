//! Reports of `fh failures` as input: a line of a report stands for many records,
//! and the columns of its overview have their number.

/// The overview that lines belong to, and how its rows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overview {
    /// Of the text and of Markdown: `1  27  36%  Lambda.FunctionTimedOut`.
    Shares,
    /// Of the table: `27  Lambda.FunctionTimedOut`.
    Table,
}

/// What is known of the lines so far.
#[derive(Debug, Default)]
pub(super) struct ReportLines {
    overview: Option<Overview>,
}

impl ReportLines {
    /// True once the overview of a report was found.
    pub(super) const fn has_begun(&self) -> bool {
        self.overview.is_some()
    }

    /// Records that a line of text stands for: 1, and in a report what its row has;
    /// 0 for the lines of a report that repeat codes.
    pub(super) fn records(&mut self, line: &str) -> u64 {
        let cells = || line.split_whitespace().filter(|cell| *cell != "|");
        let starts_with = |head: &[&str]| cells().take(head.len()).eq(head.iter().copied());
        if starts_with(&["#", "records", "share", "code"]) {
            self.overview = Some(Overview::Shares);
        } else if starts_with(&["records", "code"]) {
            self.overview = Some(Overview::Table);
        }
        let mut cells = cells();
        match self.overview {
            None => 1,
            Some(Overview::Table) => cells.next().and_then(count).unwrap_or(0),
            Some(Overview::Shares) => {
                let records = cells.nth(1).and_then(count);
                let is_row = cells.next().is_some_and(|share| share.ends_with('%'));
                records.filter(|_| is_row).unwrap_or(0)
            }
        }
    }
}

/// A number as it is printed: `1,204`.
fn count(cell: &str) -> Option<u64> {
    cell.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_an_overview_have_their_number_and_the_lines_below_none() {
        let rows = |text: &str| {
            let mut lines = ReportLines::default();
            text.lines().map(|line| lines.records(line)).collect::<Vec<_>>()
        };
        let log = "12 Lambda.FunctionError\n2026-11-22 S3.NoSuchBucket";
        assert_eq!(rows(log), [1, 1]);
        let text = " #  records  share  code\n 1    1,204    63%  Lambda.FunctionError  10:00\n\n\
                    1 · Lambda.FunctionError · 24 records (63%)\nNext  fh explain Lambda.FunctionError";
        assert_eq!(rows(text), [0, 1204, 0, 0, 0]);
        let markdown =
            "| # | records | share | code |\n|--:|--:|--:|---|\n| 1 | 24 | 63% | `400` |";
        assert_eq!(rows(markdown), [0, 0, 24]);
        let table = " records  code  attempts\n      24  Lambda.FunctionError  4\nfh: nothing";
        assert_eq!(rows(table), [0, 24, 0]);
        assert_eq!(rows(" records  code\n 99999999999999999999 x"), [0, 0]);
    }
}
