//! Values as a language prints them, where their JSON was meant.
//!
//! Joining an object to a text calls its `toString`, `str()`, `inspect` or `%v`:
//! what comes out looks right in a log, and no reader of the destination takes it.

mod fields;
mod whole;

use super::byte_numbers::{MIN_NUMBERS, indexed_payload, is_json, numbers, starts_json};
use crate::bytes::part;
use fields::fields;

/// What printed a value, and what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed {
    /// What it is: the object of "the payload is …".
    pub what: &'static str,
    /// What to do instead.
    pub hint: &'static str,
}

const fn printed(what: &'static str, hint: &'static str) -> Printed {
    Printed { what, hint }
}

const JS_OBJECT: Printed = printed(
    "what JavaScript makes of an object that is joined to text",
    "serialize it first: Buffer.from(JSON.stringify(payload) + '\\n').toString('base64')",
);
const JS_UNDEFINED: Printed = printed(
    "what JavaScript makes of a variable without a value",
    "look for a function without `return`, a missing field, or JSON.stringify(undefined)",
);
const JS_PROMISE: Printed = printed(
    "what JavaScript makes of a Promise",
    "wait for it: `await` the payload before it is encoded",
);
const JS_INSPECT: Printed = printed(
    "what Node.js shows of an object: util.inspect, console.log",
    "serialize it: JSON.stringify(payload) + '\\n'",
);
const JS_BUFFER: Printed = printed(
    "what Node.js shows of a Buffer",
    "return the bytes: buffer.toString('base64') makes the data of the record",
);
const JS_BYTES: Printed = printed(
    "the numbers of its bytes: what JavaScript makes of a Uint8Array that is joined to text",
    "read the bytes as text: Buffer.from(bytes).toString('utf8')",
);
const JS_COMPRESSED: Printed = printed(
    "the numbers of the bytes of gzip: what JavaScript makes of a Uint8Array that is joined to text",
    "return the bytes: Buffer.from(bytes).toString('base64') makes the data of the record",
);
const PY_BYTES: Printed = printed(
    "the Python repr of bytes, with `b` and quotes",
    "decode the bytes instead of str() or an f-string: payload.decode('utf-8')",
);
const PY_BINARY: Printed = printed(
    "the Python repr of bytes, with `b` and quotes",
    "encode the bytes themselves instead of str() of them: base64.b64encode(payload).decode()",
);
const PY_SET: Printed = printed(
    "the Python repr of a set",
    "serialize it as a list instead of str() or an f-string: json.dumps(sorted(payload)) + '\\n'",
);
const PY_DICT: Printed = printed(
    "the Python repr of a dict or a list, in single quotes",
    "serialize it instead of str() or an f-string: json.dumps(payload) + '\\n'",
);
const PY_OBJECT: Printed = printed(
    "the Python repr of an object",
    "serialize it: json.dumps of a dict of its fields, e.g. dataclasses.asdict(payload); of a \
     stream or a view, its bytes: stream.read(), bytes(view)",
);
const PY_NONE: Printed =
    printed("Python's None as text", "look for a function that returns nothing on some path");
