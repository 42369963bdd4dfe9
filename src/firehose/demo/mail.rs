//! Notifications and mail events; both end with a newline.

use super::SampleOrigin;
use super::access::iso_milliseconds;
use super::fields::RandomFields;

/// A notification of SNS as it is archived (SNS developer guide, "Archived
/// message format for S3"): no signature, unlike the one over HTTP.
pub(super) fn notification(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let topic = format!("arn:aws:sns:{}:{}:orders", place.region, place.account);
    format!(
        "{{\"Type\":\"Notification\",\"MessageId\":\"{}\",\"TopicArn\":\"{topic}\",\"Message\":\"{{\\\"order\\\":\\\"A-{}\\\",\\\"state\\\":\\\"{}\\\"}}\",\"Timestamp\":\"{}\",\"UnsubscribeURL\":\"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={topic}:{}\",\"MessageAttributes\":{{\"source\":{{\"Type\":\"String\",\"Value\":\"shop\"}}}}}}\n",
        fields.uuid(),
        fields.between(1000, 9999),
        fields.pick(&["open", "paid", "shipped"]),
        iso_milliseconds(now),
        fields.uuid(),
        region = place.region,
    )
}

/// An event of SES (SES developer guide, "Event data examples").
pub(super) fn event(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let sent = iso_milliseconds(now - 900);
    let at = iso_milliseconds(now);
    let to = format!("{}@example.com", fields.user());
    let id = format!("{}-{}-000000", fields.hex(16), fields.uuid());
    let (kind, detail) = match fields.below(4) {
        0 => (
            "Bounce",
            format!(
                r#""bounce":{{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{{"emailAddress":"{to}","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}}],"timestamp":"{at}","feedbackId":"{}","reportingMTA":"dsn; mta.example.com"}}"#,
                fields.uuid()
            ),
        ),
        1 => (
            "Open",
            format!(
                r#""open":{{"ipAddress":"{}","timestamp":"{at}","userAgent":"Mozilla/5.0"}}"#,
                fields.ipv4()
            ),
        ),
        _ => (
            "Delivery",
            format!(
                r#""delivery":{{"timestamp":"{at}","processingTimeMillis":{},"recipients":["{to}"],"smtpResponse":"250 2.6.0 Message received","reportingMTA":"mta.example.com"}}"#,
                fields.between(200, 900)
            ),
        ),
    };
    format!(
        "{{\"eventType\":\"{kind}\",\"mail\":{{\"timestamp\":\"{sent}\",\"source\":\"orders@shop.example.com\",\"sourceArn\":\"arn:aws:ses:{}:{account}:identity/shop.example.com\",\"sendingAccountId\":\"{account}\",\"messageId\":\"{id}\",\"destination\":[\"{to}\"],\"headersTruncated\":false,\"tags\":{{\"ses:configuration-set\":[\"firehose\"]}}}},{detail}}}\n",
        place.region,
        account = place.account,
    )
}
