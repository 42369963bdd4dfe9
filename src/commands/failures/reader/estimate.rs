//! How long reading will take, and what to do if that is long.

use std::time::Duration;

use crate::terminal;

/// Reading is watched this long before anything is printed about it.
const WATCHED: Duration = Duration::from_secs(10);

/// What takes longer than this is worth splitting up.
const LONG: Duration = Duration::from_mins(4);

/// How far reading is.
#[derive(Debug, Clone, Copy)]
pub(super) struct HowFar {
    pub(super) elapsed: Duration,
    /// Objects and bytes that were read.
    pub(super) read: (u64, u64),
    /// Those that are listed.
    pub(super) listed: (u64, u64),
    /// Nothing more is listed.
    pub(super) is_whole: bool,
}

impl HowFar {
    /// What to say of a reading that takes long; `None` while that is not known.
    pub(super) fn advice(&self) -> Option<[String; 2]> {
        if self.elapsed < WATCHED {
            return None;
        }
        let left = self.left(self.read.0, self.listed.0).max(self.left(self.read.1, self.listed.1));
        if left < LONG && (self.is_whole || self.elapsed < LONG / 2) {
            return None;
        }
        let objects = terminal::plural(self.listed.0, "object");
        let size = firehose::size(self.listed.1);
        let more = if self.is_whole { "" } else { " so far" };
        let minutes = terminal::plural(left.as_secs().div_ceil(60), "more minute");
        Some([
            format!("{objects} ({size}) listed{more}: at least {minutes} at this speed"),
            "`--shard` and `--partial` split it over processes or machines, `--merge` makes one \
             report of it; `--engine athena` counts in AWS: fh failures --help"
                .to_owned(),
        ])
    }

    /// How long the rest takes at the speed so far.
    fn left(&self, read: u64, listed: u64) -> Duration {
        let milliseconds = self.elapsed.as_millis() * u128::from(listed.saturating_sub(read));
        let left = milliseconds / u128::from(read.max(1));
        Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_minutes_is_to_be_split_up() {
        let far = HowFar {
            elapsed: Duration::from_secs(10),
            read: (50_000, 500_000_000),
            listed: (110_000, 32 << 30),
            is_whole: false,
        };
        let [what, _] = far.advice().unwrap();
        assert_eq!(
            what,
            "110,000 objects (32 GiB) listed so far: at least 12 more minutes at this speed"
        );
        let whole = HowFar { is_whole: true, listed: (2_000_000, 600 << 20), ..far };
        let [what, _] = whole.advice().unwrap();
        assert_eq!(
            what,
            "2,000,000 objects (600 MiB) listed: at least 7 more minutes at this speed"
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_read_soon_or_of_what_is_not_known_yet() {
        let far = HowFar {
            elapsed: Duration::from_mins(1),
            read: (300_000, 3_000_000_000),
            listed: (364_000, 3_640_000_000),
            is_whole: false,
        };
        assert_eq!(far.advice(), None);
        let early = HowFar { elapsed: Duration::from_secs(9), read: (1, 1), ..far };
        assert_eq!(early.advice(), None);
        let slow = HowFar { elapsed: Duration::from_mins(2), ..far };
        assert!(slow.advice().is_some(), "the end of the listing is not in sight");
        assert_eq!(HowFar { is_whole: true, ..slow }.advice(), None);
    }
}
