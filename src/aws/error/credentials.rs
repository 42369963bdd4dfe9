//! Why there are no credentials.

use aws_credential_types::provider::error::CredentialsError;

use super::{Why, causes, chain, find, transport};
use crate::aws::Session;
use crate::terminal::shell;

/// Says why the credentials could not be had.
pub(super) fn explain(session: &Session, error: &CredentialsError) -> Why {
    let profile = session.settings.profiles.name();
    let text = chain(error);
    // The metadata of EC2 is the last place that is asked; what answers in its
    // stead elsewhere is no reason.
    if matches!(error, CredentialsError::CredentialsNotLoaded(_))
        || text.contains("failed to load IMDS session token")
    {
        let why = Why::new("no AWS credentials found").hint(
            "pass `--profile NAME` (`aws configure list-profiles` lists them), run `aws sso \
             login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        );
        return session.settings.local_hint().into_iter().fold(why, Why::hint);
    }
    if text.contains("credentials-login") {
        return Why::new(format!("profile `{profile}` uses `aws login`, which fh cannot read"))
            .hint(export(session));
    }
    if let CredentialsError::ProviderTimedOut(_) = error {
        return Why::new(format!("timed out getting credentials for profile `{profile}`"))
            .hint("check the network; a `credential_process` may be waiting for input");
    }
    if find::<std::io::Error>(error).is_some_and(transport::is_network)
        || causes(error).any(|cause| cause.to_string().contains("dns error"))
    {
        let region = &session.region;
        let Some(proxy) = session.proxy(&format!("https://sts.{region}.amazonaws.com")) else {
            return Why::new(format!("cannot fetch credentials: {text}"))
                .hint("check the network, and HTTPS_PROXY if you need one");
        };
        let variable = proxy.variable();
        return Why::new(format!(
            "cannot fetch credentials through the proxy {proxy} ({variable}): {text}"
        ))
        .hint(format!("check {variable}; NO_PROXY lists the hosts to reach without a proxy"));
    }
    if let Some(login) = session.settings.profiles.sso_login() {
        return sso(login, &text);
    }
    if let Some(profile) = session.settings.profiles.with_mfa()
        && text.contains("AccessDenied")
    {
        return Why::new(format!(
            "AWS profile `{profile}` needs an MFA code (`mfa_serial`), which fh does not ask for: {text}"
        ))
        .hint(export(session));
    }
    if text.to_ascii_lowercase().contains("expired") {
        return Why::new(format!("the credentials have expired: {text}"))
            .hint(session.login_hint());
    }
    Why::new(format!("cannot get credentials for profile `{profile}`: {text}")).hint(format!(
        "try the same with the AWS CLI: aws sts get-caller-identity --profile {}",
        shell::quoted(profile)
    ))
}

/// How to get by the AWS CLI what the SDK cannot get. Keys in the environment count only
/// without `--profile`.
fn export(session: &Session) -> String {
    let profiles = &session.settings.profiles;
    let again = if profiles.is_explicit() {
        format!(", then run this again without `--profile`, with `--region {}`", session.region)
    } else {
        String::new()
    };
    format!(
        "export the credentials with `eval \"$(aws configure export-credentials --profile {} \
         --format env)\"`{again}",
        shell::quoted(profiles.name())
    )
}

fn sso(login: &str, text: &str) -> Why {
    // The login is good, the role is not one of its roles.
    if text.contains("ForbiddenException") {
        return Why::new(format!(
            "the SSO login of profile `{login}` is not allowed to use its role: {text}"
        ))
        .hint("check `sso_account_id` and `sso_role_name` in ~/.aws/config, or ask for the role");
    }
    Why::new(format!("the SSO login of profile `{login}` has expired or does not exist: {text}"))
        .hint(format!("aws sso login --profile {}", shell::quoted(login)))
}