const JAVA_OBJECT: Printed = printed(
    "what Java's toString makes of an object or an array",
    "serialize it: objectMapper.writeValueAsBytes(payload); of bytes, new String(bytes, UTF_8)",
);
const JAVA_MAP: Printed = printed(
    "what toString of Java or Kotlin makes of a map or an object",
    "serialize it: objectMapper.writeValueAsString(payload) + \"\\n\"",
);
const JAVA_OPTIONAL: Printed = printed(
    "what Java's toString makes of an Optional",
    "serialize the value in it: objectMapper.writeValueAsString(payload.orElseThrow())",
);
const PY_FIELDS: Printed = printed(
    "the Python repr of an object: a dataclass, a named tuple or a model",
    "serialize its fields: json.dumps(dataclasses.asdict(payload)), json.dumps(payload._asdict()), \
     payload.model_dump_json()",
);
const JAVA_OR_PYTHON: Printed = printed(
    "what toString of Java or Kotlin, or repr of Python, makes of an object",
    "serialize it: objectMapper.writeValueAsString(payload) in Java and Kotlin, \
     json.dumps(dataclasses.asdict(payload)) in Python",
);
const SCALA_MAP: Printed = printed(
    "what Scala's toString makes of a map",
    "serialize it with a library for JSON, e.g. payload.asJson.noSpaces + \"\\n\" of circe",
);
const SWIFT_VALUE: Printed = printed(
    "what Swift's description makes of a struct",
    "serialize it: JSONEncoder().encode(payload), then append a newline",
);
const DART_OBJECT: Printed = printed(
    "what Dart's toString makes of an object",
    "serialize it: jsonEncode(payload.toJson()) + '\\n'",
);
const ELIXIR_MAP: Printed = printed(
    "what Elixir's inspect makes of a map or a struct",
    "serialize it: Jason.encode!(payload) <> \"\\n\"",
);
const PERL_REFERENCE: Printed = printed(
    "what Perl makes of a reference that is joined to text",
    "serialize it: encode_json($payload) . \"\\n\"",
);
const GO_NIL: Printed = printed(
    "Go's nil as text",
    "look for a variable that is never set, or an error that is not checked",
);
const GO_VERB: Printed = printed(
    "what Go's fmt prints where a verb does not fit its value",
    "serialize it: json.Marshal(payload), then append '\\n'",
);
const RUBY_HASH: Printed = printed(
    "what Ruby's inspect or to_s makes of a hash",
    "serialize it: payload.to_json + \"\\n\"",
);
pub(crate) const RUBY_OBJECT: Printed = printed(
    "what Ruby's inspect or to_s makes of an object",
    "serialize its fields: payload.to_h.to_json + \"\\n\"",
);
const GO_VALUE: Printed = printed(
    "what Go's fmt makes of a map or a struct",
    "serialize it: json.Marshal(payload), then append '\\n'",
);
const GO_BYTES: Printed = printed(
    "the numbers of its bytes: what Go's fmt makes of a []byte",
    "print it as text: string(payload), or the verb %s",
);
const DOTNET_OBJECT: Printed = printed(
    "what .NET's ToString makes of an object or an array",
    "serialize it: JsonSerializer.Serialize(payload) + \"\\n\"",
);
pub(crate) const POWERSHELL: Printed = printed(
    "what PowerShell makes of an object that is joined to text",
    "serialize it: $payload | ConvertTo-Json -Compress, then append a newline",
);
const PHP_ARRAY: Printed = printed(
    "what PHP makes of an array that is joined to text",
    "serialize it: json_encode($payload) . \"\\n\"",
);
const RUST_DEBUG: Printed =
    printed("what Rust's {:?} makes of a value", "serialize it: serde_json::to_string(&payload)");
const DOTNET_RECORD: Printed = printed(
    "what .NET's ToString makes of a record",
    "serialize it: JsonSerializer.Serialize(payload) + \"\\n\"",
);
const ARRAY_JSON: Printed = printed(
    "what JSON.stringify makes of a Uint8Array: the numbers of its bytes",
    "read the bytes first: JSON.parse(Buffer.from(bytes).toString('utf8'))",
);
const BUFFER_JSON: Printed = printed(
    "what JSON.stringify makes of a Buffer: the numbers of its bytes",
    "read the bytes first: JSON.parse(buffer.toString('utf8')), or return buffer.toString('base64')",
);

