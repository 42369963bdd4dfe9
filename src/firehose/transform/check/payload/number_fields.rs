//! Numbers that come out as others under the same key: without their leading zeros, or as
//! what a smaller type keeps of them.

use super::numbers::has_number;
use crate::transform::check::finding::Finding;
use crate::transform::check::values::{Leaf, leaves};
use crate::transform::rule::Rule;

/// Most numbers of a payload that are looked for.
const MAX_NUMBERS: usize = 64;

/// Bytes to look through for them.
const MAX_LOOKED: usize = 8 * 1024 * 1024;

/// Most numbers that are found and then looked for in what went in.
const MAX_FOUND: usize = 8;

/// Fewest digits of a text that is more than a padded counter.
const MIN_PADDED: usize = 5;

/// Digits beyond which a number of 32 bits with a fraction is not what it was.
const FLOAT_DIGITS: usize = 9;

const ZEROS: &str = "keep it as text: postal codes, phone numbers and ids are not numbers";
const FLOAT: &str =
    "use a type of 64 bits for numbers with a fraction: double, float64, not float or float32";
const OVERFLOW: &str = "use a type that is large enough: long or int64 in place of int, no `| 0` and \
                        no parseInt of a part; BigInteger or text beyond 64 bits";
const TOO_LARGE: &str = "keep it as text: a number of 64 bits ends at 1.8e308";
const EXPONENT: &str = "print it as a whole number: in Go, decode with decoder.UseNumber(), and use %d or \
                        strconv.FormatInt in place of %v";

/// The first number of `before` that is another one in `after`.
pub(super) fn changed(before: &str, after: &[u8]) -> Option<Finding> {
    if !before.trim_start().starts_with(['{', '[']) || !matches!(after.first(), Some(b'{' | b'[')) {
        return None;
    }
    let gone = leaves(before.as_bytes())
        .filter(|leaf| is_candidate(*leaf))
        .take((MAX_LOOKED / after.len().max(1)).clamp(1, MAX_NUMBERS))
        .filter(|leaf| !str::from_utf8(leaf.text()).is_ok_and(|it| has_number(after, it)));
    let mut found: Vec<_> = gone
        .filter_map(|leaf| {
            let mut same_key = leaves(after).filter(|it| it.key == leaf.key);
            same_key.find_map(|it| Some((it, finding(leaf, it)?)))
        })
        .take(MAX_FOUND)
        .collect();
    // Where only some of a list come out, another one is no number that was changed.
    if !found.is_empty() {
        leaves(before.as_bytes()).for_each(|leaf| found.retain(|it| it.0 != leaf));
    }
    found.into_iter().next().map(|it| it.1)
}

/// True for numbers that a smaller type does not hold, and for digits with a zero before
/// them: more than one are the padding of a fixed width.
fn is_candidate(leaf: Leaf<'_>) -> bool {
    let text = leaf.text();
    if leaf.is_string() {
        return text.len() >= MIN_PADDED
            && text.starts_with(b"0")
            && !text.starts_with(b"00")
            && text.iter().all(u8::is_ascii_digit);
    }
    let is_whole = text.iter().all(|it| it.is_ascii_digit() || *it == b'-');
    leaf.is_number() && (!is_whole || text.len() >= FLOAT_DIGITS)
}

/// What became of a number.
fn finding(was: Leaf<'_>, is: Leaf<'_>) -> Option<Finding> {
    let (before, after) = (str::from_utf8(was.text()).ok()?, str::from_utf8(is.text()).ok()?);
    let found = |what: &str, hint| {
        let message = format!("`{before}` went in, and `{after}` comes out: {what}");
        Some(Finding { rule: Rule::NumbersChanged, message, hint: Some(hint) })
    };
    if was.is_string() {
        let is_it = is.is_number() && before.trim_start_matches('0') == after;
        return if is_it { found("its leading zeros are lost", ZEROS) } else { None };
    }
    let value: f64 = before.parse().ok()?;
    if value.is_infinite() {
        let is_lost = matches!(after, "null" | "Infinity" | "-Infinity" | "inf");
        return if is_lost { found("it is too large for 64 bits", TOO_LARGE) } else { None };
    }
    let other: f64 = after.parse().ok()?;
    let Ok(whole) = before.parse::<i128>() else {
        let digits = after.bytes().filter(u8::is_ascii_digit).count();
        let is_float = is.is_number() && digits > FLOAT_DIGITS && is_float_of(value, other);
        return if is_float { found("what 32 bits keep of it", FLOAT) } else { None };
    };
    if is.is_string() && after.contains(['e', 'E']) && is_close(value, other) {
        return found("a text that is no whole number", EXPONENT);
    }
    let after_whole = after.parse::<i128>().ok().filter(|_| is.is_number())?;
    kept(whole, after_whole).and_then(|what| found(what, OVERFLOW))
}

