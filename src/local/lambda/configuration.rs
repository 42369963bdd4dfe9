//! `FunctionConfiguration` of the Lambda API.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::LocalFunction;
use crate::function::{Code, Program};
use crate::times;

/// What is described of a function (API reference, `FunctionConfiguration`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Configuration<'a> {
    function_name: &'a str,
    function_arn: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    runtime: &'a str,
    role: &'a str,
    handler: &'a str,
    /// 0 of a folder: nothing is packed.
    code_size: u64,
    description: &'a str,
    timeout: u64,
    memory_size: u32,
    last_modified: String,
    /// Of the name of a folder, as its files may change at any time; or of the archive.
    code_sha256: String,
    version: &'static str,
    environment: Environment<'a>,
    revision_id: String,
    state: &'static str,
    last_update_status: &'static str,
    package_type: &'static str,
    logging_config: Logging<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Environment<'a> {
    variables: BTreeMap<&'a str, &'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Logging<'a> {
    log_format: &'static str,
    log_group: &'a str,
}

impl<'a> Configuration<'a> {
    pub(super) fn of(function: &'a LocalFunction) -> Self {
        let config = &function.config;
        let settings = &config.settings;
        let variables = settings.variables.iter();
        let variables =
            variables.filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?))).collect();
        let modified = times::rfc3339(function.modified).unwrap_or_default();
        let id = format!("{:032x}", function.id);
        let (code_size, code_sha256) = if let Some(archive) = &config.archive {
            let (size, sha256) = archive.size_and_sha256();
            (size, sha256.to_owned())
        } else {
            let folder = settings.code.as_os_str().as_encoded_bytes();
            (0, STANDARD.encode(Sha256::digest(folder)))
        };
        Self {
            function_name: &settings.name,
            function_arn: settings.arn(),
            runtime: &config.runtime,
            role: &config.role,
            handler: handler(&config.code),
            code_size,
            description: &config.description,
            timeout: settings.timeout.as_secs(),
            memory_size: config.memory_mb(),
            last_modified: modified.replace('Z', "+0000"),
            code_sha256,
            version: "$LATEST",
            environment: Environment { variables },
            revision_id: id,
            state: "Active",
            last_update_status: "Successful",
            package_type: "Zip",
            logging_config: Logging {
                log_format: config.log_format.as_str(),
                log_group: &config.log_group,
            },
        }
    }
}

/// `Handler` of a function; the line, where a command runs.
fn handler(code: &Code) -> &str {
    match code {
        Code::Program(program) => Program::handler(program),
        Code::Command(line) => line,
    }
}
