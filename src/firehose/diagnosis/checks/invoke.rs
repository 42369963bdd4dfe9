//! Whether roles may do what the stream needs.

use super::super::super::json::Token;
use super::super::super::known::Known;
use super::super::super::names::glob;
use super::super::fix::string;
use super::super::{
    Confidence, Facts, Finding, Outcome, Part, Purpose, Role, Severity, ask, conclude,
};
use super::allowed;

pub(in super::super) fn role_may_write(facts: &Facts) -> Outcome {
    if facts.bucket_name().is_none() {
        return Outcome::NotApplicable;
    }
    let write = "the delivery role may not write to the bucket";
    let why = facts.s3_retries();
    let list = "the delivery role may not list or locate the bucket";
    let mut parts = vec![
        allowed(facts, Purpose::WriteObjects, write, why),
        allowed(facts, Purpose::ListBucket, list, why),
    ];
    if facts.backup_bucket_name().is_some() {
        let backup = "the delivery role may not write to the backup bucket";
        parts.push(allowed(facts, Purpose::WriteBackup, backup, why));
    }
    conclude(parts, "the delivery role may write to the bucket")
}

pub(in super::super) fn role_may_invoke(facts: &Facts) -> Outcome {
    if facts.stream.transform().is_none() {
        return Outcome::NotApplicable;
    }
    let name = facts.function_name().map(|it| it.name().to_owned()).unwrap_or_default();
    let qualified = facts.function_arns().map(|it| it.0).unwrap_or_default();
    let as_called = qualified.rsplit_once(":function:").map_or(qualified.as_str(), |it| it.1);
    let is_bare_allowed = facts.denied(Purpose::InvokeBare).yes().is_some_and(Vec::is_empty);
    let what = if is_bare_allowed {
        format!("the delivery role may call {name}, but not {as_called}")
    } else {
        format!("the delivery role may not call {as_called}")
    };
    let why = "Firehose calls the ARN with a version or alias, so each batch fails with \
               Lambda.InvokeAccessDenied, and the function logs nothing.";
    let passed = format!("the delivery role may call {as_called}");
    let mut found = allowed(facts, Purpose::Invoke, &what, why);
    // A function without a policy has nothing else that could allow it.
    if let Ok(Some(finding)) = &mut found
        && finding.severity == Severity::Error
        && facts.function_policy == Known::No
    {
        finding.confidence = Confidence::Certain;
    }
    conclude([found], passed)
}

pub(in super::super) fn trust(facts: &Facts) -> Outcome {
    let Some(arn) = facts.role_arn() else { return Outcome::NotApplicable };
    let mut parts = vec![trusted(facts, &facts.role, arn)];
    if let Some(other) = facts.invoke_role_arn().filter(|it| *it != arn)
        && facts.stream.transform().is_some()
    {
        parts.push(trusted(facts, &facts.invoke_role, other));
    }
    conclude(parts, "the role trusts firehose.amazonaws.com")
}

fn trusted(facts: &Facts, role: &Known<Role>, arn: &str) -> Part {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let account = facts.stream.account();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"firehose.amazonaws.com"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"sts:ExternalId":{}}}}}}}]}}"#,
        string(account)
    );
    let words = |verb, flag| ["aws", "iam", verb, "--role-name", name, flag, policy.as_str()];
    let Some(role) = ask(role)? else {
        return Finding::error(format!("the role {name} does not exist"))
            .why("Firehose cannot assume it, so nothing is read, called or written.")
            .fix(super::super::fix::command(&words("create-role", "--assume-role-policy-document")))
            .seen(format!("GetRole of {arn}"))
            .found();
    };
    match trust_of(&role.trust_policy, account, &facts.stream.arn) {
        Trust::Given => Ok(None),
        Trust::Missing => {
            let finding = Finding::error(format!("the role {name} does not trust Firehose"));
            let delivers = facts.metrics.yes().is_some_and(|it| it.sum("delivered") > 0);
            let (finding, what) = if delivers {
                let what = "records were still written during the window, so it may have been \
                            changed since";
                (finding.likely(), what)
            } else {
                (finding, "nothing is read, called or written")
            };
            finding
                .why(format!(
                    "Firehose cannot assume it: {what}. The command replaces the whole trust \
                     policy of the role."
                ))
                .fix(super::super::fix::command(&words(
                    "update-assume-role-policy",
                    "--policy-document",
                )))
                .seen("trust policy of the role")
                .found()
        }
        Trust::Condition(key, value) => {
            Finding::error(format!("the role {name} trusts Firehose only if {key} is {value}"))
                .likely()
                .why(format!(
                    "For this stream it is another: the account is {account}. The command \
                     replaces the whole trust policy of the role."
                ))
                .fix(super::super::fix::command(&words(
                    "update-assume-role-policy",
                    "--policy-document",
                )))
                .seen("trust policy of the role")
                .found()
        }
    }
}

