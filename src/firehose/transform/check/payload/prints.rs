//! Values that a language printed: of functions and objects, within JSON, and in place of
//! fields that do not exist.

use memchr::memmem::{find, find_iter, rfind};

use crate::bytes::part;
use crate::decode::{POWERSHELL, Printed, RUBY_OBJECT, is_name, printed_value};
use crate::json::{Field, Token, skip_value};
use crate::transform::check::finding::Finding;
use crate::transform::check::values::{Leaf, leaves};
use crate::transform::rule::Rule;

const JS_FUNCTION: Printed = Printed {
    what: "the source code of a function: what JavaScript makes of one that is joined to text",
    hint: "call it, with parentheses: text.toString('utf8'), not text.toString",
};
const PY_FUNCTION: Printed = Printed {
    what: "the Python repr of a function",
    hint: "call it, with parentheses: payload(), not payload",
};
const PY_OBJECT: Printed = Printed {
    what: "the Python repr of an object",
    hint: "serialize what is in it: json.dumps of a dict of its fields; of a response of HTTP, \
           response.text or response.json()",
};
const GO_POINTER: Printed = Printed {
    what: "what Go's fmt makes of a pointer",
    hint: "serialize it: json.Marshal(payload), then append '\\n'",
};

/// Recognizes what is printed of functions and of objects without a form of their own.
pub(super) fn recognize(text: &[u8]) -> Option<Printed> {
    let text = text.trim_ascii();
    let starts = |starts: &[&str]| starts.iter().any(|it| text.starts_with(it.as_bytes()));
    let is_tag = text.ends_with(b">") && !text.contains(&b'\n');
    Some(match text.first()? {
        b'<' if is_tag && starts(&["<bound method ", "<built-in "]) => PY_FUNCTION,
        b'<' if starts(&["<function "]) && ends_with_address(text) => PY_FUNCTION,
        b'<' if is_tag && starts(&["<Response ["]) || ends_with_address(text) => PY_OBJECT,
        b'#' if is_tag && starts(&["#<"]) => RUBY_OBJECT,
        b'@' if starts(&["@{"]) && text.ends_with(b"}") && find(text, b"=").is_some() => POWERSHELL,
        b'0' if is_go_pointer(text) => GO_POINTER,
        _ if is_function(text) => JS_FUNCTION,
        _ => return None,
    })
}

/// `… at 0x7f00>`, with no tag after another, as XML has them.
fn ends_with_address(text: &[u8]) -> bool {
    let Some(start) = rfind(text, b" at 0x") else { return false };
    let digits = part(text, start + b" at 0x".len()..).strip_suffix(b">").unwrap_or_default();
    let after_tag = memchr::memchr(b'>', text).map_or(text.len(), |at| at + 1);
    !digits.is_empty()
        && digits.iter().all(u8::is_ascii_hexdigit)
        && !text.contains(&b'\n')
        && memchr::memchr(b'<', part(text, after_tag..)).is_none()
}

/// `0xc000012345`: the heap of Go starts there.
fn is_go_pointer(text: &[u8]) -> bool {
    text.strip_prefix(b"0xc0")
        .is_some_and(|it| (6..=14).contains(&it.len()) && it.iter().all(u8::is_ascii_hexdigit))
}

/// `function f() { … }`, `class Order { … }`, `(p) => …`.
fn is_function(text: &[u8]) -> bool {
    /// Parameters are named within it.
    const MAX_HEAD: usize = 120;
    let head = part(text, ..text.len().min(MAX_HEAD));
    let is_block = text.ends_with(b"}") && find(text, b"{").is_some();
    if ["function ", "function(", "async function"].iter().any(|it| head.starts_with(it.as_bytes()))
    {
        return is_block && find(head, b"(").is_some();
    }
    if let Some(class) = head.strip_prefix(b"class ") {
        let name = class.iter().take_while(|it| is_name(**it)).count();
        return name > 0 && is_block && part(class, name..).starts_with(b" ");
    }
    let text = text.strip_prefix(b"async ").unwrap_or(text);
    let head = part(text, ..text.len().min(MAX_HEAD));
    let Some(arrow) = find(head, b"=>") else { return false };
    let parameters = part(head, ..arrow).trim_ascii();
    let body = part(text, arrow + 2..).trim_ascii();
    if let Some(within) = parameters.strip_prefix(b"(").and_then(|it| it.strip_suffix(b")")) {
        let is_parameter = |it: &u8| is_name(*it) || b", ={}[].\t\n\r".contains(it);
        return within.iter().all(is_parameter) && is_body(body, within);
    }
    // `p => p.id`: its parameter is used.
    !parameters.is_empty()
        && parameters.iter().all(|it| is_name(*it))
        && find_iter(body, parameters).any(|at| body.get(at + parameters.len()) == Some(&b'.'))
}

