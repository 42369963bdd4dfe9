//! Content that is a printed value from its beginning to its end: text that only begins
//! like one, a style sheet, a line of a shell or a query is none.

use super::{
    DART_OBJECT, DOTNET_OBJECT, DOTNET_RECORD, ELIXIR_MAP, GO_BYTES, GO_VALUE, JAVA_MAP,
    JAVA_OBJECT, JAVA_OPTIONAL, JS_BUFFER, JS_BYTES, JS_COMPRESSED, JS_INSPECT, JS_OBJECT,
    JS_PROMISE, PERL_REFERENCE, PHP_ARRAY, POWERSHELL, PY_DICT, PY_OBJECT, PY_SET, Printed,
    RUBY_HASH, RUBY_OBJECT, RUST_DEBUG, SCALA_MAP, fields, has, inside, is_elixir, is_name,
    is_numbers, numbers, part, record,
};
use crate::json;

/// Longer content is not looked at to its end.
const MAX_WHOLE: usize = 64 * 1024;

/// Recognizes a value that fills `text`.
pub(super) fn recognize(text: &[u8]) -> Option<Printed> {
    // Most text shows at its ends that it is none.
    if text.len() > MAX_WHOLE {
        return None;
    }
    match (text.first()?, text.last()?) {
        (b'[', b']') => list(text).or_else(|| js_object(text)),
        (_, b']') if js_object(text).is_some() => js_object(text),
        (b'{', b'}') => braces(text),
        (b'<', b'>') => angle(text),
        (b'#', b'>') if text.get(1) == Some(&b'<') => {
            text.get(2)?.is_ascii_alphabetic().then_some(RUBY_OBJECT)
        }
        (b'@', b'}') => hashtable(text),
        (b'&', b'}') if is_one_line(text) => text.strip_prefix(b"&{").map(|_| GO_VALUE),
        (b'm', b']') => go_map(text),
        (b'%', b'}') if is_elixir(text) => Some(ELIXIR_MAP),
        (b'P', b'}') if text.starts_with(b"Promise {") => Some(JS_PROMISE),
        (b'a' | b'd' | b'f' | b'n' | b's', b')' | b']') => python_call(text),
        (b'A', b'y') if text == b"Array" => Some(PHP_ARRAY),
        (b'0'..=b'9', b'0'..=b'9') => comma_numbers(text),
        (b'I', b'\'') if text.starts_with(b"Instance of '") => Some(DART_OBJECT),
        (first, b')' | b'}' | b']') if first.is_ascii_uppercase() => named(text),
        (first, _) if first.is_ascii_alphabetic() => reference(text).or_else(|| dotnet(text)),
        _ => None,
    }
}

fn is_one_line(text: &[u8]) -> bool {
    memchr::memchr(b'\n', text).is_none()
}

/// How long the name at the start of `text` is.
fn name_length(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_name(**byte)).count()
}

/// `[object Object]`, several of them, or one after a few words.
fn js_object(text: &[u8]) -> Option<Printed> {
    const OBJECT: &[u8] = b"[object ";
    /// Bytes of the words before it.
    const MAX_WORDS: usize = 64;
    let at = memchr::memmem::find(text, OBJECT).filter(|at| *at <= MAX_WORDS)?;
    let objects = part(text, at..).split(|byte| matches!(byte, b',' | b'\n'));
    let mut names = objects.map(|it| it.trim_ascii().strip_prefix(OBJECT)?.strip_suffix(b"]"));
    let is_object = names.clone().all(|name| {
        name.is_some_and(|it| {
            it.first().is_some_and(u8::is_ascii_alphabetic) && name_length(it) == it.len()
        })
    });
    let is_promise = names.next() == Some(Some(b"Promise"));
    let is_whole = is_object && is_one_line(part(text, ..at));
    is_whole.then_some(if is_promise { JS_PROMISE } else { JS_OBJECT })
}

