//! STS and IAM, as far as it is read who one is and what a role may do. Every
//! role exists, Firehose may take it, and it may do everything but for what
//! `--fault deny=…` denies, until a policy allows it.

use hyper::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::faults::{ASSUME_ROLE, Faults, SharedFaults, lock};
use super::form::Form;
use super::gateway::{Api, Call, Reply};
use super::refusal::{Refusal, denied, refuse, respond, xml};
use super::route::Protocol;
use super::{ACCOUNT, REQUEST_ID, policy};

/// Actions by resources that are simulated at a time.
const MAX_RESULTS: usize = 1000;

const STS: &[&str] = &["GetCallerIdentity"];
const IAM: &[&str] = &[
    "CreateRole",
    "GetRole",
    "PutRolePolicy",
    "SimulatePrincipalPolicy",
    "UpdateAssumeRolePolicy",
];

/// Who takes a role: the services that stand between a record and its object.
const TRUSTED: &str = r#"["firehose.amazonaws.com","lambda.amazonaws.com","logs.amazonaws.com"]"#;

/// STS and IAM.
#[derive(Debug)]
pub struct Identity(SharedFaults);

impl Identity {
    /// With these faults.
    pub const fn new(faults: SharedFaults) -> Self {
        Self(faults)
    }
}

#[async_trait::async_trait]
impl Api for Identity {
    async fn call(&self, call: Call) -> Reply {
        let form = Form::parse(&call.body);
        match answer(&form, &mut lock(&self.0)) {
            Ok(result) => respond("text/xml", wrap(form.get("Action"), &result)),
            Err(refusal) => refuse(Protocol::Query, &refusal),
        }
    }
}

/// The result of an operation, as XML.
fn answer(form: &Form, faults: &mut Faults) -> Result<String, Refusal> {
    let action = form.get("Action");
    let service = if STS.contains(&action) { "sts" } else { "iam" };
    denied(faults, &format!("{service}:{action}"))
        .map_err(|refusal| Refusal { code: "AccessDenied".to_owned(), ..refusal })?;
    match action {
        "GetCallerIdentity" => Ok(format!(
            "<Arn>arn:aws:iam::{ACCOUNT}:user/local</Arn><UserId>AIDALOCAL</UserId>\
             <Account>{ACCOUNT}</Account>"
        )),
        "GetRole" => role(form.get("RoleName"), faults),
        "CreateRole" => {
            let name = check_name(form.get("RoleName"))?;
            let why =
                format!("Role with name {name} already exists: in fh local, every role does.");
            let status = StatusCode::CONFLICT;
            Err(Refusal { status, ..Refusal::new("EntityAlreadyExists", why) })
        }
        "PutRolePolicy" => {
            check_name(form.get("RoleName"))?;
            policy::put(form.get("PolicyDocument"), faults).map(|()| String::new())
        }
        "UpdateAssumeRolePolicy" => {
            check_name(form.get("RoleName"))?;
            policy::trust(form.get("PolicyDocument"), faults).map(|()| String::new())
        }
        "SimulatePrincipalPolicy" => simulate(form, faults),
        _ => Err(Refusal::unknown("STS and IAM", action, &[STS, IAM].concat())),
    }
}

fn check_name(name: &str) -> Result<&str, Refusal> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(is_name) {
        let why = "The specified value for roleName is invalid. It must contain only alphanumeric \
                   characters and/or the following: +=,.@_-";
        return Err(Refusal::new("ValidationError", why));
    }
    Ok(name)
}

fn role(name: &str, faults: &Faults) -> Result<String, Refusal> {
    let name = check_name(name)?;
    let trusted = if faults.denies(ASSUME_ROLE) { r#""ec2.amazonaws.com""# } else { TRUSTED };
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":{trusted}}},"Action":"sts:AssumeRole"}}]}}"#
    );
    Ok(format!(
        "<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROALOCAL</RoleId>\
         <Arn>arn:aws:iam::{ACCOUNT}:role/{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>\
         <MaxSessionDuration>3600</MaxSessionDuration></Role>",
        utf8_percent_encode(&policy, NON_ALPHANUMERIC)
    ))
}

fn simulate(form: &Form, faults: &Faults) -> Result<String, Refusal> {
    let actions = form.list("ActionNames");
    let mut resources = form.list("ResourceArns");
    if resources.is_empty() {
        resources.push("*");
    }
    if form.get("PolicySourceArn").is_empty() || actions.is_empty() {
        let why = "PolicySourceArn and ActionNames are required";
        return Err(Refusal::new("ValidationError", why));
    }
    if actions.len().saturating_mul(resources.len()) > MAX_RESULTS {
        let why = format!(
            "fh local simulates at most {MAX_RESULTS} pairs of action and resource at a time"
        );
        return Err(Refusal::new("InvalidInput", why));
    }
    let mut results = String::new();
    for action in actions {
        let decision = if faults.denies(action) { "implicitDeny" } else { "allowed" };
        for resource in &resources {
            let (action, resource) = (xml(action), xml(resource));
            results.extend([format!(
                "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}\
                 </EvalResourceName><EvalDecision>{decision}</EvalDecision><MatchedStatements/>\
                 <MissingContextValues/></member>"
            )]);
        }
    }
    Ok(format!("<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>"))
}

/// A result as the whole answer to an action.
fn wrap(action: &str, result: &str) -> String {
    format!(
        "<{action}Response><{action}Result>{result}</{action}Result><ResponseMetadata>\
         <RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    )
}
