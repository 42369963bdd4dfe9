//! Properties of `firehose::transform::check`: an honest response breaks no
//! rule, and each way of breaking one breaks exactly that one.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is generated here is as it is expected to be"
)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use firehose::transform::{CheckResult, CheckSettings, Fate, Source, TransformEvent, check};
use proptest::prelude::*;

/// An event as it is generated: ids that are unique, payloads of any bytes.
#[derive(Debug, Clone)]
struct Event {
    source: Source,
    records: Vec<(String, Vec<u8>)>,
}

impl Event {
    fn text(&self) -> String {
        let key = self.source.data_key();
        let records: Vec<_> = self
            .records
            .iter()
            .map(|(id, payload)| {
                format!(r#"{{"recordId":"{id}","{key}":"{}"}}"#, STANDARD.encode(payload))
            })
            .collect();
        let extra = match self.source {
            Source::DirectPut => "",
            Source::Kinesis => r#""sourceKinesisStreamArn":"arn","#,
            Source::Msk => r#""sourceMSKArn":"arn","#,
        };
        format!(r#"{{"invocationId":"i",{extra}"records":[{}]}}"#, records.join(","))
    }

    fn judge(&self, response: &str) -> CheckResult {
        let text = self.text();
        let event = TransformEvent::parse(text.as_bytes()).unwrap();
        assert_eq!(event.source, self.source);
        check(&event, response.as_bytes(), &CheckSettings::default())
    }
}

/// A record of a response, each part as it stands in the JSON.
#[derive(Debug, Clone)]
struct Answer {
    id: Option<String>,
    result: Option<String>,
    data: Option<String>,
}

/// What an honest transform makes of a payload.
fn transformed(payload: &[u8]) -> String {
    format!("{{\"was\":\"{}\"}}\n", STANDARD.encode(payload))
}

fn honest(event: &Event) -> Vec<Answer> {
    let answer = |(id, payload): &(String, Vec<u8>)| Answer {
        id: Some(format!("\"{id}\"")),
        result: Some("\"Ok\"".to_owned()),
        data: Some(format!("\"{}\"", STANDARD.encode(transformed(payload)))),
    };
    event.records.iter().map(answer).collect()
}

fn response(event: &Event, answers: &[Answer]) -> String {
    let key = event.source.data_key();
    let records: Vec<_> = answers
        .iter()
        .map(|answer| {
            let parts = [("recordId", &answer.id), ("result", &answer.result), (key, &answer.data)];
            let parts: Vec<_> = parts
                .iter()
                .filter_map(|(key, value)| Some(format!("\"{key}\":{}", value.as_ref()?)))
                .collect();
            format!("{{{}}}", parts.join(","))
        })
        .collect();
    format!(r#"{{"records":[{}]}}"#, records.join(","))
}

fn rules(judgement: &CheckResult) -> Vec<&'static str> {
    judgement.violations.iter().map(|violation| violation.rule.as_str()).collect()
}

fn events() -> impl Strategy<Value = Event> {
    let source = prop_oneof![Just(Source::DirectPut), Just(Source::Kinesis), Just(Source::Msk)];
    let payload = prop::collection::vec(any::<u8>(), 0..120);
    let records = prop::collection::btree_map("[0-9]{20}[a-zA-Z]{4}", payload, 1..12);
    (source, records).prop_map(|(source, records)| {
        // Ids that differ in case only would be taken for each other.
        let mut records: Vec<_> = records.into_iter().collect();
        records.dedup_by_key(|(id, _)| id.to_lowercase());
        Event { source, records }
    })
}

/// Ways to break one record, each with the rules that it breaks and the fate of
/// the record.
type Mutation = (&'static str, fn(&mut Vec<Answer>, usize), &'static [&'static str], &'static str);

const DELIVERED: &str = "delivered";
const MISSING: &str = "Lambda.MissingRecordId";
const FUNCTION: &str = "Lambda.FunctionError";
const FORMAT: &str = "Lambda.InvalidReturnFormat";
const JSON: &str = "Lambda.JsonProcessingException";

fn set_data(answers: &mut [Answer], at: usize, data: impl Fn(&str) -> String) {
    let old = answers[at].data.take().unwrap();
    answers[at].data = Some(data(old.trim_matches('"')));
}

fn payload(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

const MUTATIONS: &[Mutation] = &[
    ("left out", |it, at| drop(it.remove(at)), &["record-missing"], MISSING),
    ("no id", |it, at| it[at].id = None, &["record-id-missing"], MISSING),
    ("id a number", |it, at| it[at].id = Some("7".into()), &["record-id-not-string"], MISSING),
    (
        "id with a blank",
        |it, at| it[at].id = it[at].id.as_ref().map(|id| id.replacen('"', "\" ", 1)),
        &["record-id-changed"],
        MISSING,
    ),
    (
        "another id",
        |it, at| it[at].id = Some("\"no-such-id\"".into()),
        &["record-id-unknown", "record-missing"],
        MISSING,
    ),
    (
        "one more",
        |it, at| {
            let more = Answer { id: Some("\"no-such-id\"".into()), ..it[at].clone() };
            it.push(more);
        },
        &["record-id-unknown"],
        DELIVERED,
    ),
    (
        "returned twice",
        |it, at| it.insert(at, it[at].clone()),
        &["record-id-duplicated"],
        "Lambda.DuplicatedRecordId",
    ),
    ("no result", |it, at| it[at].result = None, &["result-missing"], FUNCTION),
    ("ok", |it, at| it[at].result = Some("\"ok\"".into()), &["result-misspelt"], FUNCTION),
    ("DONE", |it, at| it[at].result = Some("\"DONE\"".into()), &["result-unknown"], FUNCTION),
    ("result null", |it, at| it[at].result = Some("null".into()), &["result-unknown"], FUNCTION),
    ("no data", |it, at| it[at].data = None, &["data-missing"], FORMAT),
    ("data null", |it, at| it[at].data = Some("null".into()), &["data-null"], FORMAT),
    ("data an object", |it, at| it[at].data = Some("{}".into()), &["data-not-string"], JSON),
    (
        "data not base64",
        |it, at| set_data(it, at, |data| format!("\"{data}!\"")),
        &["data-not-base64"],
        FUNCTION,
    ),
    (
        "Python's bytes",
        |it, at| set_data(it, at, |data| format!("\"b'{data}'\"")),
        &["data-python-bytes"],
        FUNCTION,
    ),
    (
        "url-safe",
        |it, at| it[at].data = Some(format!("\"{}\"", URL_SAFE.encode([0xfb, 0xff, 0xfe]))),
        &["data-url-safe"],
        FUNCTION,
    ),
    (
        "wrapped",
        |it, at| set_data(it, at, |data| format!("\"{data}\\n\"")),
        &["data-line-breaks"],
        DELIVERED,
    ),
    (
        "base64 twice",
        |it, at| set_data(it, at, |data| format!("\"{}\"", STANDARD.encode(data))),
        &["double-base64"],
        DELIVERED,
    ),
    (
        "no newline",
        |it, at| {
            set_data(it, at, |data| {
                format!("\"{}\"", STANDARD.encode(payload(data).trim_ascii_end()))
            });
        },
        &["no-newline"],
        DELIVERED,
    ),
    (
        "two texts",
        |it, at| it[at].data = Some("\"eyJhIjoxfQ==Cg==\"".into()),
        &["data-not-base64"],
        FUNCTION,
    ),
    (
        "bits without meaning",
        |it, at| it[at].data = Some("\"eyJhIjoxfQp=\"".into()),
        &["data-trailing-bits"],
        DELIVERED,
    ),
    (
        "an object joined to text",
        |it, at| set_data(it, at, |_| format!("\"{}\"", STANDARD.encode("[object Object]\n"))),
        &["printed-value"],
        DELIVERED,
    ),
    (
        "a backslash and an n",
        |it, at| set_data(it, at, |_| format!("\"{}\"", STANDARD.encode(r#"{"a":1}\n"#))),
        &["literal-newline"],
        DELIVERED,
    ),
    ("data empty", |it, at| it[at].data = Some("\"\"".into()), &["data-empty"], DELIVERED),
    (
        "ProcessingFailed",
        |it, at| it[at].result = Some("\"ProcessingFailed\"".into()),
        &["processing-failed"],
        "Lambda.ProcessingFailedStatus",
    ),
];

fn fate(judgement: &CheckResult, at: usize) -> &'static str {
    match judgement.verdicts[at].fate {
        Fate::Failed(failure) => failure.error.code,
        fate => fate.as_str(),
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_honest_response_to_any_event_breaks_no_rule(event in events()) {
        let judgement = event.judge(&response(&event, &honest(&event)));
        prop_assert_eq!(rules(&judgement), [""; 0]);
        prop_assert_eq!(judgement.counts().delivered, event.records.len());
    }

    #[test]
    fn each_mutation_breaks_exactly_its_rule(
        event in events(),
        at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(event.records.len());
        for (name, mutate, expected, expected_fate) in MUTATIONS {
            let mut answers = honest(&event);
            mutate(&mut answers, at);
            let judgement = event.judge(&response(&event, &answers));
            prop_assert_eq!(&rules(&judgement), expected, "{}", name);
            let is_batch = [FUNCTION, JSON].contains(expected_fate);
            for record in 0..event.records.len() {
                let expected = if is_batch || record == at { expected_fate } else { DELIVERED };
                prop_assert_eq!(fate(&judgement, record), expected, "{}", name);
            }
        }
    }

    #[test]
    fn no_response_makes_it_panic(event in events(), bytes in any::<Vec<u8>>(), cut in any::<prop::sample::Index>()) {
        let _judged = event.judge(&String::from_utf8_lossy(&bytes));
        let whole = response(&event, &honest(&event));
        let cut = whole.get(..cut.index(whole.len())).unwrap();
        prop_assert_eq!(rules(&event.judge(cut)), ["response-not-json"]);
    }
}
