//! DynamoDB JSON (`{"N":"1.10"}`) as the plain JSON that it stands for.
//!
//! A value with a type is an object with one key, the name of the type
//! (DynamoDB developer guide, "Data type descriptors"). What only looks like
//! one, as `{"N":"many"}` or a map whose values have no types, stays.
//!
//! All of it is done in two passes over compact JSON without recursion: one
//! finds the objects that are typed values, the other writes.

use crate::json;

/// Types of values, by their descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Bool,
    Null,
    Map,
    List,
    TextSet,
    NumberSet,
}

impl Type {
    /// Binary stays in base64: JSON has nothing else for it.
    fn of(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"S" | b"B" => Self::Text,
            b"N" => Self::Number,
            b"BOOL" => Self::Bool,
            b"NULL" => Self::Null,
            b"M" => Self::Map,
            b"L" => Self::List,
            b"SS" | b"BS" => Self::TextSet,
            b"NS" => Self::NumberSet,
            _ => return None,
        })
    }
}

/// A token of compact JSON.
enum Token<'a> {
    /// `{` or `[`.
    Open(u8),
    /// `}` or `]`.
    Close(u8),
    /// A comma, or a newline between values.
    Separator(u8),
    /// With its quotes.
    Key(&'a [u8]),
    /// A string with its quotes.
    Text(&'a [u8]),
    /// A number or a literal.
    Word(&'a [u8]),
}

/// Reads compact JSON that is known to be valid.
struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.first()?;
        let length = match first {
            b'"' => json::skip_value(self.rest, 0).unwrap_or(self.rest.len()),
            b'{' | b'[' | b'}' | b']' | b',' | b'\n' => 1,
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'\n');
                self.rest.iter().position(ends).unwrap_or(self.rest.len())
            }
        };
        let (token, rest) = self.rest.split_at_checked(length)?;
        let after_colon = rest.strip_prefix(b":");
        self.rest = after_colon.unwrap_or(rest);
        Some(match first {
            b'{' | b'[' => Token::Open(first),
            b'}' | b']' => Token::Close(first),
            b',' | b'\n' => Token::Separator(first),
            b'"' if after_colon.is_some() => Token::Key(token),
            b'"' => Token::Text(token),
            _ => Token::Word(token),
        })
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
enum Value {
    /// An object that is a typed value.
    Typed,
    Text {
        /// Its text is a number.
        is_number: bool,
    },
    Bool(bool),
    /// A number, or null.
    Other,
    List(Inside),
    Map(Inside),
}

/// What all values of a list or a map are.
#[derive(Debug, Clone, Copy)]
struct Inside {
    typed: bool,
    text: bool,
    numbers: bool,
}

impl Value {
    const fn fits(self, kind: Type) -> bool {
        match (kind, self) {
            (Type::Text, Self::Text { .. })
            | (Type::Bool, Self::Bool(_))
            | (Type::Null, Self::Bool(true)) => true,
            (Type::Number, Self::Text { is_number }) => is_number,
            (Type::Map, Self::Map(inside)) | (Type::List, Self::List(inside)) => inside.typed,
            (Type::TextSet, Self::List(inside)) => inside.text,
            (Type::NumberSet, Self::List(inside)) => inside.numbers,
            _ => false,
        }
    }
}

/// An object or array that is open.
struct Open {
    /// The how manieth it is, from 0.
    number: usize,
    is_map: bool,
    /// What the key at hand would be the type of.
    key: Option<Type>,
    /// The type that the last member has and fits.
    member: Option<Type>,
    members: usize,
    inside: Inside,
}

impl Open {
    fn add(&mut self, value: Value) {
        self.members += 1;
        self.member = self.key.filter(|kind| value.fits(*kind));
        self.inside.typed &= matches!(value, Value::Typed);
        self.inside.text &= matches!(value, Value::Text { .. });
        self.inside.numbers &= matches!(value, Value::Text { is_number: true });
    }
}