/// True if `other` is `value` after it was a number of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "it is what happens to the number")]
fn is_float_of(value: f64, other: f64) -> bool {
    /// Printed with some digits less.
    const NEAR: f64 = 1e-10;
    let float = f64::from(value as f32);
    let is_changed = (float - value).abs() > value.abs() * NEAR;
    is_changed && (float - other).abs() <= float.abs() * NEAR
}

fn is_close(value: f64, other: f64) -> bool {
    (value - other).abs() <= value.abs() * 1e-5
}

/// What a smaller type makes of a whole number.
fn kept(whole: i128, after: i128) -> Option<&'static str> {
    let modulo = |bits: u32| whole.rem_euclid(1 << bits);
    let signed = |bits: u32| {
        let value = modulo(bits);
        if value >= 1 << (bits - 1) { value - (1 << bits) } else { value }
    };
    let is_beyond = |least: i128, most: i128| whole < least || whole > most;
    let types = [
        (
            64,
            i64::MIN.into(),
            i64::MAX.into(),
            "what 64 bits keep of it",
            "the largest number of 64 bits",
        ),
        (
            32,
            i32::MIN.into(),
            i32::MAX.into(),
            "what 32 bits keep of it",
            "the largest number of 32 bits",
        ),
    ];
    types.into_iter().find_map(|(bits, least, most, rest, largest): (u32, i128, i128, _, _)| {
        if !is_beyond(least, most) || after == whole {
            return None;
        }
        let is_rest = after == modulo(bits) || after == signed(bits);
        let is_largest = after == least || after == most;
        is_rest.then_some(rest).or_else(|| is_largest.then_some(largest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(before: &str, after: &str) -> String {
        changed(before, after.as_bytes()).map(|it| it.message).unwrap_or_default()
    }

    #[test]
    fn numbers_that_a_smaller_type_changed_are_found() {
        for (before, after, what) in [
            (r#"{"zip":"01234"}"#, r#"{"zip":1234}"#, "its leading zeros are lost"),
            (r#"{"p":12.34}"#, r#"{"p":12.3400001526}"#, "what 32 bits keep of it"),
            (r#"{"p":12.34}"#, r#"{"p":12.34000015258789}"#, "what 32 bits keep of it"),
            (r#"{"t":1795341600123}"#, r#"{"t":45270395}"#, "what 32 bits keep of it"),
            (r#"{"t":4294967296}"#, r#"{"t":2147483647}"#, "the largest number of 32 bits"),
            (
                r#"{"id":18446744073709551615}"#,
                r#"{"id":9223372036854775807}"#,
                "the largest number of 64 bits",
            ),
            (r#"{"id":18446744073709551615}"#, r#"{"id":-1}"#, "what 64 bits keep of it"),
            (r#"{"n":1e400}"#, r#"{"n":null}"#, "it is too large for 64 bits"),
            (
                r#"{"id":1234567890}"#,
                r#"{"id":"1.23456789e+09"}"#,
                "a text that is no whole number",
            ),
        ] {
            let found = message(before, after);
            assert!(found.ends_with(what), "{before}: {found}");
        }
    }

    #[test]
    fn other_numbers_are_computed() {
        for (before, after) in [
            (r#"{"n":"0012"}"#, r#"{"n":12}"#),
            (r#"{"amount":"00012345"}"#, r#"{"amount":12345}"#),
            (r#"{"items":[{"size":8589934592},{"size":0}]}"#, r#"{"items":[{"size":0}]}"#),
            (r#"{"t":[1795341600123,2147483647]}"#, r#"{"t":[2147483647]}"#),
            (r#"{"n":["01234",1234]}"#, r#"{"n":[1234]}"#),
            (r#"{"p":[0.1,0.10000000149011612]}"#, r#"{"p":[0.10000000149011612]}"#),
            (r#"{"zip":"01234"}"#, r#"{"zip":"1234"}"#),
            (r#"{"zip":"01234"}"#, r#"{"zip":"01234","n":1234}"#),
            (r#"{"p":12.34}"#, r#"{"p":12.3}"#),
            (r#"{"p":12.34}"#, r#"{"p":1234}"#),
            (r#"{"p":12.34}"#, r#"{"p":12.345678901}"#),
            (r#"{"t":1795341600123}"#, r#"{"t":1795341600}"#),
            (r#"{"t":1795341600123}"#, r#"{"t":"2026-11-30T10:00:00Z"}"#),
            (r#"{"t":1795341600123}"#, r#"{"t":0}"#),
            (r#"{"f":98.6}"#, r#"{"f":37}"#),
            (r#"{"n":1234567890}"#, r#"{"n":1.23456789e+09}"#),
        ] {
            assert_eq!(message(before, after), "", "{before} -> {after}");
        }
    }
}
