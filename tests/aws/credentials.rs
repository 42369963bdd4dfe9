//! What the user is told where there are no credentials.

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Call;
use crate::moto::moto;

const SSO: &str = "[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\nregion = eu-west-1\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n";

/// Where the token of the session `corp` is kept: its SHA-1.
const TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn call() -> Call {
    Call::at(&moto().url(), "orders").without_keys()
}

#[test]
fn without_credentials_the_user_is_told_how_to_get_some() {
    let url = moto().url();
    let port = url.rsplit(':').next().unwrap();
    assert_snapshot!(call().run().replace(port, "[port]"), @r#"
    fh: cannot invoke function `orders` in eu-west-1: no AWS credentials found
      hint: pass `--profile NAME` (`aws configure list-profiles` lists them), run `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
      hint: for `fh local`: eval "$(fh local env --port [port])"
    [Aws]
    "#);
}

#[test]
fn a_metadata_service_that_refuses_or_is_none_is_no_reason() {
    let plain = call().run();
    for server in [
        Canned::new("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
        Canned::new("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
        Canned::silent(),
    ] {
        let call = call().without(&["AWS_EC2_METADATA_DISABLED"]);
        let seen = call.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.url()).run();
        assert_eq!((seen, server.requests().len()), (plain.clone(), 1));
    }
}

#[test]
fn a_profile_without_login_names_the_command_that_logs_in() {
    let call = call().file(".aws/config", SSO).arg("--profile", "dev");
    assert_snapshot!(call.run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the SSO login of profile `dev` has expired or does not exist: failed to load the cached SSO token
      hint: aws sso login --profile dev
    [Aws]
    ");
}

#[test]
fn an_expired_login_names_the_command_that_logs_in() {
    let token = r#"{"accessToken":"{SECRET}","expiresAt":"2020-01-01T00:00:00Z","startUrl":"https://corp.awsapps.com/start","region":"eu-west-1"}"#;
    let call = call().file(".aws/config", SSO).file(TOKEN, token).env("AWS_PROFILE", "dev");
    assert_snapshot!(call.run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the SSO login of profile `dev` has expired or does not exist: the SSO token has expired and cannot be refreshed
      hint: aws sso login --profile dev
    [Aws]
    ");
}

/// A login that is good until 2099.
const GOOD_TOKEN: &str = r#"{"accessToken":"{SECRET}","expiresAt":"2099-01-01T00:00:00Z","startUrl":"https://corp.awsapps.com/start","region":"eu-west-1"}"#;

#[test]
fn an_sso_login_signs_calls_and_is_named_when_they_are_refused_as_expired() {
    let role = r#"{"roleCredentials":{"accessKeyId":"KEYOFROLE","secretAccessKey":"x","sessionToken":"y","expiration":4070908800000}}"#;
    let sso = Canned::new(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{role}",
        role.len()
    ));
    let message = "The security token included in the request is expired";
    let lambda = Canned::error(403, "ExpiredTokenException", message);
    let call = Call::at(&lambda.url(), "orders").file(".aws/config", SSO).file(TOKEN, GOOD_TOKEN);
    assert_snapshot!(call.arg("--profile", "dev").env("AWS_ENDPOINT_URL_SSO", &sso.url()).run(), @"
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[PORT]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id [ID])
      hint: log in again: aws sso login --profile dev
    [Aws]
    ");
    assert_eq!(lambda.signed_for(), ["KEYOFROLE", "eu-west-1"]);
}

#[test]
fn an_sso_login_without_the_role_is_not_told_to_log_in() {
    let sso = Canned::error(403, "ForbiddenException", "No access");
    let call = call().file(".aws/config", SSO).file(TOKEN, GOOD_TOKEN).arg("--profile", "dev");
    assert_snapshot!(call.env("AWS_ENDPOINT_URL_SSO", &sso.url()).run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the SSO login of profile `dev` is not allowed to use its role: No access (ForbiddenException)
      hint: check `sso_account_id` and `sso_role_name` in ~/.aws/config, or ask for the role
    [Aws]
    ");
}

#[test]
fn a_role_whose_source_has_no_login_names_the_source() {
    let role =
        "[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = dev\n";
    let call = call().file(".aws/config", &format!("{SSO}{role}")).arg("--profile", "admin");
    assert_snapshot!(call.run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the SSO login of profile `dev` has expired or does not exist: failed to load the cached SSO token
      hint: aws sso login --profile dev
    [Aws]
    ");
}

#[test]
fn a_login_of_the_console_is_handed_over_by_the_aws_cli() {
    let config = "[profile dev]\nlogin_session = arn:aws:iam::111122223333:user/me\n";
    assert_snapshot!(call().file(".aws/config", config).arg("--profile", "dev").run(), @r#"
    fh: cannot invoke function `orders` in eu-west-1: profile `dev` uses `aws login`, which fh cannot read
      hint: export the credentials with `eval "$(aws configure export-credentials --profile dev --format env)"`, then run this again without `--profile`, with `--region eu-west-1`
    [Aws]
    "#);
}

#[test]
fn a_profile_that_is_set_up_wrong_is_named() {
    let config = "[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = nobody\n";
    assert_snapshot!(call().file(".aws/config", config).arg("--profile", "admin").run(), @"
    fh: AWS profile `admin` assumes a role as profile `nobody`, which does not exist
      hint: check `source_profile` in ~/.aws/config; profiles: `admin`; `aws configure list-profiles` lists all
    [Usage]
    ");
}

#[test]
fn a_credential_process_that_fails_is_quoted() {
    let config = "[default]\ncredential_process = sh -c 'echo not logged in >&2; exit 1'\n";
    assert_snapshot!(call().file(".aws/config", config).run(), @"
    fh: cannot invoke function `orders` in eu-west-1: cannot get credentials for profile `default`: Error retrieving credentials: external process exited with code exit status: 1. Stderr: not logged in
      hint: try the same with the AWS CLI: aws sts get-caller-identity --profile default
    [Aws]
    ");
}

#[test]
fn a_role_that_may_not_be_assumed_says_why() {
    let config = "[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = keys\n\
                  [profile keys]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = {SECRET}\n";
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Admin</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    let sts = Canned::new(format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let call = call().file(".aws/config", config).arg("--profile", "admin");
    assert_snapshot!(call.env("AWS_ENDPOINT_URL_STS", &sts.url()).run(), @"
    fh: cannot invoke function `orders` in eu-west-1: cannot get credentials for profile `admin`: User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Admin (AccessDenied)
      hint: try the same with the AWS CLI: aws sts get-caller-identity --profile admin
    [Aws]
    ");
}

#[test]
fn a_role_that_wants_a_code_is_handed_over_by_the_aws_cli() {
    let config = "[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = keys\n\
                  mfa_serial = arn:aws:iam::111122223333:mfa/me\n\
                  [profile keys]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = {SECRET}\n";
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    let sts = Canned::new(format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let call = call().file(".aws/config", config).arg("--profile", "admin");
    assert_snapshot!(call.env("AWS_ENDPOINT_URL_STS", &sts.url()).run(), @r#"
    fh: cannot invoke function `orders` in eu-west-1: AWS profile `admin` needs an MFA code (`mfa_serial`), which fh does not ask for: not authorized (AccessDenied)
      hint: export the credentials with `eval "$(aws configure export-credentials --profile admin --format env)"`, then run this again without `--profile`, with `--region eu-west-1`
    [Aws]
    "#);
}