/// Finds the typed values: for each object and array, in the order in which
/// they open, the type if it is one.
fn find(compact: &[u8]) -> Vec<Option<Type>> {
    let mut types = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for token in (Tokens { rest: compact }) {
        let value = match token {
            Token::Open(bracket) => {
                open.push(Open {
                    number: types.len(),
                    is_map: bracket == b'{',
                    key: None,
                    member: None,
                    members: 0,
                    inside: Inside { typed: true, text: true, numbers: true },
                });
                types.push(None);
                continue;
            }
            Token::Key(key) => {
                if let Some(object) = open.last_mut() {
                    object.key = Type::of(body(key));
                }
                continue;
            }
            Token::Separator(_) => continue,
            Token::Close(_) => match open.pop() {
                Some(closed) if closed.is_map && closed.members == 1 && closed.member.is_some() => {
                    if let Some(kind) = types.get_mut(closed.number) {
                        *kind = closed.member;
                    }
                    Value::Typed
                }
                Some(closed) if closed.is_map => Value::Map(closed.inside),
                Some(closed) => Value::List(closed.inside),
                None => continue,
            },
            Token::Text(text) => Value::Text { is_number: is_number(body(text)) },
            Token::Word(b"true") => Value::Bool(true),
            Token::Word(b"false") => Value::Bool(false),
            Token::Word(_) => Value::Other,
        };
        if let Some(around) = open.last_mut() {
            around.add(value);
        }
    }
    types
}

/// Appends compact JSON with every typed value in it as a plain one.
pub(super) fn push_plain(compact: &[u8], out: &mut Vec<u8>) {
    let types = find(compact);
    let mut types = types.into_iter();
    // Whether each that is open is written, and the type of what is in it.
    let mut open: Vec<(bool, Option<Type>)> = Vec::new();
    for token in (Tokens { rest: compact }) {
        let (is_written, kind) = open.last().copied().unwrap_or((true, None));
        match token {
            Token::Open(bracket) => {
                let found = types.next().flatten();
                let is_set = bracket == b'[' && kind == Some(Type::NumberSet);
                open.push((found.is_none(), if is_set { Some(Type::Number) } else { found }));
                if found.is_none() {
                    out.push(bracket);
                }
            }
            Token::Close(bracket) => {
                open.pop();
                if is_written {
                    out.push(bracket);
                }
            }
            Token::Key(key) if is_written => {
                out.extend_from_slice(key);
                out.push(b':');
            }
            Token::Key(_) => {}
            Token::Separator(byte) => out.push(byte),
            Token::Text(text) if kind == Some(Type::Number) => out.extend_from_slice(body(text)),
            Token::Word(_) if kind == Some(Type::Null) => out.extend_from_slice(b"null"),
            Token::Text(text) | Token::Word(text) => out.extend_from_slice(text),
        }
    }
}

/// A string without its quotes.
fn body(text: &[u8]) -> &[u8] {
    json::Token::new(text).body().unwrap_or(text)
}

