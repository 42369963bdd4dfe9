//! How far the clock of this machine is off, by the clock of AWS.

use std::time::SystemTime;

use jiff::Timestamp;

/// A clock that is off by less is not why a signature was refused: AWS allows
/// 5 minutes, S3 15 (IAM user guide, "Signature Version 4").
const ALLOWED_SECONDS: i64 = 4 * 60;

/// Says how far `now` is from the `Date` header of an answer, if it is so far
/// that AWS refuses signatures.
pub(super) fn skew(date: Option<&str>, now: SystemTime) -> Option<String> {
    let theirs = jiff::fmt::rfc2822::parse(date?).ok()?.timestamp();
    let ours = Timestamp::try_from(now).ok()?;
    let seconds = ours.as_second().saturating_sub(theirs.as_second());
    if seconds.abs() <= ALLOWED_SECONDS {
        return None;
    }
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    let minutes = seconds.abs() / 60;
    let amount = match minutes {
        0..=119 => format!("{minutes} min"),
        120..=2_879 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    };
    Some(format!("this machine's clock is {amount} {direction} AWS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_clock_that_is_off_is_measured() {
        // Mon, 23 Nov 2026 06:00:00 GMT
        let noon = UNIX_EPOCH + Duration::from_hours(498_726);
        let at = |date: &str| skew(Some(date), noon);
        let is = |text: &str| Some(format!("this machine's clock is {text} AWS"));
        assert_eq!(at("Mon, 23 Nov 2026 06:22:10 GMT"), is("22 min behind"));
        assert_eq!(at("Mon, 23 Nov 2026 03:00:00 GMT"), is("3 h ahead of"));
        assert_eq!(at("Fri, 20 Nov 2026 06:00:00 GMT"), is("3 days ahead of"));
        assert_eq!(at("Mon, 23 Nov 2026 06:03:59 GMT"), None);
        assert_eq!(at("yesterday"), None);
        assert_eq!(skew(None, noon), None);
    }
}
