//! IAM: roles, and what they may do.

use firehose::known::Known;
use percent_encoding::percent_decode_str;

use super::call::{Request, Row, rows, text};
use super::{Service, Session};

/// Most pages of an answer of the simulator; one has up to 1,000 results.
const MAX_PAGES: usize = 5;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Who may take it on: a policy in JSON.
    pub trust_policy: String,
}

/// What IAM's simulator says of one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `lambda:InvokeFunction`
    pub action: String,
    /// The ARN that was asked about, or `*`.
    pub resource: String,
    /// `allowed`, `explicitDeny`, `implicitDeny`.
    pub decision: String,
}

impl Decision {
    /// True if it may be done.
    pub fn is_allowed(&self) -> bool {
        self.decision == "allowed"
    }
}

/// A key of a request's context and its value: what conditions of policies look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextEntry<'a> {
    /// `kms:EncryptionContext:aws:s3:arn`
    pub key: &'a str,
    /// Its value, a string.
    pub value: &'a str,
}

impl Session {
    /// The role of this ARN, path and all, or name.
    pub async fn role(&self, role: &str) -> Known<Role> {
        let name = role.rsplit('/').next().unwrap_or(role);
        let request = Request::query(Service::Iam, "GetRole", &[("RoleName", name)]);
        let found = self
            .fact(request, "iam:GetRole", &format!("role `{name}`"), |response| {
                let fields = ["Arn", "AssumeRolePolicyDocument"];
                rows(text(response)?, &["GetRoleResult", "Role"], &fields)?.pop()
            })
            .await;
        found.map(|mut row| Role {
            arn: row.remove("Arn").unwrap_or_default(),
            // RFC 3986 (IAM API reference, `Role`).
            trust_policy: row
                .remove("AssumeRolePolicyDocument")
                .map(|it| percent_decode_str(&it).decode_utf8_lossy().into_owned())
                .unwrap_or_default(),
        })
    }

    /// Asks the simulator whether the policies of `role`, an ARN, allow `actions` on
    /// `resource`, an ARN: a decision for each. It calls none of them. Policies of
    /// the resource and of the organization are not looked at.
    pub async fn simulate(
        &self,
        role: &str,
        actions: &[&str],
        resource: &str,
        context: &[ContextEntry<'_>],
    ) -> Known<Vec<Decision>> {
        let mut parameters = vec![
            ("PolicySourceArn".to_owned(), role.to_owned()),
            ("ResourceArns.member.1".to_owned(), resource.to_owned()),
            ("MaxItems".to_owned(), "1000".to_owned()),
        ];
        for (number, action) in (1..).zip(actions) {
            parameters.push((format!("ActionNames.member.{number}"), (*action).to_owned()));
        }
        for (number, entry) in (1..).zip(context) {
            let of = |name: &str| format!("ContextEntries.member.{number}.{name}");
            parameters.push((of("ContextKeyName"), entry.key.to_owned()));
            parameters.push((of("ContextKeyType"), "string".to_owned()));
            parameters.push((of("ContextKeyValues.member.1"), entry.value.to_owned()));
        }
        let mut decisions = Vec::new();
        for _ in 0..MAX_PAGES {
            let given: Vec<_> =
                parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let request = Request::query(Service::Iam, "SimulatePrincipalPolicy", &given);
            let thing = format!("the policies of role `{role}`");
            let page = self.fact(request, "iam:SimulatePrincipalPolicy", &thing, |response| {
                let result = "SimulatePrincipalPolicyResult";
                let fields = ["EvalActionName", "EvalResourceName", "EvalDecision"];
                let document = text(response)?;
                let found = rows(document, &[result, "EvaluationResults", "member"], &fields)?;
                Some((found, rows(document, &[result], &["IsTruncated", "Marker"])?.pop()?))
            });
            let (found, mut place) = match page.await {
                Known::Yes(page) => page,
                other => return other.map(|_| Vec::new()),
            };
            decisions.extend(found.into_iter().map(decision));
            match place.remove("Marker") {
                Some(marker) if place.get("IsTruncated").is_some_and(|it| it == "true") => {
                    parameters.retain(|(name, _)| name != "Marker");
                    parameters.push(("Marker".to_owned(), marker));
                }
                _ => return Known::Yes(decisions),
            }
        }
        Known::Failed("the simulator of IAM does not come to an end".to_owned())
    }
}

fn decision(mut row: Row) -> Decision {
    let mut text = |name| row.remove(name).unwrap_or_default();
    Decision {
        action: text("EvalActionName"),
        resource: text("EvalResourceName"),
        decision: text("EvalDecision"),
    }
}
