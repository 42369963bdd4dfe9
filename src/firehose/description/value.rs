//! JSON values as members of the model, and the members that it does not know.

use std::collections::BTreeSet;
use std::fmt;

use super::super::json::{self, Token};
use super::super::time::{Millis, rfc3339_or_utc};
use super::{MAX_MISFITS, Misfit};

/// What a member may hold.
pub(super) trait Value: Sized {
    /// Its kind for messages, with its article.
    const EXPECTED: &'static str;

    /// The value; `None` for another kind of value, which stays as it is written.
    fn read(token: Token<'_>, reader: &mut Reader) -> Option<Self>;

    /// Appends it as JSON.
    fn write(&self, out: &mut Vec<u8>);

    /// The first member in it that the model does not know: the object `of` which it
    /// is a member, and its name.
    fn unknown(&self, _of: &'static str) -> Option<(&'static str, &str)> {
        None
    }

    /// Takes what is set in `newer`: of an object each member that is.
    fn merge(&mut self, newer: Self) {
        *self = newer;
    }
}

/// Where a walk through a document is, and what did not fit so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    path: Vec<String>,
    pub(super) misfits: Vec<Misfit>,
}

impl Reader {
    /// Reads the value of one member into its field. What does not fit stays in
    /// `rest`; `null` is not set.
    pub(super) fn member<T: Value>(
        &mut self,
        name: &str,
        token: Token<'_>,
        field: &mut Option<T>,
        rest: &mut Rest,
    ) {
        if token.is_null() {
            return;
        }
        if let Some(value) = self.within(name, |reader| T::read(token, reader)) {
            *field = Some(value);
        } else {
            self.misfit(name, T::EXPECTED, token);
            rest.push(name, token);
        }
    }

    /// Runs `read` with this name at the end of the path.
    pub(super) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let value = read(self);
        self.path.pop();
        value
    }

    fn misfit(&mut self, name: &str, expected: &'static str, token: Token<'_>) {
        if self.misfits.len() < MAX_MISFITS {
            let names = self.path.iter().map(String::as_str).chain([name]);
            // `Destinations[0].Prefix`
            let path = names.collect::<Vec<_>>().join(".").replace(".[", "[");
            self.misfits.push(Misfit { path, expected, found: token.kind() });
        }
    }
}

/// Members that the model has no field for, as they were written, in their order.
/// Printed for programmers by their names alone: a value may be a password.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Rest(Vec<(String, String)>);

impl Rest {
    /// The JSON of a member.
    pub fn get(&self, name: &str) -> Option<Token<'_>> {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| Token::new(value.as_bytes()))
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Token<'_>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), Token::new(value.as_bytes())))
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first one that is set, as a member of `of`.
    pub(super) fn unknown(&self, of: &'static str) -> Option<(&'static str, &str)> {
        self.iter().find(|(_, value)| !value.is_null()).map(|(name, _)| (of, name))
    }

    /// Adds a member.
    pub(super) fn push(&mut self, name: &str, value: Token<'_>) {
        // The document is UTF-8, and so is each of its values.
        self.0.push((name.to_owned(), String::from_utf8_lossy(value.raw()).into_owned()));
    }

    /// Takes members out.
    pub(super) fn remove(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| !is_gone(name));
    }

    /// Takes all of `newer`, which replace those of the same name.
    pub(super) fn merge(&mut self, newer: Self) {
        let names: BTreeSet<&str> = newer.0.iter().map(|(name, _)| name.as_str()).collect();
        self.remove(|name| names.contains(name));
        self.0.extend(newer.0);
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Appends an object, one member after the other.
pub(super) struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> ObjectWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Appends a key and returns where its value goes.
    pub(super) fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        json::push_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// Appends a member that is set.
    pub(super) fn member<T: Value>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            value.write(self.key(name));
        }
    }

    /// Appends those without a field.
    pub(super) fn rest(&mut self, rest: &Rest) {
        for (name, value) in rest.iter() {
            self.key(name).extend_from_slice(value.raw());
        }
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }
}

impl Value for String {
    const EXPECTED: &'static str = "a string";

    fn read(token: Token<'_>, _: &mut Reader) -> Option<Self> {
        token.string().map(std::borrow::Cow::into_owned)
    }

    fn write(&self, out: &mut Vec<u8>) {
        json::push_string(out, self);
    }
}

