//! Numbers that are not what they were: a number of 64 bits with a fraction keeps 15 to
//! 17 digits.

use crate::bytes::part;
use crate::transform::check::finding::Finding;
use crate::transform::rule::Rule;

/// Digits that such a number always keeps.
const KEPT: usize = 15;

/// Digits that tell each such number from all others: printed with as many (`%.17g`), it
/// comes back the same.
const EXACT: usize = 17;

/// Fewest digits of the longer part of a number that has more.
const MIN_RUN: usize = 8;

/// Most characters of a number that is looked at.
const MAX_LENGTH: usize = 64;

/// Most numbers of a payload that are looked for in what came out.
const MAX_NUMBERS: usize = 64;

const HINT: &str = "keep it as text, or parse and write it exactly: lossless-json (parse and stringify) in \
                    Node.js, simplejson with use_decimal=True in Python, decoder.UseNumber() in Go";

/// The first number of `before` that comes out rounded.
pub(super) fn changed(before: &str, after: &[u8]) -> Option<Finding> {
    long_numbers(before).take(MAX_NUMBERS).find_map(|number| {
        let rounded = rounded(number).filter(|_| !has_number(after, number))?;
        // Some producers send both: the number rounded, and its digits as text.
        if rounded.iter().any(|it| has_number(before.as_bytes(), it)) {
            return None;
        }
        let found = rounded.into_iter().find(|it| has_number(after, it))?;
        Some(Finding {
            rule: Rule::NumbersChanged,
            message: format!("`{number}` went in, and `{found}` comes out"),
            hint: Some(HINT),
        })
    })
}

/// Numbers with more digits than are always kept.
fn long_numbers(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        // A run of digits covers one of these places.
        while let Some(byte) = bytes.get(at + MIN_RUN - 1) {
            let place = at + MIN_RUN - 1;
            at += MIN_RUN;
            if !byte.is_ascii_digit() {
                continue;
            }
            let before = part(bytes, ..place);
            let start = before.iter().rposition(|it| !is_part(*it)).map_or(0, |at| at + 1);
            let rest = part(bytes, place..);
            let end = place + rest.iter().position(|it| !is_part(*it)).unwrap_or(rest.len());
            at = end.max(at);
            let number = text.get(start..end).unwrap_or_default();
            let number = number.strip_prefix('-').unwrap_or(number);
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            if digits > KEPT && number.len() <= MAX_LENGTH && is_number(number) {
                return Some(number);
            }
        }
        None
    })
}

/// A byte of a number, or of a word that is none because of it.
const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_') || !byte.is_ascii()
}

/// True for digits with at most one point.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// True for a fraction of no more digits than a number of 64 bits is printed with.
fn is_exact_fraction(number: &str) -> bool {
    let has_fraction = number.split_once('.').is_some_and(|(_, it)| it.contains(|it| it != '0'));
    has_fraction && significant(number).len() <= EXACT
}

/// The digits of a number, without zeros before and after them.
fn significant(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// The ways to write `number` as it is after rounding; `None` if it stays what it is.
fn rounded(number: &str) -> Option<Vec<String>> {
    let value: f64 = number.parse().ok()?;
    let (mantissa, exponent) = {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        (mantissa.to_owned(), exponent.to_owned())
    };
    if significant(&mantissa) == significant(number) || is_exact_fraction(number) {
        return None;
    }
    let mut forms = vec![
        format!("{value}"),
        format!("{mantissa}e+{exponent}"),
        format!("{mantissa}e{exponent}"),
        format!("{mantissa}E{exponent}"),
    ];
    // Of others, one decimal is meant.
    if value.fract() == 0.0 {
        forms.push(format!("{value:.1}"));
    }
    Some(forms)
}

/// True if `number` stands in `text`, not as a part of another one.
pub(super) fn has_number(text: &[u8], number: &str) -> bool {
    memchr::memmem::find_iter(text, number.as_bytes()).any(|at| {
        let is_open = |byte: Option<&u8>| !byte.is_some_and(|it| is_part(*it) && *it != b'-');
        is_open(part(text, ..at).last()) && is_open(text.get(at + number.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(before: &str, after: &str) -> String {
        changed(before, after.as_bytes()).map(|it| it.message).unwrap_or_default()
    }

    #[test]
    fn a_number_that_comes_out_rounded_is_found() {
        for (before, after, expected) in [
            (r#"{"id":9007199254740993,"x":1}"#, r#"{"id":9007199254740992}"#, "9007199254740993"),
            (r#"{"id": -9007199254740993}"#, r#"{"id":-9007199254740992}"#, "9007199254740993"),
            (r#"["1541815603606036481"]"#, "[1541815603606036500]", "1541815603606036481"),
            (
                r#"{"n":1234567890123456789012}"#,
                r#"{"n":1.2345678901234568e+21}"#,
                "1234567890123456789012",
            ),
            (
                r#"{"n":1234567890123456789012}"#,
                "1.2345678901234568E21\n",
                "1234567890123456789012",
            ),
            (
                r#"{"n":0.1234567890123456789}"#,
                r#"{"n":0.12345678901234568}"#,
                "0.1234567890123456789",
            ),
            (r#"{"n":123456789.123456789}"#, r#"{"n":123456789.12345679}"#, "123456789.123456789"),
            (r#"{"id":9007199254740993}"#, r#"{"id":9007199254740992.0}"#, "9007199254740993"),
            (r#"{"id":9007199254740993.0}"#, r#"{"id":9007199254740992}"#, "9007199254740993.0"),
        ] {
            let found = message(before, after);
            assert!(found.starts_with(&format!("`{expected}` went in")), "{before}: {found}");
        }
    }

    #[test]
    fn numbers_that_are_the_same_or_others_have_no_finding() {
        for (before, after) in [
            (r#"{"id":9007199254740993}"#, r#"{"id":9007199254740993}"#),
            (r#"{"id":9007199254740992}"#, r#"{"id":9007199254740992}"#),
            (r#"{"id":9007199254740993}"#, r#"{"id":"x"}"#),
            (r#"{"price":1.10}"#, r#"{"price":1.1}"#),
            (r#"{"n":1000000000000000000000}"#, r#"{"n":1e+21}"#),
            (r#"{"n":0.30000000000000004}"#, r#"{"n":0.30000000000000004}"#),
            (r#"{"n":1.50000000000000000}"#, r#"{"n":1.5}"#),
            (
                r#"{"at":1700000000000,"u":"12345678-9007-1992-5474-099312345678"}"#,
                r#"{"at":1700000000000}"#,
            ),
            ("a9007199254740993 b", "9007199254740992"),
            // The same number, printed with 17 digits.
            (r#"{"v":0.10000000000000001}"#, r#"{"v":0.1}"#),
            (r#"{"v":21.299999999999999}"#, r#"{"v":21.3}"#),
            (r#"{"v":-19.989999999999998}"#, r#"{"v":-19.99}"#),
            // Rounded before it came in.
            (
                r#"{"id":1541815603606036500,"id_str":"1541815603606036481","t":"x"}"#,
                r#"{"id":1541815603606036500,"t":"x"}"#,
            ),
            // Rounded on purpose.
            (r#"{"avg":12345678.123456789}"#, r#"{"avg":12345678.1}"#),
            (r#"{"avg":12345678.123456789123}"#, r#"{"avg":12345678.1}"#),
            (r#"{"lat":52.520006599999994}"#, r#"{"lat":52.5}"#),
        ] {
            assert_eq!(message(before, after), "", "{before}");
        }
    }
}