/// Recognizes a printed value by its beginning, which is all that is looked at.
pub(crate) fn recognize(text: &[u8]) -> Option<Printed> {
    let whole = text.trim_ascii();
    let text = part(whole, ..whole.len().min(MAX_LOOK));
    let is_cut = text.len() < whole.len();
    let starts = |starts: &[&str]| starts.iter().any(|it| text.starts_with(it.as_bytes()));
    let is = |words: &[&str]| words.iter().any(|it| text == it.as_bytes());
    Some(match text.first()? {
        _ if starts(&["[object Promise]", "Promise {"]) => JS_PROMISE,
        _ if starts(&["[object "]) => JS_OBJECT,
        _ if is(&["undefined", "NaN"]) || starts(&["undefined\n", "undefined{"]) => JS_UNDEFINED,
        _ if starts(&["<Buffer ", "Uint8Array("]) => JS_BUFFER,
        _ if starts(&["b'", "b\""]) => PY_BYTES,
        _ if starts(&["bytearray(b"]) => PY_BYTES,
        _ if is(&["None"]) => PY_NONE,
        _ if starts(PY_CONTAINERS) => PY_DICT,
        _ if has(text, b" object at 0x")
            || starts(&["<memory at 0x"])
            || starts(&["<coroutine ", "<class '"]) =>
        {
            PY_OBJECT
        }
        _ if starts(&["System."]) && !text.contains(&b' ') => DOTNET_OBJECT,
        _ if is(&["Array"]) || starts(&["Array\n(", "stdClass Object"]) => PHP_ARRAY,
        _ if starts(&["map[", "&map[", "&{"]) => GO_VALUE,
        _ if starts(&["Object {\"", "Some(", "String(\"", "Ok("]) => RUST_DEBUG,
        _ if is_java_reference(text) || has(text, b"java.nio.HeapByteBuffer[pos=") => JAVA_OBJECT,
        _ if starts(&["java.nio."]) => JAVA_OBJECT,
        _ if is_numbers(text, b',', is_cut) => JS_BYTES,
        b'[' if is_numbers(inside(text), b' ', is_cut) => GO_BYTES,
        b'{' | b'[' => container(text)?,
        b'%' if starts(&["%!"]) && has(text, b"(") && text.ends_with(b")") => GO_VERB,
        b'%' if is_elixir(text) => ELIXIR_MAP,
        _ if is(&["<nil>"]) => GO_NIL,
        _ if starts(&["HASH(0x", "ARRAY(0x"]) => PERL_REFERENCE,
        _ if starts(&["Instance of '"]) => DART_OBJECT,
        _ if starts(&["Optional["]) && text.ends_with(b"]") => JAVA_OPTIONAL,
        _ if is(&["Optional.empty"]) => JAVA_OPTIONAL,
        _ if starts(&["Map(", "HashMap("]) && has(text, b" -> ") && text.ends_with(b")") => {
            SCALA_MAP
        }
        _ => return record(text).or_else(|| fields(text)),
    })
}

/// Recognizes content that is a printed value from its beginning to its end.
pub(super) fn recognize_whole(text: &[u8]) -> Option<Printed> {
    let is_whole = match text {
        [b'b', quote @ (b'\'' | b'"'), .., last] => text.len() > 3 && last == quote,
        [b'b', b'y', .., end] => *end == b')',
        [b'[', b'B', b'@', ..]
        | [b'j', b'a', b'v', b'a', b'.', .., b']']
        | b"System.IO.MemoryStream" => true,
        [.., b']'] => has(text, b"java.nio.HeapByteBuffer[pos="),
        _ => false,
    };
    if !is_whole {
        return whole::recognize(text);
    }
    recognize(text).filter(|it| matches!(*it, PY_BYTES | JAVA_OBJECT | DOTNET_OBJECT)).map(|it| {
        // Bytes that are not text cannot be decoded.
        let is_text = it != PY_BYTES || !has(part(text, ..text.len().min(MAX_LOOK)), b"\\x");
        if is_text { it } else { PY_BINARY }
    })
}

/// Recognizes a word that is printed for nothing at all, where it is all of a payload.
pub(super) fn recognize_word(text: &[u8]) -> Option<Printed> {
    matches!(text, b"undefined" | b"<nil>" | b"NaN").then(|| recognize(text)).flatten()
}

/// The same in JSON: a Buffer, or a string of what is printed.
pub(super) fn recognize_whole_json(json: &[u8]) -> Option<Printed> {
    match json {
        [b'"', text @ .., b'"'] => recognize_whole(text).or_else(|| recognize_word(text)),
        [b'{', ..] if is_buffer(json) => Some(BUFFER_JSON),
        [b'{', ..] if indexed_payload(json).is_some() => Some(ARRAY_JSON),
        _ => None,
    }
}

