//! Filter patterns on JSON: `{ $.level = "ERROR" && $.status >= 500 }`.

use firehose::json::{self, Token};

/// Groups within groups.
const MAX_DEPTH: usize = 20;

/// What a message has to be.
#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Is(Selector, Test),
}

/// The way to a value: `$.a[0].b`.
#[derive(Debug, PartialEq)]
pub(super) struct Selector(Vec<Step>);

#[derive(Debug, PartialEq)]
enum Step {
    Field(String),
    Element(usize),
}

/// What a value has to be.
#[derive(Debug, PartialEq)]
pub(super) enum Test {
    Compare(Operator, Value),
    /// `IS NULL`, `IS TRUE` or `IS FALSE`.
    Literal(&'static str),
    NotExists,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    /// With `*` for anything.
    Text(String),
}

const OPERATORS: [(&str, Operator); 6] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// Reads what is between the braces of a pattern.
pub(super) fn parse(text: &str) -> Option<Condition> {
    let mut reader = Reader { rest: text };
    let condition = reader.any(0)?;
    reader.rest.trim().is_empty().then_some(condition)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut conditions = vec![self.all(depth)?];
        while self.takes("||") {
            conditions.push(self.all(depth)?);
        }
        one_or(conditions, Condition::Any)
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut conditions = vec![self.single(depth)?];
        while self.takes("&&") {
            conditions.push(self.single(depth)?);
        }
        one_or(conditions, Condition::All)
    }

    fn single(&mut self, depth: usize) -> Option<Condition> {
        if self.takes("(") {
            let condition = (depth < MAX_DEPTH).then(|| self.any(depth + 1))??;
            return self.takes(")").then_some(condition);
        }
        Some(Condition::Is(self.selector()?, self.test()?))
    }

    fn selector(&mut self) -> Option<Selector> {
        if !self.takes("$") {
            return None;
        }
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                let is_end =
                    |character: char| character.is_whitespace() || ".[=!<>()&|".contains(character);
                let end = rest.find(is_end).unwrap_or(rest.len());
                let (name, rest) =
                    rest.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
                steps.push(Step::Field(name.to_owned()));
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (inside, rest) = rest.split_once(']')?;
                let quoted = inside.strip_prefix(['\'', '"']);
                steps.push(match quoted {
                    Some(name) => Step::Field(name.strip_suffix(['\'', '"'])?.to_owned()),
                    None => Step::Element(inside.trim().parse().ok()?),
                });
                self.rest = rest;
            } else {
                return (!steps.is_empty()).then_some(Selector(steps));
            }
        }
    }

    fn test(&mut self) -> Option<Test> {
        if let Some((_, operator)) = OPERATORS.iter().find(|(text, _)| self.takes(text)) {
            return Some(Test::Compare(*operator, self.value()?));
        }
        let mut words = || self.bare().map(str::to_ascii_uppercase);
        match (words()?.as_str(), words()?.as_str()) {
            ("IS", "NULL") => Some(Test::Literal("null")),
            ("IS", "TRUE") => Some(Test::Literal("true")),
            ("IS", "FALSE") => Some(Test::Literal("false")),
            ("NOT", "EXISTS") => Some(Test::NotExists),
            _ => None,
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('"') {
            let (text, rest) = rest.split_once('"')?;
            self.rest = rest;
            return Some(Value::Text(text.to_owned()));
        }
        let text = self.bare()?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        // A regular expression.
        let is_plain = !text.starts_with('%');
        is_plain.then(|| number.map_or_else(|| Value::Text(text.to_owned()), Value::Number))
    }

    fn bare(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let is_end = |character: char| character.is_whitespace() || "()&|\"".contains(character);
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
        self.rest = rest;
        Some(word)
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

fn one_or(
    mut conditions: Vec<Condition>,
    several: impl FnOnce(Vec<Condition>) -> Condition,
) -> Option<Condition> {
    if conditions.len() > 1 { Some(several(conditions)) } else { conditions.pop() }
}

impl Condition {
    /// True for a message that is JSON and has all that it has to have.
    pub(super) fn matches(&self, message: &str) -> bool {
        let message = message.trim();
        let is_json = json::skip_value(message.as_bytes(), 0) == Ok(message.len());
        is_json && self.holds(Token::new(message.as_bytes()))
    }

    fn holds(&self, message: Token<'_>) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|it| it.holds(message)),
            Self::Any(conditions) => conditions.iter().any(|it| it.holds(message)),
            Self::Is(selector, test) => match selector.find(message) {
                Some(found) => test.holds(found),
                None => *test == Test::NotExists,
            },
        }
    }
}

impl Selector {
    fn find<'a>(&self, message: Token<'a>) -> Option<Token<'a>> {
        self.0.iter().try_fold(message, |value, step| match step {
            Step::Field(name) => value.is_object().then(|| value.get(name.as_bytes()))?,
            Step::Element(at) => {
                value.is_array().then(|| value.elements().nth(*at))??.ok().map(|(value, _)| value)
            }
        })
    }
}

