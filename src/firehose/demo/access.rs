//! Logs of what was asked for: web ACLs, web servers, gateways, hosts.

use jiff::Timestamp;

use super::SampleOrigin;
use super::fields::RandomFields;

fn time(now: i64) -> Timestamp {
    Timestamp::from_millisecond(now).unwrap_or_default()
}

/// `2026-11-22T10:00:00Z`.
pub(super) fn iso_seconds(now: i64) -> String {
    time(now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-11-22T10:00:00.123Z`.
pub(super) fn iso_milliseconds(now: i64) -> String {
    time(now).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A log of a web ACL (AWS WAF developer guide, "Log fields").
pub(super) fn waf(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let action = fields.pick(&["ALLOW", "ALLOW", "ALLOW", "BLOCK"]);
    let (rule, kind) = match action {
        "BLOCK" => ("limit-by-ip", "RATE_BASED"),
        _ => ("Default_Action", "REGULAR"),
    };
    let agent = fields.user_agent().replace('\\', r"\\").replace('"', r#"\""#);
    format!(
        r#"{{"timestamp":{now},"formatVersion":1,"webaclId":"arn:aws:wafv2:{region}:{account}:regional/webacl/shop/{}","terminatingRuleId":"{rule}","terminatingRuleType":"{kind}","action":"{action}","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","httpSourceId":"{account}-app/shop/{}","ruleGroupList":[],"rateBasedRuleList":[],"nonTerminatingMatchingRules":[],"httpRequest":{{"clientIp":"{}","country":"{}","headers":[{{"name":"Host","value":"shop.example.com"}},{{"name":"User-Agent","value":"{agent}"}}],"uri":"{}","args":"","httpVersion":"HTTP/2.0","httpMethod":"{}","requestId":"1-{}-{}"}}}}"#,
        fields.uuid(),
        fields.hex(16),
        fields.ipv4(),
        fields.pick(&["DE", "FR", "US", "IN", "BR"]),
        fields.path(),
        fields.pick(&["GET", "GET", "POST"]),
        fields.hex(8),
        fields.hex(24),
        region = place.region,
        account = place.account,
    )
}

/// Apache's combined format (httpd documentation, "Log files").
pub(super) fn apache(fields: &mut RandomFields, now: i64) -> String {
    let user = if fields.below(5) == 0 { fields.user() } else { "-".to_owned() };
    format!(
        r#"{} - {user} [{}] "{} {} HTTP/1.1" {} {} "-" "{}""#,
        fields.ipv4(),
        time(now).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        fields.pick(&["GET", "GET", "GET", "POST"]),
        fields.path(),
        fields.status(),
        fields.between(0, 50_000),
        fields.user_agent(),
    )
}

/// The JSON access log of API Gateway's guide ("Set up logging").
pub(super) fn gateway(fields: &mut RandomFields, now: i64) -> String {
    format!(
        r#"{{"requestId":"{}","ip":"{}","caller":"-","user":"-","requestTime":"{}","httpMethod":"{}","resourcePath":"{}","status":"{}","protocol":"HTTP/1.1","responseLength":"{}"}}"#,
        fields.uuid(),
        fields.ipv4(),
        time(now).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        fields.pick(&["GET", "GET", "POST", "DELETE"]),
        fields.path(),
        fields.status(),
        fields.between(2, 20_000),
    )
}

/// A line of RFC 5424, section 6.
pub(super) fn syslog(fields: &mut RandomFields, now: i64) -> String {
    let (application, text) = match fields.below(3) {
        0 => (
            "sshd",
            format!(
                "Accepted publickey for {} from {} port {} ssh2",
                fields.user(),
                fields.ipv4(),
                fields.between(1024, 65535)
            ),
        ),
        1 => ("cron", format!("({}) CMD (run-parts /etc/cron.hourly)", fields.user())),
        _ => ("app", fields.sentence()),
    };
    format!(
        "<{}>1 {} ip-10-0-{}-{} {application} {} - - {text}",
        // Facility 4 (security) or 1 (user), severities 3 to 6.
        fields.pick(&[8, 32]) + fields.between(3, 6),
        iso_milliseconds(now),
        fields.below(8),
        fields.between(4, 254),
        fields.between(300, 32_000),
    )
}
