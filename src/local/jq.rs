//! `MetadataExtractionQuery`: the partition keys that a query in jq finds.
//!
//! A query may run for ever and cannot be stopped, so it runs on a thread of its
//! own. If a batch takes longer than [`DEADLINE`], the queries of the stream are
//! off from then on, and the thread is left to itself. A query sees a record and
//! the time, and nothing of the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use firehose::flow::KeyQuery;
use firehose::json::{Token, skip_space, skip_value};
use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, unwrap_valr};
use jaq_json::{Val, read};

/// How long a batch of records may take: ours.
pub const DEADLINE: Duration = Duration::from_secs(1);

/// Stack of the thread: a query may call itself.
const STACK: usize = 64 * 1024 * 1024;

/// Most keys of a record that are kept, and bytes of one: more than a prefix of
/// 1,024 characters has room for.
const MAX_KEYS: usize = 100;
const MAX_KEY: usize = 1024;

type Keys = Option<BTreeMap<String, String>>;

/// A query that is ready.
pub struct JqQuery {
    records: Sender<Vec<Vec<u8>>>,
    keys: Receiver<Vec<Keys>>,
    off: Option<&'static str>,
}

impl fmt::Debug for JqQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JqQuery").field("off", &self.off).finish_non_exhaustive()
    }
}