/// True if the body of an arrow function is code: a block, a call without arguments, or
/// a parameter of which a member, an element or a call is taken, or that is passed on.
fn is_body(body: &[u8], parameters: &[u8]) -> bool {
    let ends_with_name = |text: &[u8]| text.last().is_some_and(|it| is_name(*it));
    let is_used = |name: &[u8]| {
        find_iter(body, name).take(MAX_STRINGS).any(|at| {
            let (before, after) = (part(body, ..at), part(body, at + name.len()..));
            let is_passed = before.strip_suffix(b"(").is_some_and(ends_with_name);
            !ends_with_name(before)
                && match after {
                    [b'.', next, ..] => is_name(*next),
                    [b'[' | b'(', ..] => true,
                    [b')' | b',', ..] => is_passed,
                    _ => false,
                }
        })
    };
    let mut names = parameters.split(|it| !is_name(*it)).filter(|it| !it.is_empty());
    body.starts_with(b"{") && body.ends_with(b"}")
        || body.starts_with(b"({") && body.ends_with(b"})")
        || find(body, b"()").is_some_and(|at| ends_with_name(part(body, ..at)))
        || names.any(is_used)
}

/// What Python prints of bytes and of a dict, in a string of JSON.
pub(super) fn within_json(after: &[u8]) -> impl Iterator<Item = (Finding, Vec<u8>)> {
    const STARTS: [&[u8]; 3] = [b"\"b'", b"\"{'", b"\"[{'"];
    let found = STARTS.into_iter().flat_map(|start| find_iter(after, start).take(MAX_STRINGS));
    found.filter_map(|at| {
        let end = skip_value(after, at).ok()?;
        let text = Token::new(part(after, at..end)).string_bytes()?;
        let is_whole = text.ends_with(b"'") || text.ends_with(b"}") || text.ends_with(b"]");
        let printed = printed_value(&text).filter(|_| is_whole && is_value(after, end))?;
        let message = format!("the string at byte {at} is {}", printed.what);
        let rule = Rule::PrintedValue;
        Some((Finding { rule, message, hint: Some(printed.hint) }, text.into_owned()))
    })
}

/// Most strings of a payload that are looked at for each start.
const MAX_STRINGS: usize = 16;

/// True if what ends at `end` is no key.
fn is_value(text: &[u8], end: usize) -> bool {
    part(text, end..).trim_ascii_start().first() != Some(&b':')
}

/// What JavaScript makes of a field that does not exist.
pub(super) const UNDEFINED: &[u8] = b"undefined";

/// Where `undefined` stands as a whole field of JSON or of a row.
pub(super) fn undefined_field(after: &[u8], is_json: bool) -> Option<usize> {
    let is_end = |byte: Option<&u8>| match byte {
        Some(byte) if is_json => *byte == b'"',
        Some(byte) => b",;|\t\n\r".contains(byte),
        None => true,
    };
    find_iter(after, UNDEFINED).find(|at| {
        let end = at + UNDEFINED.len();
        is_end(part(after, ..*at).last())
            && is_end(after.get(end))
            && (!is_json || is_value(after, end + 1))
    })
}

pub(super) fn undefined_finding(at: usize) -> Finding {
    Finding {
        rule: Rule::PrintedValue,
        message: format!(
            "`undefined` at byte {at}: what JavaScript makes of a field that does not exist"
        ),
        hint: Some(
            "look for a misspelt key; where a field may be missing, write a default: p.city ?? ''",
        ),
    }
}

/// True if all values of JSON are null, or what is printed of nothing. A list without
/// anything in it is a value of its own.
pub(super) fn has_empty_values(after: &[u8]) -> bool {
    let mut left = leaves(after).peekable();
    left.peek().is_some()
        && left.all(is_empty)
        && !after.windows(2).any(|pair| pair == b"[]" || pair == b"{}")
}

fn is_empty(leaf: Leaf<'_>) -> bool {
    let words: [&[u8]; 5] = [b"null", b"\"undefined\"", b"\"null\"", b"\"None\"", b"\"NaN\""];
    words.contains(&leaf.raw)
}

/// JSON in which no value is left.
pub(super) fn empty_values(was: &[u8], after: &[u8]) -> Option<Finding> {
    let is_lost = has_empty_values(after) && leaves(was).any(|leaf| !is_empty(leaf));
    is_lost.then(|| Finding {
        rule: Rule::PayloadLost,
        message: "JSON went in, and JSON comes out in which every value is null or undefined"
            .to_owned(),
        hint: Some("look for misspelt keys, and for a text that is used before it is parsed"),
    })
}

