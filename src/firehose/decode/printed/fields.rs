//! Values that a language prints as the fields of an object.

use super::{JAVA_MAP, JAVA_OR_PYTHON, PY_FIELDS, Printed, SWIFT_VALUE, is_name};
use crate::bytes::part;

/// `Order(id=1, name='x')` of Python, `Order(id=1, name=x)` of Java and Kotlin,
/// `Order[id=1]` and `Order{id=1}` of Java, `id=1 name='x'` of a model of pydantic.
pub(super) fn fields(text: &[u8]) -> Option<Printed> {
    let length = text.iter().take_while(|byte| is_name(**byte)).count();
    let (open, body) = text.get(length..)?.split_first()?;
    if *open == b'=' {
        return is_model(text).then_some(PY_FIELDS);
    }
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        _ => return None,
    };
    let field = body.iter().take_while(|byte| is_name(**byte)).count();
    let is_whole = text.first()?.is_ascii_uppercase() && field > 0 && text.last() == Some(&close);
    match (open, body.get(field..)?) {
        _ if !is_whole => None,
        (b'(', [b':', b' ', ..]) => Some(SWIFT_VALUE),
        (b'(', [b'=', ..]) => Some(match is_python(body) {
            Some(true) => PY_FIELDS,
            Some(false) => JAVA_MAP,
            None => JAVA_OR_PYTHON,
        }),
        (_, [b'=', ..]) => Some(JAVA_MAP),
        _ => None,
    }
}

/// What of Python no other language writes as a value.
const PY_VALUES: [&[u8]; 9] =
    [b"'", b"\"", b"b'", b"None", b"True", b"False", b"Decimal('", b"UUID('", b"datetime."];

/// True if the values of fields are Python's, false if those of another language;
/// `None` for numbers and other values that look the same.
fn is_python(fields: &[u8]) -> Option<bool> {
    let mut values = memchr::memchr_iter(b'=', fields).map(|at| part(fields, at + 1..));
    values.find_map(|value| {
        if PY_VALUES.iter().any(|it| value.starts_with(it)) {
            return Some(true);
        }
        if matches!(value, [b'[', _, b'@', ..]) {
            return Some(false);
        }
        let word = value.iter().take_while(|byte| is_name(**byte) || !byte.is_ascii()).count();
        let is_word = value.first().is_some_and(|it| it.is_ascii_alphabetic() || !it.is_ascii());
        (is_word && value.get(word) != Some(&b'(')).then_some(false)
    })
}

/// True for `id=1 name='x'` to its end, each text in quotes.
fn is_model(text: &[u8]) -> bool {
    let mut rest = text;
    let mut has_text = false;
    loop {
        let name = rest.iter().take_while(|byte| is_name(**byte)).count();
        let Some([b'=', value @ ..]) = rest.get(name..) else { return false };
        let length = match value.first() {
            Some(b'\'') => {
                has_text = true;
                let end = memchr::memchr(b'\'', value.get(1..).unwrap_or_default());
                end.map_or(0, |at| at + 2)
            }
            _ => memchr::memchr(b' ', value).unwrap_or(value.len()),
        };
        let is_known = has_python_literal(part(value, ..length));
        match part(value, length..) {
            _ if name == 0 || !is_known => return false,
            [] => return has_text,
            [b' ', after @ ..] => rest = after,
            _ => return false,
        }
    }
}

/// True for a text in quotes, a number, `None`, `True` and `False`.
fn has_python_literal(value: &[u8]) -> bool {
    let is_number = |it: &[u8]| str::from_utf8(it).is_ok_and(|it| it.parse::<f64>().is_ok());
    value.starts_with(b"'") || matches!(value, b"None" | b"True" | b"False") || is_number(value)
}
