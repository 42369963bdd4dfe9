//! Events of AWS and of devices.

use super::SampleOrigin;
use super::access::iso_seconds;
use super::fields::RandomFields;

/// An event of EventBridge (user guide, "AWS service event metadata"), whole
/// and without a newline, as a rule puts it.
pub(super) fn instance(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let instance = format!("i-0{}", fields.hex(16));
    format!(
        r#"{{"version":"0","id":"{}","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"{account}","time":"{}","region":"{region}","resources":["arn:aws:ec2:{region}:{account}:instance/{instance}"],"detail":{{"instance-id":"{instance}","state":"{}"}}}}"#,
        fields.uuid(),
        iso_seconds(now),
        fields.pick(&["pending", "running", "stopping", "stopped", "terminated"]),
        region = place.region,
        account = place.account,
    )
}

/// What `SELECT * FROM 'sensors/+'` of an IoT rule makes of a device's
/// message, with `separator` newline.
pub(super) fn sensor(fields: &mut RandomFields, now: i64) -> String {
    format!(
        "{{\"device\":\"sensor-{:03}\",\"ts\":{now},\"temperature\":{}.{},\"humidity\":{},\"battery\":{}.{:02}}}\n",
        fields.below(40),
        fields.between(-5, 35),
        fields.below(10),
        fields.between(20, 95),
        fields.between(2, 3),
        fields.below(100),
    )
}