/// `{…}` that is not JSON.
fn braces(text: &[u8]) -> Option<Printed> {
    let body = text.get(1..text.len().checked_sub(1)?)?;
    let inner = body.trim_ascii_start();
    match inner.first()? {
        b'\'' if inner.len() == body.len() => Some(if is_set(inner) { PY_SET } else { PY_DICT }),
        b'"' => {
            let end = json::skip_value(inner, 0).ok()?;
            part(inner, end..).trim_ascii_start().starts_with(b"=>").then_some(RUBY_HASH)
        }
        b':' => {
            let length = name_length(inner.get(1..)?);
            let value = part(inner, length + 1..).trim_ascii_start();
            (length > 0 && value.starts_with(b"=>")).then_some(RUBY_HASH)
        }
        _ if !is_one_line(text) || memchr::memchr(b';', text).is_some() => None,
        _ => {
            let length = name_length(inner);
            let is_key = length > 0 && !inner.first()?.is_ascii_digit();
            match inner.get(length..)? {
                [b'=', b'=' | b'>' | b'~', ..] => None,
                [b'=', ..] if is_key && inner.len() == body.len() => {
                    has_fields(body, b"=", b", ").then_some(JAVA_MAP)
                }
                [b' ', b'=', b' ', ..] if is_key && body.starts_with(b" ") => {
                    let is_anonymous = has_fields(body, b" = ", b", ") && !body.contains(&b'"');
                    is_anonymous.then_some(DOTNET_RECORD)
                }
                [b':', next, ..]
                    if is_key && *next != b' ' && inner.first()?.is_ascii_uppercase() =>
                {
                    let is_go = has_fields(body, b":", b" ") && !body.contains(&b'"');
                    (is_go && memchr::memchr(b' ', body).is_some()).then_some(GO_VALUE)
                }
                _ => is_go_values(body).then_some(GO_VALUE),
            }
        }
    }
}

/// True if what stands in a set of Python follows its first string.
fn is_set(inner: &[u8]) -> bool {
    let Some(rest) = inner.strip_prefix(b"'") else { return false };
    let end = memchr::memchr(b'\'', rest).map_or(rest.len(), |at| at + 1);
    matches!(part(rest, end..).trim_ascii_start(), [] | [b',', ..])
}

/// True if each piece of `body` between two of `between` that has a name with `sign` after it
/// is a field, and the first is one: a value may have `between` in it, and no name.
fn has_fields(body: &[u8], sign: &[u8], between: &[u8]) -> bool {
    let body = body.trim_ascii();
    let is_field = |it: &[u8]| {
        let length = name_length(it);
        length > 0 && part(it, length..).starts_with(sign)
    };
    // Fields that only a comma is between are of another language.
    let has_other = between == b", "
        && memchr::memchr_iter(b',', body)
            .any(|at| body.get(at + 1) != Some(&b' ') && is_field(part(body, at + 1..)));
    let second = memchr::memmem::find(body, between).map(|at| part(body, at + between.len()..));
    is_field(body) && !has_other && (second.is_none_or(is_field) || between == b", ")
}

/// `{A-1041 129.95 [X1 X2]}`: the fields of a struct of Go, without their names.
fn is_go_values(body: &[u8]) -> bool {
    const FEW: usize = 3;
    let is_plain = |byte: &u8| {
        byte.is_ascii_alphanumeric() || b" .-_:/+[]<>@".contains(byte) || !byte.is_ascii()
    };
    if body.starts_with(b" ") || body.ends_with(b" ") || !body.iter().all(is_plain) {
        return false;
    }
    let words = || body.split(|byte| *byte == b' ');
    let is_value = |word: &[u8]| {
        let bare = word.strip_prefix(b"[").unwrap_or(word);
        let is_number = str::from_utf8(bare).is_ok_and(|it| it.parse::<f64>().is_ok())
            && bare.iter().any(u8::is_ascii_digit);
        is_number || matches!(bare, b"true" | b"false" | b"<nil>")
    };
    // What prose hardly has.
    let is_telling = |word: &[u8]| {
        is_value(word) && (word.contains(&b'.') || !word.iter().any(u8::is_ascii_digit))
    };
    let is_word = |word: &[u8]| word.iter().any(u8::is_ascii_alphabetic) && !is_value(word);
    let values = words().filter(|word| is_value(word)).count();
    if words().any(<[u8]>::is_empty) || !words().any(is_word) {
        return false;
    }
    let is_of_id = words().any(is_id) && (words().count() >= FEW || words().any(is_telling));
    values >= 2 && words().any(is_telling) || values >= 1 && is_of_id
}

/// True for `A-1041`.
fn is_id(word: &[u8]) -> bool {
    const MIN_LENGTH: usize = 4;
    let is_sign = |byte: &u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    word.len() >= MIN_LENGTH
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && word.iter().any(u8::is_ascii_digit)
        && word.iter().all(is_sign)
}

/// `map[a:1 b:2]` of Go.
fn go_map(text: &[u8]) -> Option<Printed> {
    let body = text.strip_prefix(b"map[")?;
    let key = body.iter().take_while(|it| !matches!(it, b' ' | b'[' | b']' | b':')).count();
    let is_map = body == b"]" || key > 0 && body.get(key) == Some(&b':');
    (is_map && is_one_line(text)).then_some(GO_VALUE)
}

/// `@{a=1; b=2}` of PowerShell.
fn hashtable(text: &[u8]) -> Option<Printed> {
    let body = text.strip_prefix(b"@{")?;
    let length = name_length(body);
    (length > 0 && body.get(length) == Some(&b'=') && is_one_line(text)).then_some(POWERSHELL)
}

