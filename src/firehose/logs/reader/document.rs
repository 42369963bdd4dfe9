//! JSON that goes over lines: read an element at a time, so that an answer of
//! many pages is never held as a whole.

use super::object::EventKeys;
use super::{Form, InputState, LogReader, ReadProblemKind, VisitEvent, bare};
use crate::bytes::part;
use crate::json::{self, JsonErrorKind, Token};

/// Says what an input that begins with `{` is; nothing if more is needed.
pub(super) fn begins(bytes: &[u8], state: InputState) -> Option<Form> {
    let is_all = state == InputState::Over;
    match events(bytes) {
        Begin::Events(first) => match json::skip_value(bytes, first) {
            Ok(end) => {
                let first = EventKeys::of(part(bytes, first..end));
                if first.is_some_and(|first| first.is_event()) {
                    return Some(Form::Opening);
                }
            }
            Err(error) if error.kind == JsonErrorKind::UnexpectedEnd && !is_all => return None,
            Err(_) => {}
        },
        Begin::Short if !is_all => return None,
        _ => {}
    }
    let end = super::line_end(bytes, 0, 0, is_all)?;
    let line = part(bytes, ..end).trim_ascii();
    match json::skip_value(line, 0) {
        Ok(length) if length == line.len() => {
            let holds_events = EventKeys::of(line).is_some_and(|keys| keys.holds_events());
            Some(if holds_events { Form::Lines } else { Form::Text })
        }
        Err(error) if error.kind == JsonErrorKind::UnexpectedEnd && end < bytes.len() => {
            is_print(bytes, state).map(|it| if it { Form::Text } else { Form::Value })
        }
        _ => Some(Form::Text),
    }
}

/// True for a value that `console.log` printed over lines: its first key, in its
/// first object, has no quotes. `None` if more is needed.
pub(super) fn is_print(bytes: &[u8], state: InputState) -> Option<bool> {
    let mut at = 0;
    loop {
        match bytes.get(at) {
            Some(b'{' | b'[') => at = json::skip_space(bytes, at + 1),
            None if state == InputState::More => return None,
            first => return Some(first.is_some_and(u8::is_ascii_alphabetic)),
        }
    }
}

enum Begin {
    /// `{"events": [` and where its first element is.
    Events(usize),
    /// The beginning of that.
    Short,
    Other,
}

/// Looks for `{"events": [` with something in it.
fn events(bytes: &[u8]) -> Begin {
    let mut at = 0;
    for token in [&b"{"[..], b"\"events\"", b":", b"["] {
        at = json::skip_space(bytes, at);
        let rest = part(bytes, at..);
        if !rest.starts_with(token) {
            return if token.starts_with(rest) { Begin::Short } else { Begin::Other };
        }
        at += token.len();
    }
    at = json::skip_space(bytes, at);
    match bytes.get(at) {
        Some(b'{') => Begin::Events(at),
        Some(_) => Begin::Other,
        None => Begin::Short,
    }
}

impl LogReader {
    /// A value over lines, or the beginning of an array.
    pub(super) fn value(
        &mut self,
        bytes: &[u8],
        state: InputState,
        visit: &mut VisitEvent<'_>,
    ) -> usize {
        let start = json::skip_space(bytes, 0);
        if bytes.get(start) == Some(&b'[') {
            self.form = Some(Form::Elements(false));
            return start + 1;
        }
        if bytes.len() < self.enough && state != InputState::Over {
            return 0;
        }
        match json::skip_value(bytes, start) {
            Ok(end) => {
                self.form = None;
                self.element(part(bytes, start..end), visit);
                end
            }
            Err(error) => self.wait_or_give_up(bytes.len(), error.kind, state),
        }
    }

    /// `{"events": [`, up to the first event.
    pub(super) fn opening(&mut self, bytes: &[u8]) -> usize {
        self.form = Some(Form::Elements(true));
        match events(bytes) {
            Begin::Events(first) => first,
            _ => 0,
        }
    }

    /// Elements of an array, from one of them or a comma on.
    pub(super) fn elements(
        &mut self,
        bytes: &[u8],
        state: InputState,
        in_object: bool,
        visit: &mut VisitEvent<'_>,
    ) -> usize {
        let mut at = 0;
        loop {
            let start = skip_commas(bytes, at);
            match bytes.get(start) {
                None => return start,
                Some(b']') => {
                    self.form = in_object.then_some(Form::Rest);
                    return start + 1;
                }
                Some(_) if bytes.len() - start < self.enough && state != InputState::Over => {
                    return start;
                }
                Some(_) => {}
            }
            match json::skip_value(bytes, start) {
                Ok(end) => {
                    self.element(part(bytes, start..end), visit);
                    at = end;
                }
                Err(_) if start > 0 => return start,
                Err(error) => return self.wait_or_give_up(bytes.len(), error.kind, state),
            }
        }
    }

    /// What follows `events`, up to the end of its object.
    pub(super) fn rest(&mut self, bytes: &[u8], state: InputState) -> usize {
        if bytes.len() < self.enough && state != InputState::Over {
            return 0;
        }
        // As an object of its own.
        let mut object = vec![b'{'];
        object.extend_from_slice(part(bytes, skip_commas(bytes, 0)..));
        match json::skip_value(&object, 0) {
            Ok(end) => {
                self.form = None;
                skip_commas(bytes, 0) + end - 1
            }
            Err(error) => self.wait_or_give_up(bytes.len(), error.kind, state),
        }
    }

    /// Waits for twice as many bytes, or reads line by line.
    fn wait_or_give_up(&mut self, length: usize, kind: JsonErrorKind, state: InputState) -> usize {
        if kind == JsonErrorKind::UnexpectedEnd && state != InputState::Over {
            self.enough = length * 2;
            return 0;
        }
        let is_cut = kind == JsonErrorKind::UnexpectedEnd;
        self.note(if is_cut { ReadProblemKind::Cut } else { ReadProblemKind::NoJson }, 0);
        self.form = Some(Form::Lines);
        0
    }

    fn element(&mut self, json: &[u8], visit: &mut VisitEvent<'_>) {
        let token = Token::new(json);
        match (EventKeys::of(json), token.is_string()) {
            (Some(keys), _) if keys.holds_events() => keys.visit(&mut self.plain, visit),
            (Some(keys), _) => keys.visit_own(json, visit),
            // `--query 'events[].message'`.
            (None, true) => {
                self.plain.clear();
                token.push_bytes(&mut self.plain);
                visit(bare(&self.plain));
            }
            (None, false) => visit(bare(json)),
        }
    }
}

fn skip_commas(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| json::is_space(*byte) || *byte == b',') {
        at += 1;
    }
    at
}
