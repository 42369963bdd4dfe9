//! What users call things of AWS: one parser each.
//!
//! What parses has a form that AWS documents; whether there is such a thing, AWS
//! says.

mod arn;
mod delivery_stream;
mod function;
mod log_group;
mod region;

pub use arn::{AccountId, Arn};
pub use delivery_stream::DeliveryStreamName;
pub use function::FunctionName;
pub use log_group::{LogGroupName, glob};
pub use region::RegionName;
