//! Times in prefixes: patterns of Java's `DateTimeFormatter`.

use std::fmt::Write as _;

use jiff::Zoned;
use jiff::civil::DateTime;

use super::java;

/// What changes with each step of time, the coarsest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    /// Minutes, seconds and parts of one.
    Second,
}

/// A pattern, e.g. `yyyy/MM/dd/HH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimePattern {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// A letter, and how many times it is repeated.
    Field(char, usize),
}

/// Letters that Java has (`DateTimeFormatter`, "Patterns for Formatting and
/// Parsing"); what they stand for is known here for numbers of the calendar
/// and the clock only.
const LETTERS: &str = "GuyDMLdQqYwWEecFaBhKkHmsSAnNVvzOXxZp";

impl TimePattern {
    /// `yyyy/MM/dd/HH`.
    pub(super) fn hours() -> Self {
        let field = |letter, count| Token::Field(letter, count);
        let slash = || Token::Literal("/".to_owned());
        Self {
            text: "yyyy/MM/dd/HH".to_owned(),
            tokens: vec![
                field('y', 4),
                slash(),
                field('M', 2),
                slash(),
                field('d', 2),
                slash(),
                field('H', 2),
            ],
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (token, behind) = match first {
                '\'' => quoted(rest)?,
                letter if letter.is_ascii_alphabetic() => {
                    if !LETTERS.contains(letter) {
                        return Err("it has a letter that is not a Java pattern letter");
                    }
                    let behind = rest.trim_start_matches(letter);
                    (Token::Field(letter, rest.len() - behind.len()), behind)
                }
                '[' | ']' | '{' | '}' | '#' => return Err("Java reserves `[]{}#`"),
                other => {
                    let behind = rest.get(other.len_utf8()..).unwrap_or_default();
                    (Token::Literal(other.to_string()), behind)
                }
            };
            tokens.push(token);
            rest = behind;
        }
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Appends `time`, all of it; false where a letter is not known.
    pub(super) fn push_whole(&self, time: &Zoned, out: &mut String) -> bool {
        self.tokens.iter().all(|token| match token {
            Token::Literal(text) => {
                out.push_str(text);
                true
            }
            Token::Field(letter, count) => {
                push_field(*letter, *count, time.datetime(), Unit::Second, out)
                    || java::push_field(*letter, *count, time, out)
            }
        })
    }

    /// Appends `time` up to what is finer than `finest`, or not known: then
    /// false.
    pub(super) fn push(&self, time: DateTime, finest: Unit, out: &mut String) -> bool {
        self.tokens.iter().all(|token| match token {
            Token::Literal(text) => {
                out.push_str(text);
                true
            }
            Token::Field(letter, count) => push_field(*letter, *count, time, finest, out),
        })
    }
}

/// A literal in quotes; two of them are one.
fn quoted(text: &str) -> Result<(Token, &str), &'static str> {
    if let Some(behind) = text.strip_prefix("''") {
        return Ok((Token::Literal("'".to_owned()), behind));
    }
    let mut literal = String::new();
    let mut rest = text.strip_prefix('\'').unwrap_or(text);
    loop {
        let (part, behind) = rest.split_once('\'').ok_or("a quote is not closed")?;
        literal.push_str(part);
        match behind.strip_prefix('\'') {
            Some(behind) => {
                literal.push('\'');
                rest = behind;
            }
            None => return Ok((Token::Literal(literal), behind)),
        }
    }
}

/// Appends one field; false, and nothing, if it is finer than `finest` or not
/// known.
fn push_field(letter: char, count: usize, time: DateTime, finest: Unit, out: &mut String) -> bool {
    let year = i64::from(time.year());
    let (unit, value) = match (letter, count) {
        ('y' | 'u', 2) => (Unit::Year, year.rem_euclid(100)),
        ('y' | 'u', 1 | 3 | 4) => (Unit::Year, year),
        ('M' | 'L', 1 | 2) => (Unit::Month, time.month().into()),
        ('d', 1 | 2) => (Unit::Day, time.day().into()),
        ('D', 1..=3) => (Unit::Day, time.date().day_of_year().into()),
        ('H', 1 | 2) => (Unit::Hour, time.hour().into()),
        ('k', 1 | 2) => (Unit::Hour, (i64::from(time.hour()) + 23) % 24 + 1),
        ('m', 1 | 2) => (Unit::Second, time.minute().into()),
        ('s', 1 | 2) => (Unit::Second, time.second().into()),
        ('S', 1..=9) => {
            let digits = format!("{:09}", time.subsec_nanosecond());
            if finest == Unit::Second {
                out.push_str(digits.get(..count).unwrap_or_default());
            }
            return finest == Unit::Second;
        }
        _ => return false,
    };
    if unit > finest {
        return false;
    }
    // Writing to a string does not fail.
    let _unused = write!(out, "{value:0count$}");
    true
}