/// What a trust policy says of Firehose.
enum Trust {
    Given,
    Missing,
    /// Only if this key has this value, which it has not.
    Condition(String, String),
}

fn trust_of(policy: &str, account: &str, stream: &str) -> Trust {
    trust_in(policy, "firehose.amazonaws.com", account, stream)
}

/// True if the policy lets CloudWatch Logs take the role on.
pub(super) fn trusts_logs(policy: &str, region: &str) -> bool {
    let of = |service: &str| matches!(trust_in(policy, service, "", ""), Trust::Given);
    of("logs.amazonaws.com") || of(&format!("logs.{region}.amazonaws.com"))
}

fn trust_in(policy: &str, service: &str, account: &str, stream: &str) -> Trust {
    let mut found = Trust::Missing;
    let document = Token::new(policy.trim().as_bytes());
    for statement in list(document.get(b"Statement")) {
        let is = |key: &[u8], value: &str| {
            statement.get(key).is_some_and(|it| texts(it).iter().any(|it| it == value))
        };
        let services = statement.get(b"Principal").map(|it| match it.get(b"Service") {
            Some(services) => texts(services),
            None => texts(it),
        });
        let names = services.is_some_and(|all| all.iter().any(|it| it == service || it == "*"));
        let matches = |it: &String| glob(it.to_ascii_lowercase().as_bytes(), b"sts:assumerole");
        let acts = statement.get(b"Action").is_some_and(|it| texts(it).iter().any(matches));
        if !is(b"Effect", "Allow") || !names || !acts {
            continue;
        }
        match unmet(statement, account, stream) {
            None => return Trust::Given,
            Some((key, value)) => found = Trust::Condition(key, value),
        }
    }
    found
}

/// A condition that Firehose does not meet: it sends the account as external id, and
/// the account and the stream as the source.
fn unmet(statement: Token<'_>, account: &str, stream: &str) -> Option<(String, String)> {
    let conditions = statement.get(b"Condition")?;
    for operator in conditions.fields().map_while(Result::ok) {
        let name = String::from_utf8_lossy(&operator.name()).into_owned();
        if !name.starts_with("StringEquals")
            && !name.starts_with("StringLike")
            && !name.starts_with("Arn")
        {
            continue;
        }
        for field in operator.value.fields().map_while(Result::ok) {
            let key = String::from_utf8_lossy(&field.name()).into_owned();
            let actual = match key.to_ascii_lowercase().as_str() {
                "sts:externalid" | "aws:sourceaccount" if !account.is_empty() => account,
                "aws:sourcearn" if !stream.is_empty() => stream,
                _ => continue,
            };
            let values = texts(field.value);
            if !values.iter().any(|it| glob(it.as_bytes(), actual.as_bytes())) {
                return Some((key, values.join(" or ")));
            }
        }
    }
    None
}

fn list(token: Option<Token<'_>>) -> Vec<Token<'_>> {
    match token {
        Some(it) if it.is_array() => {
            it.elements().map_while(Result::ok).map(|(it, _)| it).collect()
        }
        Some(it) => vec![it],
        None => Vec::new(),
    }
}

/// A string, or those of a list.
fn texts(token: Token<'_>) -> Vec<String> {
    list(Some(token))
        .into_iter()
        .filter_map(Token::string)
        .map(std::borrow::Cow::into_owned)
        .collect()
}
