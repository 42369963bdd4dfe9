//! What the fixtures hold, written out: the records that come up again and
//! again.

/// The three ticker records.
pub(crate) const T0: &str =
    r#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}"#;
pub(crate) const T1: &str =
    r#"{"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}"#;
pub(crate) const T2: &str = r#"{"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}"#;
/// All three.
pub(crate) const TICKERS: [&str; 3] = [T0, T1, T2];

/// The record that is text.
pub(crate) const SHIPPED: &str = "order A-1044 shipped";

/// The envelope in `record.txt`, with its three log events.
pub(crate) const LOGS: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]}"#;
/// The second envelope, with two log events.
pub(crate) const MORE_LOGS: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562119300","timestamp":1795341601123,"message":"START RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 Version: $LATEST\n"},{"id":"39318427561093847562019384756201938475620193847562119301","timestamp":1795341601140,"message":"REPORT RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tDuration: 212.48 ms\tBilled Duration: 213 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t\n"}]}"#;
/// The message by which CloudWatch Logs tries a destination.
pub(crate) const CONTROL: &str = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1795341540123,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;

/// What each `direct-put` event holds.
pub(crate) const DIRECT_PUT: [&str; 3] = [T0, LOGS, SHIPPED];

/// The ticker records of the objects: these five, four times over.
pub(crate) const FIVE: [&str; 5] = [
    r#"{"ticker_symbol":"CRM","sector":"HEALTHCARE","change":0.05,"price":41.3}"#,
    r#"{"ticker_symbol":"AMZN","sector":"TECHNOLOGY","change":-6.2,"price":701}"#,
    r#"{"ticker_symbol":"TGH","sector":"FINANCIAL","change":1,"price":66.81}"#,
    r#"{"ticker_symbol":"HJV","sector":"ENERGY","change":-0.9,"price":190.4}"#,
    r#"{"ticker_symbol":"WMT","sector":"RETAIL","change":2.31,"price":52}"#,
];

/// One line each.
pub(crate) fn lines(records: &[&str]) -> String {
    records.iter().flat_map(|record| [record, "\n"]).collect()
}
