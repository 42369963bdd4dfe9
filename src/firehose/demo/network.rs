//! Logs of the network: VPC flows, queries of the resolver.

use super::SampleOrigin;
use super::fields::RandomFields;

/// A flow of version 2, the default format (VPC user guide, "Flow log
/// records"): 14 fields with a blank between them.
pub(super) fn flow(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let end = now / 1000;
    let start = end - fields.between(10, 60);
    let interface = format!("eni-0{}", fields.hex(16));
    let account = &place.account;
    if fields.below(20) == 0 {
        return format!("2 {account} {interface} - - - - - - - {start} {end} - NODATA");
    }
    let inside = format!("10.0.{}.{}", fields.below(8), fields.between(4, 254));
    let outside = fields.ipv4();
    let (protocol, port) = fields.pick(&[(6, 443), (6, 443), (6, 22), (17, 53), (6, 5432)]);
    let packets = fields.between(1, 400);
    let action = fields.pick(&["ACCEPT", "ACCEPT", "ACCEPT", "REJECT"]);
    format!(
        "2 {account} {interface} {outside} {inside} {} {port} {protocol} {packets} {} {start} {end} {action} OK",
        fields.between(1024, 65535),
        packets * fields.between(40, 1400)
    )
}

/// A query of Route 53 Resolver (developer guide, "Values that appear in
/// Resolver query logs").
pub(super) fn query(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let time = super::access::iso_seconds(now);
    let name = fields.pick(&["api.example.com.", "orders.example.internal.", "example.org."]);
    let answer = fields.ipv4();
    format!(
        r#"{{"version":"1.100000","account_id":"{}","region":"{}","vpc_id":"vpc-0{}","query_timestamp":"{time}","query_name":"{name}","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":[{{"Rdata":"{answer}","Type":"A","Class":"IN"}}],"srcaddr":"10.0.{}.{}","srcport":"{}","transport":"UDP","srcids":{{"instance":"i-0{}"}}}}"#,
        place.account,
        place.region,
        fields.hex(16),
        fields.below(8),
        fields.between(4, 254),
        fields.between(1024, 65535),
        fields.hex(16)
    )
}