impl Test {
    fn holds(&self, found: Token<'_>) -> bool {
        match self {
            Self::NotExists => false,
            Self::Literal(literal) => !found.is_string() && found.text() == *literal,
            Self::Compare(operator, Value::Number(number)) => {
                let value =
                    (!found.is_string()).then(|| found.text().parse::<f64>().ok()).flatten();
                value.is_some_and(|value| operator.holds(value, *number))
            }
            Self::Compare(operator, Value::Text(pattern)) => {
                let is_value = !found.is_object() && !found.is_array();
                let is_same = is_value && is_like(&found.text(), pattern);
                match operator {
                    Operator::Equal => is_same,
                    Operator::NotEqual => !is_same,
                    _ => false,
                }
            }
        }
    }
}

impl Operator {
    #[expect(clippy::float_cmp, reason = "both are written out")]
    fn holds(self, one: f64, other: f64) -> bool {
        match self {
            Self::Equal => one == other,
            Self::NotEqual => one != other,
            Self::Less => one < other,
            Self::LessOrEqual => one <= other,
            Self::Greater => one > other,
            Self::GreaterOrEqual => one >= other,
        }
    }
}

/// True if a text is like a pattern, in which `*` is anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| text.strip_prefix(start)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        r#"{"level":"ERROR","code":500,"ok":false,"none":null,"in":{"a b":[{"c":"x"},7]}}"#;

    #[test]
    fn conditions_on_fields_hold_or_do_not() {
        for (pattern, holds) in [
            ("$.level = \"ERROR\"", true),
            ("$.level = ERROR", true),
            ("$.level = \"ERR*\"", true),
            ("$.level = \"*R*R\"", true),
            ("$.level = \"E*X*\"", false),
            ("$.level != \"ERROR\"", false),
            ("$.code = 500", true),
            ("$.code >= 5e2 && $.code < 501", true),
            ("$.code = \"500\"", true),
            ("$.level > 3", false),
            ("$.code = 404 || $.level = ERROR", true),
            ("($.code = 404 || $.code = 500) && $.ok IS TRUE", false),
            ("$.ok IS FALSE", true),
            ("$.none IS NULL", true),
            ("$.gone IS NULL", false),
            ("$.gone NOT EXISTS", true),
            ("$.gone != \"x\"", false),
            ("$.level NOT EXISTS", false),
            ("$.in['a b'][0].c = x", true),
            ("$.in['a b'][1] = 7", true),
            ("$.in['a b'][2] = 7", false),
        ] {
            let condition = parse(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert_eq!(condition.matches(MESSAGE), holds, "{pattern}");
            assert!(!condition.matches("ERROR 500"), "{pattern}");
            assert!(!condition.matches("{\"level\":\"ERROR\""), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let deep = format!("{}$.a = 1{}", "(".repeat(30), ")".repeat(30));
        for pattern in [
            "",
            "$",
            "$.a",
            "$.a =",
            "$. = 1",
            "a = 1",
            "$.a = 1 &&",
            "($.a = 1",
            "$.a = 1)",
            "$.a IS MAYBE",
            "$.a = %x%",
            "$.a[x] = 1",
            "$.a = \"x",
            deep.as_str(),
        ] {
            assert_eq!(parse(pattern), None, "{pattern}");
        }
    }
}
