//! A transform in Rust: passes every record on, or fails as `FAILURE` says.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match std::env::var("FAILURE").as_deref() {
        Ok("error") => return Err("the transform says no".into()),
        Ok("panic") => panic!("the transform panics"),
        _ => {}
    }
    let records = event.payload["records"].as_array().cloned().unwrap_or_default();
    let records: Vec<_> = records
        .iter()
        .map(|record| json!({"recordId": record["recordId"], "result": "Ok", "data": record["data"]}))
        .collect();
    println!("{} records for {}", records.len(), event.context.env_config.function_name);
    Ok(json!({ "records": records }))
}