/// `<…>`: objects of Python, a Buffer of Node.js.
fn angle(text: &[u8]) -> Option<Printed> {
    if let Some(bytes) = text.strip_prefix(b"<Buffer ").and_then(|it| it.strip_suffix(b">")) {
        let pairs = bytes.split(|byte| *byte == b' ').take(4);
        let is_hex = |it: &[u8]| it.len() == 2 && it.iter().all(u8::is_ascii_hexdigit);
        let mut pairs = pairs.filter(|it| !it.starts_with(b"..."));
        return pairs.all(is_hex).then_some(JS_BUFFER);
    }
    let starts = ["<function ", "<bound method ", "<built-in ", "<coroutine ", "<memory at 0x"];
    let is_known = starts.iter().any(|it| text.starts_with(it.as_bytes()));
    let is_class = text.starts_with(b"<class '") && text.ends_with(b"'>");
    // The tags of HTML follow each other.
    let end = memchr::memchr(b'>', text).unwrap_or(text.len());
    let is_tag = memchr::memchr(b'<', part(text, end..)).is_some();
    let is_object = is_known || has(text, b" object at 0x") && !is_tag;
    (is_class || is_object && ends_with_address(text)).then_some(PY_OBJECT)
}

/// True for what ends as `<… at 0x7f3a>` does.
fn ends_with_address(text: &[u8]) -> bool {
    const AT: &[u8] = b" at 0x";
    let after = memchr::memmem::rfind(text, AT).map(|at| part(text, at + AT.len()..));
    after.is_some_and(|it| {
        let digits = it.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        digits > 0 && digits < it.len() && part(it, digits..).iter().all(|byte| *byte == b'>')
    })
}

/// A list of what is printed.
fn list(text: &[u8]) -> Option<Printed> {
    let body = inside(text);
    if is_numbers(body, b' ', false) || is_gzip(body, b' ') {
        return Some(GO_BYTES);
    }
    if body.starts_with(b"{'") || matches!(body, [b'\'', .., b'\'']) {
        return Some(PY_DICT);
    }
    if let Some(reference) = reference(body.split(|byte| *byte == b',').next()?) {
        return Some(reference);
    }
    let inner = match (body.first()?, body.last()?) {
        (b'{', b'}') => braces(body),
        (b'm', b']') => go_map(body),
        (first, b')' | b']' | b'}') if first.is_ascii_uppercase() => named(body),
        _ => None,
    };
    inner.filter(|it| *it != JS_INSPECT)
}

/// Calls that Python prints: `OrderedDict([('a', 1)])`, `dict_keys(['a'])`.
fn python_call(text: &[u8]) -> Option<Printed> {
    const CONTAINERS: [&str; 9] = [
        "defaultdict(<",
        "deque([",
        "dict_keys([",
        "dict_values([",
        "dict_items([",
        "namespace(",
        "frozenset({",
        "array('",
        "array(\"",
    ];
    if CONTAINERS.iter().any(|it| text.starts_with(it.as_bytes())) {
        return Some(PY_DICT);
    }
    if text.starts_with(b"array (\n") {
        return Some(PHP_ARRAY);
    }
    if text == b"set()" {
        return Some(PY_SET);
    }
    let is_value = text.starts_with(b"datetime.") && has(text, b"(");
    is_value.then_some(PY_OBJECT)
}

/// What has the name of a type before it: `Order(id=1)`, `Order { id: 1 }`.
fn named(text: &[u8]) -> Option<Printed> {
    let starts = |starts: &[&str]| starts.iter().any(|it| text.starts_with(it.as_bytes()));
    if starts(&["OrderedDict(", "Counter({", "ChainMap({", "UserDict("]) {
        return Some(PY_DICT);
    }
    if starts(&["Decimal('", "UUID('"]) {
        return Some(PY_OBJECT);
    }
    if starts(&["HASH(0x", "ARRAY(0x"]) {
        return Some(PERL_REFERENCE);
    }
    if starts(&["Array\n("]) {
        return Some(PHP_ARRAY);
    }
    if starts(&["Map(", "HashMap("]) && has(text, b" -> ") {
        return Some(SCALA_MAP);
    }
    if starts(&["Optional["]) {
        return Some(JAVA_OPTIONAL);
    }
    if starts(&["Object {\"", "Array [", "String(\"", "Some(\"", "Ok(\""]) {
        return starts_rust(text).then_some(RUST_DEBUG);
    }
    if starts(&["System."]) {
        return dotnet(text);
    }
    if starts(&["Map(", "Set("]) && has(text, b") {") {
        return Some(JS_INSPECT);
    }
    if starts(&["Some(", "Ok("]) {
        let inner = text.get(memchr::memchr(b'(', text)? + 1..text.len() - 1)?;
        return named(inner).filter(|it| *it == RUST_DEBUG);
    }
    record(text).filter(|it| *it != JS_INSPECT && is_record_body(text)).or_else(|| {
        let fields = fields(text).filter(|_| is_one_line(text))?;
        let length = name_length(text);
        // Keywords have capital letters only.
        part(text, ..length).iter().any(u8::is_ascii_lowercase).then_some(fields)
    })
}

