//! The JSON formatter and walkers against themselves and against `serde_json`.
#![no_main]

use firehose::json::{
    Formatter, JsonErrorKind, Style, Token, elements, escape_controls, fields, skip_value,
};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

fn format(source: &[u8], style: Style) -> Result<Vec<u8>, JsonErrorKind> {
    let mut out = b"kept".to_vec();
    let result = Formatter::default().format(source, style, &mut out);
    assert!(out.starts_with(b"kept"), "changed what was there");
    let out = out.split_off(4);
    match result {
        Ok(shape) => {
            assert!(shape.values > 0 && !out.is_empty());
            Ok(out)
        }
        Err(error) => {
            assert!(out.is_empty(), "appended on an error");
            assert!(error.offset <= source.len());
            Err(error.kind)
        }
    }
}

/// What `serde_json` makes of a row of objects and arrays, or of one value.
fn is_json_for_serde(text: &str) -> bool {
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return true;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut count = 0;
    for value in &mut values {
        match value {
            Ok(value) if value.get().starts_with(['{', '[']) => count += 1,
            _ => return false,
        }
    }
    count > 0
}

fn walk(value: &[u8]) {
    assert_eq!(skip_value(value, 0), Ok(value.len()));
    match value.first() {
        Some(b'{') => {
            for field in fields(value, 0) {
                let field = field.expect("a member of a good object");
                let raw = field.value.raw();
                assert_eq!(&value[field.at..field.at + raw.len()], raw);
                assert_eq!(skip_value(raw, 0), Ok(raw.len()));
            }
        }
        Some(b'[') => {
            for element in elements(value, 0) {
                let (element, at) = element.expect("an element of a good array");
                assert_eq!(&value[at..at + element.raw().len()], element.raw());
            }
        }
        Some(b'"') => {
            let token = Token::new(value);
            let ours = token.string().expect("a string");
            let mut pushed = Vec::new();
            token.push_bytes(&mut pushed);
            assert_eq!(pushed, ours.as_bytes());
            assert_eq!(token.text_up_to(3), ours.chars().take(3).collect::<String>());
            // It refuses lone surrogates; we keep them as they are.
            if let Ok(theirs) = serde_json::from_slice::<String>(value) {
                assert_eq!(theirs, ours);
            }
        }
        _ => {}
    }
}

fuzz_target!(|source: &[u8]| {
    let compact = format(source, Style::Compact);
    let pretty = format(source, Style::Pretty);
    let text = str::from_utf8(source);
    let (compact, pretty) = match (compact, pretty) {
        (Ok(compact), Ok(pretty)) => (compact, pretty),
        (Err(kind), Err(other)) => {
            assert_eq!(kind, other);
            if kind != JsonErrorKind::TooDeep
                && let Ok(text) = text
            {
                assert!(!is_json_for_serde(text), "serde_json takes it: {kind:?}");
            }
            return;
        }
        (compact, pretty) => panic!("compact {compact:?}, pretty {pretty:?}"),
    };
    assert!(is_json_for_serde(text.expect("JSON is UTF-8")), "serde_json refuses it");
    assert_eq!(format(&compact, Style::Compact).as_ref(), Ok(&compact));
    assert_eq!(format(&pretty, Style::Pretty).as_ref(), Ok(&pretty));
    assert_eq!(format(&pretty, Style::Compact).as_ref(), Ok(&compact));
    assert_eq!(format(&compact, Style::Pretty).as_ref(), Ok(&pretty));
    for line in compact.split(|byte| *byte == b'\n') {
        serde_json::from_slice::<IgnoredAny>(line).expect("a value a line");
        walk(line);
        let mut shown = Vec::new();
        escape_controls(line, &mut shown);
        let mut twice = Vec::new();
        escape_controls(&shown, &mut twice);
        assert_eq!(shown, twice, "a control character is left");
        if let (Ok(before), Ok(after)) = (
            serde_json::from_slice::<serde_json::Value>(line),
            serde_json::from_slice::<serde_json::Value>(&shown),
        ) {
            assert_eq!(before, after, "escaping changed the value");
        }
    }
});
