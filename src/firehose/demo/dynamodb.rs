//! Change records of a DynamoDB table, as they come through a Kinesis data
//! stream (DynamoDB developer guide, "Kinesis Data Streams for DynamoDB"). The
//! time is in milliseconds there, not in seconds as in DynamoDB Streams.

use super::SampleOrigin;
use super::fields::RandomFields;

pub(super) fn change(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let order = fields.between(1000, 9999);
    let user = fields.user();
    let image = |fields: &mut RandomFields| {
        let state = fields.pick(&["open", "paid", "shipped"]);
        let total = format!("{}.{:02}", fields.between(1, 400), fields.below(100));
        format!(
            r#"{{"order_id":{{"S":"A-{order}"}},"customer":{{"S":"{user}"}},"state":{{"S":"{state}"}},"total":{{"N":"{total}"}}}}"#
        )
    };
    let name = fields.pick(&["INSERT", "MODIFY", "MODIFY", "REMOVE"]);
    let (old, new) = (image(fields), image(fields));
    let images = match name {
        "INSERT" => format!(r#""NewImage":{new}"#),
        "REMOVE" => format!(r#""OldImage":{old}"#),
        _ => format!(r#""NewImage":{new},"OldImage":{old}"#),
    };
    format!(
        r#"{{"awsRegion":"{}","eventID":"{}","eventName":"{name}","userIdentity":null,"recordFormat":"application/json","tableName":"orders","dynamodb":{{"ApproximateCreationDateTime":{now},"Keys":{{"order_id":{{"S":"A-{order}"}}}},{images},"SizeBytes":{}}},"eventSource":"aws:dynamodb"}}"#,
        place.region,
        fields.uuid(),
        images.len() / 2
    )
}