impl Value for i64 {
    const EXPECTED: &'static str = "a whole number";

    /// Some tools write numbers as strings.
    fn read(token: Token<'_>, _: &mut Reader) -> Option<Self> {
        token.integer_or_string()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.to_string().as_bytes());
    }
}

impl Value for bool {
    const EXPECTED: &'static str = "a boolean";

    /// Some tools write booleans as strings.
    fn read(token: Token<'_>, _: &mut Reader) -> Option<Self> {
        match token.body().unwrap_or(token.raw()) {
            b"true" | b"True" => Some(true),
            b"false" | b"False" => Some(false),
            _ => None,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl<T: Value> Value for Vec<T> {
    const EXPECTED: &'static str = "a list";

    /// A list with an element that does not fit does not fit.
    fn read(token: Token<'_>, reader: &mut Reader) -> Option<Self> {
        if !token.is_array() {
            return None;
        }
        let elements = token.elements().map_while(Result::ok).enumerate();
        elements
            .map(|(index, (element, _))| {
                reader.within(&format!("[{index}]"), |reader| T::read(element, reader))
            })
            .collect()
    }

    fn unknown(&self, of: &'static str) -> Option<(&'static str, &str)> {
        self.iter().find_map(|it| it.unknown(of))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, element) in self.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            element.write(out);
        }
        out.push(b']');
    }
}

/// A point in time. AWS writes seconds since 1970 as a number with a fraction, the
/// AWS CLI makes RFC 3339 of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Millis);

/// The end of the year 9999, which every reader of times takes: seconds since 1970.
const MAX_SECONDS: f64 = 253_402_300_799.0;

impl Value for Time {
    const EXPECTED: &'static str = "a time";

    fn read(token: Token<'_>, _: &mut Reader) -> Option<Self> {
        if let Some(text) = token.string() {
            return rfc3339_or_utc(&text).map(Self);
        }
        let seconds: f64 = str::from_utf8(token.raw()).ok()?.parse().ok()?;
        let is_time = seconds.abs() <= MAX_SECONDS;
        #[expect(clippy::cast_possible_truncation, reason = "it is within i64: see above")]
        is_time.then(|| Self((seconds * 1000.0).round() as Millis))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (sign, millis) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let fraction = match millis % 1000 {
            0 => String::new(),
            rest => format!(".{rest:03}"),
        };
        out.extend_from_slice(format!("{sign}{}{fraction}", millis / 1000).as_bytes());
    }
}

/// A text that no message may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Value for Secret {
    const EXPECTED: &'static str = "a string";

    fn read(token: Token<'_>, reader: &mut Reader) -> Option<Self> {
        String::read(token, reader).map(Self)
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }
}

/// Declares objects of the API: each field is one member, under the names that it
/// has in the different operations; the first one is written.
macro_rules! objects {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$about:meta])* $field:ident: $kind:ty = $first:literal $(| $other:literal)*,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name {
            $($(#[$about])* pub $field: Option<$kind>,)+
            /// Members that have no field here.
            pub rest: Rest,
        }

        impl Value for $name {
            const EXPECTED: &'static str = "an object";

            fn read(token: Token<'_>, reader: &mut Reader) -> Option<Self> {
                if !token.is_object() {
                    return None;
                }
                let mut it = Self::default();
                for field in token.fields().map_while(Result::ok) {
                    let name = lossy(&field.name()).into_owned();
                    match name.as_str() {
                        $($first $(| $other)* => {
                            reader.member(&name, field.value, &mut it.$field, &mut it.rest);
                        })+
                        _ => it.rest.push(&name, field.value),
                    }
                }
                Some(it)
            }

            fn write(&self, out: &mut Vec<u8>) {
                let mut object = ObjectWriter::new(out);
                $(object.member($first, self.$field.as_ref());)+
                object.rest(&self.rest);
                object.end();
            }

            fn unknown(&self, of: &'static str) -> Option<(&'static str, &str)> {
                self.rest.unknown(of)
                    $(.or_else(|| self.$field.as_ref()?.unknown($first)))+
            }

            fn merge(&mut self, newer: Self) {
                $(if newer.$field.is_some() { self.$field = newer.$field; })+
                self.rest.merge(newer.rest);
            }
        }
    )+};
}

pub(super) use objects;
