//! Policies of IAM, as what `--fault` allows and denies. They are for all roles and
//! resources: no role has rights of its own here.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::faults::{Fault, Faults};
use super::refusal::Refusal;

/// Actions of a policy that are looked at: ours.
const MAX_ACTIONS: usize = 1000;

/// The service that takes the role of a delivery stream.
const FIREHOSE: &str = "firehose.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: OneOrMore<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: String,
    action: Option<OneOrMore<String>>,
    principal: Option<Principal>,
    condition: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Principal {
    Services {
        #[serde(rename = "Service")]
        services: Option<OneOrMore<String>>,
    },
    Anyone(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::One(it) => std::slice::from_ref(it).iter(),
            Self::More(all) => all.iter(),
        }
    }
}

impl Policy {
    fn read(document: &str) -> Result<Self, Refusal> {
        serde_json::from_str(document)
            .map_err(|error| Refusal::new("MalformedPolicyDocument", error.to_string()))
    }

    fn allowing(&self) -> impl Iterator<Item = &Statement> {
        self.statement.iter().filter(|it| it.effect == "Allow")
    }
}

impl Statement {
    fn is_for_firehose(&self) -> bool {
        match &self.principal {
            Some(Principal::Services { services: Some(all) }) => {
                all.iter().any(|it| it == FIREHOSE)
            }
            Some(Principal::Anyone(it)) => it == "*",
            _ => false,
        }
    }
}

/// Allows what a policy of a role allows, and denies what it denies.
pub(super) fn put(document: &str, faults: &mut Faults) -> Result<(), Refusal> {
    let policy = Policy::read(document)?;
    let mut all = Vec::new();
    for statement in policy.statement.iter() {
        let Some(actions) = &statement.action else {
            return Err(Refusal::unsupported(
                "`fh local` reads no NotAction of a policy; name Action",
            ));
        };
        if statement.condition.is_some() {
            return Err(Refusal::unsupported(
                "`fh local` reads no Condition of a policy; leave that statement out",
            ));
        }
        let make = match statement.effect.as_str() {
            "Allow" => Fault::Allow,
            "Deny" => Fault::Deny,
            other => {
                let why = format!("Effect is `{other}`; it is Allow or Deny");
                return Err(Refusal::new("MalformedPolicyDocument", why));
            }
        };
        all.extend(actions.iter().cloned().map(make));
    }
    if all.len() > MAX_ACTIONS {
        let why = format!("`fh local` reads at most {MAX_ACTIONS} actions of a policy");
        return Err(Refusal::new("LimitExceeded", why));
    }
    // What is denied counts, wherever it stands.
    all.sort_by_key(|it| matches!(it, Fault::Deny(_)));
    for fault in all {
        faults.set(fault).map_err(|why| Refusal::new("LimitExceeded", why))?;
    }
    Ok(())
}

/// Lets Firehose take the role again, if a trust policy does.
pub(super) fn trust(document: &str, faults: &mut Faults) -> Result<(), Refusal> {
    let policy = Policy::read(document)?;
    if !policy.allowing().any(Statement::is_for_firehose) {
        return Err(Refusal::unsupported(format!(
            "`fh local` has one trust policy for all roles, which trusts {FIREHOSE}; to take that \
             away, run `fh local fault deny=sts:AssumeRole`"
        )));
    }
    let role = faults.set(Fault::Allow("sts:AssumeRole".to_owned()));
    role.map_err(|why| Refusal::new("LimitExceeded", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denying(actions: &[&str]) -> Faults {
        let mut faults = Faults::new(0);
        for action in actions {
            faults.set(Fault::Deny((*action).to_owned())).unwrap();
        }
        faults
    }

    #[test]
    fn a_policy_lifts_what_it_allows() {
        let mut faults = denying(&["s3:*", "lambda:InvokeFunction", "logs:PutLogEvents"]);
        let document = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["s3:PutObject","lambda:*"],"Resource":"*"},
            {"Effect":"Deny","Action":"logs:PutLogEvents","Resource":"*"}]}"#;
        put(document, &mut faults).unwrap();
        let actions =
            ["s3:PutObject", "s3:GetObject", "lambda:InvokeFunction", "logs:PutLogEvents"];
        assert_eq!(actions.map(|it| faults.denies(it)), [false, true, false, true]);
        let one = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        put(one, &mut faults).unwrap();
        assert_eq!(actions.map(|it| faults.denies(it)), [false; 4]);
        let none = r#"{"Statement":{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}}"#;
        put(none, &mut faults).unwrap();
        assert!(faults.denies("s3:PutObject"));
        let not = r#"{"Statement":{"Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}}"#;
        assert!(put(not, &mut faults).is_err());
        // The usual statement that wants TLS would deny everything.
        let tls = r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}"#;
        assert!(put(tls, &mut faults).is_err());
        assert!(!faults.denies("s3:GetObject"));
        let refusal = put("{", &mut faults).unwrap_err();
        assert_eq!(refusal.code, "MalformedPolicyDocument");
    }

    #[test]
    fn a_trust_policy_for_firehose_lifts_the_fault() {
        let of = |principal: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
            )
        };
        let mut faults = denying(&["sts:AssumeRole"]);
        for other in [r#"{"Service":"lambda.amazonaws.com"}"#, r#"{"AWS":"1"}"#] {
            assert!(trust(&of(other), &mut faults).is_err());
            assert!(faults.denies("sts:AssumeRole"));
        }
        trust(&of(r#"{"Service":["a","firehose.amazonaws.com"]}"#), &mut faults).unwrap();
        assert!(!faults.denies("sts:AssumeRole"));
    }
}
