//! Flags with a closed list of values that the domain has: clap shows the list,
//! completes it, and offers the value that was meant.
//!
//! An enum of a command's own derives `ValueEnum` instead.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use firehose::decode::Layer;
use firehose::demo::SampleKind;
use firehose::transform::{BuiltIn, Rule};

/// A kind of sample payloads.
pub(in crate::commands) fn sample_kind() -> impl TypedValueParser<Value = SampleKind> {
    let value = |kind: &SampleKind| PossibleValue::new(kind.as_str()).help(kind.what());
    PossibleValuesParser::new(SampleKind::ALL.iter().map(value))
        .try_map(|name| SampleKind::find(&name).ok_or_else(|| not_in_list(&name)))
}

/// A layer, or `none`.
pub(in crate::commands) fn layer() -> impl TypedValueParser<Value = Option<Layer>> {
    let names = Layer::ALL.iter().map(|layer| layer.as_str());
    PossibleValuesParser::new(names.chain(["none"]))
        .map(|name| Layer::ALL.into_iter().find(|layer| layer.as_str() == name))
}

/// A built-in transform.
pub(in crate::commands) fn built_in() -> impl TypedValueParser<Value = BuiltIn> {
    PossibleValuesParser::new(BuiltIn::ALL.map(BuiltIn::as_str))
        .try_map(|name| BuiltIn::find(&name).ok_or_else(|| not_in_list(&name)))
}

/// A rule of a response.
pub(in crate::commands) fn rule() -> impl TypedValueParser<Value = Rule> {
    let value = |rule: &Rule| PossibleValue::new(rule.as_str()).help(rule.definition().what);
    PossibleValuesParser::new(Rule::ALL.iter().map(value))
        .try_map(|name| Rule::find(&name).ok_or_else(|| not_in_list(&name)))
}

/// A rule that can be ignored: a warning, or an error that nothing confirms. The
/// others are known, to say why they are not taken.
pub(in crate::commands) fn ignored() -> impl TypedValueParser<Value = Rule> {
    let is_error = |rule: &Rule| !rule.can_be_ignored();
    let value = move |rule: &Rule| PossibleValue::new(rule.as_str()).hide(is_error(rule));
    PossibleValuesParser::new(Rule::ALL.iter().map(value)).try_map(move |name| {
        let rule = Rule::find(&name).ok_or_else(|| not_in_list(&name))?;
        if is_error(&rule) {
            return Err(format!("`{name}` is an error: Firehose does not ignore it"));
        }
        Ok(rule)
    })
}

/// What is not in the list was refused before.
fn not_in_list(name: &str) -> String {
    format!("`{name}` is not in the list")
}
