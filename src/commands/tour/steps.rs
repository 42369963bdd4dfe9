//! What the tour shows, in order, after the stream was started.

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) title: &'static str,
    /// What one would type; `None` for the line that `fh redrive` printed.
    line: Option<&'static str>,
    /// What its output must contain.
    pub(super) shows: &'static str,
    /// What is shown of it.
    pub(super) lines: Lines,
    /// True if the fixed transform is put in place before it.
    pub(super) replaces: bool,
}

/// At most `most` lines, from the first that contains a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    pub(super) from: &'static str,
    pub(super) most: usize,
}

impl Step {
    /// Its line; `printed` is what `fh redrive` printed as the next one.
    pub(super) fn line(&self, printed: &str) -> String {
        self.line.unwrap_or(printed).to_owned()
    }
}

const fn step(title: &'static str, line: &'static str, shows: &'static str, most: usize) -> Step {
    Step { title, line: Some(line), shows, lines: Lines { from: "", most }, replaces: false }
}

/// The objects of the first failures are still there; no new one is.
const NONE_SINCE: &str = "none of 5 failure records in 1 input matches the filters";

/// The steps. Objects of transformed records are below the year.
pub(super) const STEPS: &[Step] = &[
    step(
        "Put records in, and wait until they are through.",
        "fh send-demo --stream tour --count 60 --seed 1 && fh local wait",
        "60 records acknowledged",
        1,
    ),
    step(
        "What the transform did with them: it warns about five prices.",
        "fh logs --stream tour --invocations",
        "does not have two decimals",
        4,
    ),
    step("What arrived in S3…", "fh decode s3://tour/20", "\"currency\":", 2),
    step("…and what did not.", "fh failures --stream tour", "5 failed records in 1 input", 7),
    Step {
        lines: Lines { from: "warning: ", most: 2 },
        ..step(
            "The failed records again, without a stream; the check is that of Firehose.",
            "fh event --from-failures s3://tour/processing-failed/ | fh invoke --transform tour",
            "warning: processing-failed (5 places)",
            0,
        )
    },
    Step {
        lines: Lines { from: "response: ", most: 1 },
        ..step(
            "The fix accepts any number of decimals. The same records pass.",
            "fh event --from-failures s3://tour/processing-failed/ | fh invoke --transform tour-fixed",
            "response: 5 records, 5 delivered",
            0,
        )
    },
    Step {
        replaces: true,
        lines: Lines { from: "sent ", most: 1 },
        ..step(
            "The tour has put the fix in place. Put the failed records back.",
            "fh redrive --stream tour --yes && fh local wait",
            "5 records, 345 B, acknowledged",
            0,
        )
    },
    Step {
        line: None,
        lines: Lines { from: "fh: none of", most: 1 },
        ..step("The line that it printed shows what fails after that: nothing.", "", NONE_SINCE, 0)
    },
];
