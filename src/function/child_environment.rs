//! The environment of a function: Lambda's variables, and next to nothing of
//! the user's.

use std::ffi::OsString;

use super::{DEFAULT_MEMORY_MB, FunctionSettings};

/// What passes through: what an interpreter needs to find itself, its
/// libraries and its certificates.
const PASSED: [&str; 36] = [
    "CONDA_PREFIX",
    "DYLD_LIBRARY_PATH",
    "HOME",
    "JAVA_HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NVM_BIN",
    "NVM_DIR",
    "PATH",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUTF8",
    "PYTHONWARNINGS",
    "RUST_BACKTRACE",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USER",
    "VIRTUAL_ENV",
    "VOLTA_HOME",
    "XDG_CACHE_HOME",
];

/// What `--pass-credentials` lets through besides: all that an SDK makes
/// credentials of.
pub const CREDENTIALS: [&str; 17] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CA_BUNDLE",
];

/// Keeps an SDK from finding credentials by itself: in the home folder, from
/// the instance that we may run on.
const WITHOUT_CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

/// Returns all that the process gets; a later one of the same name wins.
pub(super) fn variables(
    settings: &FunctionSettings,
    own: &[(&str, &str)],
) -> Vec<(OsString, OsString)> {
    let passes = |name: &OsString| {
        let Some(name) = name.to_str() else { return false };
        PASSED.contains(&name) || settings.pass_credentials && CREDENTIALS.contains(&name)
    };
    let inherited = settings.inherited.iter().filter(|(name, _)| passes(name)).cloned();
    let without = if settings.pass_credentials { &[][..] } else { &WITHOUT_CREDENTIALS[..] };
    let fixed = without.iter().chain(own).map(|(name, value)| (name.into(), value.into()));
    inherited
        .chain(lambda(settings))
        .chain(settings.variables.iter().cloned())
        .chain(fixed.filter(|(name, _)| !is_set(settings, name)))
        .collect()
}

/// True for a variable that the user set and that we would only suggest.
fn is_set(settings: &FunctionSettings, name: &OsString) -> bool {
    WITHOUT_CREDENTIALS.iter().any(|(suggested, _)| name == suggested)
        && settings.variables.iter().any(|(set, _)| set == name)
}

/// What Lambda sets (Lambda developer guide, configuration-envvars, reserved
/// environment variables).
fn lambda(settings: &FunctionSettings) -> Vec<(OsString, OsString)> {
    let memory = settings.memory_mb.unwrap_or(DEFAULT_MEMORY_MB).to_string();
    let group = format!("/aws/lambda/{}", settings.name);
    let variables = [
        ("AWS_DEFAULT_REGION", settings.region.as_str()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_NAME", &settings.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "1970/01/01/[$LATEST]fh"),
        ("AWS_REGION", &settings.region),
        ("PYTHONUNBUFFERED", "1"),
        ("TZ", ":UTC"),
    ];
    let mut all: Vec<_> =
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    all.push(("LAMBDA_TASK_ROOT".into(), settings.code.clone().into_os_string()));
    all.push(("LAMBDA_RUNTIME_DIR".into(), settings.code.clone().into_os_string()));
    all
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn settings() -> FunctionSettings {
        let pair = |(name, value): (&str, &str)| (name.into(), value.into());
        FunctionSettings {
            name: "orders".to_owned(),
            region: "eu-west-1".to_owned(),
            timeout: Duration::from_secs(1),
            memory_mb: None,
            code: "/code".into(),
            inherited: [
                ("PATH", "/bin"),
                ("AWS_PROFILE", "admin"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("GITHUB_TOKEN", "secret"),
            ]
            .map(pair)
            .into(),
            variables: [("STAGE", "test"), ("AWS_CONFIG_FILE", "mine")].map(pair).into(),
            pass_credentials: false,
            now: || SystemTime::UNIX_EPOCH,
        }
    }

    fn value(variables: &[(OsString, OsString)], name: &str) -> Option<String> {
        let found = variables.iter().rev().find(|(key, _)| key == name)?;
        found.1.to_str().map(ToOwned::to_owned)
    }

    #[test]
    fn nothing_secret_passes_unless_asked_for() {
        let own = [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")];
        let variables = variables(&settings(), &own);
        assert_eq!(value(&variables, "PATH").unwrap(), "/bin");
        assert_eq!(value(&variables, "STAGE").unwrap(), "test");
        assert_eq!(value(&variables, "AWS_CONFIG_FILE").unwrap(), "mine");
        assert_eq!(value(&variables, "AWS_SHARED_CREDENTIALS_FILE").unwrap(), "/dev/null");
        assert_eq!(value(&variables, "AWS_LAMBDA_RUNTIME_API").unwrap(), "127.0.0.1:1");
        for name in ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN"] {
            assert_eq!(value(&variables, name), None);
        }
    }

    #[test]
    fn credentials_pass_on_request_and_other_secrets_do_not() {
        let settings = FunctionSettings { pass_credentials: true, ..settings() };
        let variables = variables(&settings, &[]);
        assert_eq!(value(&variables, "AWS_PROFILE").unwrap(), "admin");
        assert_eq!(value(&variables, "AWS_SECRET_ACCESS_KEY").unwrap(), "secret");
        assert_eq!(value(&variables, "AWS_SHARED_CREDENTIALS_FILE"), None);
        assert_eq!(value(&variables, "GITHUB_TOKEN"), None);
    }
}