/// The key of an error that JSON has.
fn error_key(after: &[u8]) -> Option<&'static str> {
    const KEYS: [&str; 8] = [
        "error",
        "err",
        "errorMessage",
        "error_message",
        "errorType",
        "exception",
        "stack",
        "stackTrace",
    ];
    let starts: [&[u8]; 3] = [b"\"err", b"\"exception\"", b"\"stack"];
    if !after.starts_with(b"{") || starts.iter().all(|it| find(after, it).is_none()) {
        return None;
    }
    let fields = Token::new(after).fields().map_while(Result::ok);
    let mut said = fields.filter(|field| says_error(field));
    said.find_map(|field| KEYS.into_iter().find(|it| field.is(it.as_bytes())))
}

/// False for what says that there is no error, and for a `stack` that is no trace. An
/// empty object is what JSON makes of an Error.
fn says_error(field: &Field<'_>) -> bool {
    const NONE: [&[u8]; 4] = [b"null", b"false", b"0", b"\"\""];
    let raw = field.value.raw();
    let is_empty_list = field.value.is_array() && field.value.elements().next().is_none();
    let is_other_stack = field.is(b"stack") && find(raw, b"\\n").is_none();
    !NONE.contains(&raw) && !is_empty_list && !is_other_stack
}

/// True if JSON has a key of an error.
pub(super) fn is_error(after: &[u8]) -> bool {
    error_key(after).is_some()
}

/// An error in place of the record: JSON with a key for one, and no value of what went in.
pub(super) fn error_object(was: &[u8], after: &[u8]) -> Option<Finding> {
    let key = error_key(after)?;
    let mut values = 0;
    for leaf in leaves(was).filter(|leaf| leaf.is_known_again()).take(MAX_VALUES) {
        values += 1;
        if find(after, leaf.text()).is_some() {
            return None;
        }
    }
    (values > 0).then(|| Finding {
        rule: Rule::PayloadLost,
        message: format!(
            "JSON went in, and an object with `{key}` comes out, which has none of its values"
        ),
        hint: Some(
            "return the record as ProcessingFailed where its transformation fails: Firehose \
             keeps what came in with the error output",
        ),
    })
}

/// Values of a record that are looked for in what came out.
const MAX_VALUES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_objects_are_known_by_their_ends() {
        for text in [
            "<function <lambda> at 0x7f3e10c0>",
            "<bound method Order.json of 1>",
            "<Response [200]>",
            "<Element 'x' at 0x7f00>",
            "#<Order:0x00007f @id=1>",
            "#<struct Order id=1>",
            "@{id=1; name=ann}",
            "0xc000012345",
            "function toString() { [native code] }",
            "async function f(a) {\n  return a;\n}",
            "class Order { }",
            "(p) => p.id",
            "p => ({ id: p.id })",
            "(a, { b }, ...c) => { return a; }",
            "(p) => ({ id: 1 })",
            "async () => load()",
            "(p) => JSON.stringify(p)",
        ] {
            assert!(recognize(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "<b>bold</b>",
            "<14>1 2026-11-29 host app",
            "# a title",
            "@ann hello",
            "0xdeadbeef",
            "functional tests passed",
            "class of 2026",
            "a => b, c",
            "state: 1 => 2",
            "<event><level>fatal</level><msg>crash at 0x7f3a</msg></event>",
            "<function name='f'/>",
            "(ann) logged in (web) => ok",
            "(a1) => (b2)",
            "(error) => no error.",
        ] {
            let found = recognize(text.as_bytes()).map(|it| it.what);
            assert!(found.is_none(), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_field_that_says_that_there_is_no_error_is_none() {
        for json in [
            r#"{"error":null,"nameHash":"5d41402abc"}"#,
            r#"{"name":"***","city":"***","error":false}"#,
            r#"{"error":[],"score":5}"#,
            r#"{"err":0,"n":2}"#,
            r#"{"errorMessage":"","n":2}"#,
            r#"{"stack":"prod","kind":"metric","slow":true}"#,
        ] {
            assert_eq!(error_key(json.as_bytes()), None, "{json}");
        }
        for json in [
            r#"{"error":{}}"#,
            r#"{"error":"no such key"}"#,
            r#"{"stack":"Error: no such key\n    at handler"}"#,
            r#"{"error":null,"exception":{"type":"KeyError"}}"#,
        ] {
            assert!(error_key(json.as_bytes()).is_some(), "{json}");
        }
    }
}
