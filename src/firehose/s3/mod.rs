//! What Firehose writes to S3 and where: names of objects, prefixes and the
//! expressions in them.

pub mod object_name;
pub mod prefix;