impl JqQuery {
    /// Compiles a query. The error is a sentence about it.
    pub fn new(query: &str) -> Result<Self, String> {
        let (records, batches) = channel::<Vec<Vec<u8>>>();
        let (answers, keys) = channel();
        let (ready, compiled) = channel();
        let query = query.to_owned();
        let work = move || {
            let filter = match compile(&query) {
                Ok(filter) => filter,
                Err(error) => return drop(ready.send(Err(error))),
            };
            if ready.send(Ok(())).is_err() {
                return;
            }
            for batch in batches {
                let found = batch.iter().map(|record| keys_of(&filter, record)).collect();
                if answers.send(found).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("jq".to_owned()).stack_size(STACK);
        thread.spawn(work).map_err(|error| format!("cannot start a thread: {error}"))?;
        let compiled = compiled.recv_timeout(DEADLINE);
        compiled.unwrap_or_else(|_| Err("it takes too long to compile".to_owned()))?;
        Ok(Self { records, keys, off: None })
    }
}

impl KeyQuery for JqQuery {
    fn keys(&mut self, payloads: &[&[u8]]) -> Vec<Keys> {
        let none = || payloads.iter().map(|_| None).collect();
        if self.off.is_some() {
            return none();
        }
        let records = payloads.iter().map(|payload| payload.to_vec()).collect();
        if self.records.send(records).is_err() {
            self.off = Some("the query ended unexpectedly");
            return none();
        }
        self.keys.recv_timeout(DEADLINE).unwrap_or_else(|_| {
            self.off = Some("the query took longer than 1 s for a batch of records");
            none()
        })
    }

    fn is_off(&self) -> Option<String> {
        self.off.map(str::to_owned)
    }
}

fn compile(query: &str) -> Result<Filter<JustLut<Val>>, String> {
    let invalid = || format!("`{query}` is not a valid jq query");
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    // The environment has credentials.
    let funs = funs.filter(|(name, ..)| *name != "env");
    let arena = Arena::default();
    let program = File { code: query, path: () };
    let modules = Loader::new(defs).load(&arena, program).map_err(|_| invalid())?;
    Compiler::default().with_funs(funs).compile(modules).map_err(|_| invalid())
}

/// The members of the first value that the query makes of a record, if that is an
/// object: strings, and numbers and booleans as they are written.
fn keys_of(filter: &Filter<JustLut<Val>>, record: &[u8]) -> Keys {
    let context = Ctx::<JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut outputs = filter.id.run((context, value(record)?)).map(unwrap_valr);
    let Val::Obj(members) = outputs.next()?.ok()? else { return None };
    let mut keys = BTreeMap::new();
    for (name, value) in members.iter().take(MAX_KEYS) {
        let (Val::TStr(name) | Val::BStr(name)) = name else { continue };
        let text = match value {
            Val::TStr(text) => String::from_utf8(text.to_vec()).ok()?,
            Val::Num(_) | Val::Bool(_) => value.to_string(),
            _ => continue,
        };
        if text.len() <= MAX_KEY {
            keys.insert(String::from_utf8(name.to_vec()).ok()?, text);
        }
    }
    Some(keys)
}

/// The one value that a record is, nested no deeper than `fh` reads.
fn value(record: &[u8]) -> Option<Val> {
    let start = skip_space(record, 0);
    let end = skip_value(record, start).ok()?;
    if skip_space(record, end) < record.len() {
        return None;
    }
    read::parse_single(Token::new(record.get(start..end)?).raw()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(query: &str, record: &str) -> Option<Vec<(String, String)>> {
        let found = JqQuery::new(query).unwrap().keys(&[record.as_bytes()]);
        found.into_iter().next().unwrap().map(|keys| keys.into_iter().collect())
    }

    #[test]
    fn queries_of_the_developer_guide_find_keys() {
        let record = r#"{"type":{"device":"phone","event":"click"},"customer_id":"123","event_timestamp":1565382027,"region":7,"vip":true}"#;
        for (query, name, value) in [
            ("{customer_id:.customer_id}", "customer_id", "123"),
            ("{device:.type.device}", "device", "phone"),
            (r#"{year:.event_timestamp|strftime("%Y")}"#, "year", "2019"),
            (r#"{hour:.event_timestamp| strftime("%H")}"#, "hour", "20"),
            (r#"{d:(.missing // "unknown")}"#, "d", "unknown"),
            (r#"{d:.customer_id|test("^1")}"#, "d", "true"),
            ("{d:.type.event|ascii_upcase|@base64}", "d", "Q0xJQ0s="),
            ("{r:.region}", "r", "7"),
            ("{v:.vip}", "v", "true"),
        ] {
            let expected = vec![(name.to_owned(), value.to_owned())];
            assert_eq!(keys(query, record), Some(expected), "{query}");
        }
    }

    #[test]
    fn what_is_no_key_is_not_one() {
        for (query, record) in [
            ("{a:.a}", "text"),
            ("{a:.a}", "{\"a\":1} {\"a\":2}"),
            ("{a:.a}", ""),
            ("{a:.a}", &"[".repeat(500_000)),
            (".a", "{\"a\":1}"),
            ("empty", "{}"),
            ("{a:.a.b}", "{\"a\":1}"),
            ("error", "{}"),
        ] {
            assert_eq!(keys(query, record), None, "{query}");
        }
        for (query, record) in
            [("{a:.a}", "{}"), ("{a:.a}", "{\"a\":[1]}"), ("{a:(\"x\"*2000)}", "{}")]
        {
            assert_eq!(keys(query, record), Some(vec![]), "{query}");
        }
    }

    #[test]
    fn a_query_that_cannot_be_compiled_is_refused() {
        for query in
            ["{a:", "nonsense(1)", "env.HOME", "$ENV.HOME", "import \"a\" as a; .", "input"]
        {
            let error = JqQuery::new(query).unwrap_err();
            assert_eq!(error, format!("`{query}` is not a valid jq query"));
        }
    }

    #[test]
    fn a_query_without_an_end_is_off_after_its_deadline() {
        let mut query = JqQuery::new("def f: f; if .n == 1 then f else {n} end").unwrap();
        assert!(query.keys(&[b"{\"n\":2}"])[0].is_some() && query.is_off().is_none());
        assert_eq!(query.keys(&[b"{\"n\":2}", b"{\"n\":1}"]), [None, None]);
        let off = query.is_off().unwrap();
        assert_eq!(off, "the query took longer than 1 s for a batch of records");
        assert_eq!(query.keys(&[b"{\"n\":2}"]), [None]);
    }
}