/// True for a text that is a number in JSON too.
fn is_number(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'-' | b'0'..=b'9')) && json::skip_value(text, 0) == Ok(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(compact: &str) -> String {
        let mut out = Vec::new();
        push_plain(compact.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_type_becomes_the_value_that_it_stands_for() {
        for (typed, expected) in [
            (r#"{"S":"a \"b\" \u00e9"}"#, r#""a \"b\" \u00e9""#),
            (r#"{"N":"1.10"}"#, "1.10"),
            (
                r#"{"N":"-12345678901234567890123456789012345678"}"#,
                "-12345678901234567890123456789012345678",
            ),
            (r#"{"N":"1E+5"}"#, "1E+5"),
            (r#"{"BOOL":false}"#, "false"),
            (r#"{"NULL":true}"#, "null"),
            (r#"{"B":"aGk="}"#, r#""aGk=""#),
            (r#"{"SS":["a","b"]}"#, r#"["a","b"]"#),
            (r#"{"NS":["1","2.50"]}"#, "[1,2.50]"),
            (r#"{"BS":["aGk="]}"#, r#"["aGk="]"#),
            (r#"{"L":[{"S":"a"},{"N":"1"},{"L":[]}]}"#, r#"["a",1,[]]"#),
            (r#"{"M":{"a":{"M":{}},"b":{"NULL":true}}}"#, r#"{"a":{},"b":null}"#),
        ] {
            assert_eq!(plain(typed), expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_type_stays() {
        for value in [
            r#"{"N":"many"}"#,
            r#"{"N":"01"}"#,
            r#"{"N":1}"#,
            r#"{"S":1}"#,
            r#"{"BOOL":"true"}"#,
            r#"{"NULL":false}"#,
            r#"{"NS":["1","x"]}"#,
            r#"{"SS":"a"}"#,
            r#"{"L":[1]}"#,
            r#"{"M":{"a":1}}"#,
            r#"{"M":[]}"#,
            r#"{"L":{}}"#,
            r#"{"S":"a","N":"1"}"#,
            r#"{"s":"a"}"#,
            r#"[1,"S",{},[]]"#,
            "{}",
        ] {
            assert_eq!(plain(value), value);
        }
    }

    #[test]
    fn attributes_may_have_the_name_of_a_type() {
        assert_eq!(plain(r#"{"S":{"S":"a"},"M":{"N":"1"}}"#), r#"{"S":"a","M":1}"#);
        assert_eq!(plain(r#"{"M":{"S":"a"}}"#), r#"{"M":"a"}"#);
        assert_eq!(plain(r#"{"M":{"M":{"M":{"S":"a"}}}}"#), r#"{"M":{"M":"a"}}"#);
        assert_eq!(plain(r#"{"M":{"S":{"S":"a"}}}"#), r#"{"S":"a"}"#);
    }

    #[test]
    fn a_change_record_is_plain_where_it_has_items() {
        let record = r#"{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"},"tags":{"SS":["a"]}},"SizeBytes":26}}"#;
        let expected = r#"{"eventName":"MODIFY","dynamodb":{"Keys":{"id":7},"NewImage":{"id":7,"tags":["a"]},"SizeBytes":26}}"#;
        assert_eq!(plain(record), expected);
        assert_eq!(plain("{\"a\":{\"N\":\"1\"}}\n{\"a\":{\"N\":\"2\"}}"), "{\"a\":1}\n{\"a\":2}");
    }

    #[derive(Debug, Clone)]
    enum Item {
        Text(String),
        Number(i64),
        Bool(bool),
        Null,
        List(Vec<Item>),
        Map(Vec<(String, Item)>),
    }

    impl Item {
        fn written(&self, typed: bool) -> String {
            let quoted = |text: &str| {
                let mut out = Vec::new();
                json::push_string(&mut out, text);
                String::from_utf8(out).unwrap()
            };
            let wrap = |kind: &str, value: String, plain: String| {
                if typed { format!("{{\"{kind}\":{value}}}") } else { plain }
            };
            match self {
                Self::Text(text) => wrap("S", quoted(text), quoted(text)),
                Self::Number(number) => wrap("N", format!("\"{number}\""), number.to_string()),
                Self::Bool(value) => wrap("BOOL", value.to_string(), value.to_string()),
                Self::Null => wrap("NULL", "true".to_owned(), "null".to_owned()),
                Self::List(items) => {
                    let items: Vec<_> = items.iter().map(|item| item.written(typed)).collect();
                    let list = format!("[{}]", items.join(","));
                    wrap("L", list.clone(), list)
                }
                Self::Map(items) => {
                    let member = |(key, item): &(String, Self)| {
                        format!("{}:{}", quoted(key), item.written(typed))
                    };
                    let members: Vec<_> = items.iter().map(member).collect();
                    let map = format!("{{{}}}", members.join(","));
                    wrap("M", map.clone(), map)
                }
            }
        }
    }

    fn items() -> impl Strategy<Value = Item> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Item::Text),
            any::<i64>().prop_map(Item::Number),
            any::<bool>().prop_map(Item::Bool),
            Just(Item::Null),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            let key = prop_oneof!["S|N|M|L|NULL", any::<String>()];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Item::List),
                proptest::collection::vec((key, inner), 0..5).prop_map(Item::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_item_comes_out_as_plain_json(item in items()) {
            prop_assert_eq!(plain(&item.written(true)), item.written(false));
        }
    }
}