/// The same where the payload is JSON: a Buffer, or a string of what is printed.
pub(crate) fn recognize_json(json: &[u8]) -> Option<Printed> {
    let json = json.trim_ascii();
    if is_buffer(json) {
        return Some(BUFFER_JSON);
    }
    if indexed_payload(json).is_some() {
        return Some(ARRAY_JSON);
    }
    recognize(json.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
        .filter(|found| !matches!(*found, PY_NONE | PHP_ARRAY))
}

/// True for a Buffer in JSON, with blanks or without.
fn is_buffer(json: &[u8]) -> bool {
    let tokens: [&[u8]; 9] =
        [b"{", b"\"type\"", b":", b"\"Buffer\"", b",", b"\"data\"", b":", b"[", b""];
    let rest = tokens.iter().try_fold(json, |rest, it| rest.trim_ascii_start().strip_prefix(*it));
    rest.is_some()
}

/// Most bytes that are looked at.
const MAX_LOOK: usize = 4096;

const PY_CONTAINERS: &[&str] = &[
    "{'",
    "[{'",
    "('",
    "({'",
    "{b'",
    "[b'",
    "['",
    "OrderedDict(",
    "defaultdict(",
    "dict_",
    "Counter({",
    "{None:",
    "{True:",
    "namespace(",
];

/// An object or a list that is not JSON: by what stands after its first key.
fn container(text: &[u8]) -> Option<Printed> {
    if has(text, b"\"=>") || text.starts_with(b"{:") || has(text, b"\" => ") {
        return Some(RUBY_HASH);
    }
    let body = text.trim_ascii_start();
    let body = body.strip_prefix(b"[").unwrap_or(body).trim_ascii_start();
    let body = body.strip_prefix(b"{")?;
    let key = body.trim_ascii_start();
    let length = key.iter().take_while(|byte| is_name(**byte)).count();
    let is_key = length > 0 && !key.first().is_some_and(u8::is_ascii_digit);
    match key.get(length..)? {
        [b'=', ..] if is_key => Some(JAVA_MAP),
        [b':', b' ', ..] if is_key && has(text, b"'") => Some(JS_INSPECT),
        [b':', b' ', ..] if is_key && body.starts_with(b" ") => Some(JS_INSPECT),
        // `{QWE TECHNOLOGY -1.65}`: the fields of a struct, without their names.
        [b' ', ..]
            if length > 0 && text.ends_with(b"}") && !has(text, b"\"") && !has(text, b":") =>
        {
            Some(GO_VALUE)
        }
        _ => None,
    }
}

/// `Order { ticker: "QWE" }` of Rust and of Node.js, `Order { Ticker = QWE }` of .NET.
fn record(text: &[u8]) -> Option<Printed> {
    let length = text.iter().take_while(|byte| is_name(**byte)).count();
    let body = text.get(length..)?.strip_prefix(b" {")?.trim_ascii_start();
    let field = body.iter().take_while(|byte| is_name(**byte)).count();
    let is_whole = text.first()?.is_ascii_uppercase() && field > 0 && text.ends_with(b"}");
    match body.get(field..)? {
        [b':', b' ', ..] if is_whole && has(text, b"'") => Some(JS_INSPECT),
        [b':', b' ', ..] if is_whole => Some(RUST_DEBUG),
        [b' ', b'=', b' ', ..] if is_whole => Some(DOTNET_RECORD),
        _ => None,
    }
}

/// `%{id: 1}`, `%{"id" => 1}`, `%Order{id: 1}`.
fn is_elixir(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"%").unwrap_or_default();
    let name = rest.iter().take_while(|byte| is_name(**byte)).count();
    part(rest, name..).starts_with(b"{") && text.ends_with(b"}")
}

/// A character of the name of a type, a variable or a field.
pub(crate) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$')
}

/// `[B@1b2c3d4e`, `com.example.Order@1b2c3d4e`.
fn is_java_reference(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| *byte == b'@') else { return false };
    let (name, hash) = text.split_at(at);
    let is_array = name.starts_with(b"[") && name.len() <= 3;
    let is_class = name.contains(&b'.') && name.iter().all(|byte| is_name(*byte));
    let hash = hash.get(1..).unwrap_or_default();
    (is_array || is_class)
        && (4..=8).contains(&hash.len())
        && hash.iter().all(u8::is_ascii_hexdigit)
}

/// Numbers of the bytes of JSON and nothing else: other numbers may be a line of data.
fn is_numbers(text: &[u8], between: u8, is_cut: bool) -> bool {
    // The last number may have been cut.
    let end = if is_cut { memchr::memrchr(between, text).unwrap_or(0) } else { text.len() };
    let is_text = if is_cut { starts_json } else { is_json };
    (text.starts_with(b"123") || text.starts_with(b"91"))
        && numbers(part(text, ..end), between)
            .is_some_and(|bytes| bytes.len() >= MIN_NUMBERS && is_text(&bytes))
}

/// What stands between the brackets, as far as it is looked at.
fn inside(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"[").unwrap_or(text);
    text.strip_suffix(b"]").unwrap_or(text)
}

fn has(text: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(text, what).is_some()
}

#[cfg(test)]
mod tests;