/// True for `Array [Number(1)]`, which is no list of words.
fn starts_rust(text: &[u8]) -> bool {
    !text.starts_with(b"Array [") || has(text, b"(")
}

/// True for fields of a record: a style sheet ends them otherwise.
fn is_record_body(text: &[u8]) -> bool {
    /// Most elements of HTML have shorter names.
    const MIN_NAME: usize = 5;
    const ELEMENTS: [&[u8]; 36] = [
        b"a", b"b", b"i", b"p", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"hr", b"li", b"ol",
        b"td", b"th", b"tr", b"ul", b"div", b"img", b"nav", b"pre", b"body", b"code", b"form",
        b"html", b"main", b"span", b"aside", b"input", b"label", b"table", b"button", b"footer",
        b"header", b"article", b"section",
    ];
    if memchr::memchr(b';', text).is_some() {
        return false;
    }
    let name = part(text, ..name_length(text));
    let body = part(text, memchr::memchr(b'{', text).map_or(0, |at| at + 1)..).trim_ascii_start();
    let Some(value) = part(body, name_length(body)..).strip_prefix(b": ") else {
        return is_one_line(text);
    };
    let Some(first) = value.first() else { return false };
    if *first == b'"' {
        return true;
    }
    let is_element = ELEMENTS.iter().any(|it| it.eq_ignore_ascii_case(name));
    let is_number = first.is_ascii_digit() && name.len() >= MIN_NAME;
    let has_more = memchr::memchr2(b',', b':', value).is_some();
    let is_value = first.is_ascii_digit()
        || first.is_ascii_uppercase()
        || matches!(first, b'-' | b'[' | b'(' | b'{')
        || value.starts_with(b"true")
        || value.starts_with(b"false");
    !is_element && is_value && (is_number || has_more)
}

/// `com.example.Order@1b2c3d4e`, also after other words of a list.
fn reference(text: &[u8]) -> Option<Printed> {
    /// A hash, and the sign before it.
    const MAX_HASH: usize = 9;
    /// Shorter ones are words and years.
    const MIN_HASH: usize = 6;
    let tail = part(text, text.len().saturating_sub(MAX_HASH)..);
    let at = text.len() - tail.len() + memchr::memrchr(b'@', tail)?;
    let (name, hash) = (part(text, ..at), part(text, at + 1..));
    let class = part(name, memchr::memrchr2(b'.', b'$', name).map_or(0, |at| at + 1)..);
    // A class without a name has a number, after its outer one.
    let is_inner = part(name, ..name.len() - class.len()).ends_with(b"$");
    let is_class =
        class.first().is_some_and(|it| it.is_ascii_uppercase() || is_inner && it.is_ascii_digit());
    (is_class
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && hash.len() >= MIN_HASH
        && hash.iter().any(u8::is_ascii_digit)
        && name.iter().all(|byte| is_name(*byte) || *byte == b'/')
        && hash.iter().all(u8::is_ascii_hexdigit))
    .then_some(JAVA_OBJECT)
}

/// `System.Collections.Hashtable`: the name of a type of .NET.
fn dotnet(text: &[u8]) -> Option<Printed> {
    let is_type = text.starts_with(b"System.")
        && !text.ends_with(b"Exception")
        && !text.iter().any(u8::is_ascii_whitespace);
    let plain = text.iter().take_while(|it| is_name(**it)).count();
    let mut names = part(text, ..plain).split(|byte| *byte == b'.');
    let is_name = names.all(|it| it.first().is_some_and(u8::is_ascii_uppercase));
    let after = part(text, plain..);
    let is_suffix = after.is_empty() || after.starts_with(b"[") || after.starts_with(b"`");
    (is_type && is_name && is_suffix).then_some(DOTNET_OBJECT)
}

/// `123,34,…` and `31,139,8,…`: the bytes of JSON and of gzip.
fn comma_numbers(text: &[u8]) -> Option<Printed> {
    if is_gzip(text, b',') {
        return Some(JS_COMPRESSED);
    }
    is_numbers(text, b',', false).then_some(JS_BYTES)
}

/// True for the bytes of gzip as numbers.
fn is_gzip(text: &[u8], between: u8) -> bool {
    /// The shortest member.
    const MIN_LENGTH: usize = 18;
    let starts = [&b"31"[..], b"139", b"8"].join(&between);
    text.starts_with(&starts) && numbers(text, between).is_some_and(|it| it.len() >= MIN_LENGTH)
}

#[cfg(test)]
mod tests;
