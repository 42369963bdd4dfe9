//! What Firehose writes to S3 and where: names of objects, prefixes and the
//! expressions in them.

mod error_output_type;
pub mod object_name;
pub mod prefix;

pub use error_output_type::ErrorOutputType;
