//! Profile, Region, address: what wins, and what is refused before any call.

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Call;
use crate::moto::moto;

const ARN: &str = "arn:aws:lambda:eu-central-1:111122223333:function:orders";

fn server() -> Canned {
    Canned::error(404, "ResourceNotFoundException", "none")
}

#[test]
fn without_a_region_the_user_is_told_how_to_set_one() {
    assert_snapshot!(Call::bare("orders").run(), @"
    fh: no AWS Region is set
      hint: pass `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile default
    [Usage]
    ");
}

#[test]
fn the_region_comes_from_flag_arn_environment_and_profile_in_this_order() {
    let server = server();
    let call = |function: &str| {
        Call::bare(function)
            .arg("--endpoint-url", &server.url())
            .file(".aws/config", "[default]\nregion = sa-east-1\n")
    };
    let region = |call: Call| {
        let seen = call.run();
        assert!(seen.contains("ResourceNotFoundException"), "{seen}");
        server.signed_for()[1].clone()
    };
    let environment = |call: Call| call.env("AWS_REGION", "us-west-2");
    assert_eq!(region(call("orders")), "sa-east-1");
    assert_eq!(region(call("orders").env("AWS_REGION", "")), "sa-east-1");
    assert_eq!(region(call("orders").env("AWS_DEFAULT_REGION", "us-east-2")), "us-east-2");
    assert_eq!(region(environment(call("orders"))), "us-west-2");
    assert_eq!(region(environment(call(ARN))), "eu-central-1");
    assert_eq!(region(environment(call("orders")).arg("--region", "ap-south-1")), "ap-south-1");
    assert_eq!(region(environment(call(ARN)).arg("--region", "eu-central-1")), "eu-central-1");
}

#[test]
fn a_region_that_contradicts_the_arn_is_refused() {
    assert_snapshot!(Call::bare(ARN).arg("--region", "eu-west-1").run(), @"
    fh: the ARN is in eu-central-1, but `--region` is eu-west-1
      hint: omit `--region`, or pass the name instead of the ARN
    [Usage]
    ");
}

#[test]
fn a_region_that_is_none_is_refused_wherever_it_is_set() {
    assert_snapshot!(Call::bare("orders").env("AWS_REGION", "evil.example/#").run(), @"
    fh: AWS_REGION: `evil.example/#` is not a valid Region; use e.g. eu-west-1
    [Usage]
    ");
    let config = "[default]\nregion = Ireland\n";
    assert_snapshot!(Call::bare("orders").file(".aws/config", config).run(), @"
    fh: profile `default`: `Ireland` is not a valid Region; use e.g. eu-west-1
    [Usage]
    ");
}

#[test]
fn the_region_of_an_instance_is_asked_for_at_last() {
    let metadata = Canned::answering(|head| {
        let body = if head.starts_with("PUT") { "token" } else { "eu-north-1" };
        let length = body.len();
        Some(format!("HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
    });
    let server = server();
    let seen = Call::bare("orders")
        .arg("--endpoint-url", &server.url())
        .without(&["AWS_EC2_METADATA_DISABLED"])
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata.url())
        .run();
    assert!(seen.contains("eu-north-1"), "{seen}");
    assert_eq!(server.signed_for()[1], "eu-north-1");
}

#[test]
fn a_metadata_service_that_is_silent_is_given_up() {
    let metadata = Canned::silent();
    let seen = Call::bare("orders")
        .without(&["AWS_EC2_METADATA_DISABLED"])
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata.url())
        .run();
    assert!(seen.contains("no AWS Region is set"), "{seen}");
    assert_eq!(metadata.requests().len(), 1);
}

#[test]
fn a_profile_that_does_not_exist_is_refused_with_the_nearest() {
    let config = "[profile prod]\nregion = eu-west-1\n[profile dev]\nregion = eu-west-1\n";
    let call = || Call::bare("orders").file(".aws/config", config);
    assert_snapshot!(call().arg("--profile", "prd").run(), @"
    fh: AWS profile `prd` does not exist
      hint: check `--profile`, AWS_PROFILE and AWS_DEFAULT_PROFILE; profiles: `prod`, `dev`; `aws configure list-profiles` lists all
    [Usage]
    ");
    assert_eq!(call().env("AWS_PROFILE", "prd").run(), call().arg("--profile", "prd").run());
    assert_snapshot!(Call::bare("orders").arg("--profile", "prd").run(), @"
    fh: AWS profile `prd` does not exist
      hint: check `--profile`, AWS_PROFILE and AWS_DEFAULT_PROFILE; no profiles exist; `aws configure` creates one
    [Usage]
    ");
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_its_line() {
    let call = Call::bare("orders").file(".aws/config", "[default]\nregion\n");
    assert_snapshot!(call.run(), @"
    fh: cannot use the AWS configuration: [HOME]/.aws/config, line 2: missing `=`
      hint: `aws configure list` shows which files are read
    [Usage]
    ");
}

#[test]
fn an_address_comes_from_flag_and_environment() {
    let (flag, lambda, all) = (server(), server(), server());
    let call =
        || Call::bare("orders").arg("--region", "eu-west-1").env("AWS_ENDPOINT_URL", &all.url());
    // A refusal is followed by a search for similar names, at the same address.
    let invocations =
        |heads: Vec<String>| heads.iter().filter(|it| it.contains("/invocations")).count();
    let count = || [&flag, &lambda, &all].map(|server| invocations(server.requests()));
    call().run();
    assert_eq!(count(), [0, 0, 1]);
    call().env("AWS_ENDPOINT_URL_LAMBDA", &lambda.url()).run();
    assert_eq!(count(), [0, 1, 1]);
    call().env("AWS_ENDPOINT_URL_LAMBDA", &lambda.url()).arg("--endpoint-url", &flag.url()).run();
    assert_eq!(count(), [1, 1, 1]);
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    assert_snapshot!(Call::bare("orders").arg("--endpoint-url", "localhost:4566").run(), @"
    error: invalid value 'localhost:4566' for '--endpoint-url <URL>': `localhost:4566` is not a valid URL; use e.g. http://localhost:4566

    For more information, try '--help'.
    ");
    let seen =
        Call::bare("orders").arg("--region", "eu-west-1").env("AWS_ENDPOINT_URL", "::").run();
    assert_snapshot!(seen, @"
    fh: AWS_ENDPOINT_URL: `::` is not a valid URL; use e.g. http://localhost:4566
    [Usage]
    ");
}

#[test]
fn a_profile_that_is_asked_for_goes_before_keys_in_the_environment() {
    let keys =
        "[profile other]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = {SECRET}\n";
    let server = server();
    let call = || Call::at(&server.url(), "orders").file(".aws/config", keys);
    call().arg("--profile", "other").run();
    assert_eq!(server.signed_for(), ["KEYOFPROFILE", "eu-west-1"]);
    call().env("AWS_PROFILE", "other").run();
    assert_eq!(server.signed_for(), [crate::harness::KEY_ID, "eu-west-1"]);
}

#[test]
fn a_role_is_assumed() {
    let config = "[profile reader]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = keys\n\
                  [profile keys]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = {SECRET}\n";
    let server = server();
    Call::at(&server.url(), "orders")
        .file(".aws/config", config)
        .arg("--profile", "reader")
        .env("AWS_ENDPOINT_URL_STS", &moto().url())
        .run();
    let [key, _] = server.signed_for();
    assert!(key.starts_with("ASIA"), "{key}");
}

#[test]
fn a_credential_process_is_asked() {
    let process = r#"credential_process = echo '{"Version":1,"AccessKeyId":"KEYOFPROCESS","SecretAccessKey":"{SECRET}"}'"#;
    let server = server();
    Call::at(&server.url(), "orders")
        .without_keys()
        .file(".aws/config", &format!("[default]\n{process}\n"))
        .run();
    assert_eq!(server.signed_for(), ["KEYOFPROCESS", "eu-west-1"]);
}

const ROLE: &str = "[profile reader]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = keys\n\
                    [profile keys]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = {SECRET}\n";

#[test]
fn an_empty_address_is_none_for_the_service_of_roles_too() {
    let server = server();
    Call::at(&server.url(), "orders")
        .file(".aws/config", ROLE)
        .arg("--profile", "reader")
        .env("AWS_ENDPOINT_URL_STS", "")
        .env("AWS_ENDPOINT_URL", &moto().url())
        .run();
    assert!(server.signed_for()[0].starts_with("ASIA"));
    let seen = Call::at(&server.url(), "orders")
        .file(".aws/config", ROLE)
        .arg("--profile", "reader")
        .env("AWS_ENDPOINT_URL", "")
        .env("HTTPS_PROXY", &Canned::new("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n").url())
        .env("AWS_MAX_ATTEMPTS", "1")
        .run();
    // AWS itself was to be asked for the role.
    assert!(seen.contains("cannot get credentials for profile `reader`"), "{seen}");
}

#[test]
fn the_service_of_roles_has_an_address_of_its_own() {
    let (lambda, sts) = (server(), server());
    let call = || {
        let config = format!("{ROLE}endpoint_url = {}\n", sts.url());
        let role = "[profile reader]\n";
        let config = config.replace(role, &format!("{role}endpoint_url = {}\n", sts.url()));
        Call::at(&lambda.url(), "orders")
            .file(".aws/config", &config)
            .arg("--profile", "reader")
            .env("AWS_MAX_ATTEMPTS", "1")
    };
    call().run();
    assert_eq!((sts.requests().len(), lambda.requests().len()), (1, 0));
    // What is ignored is ignored there, too.
    let proxy = server();
    call()
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .env("HTTPS_PROXY", &proxy.url())
        .run();
    assert_eq!(sts.requests().len(), 1);
    assert!(proxy.requests()[0].starts_with("CONNECT sts.eu-west-1.amazonaws.com:443 "));
}

#[test]
fn a_role_may_be_assumed_with_the_keys_of_the_environment() {
    let config = "[profile reader]\nrole_arn = arn:aws:iam::111122223333:role/Reader\n\
                  credential_source = Environment\n";
    let server = server();
    Call::at(&server.url(), "orders")
        .file(".aws/config", config)
        .arg("--profile", "reader")
        .env("AWS_ENDPOINT_URL_STS", &moto().url())
        .run();
    let [key, _] = server.signed_for();
    assert!(key.starts_with("ASIA") && key != crate::harness::KEY_ID, "{key}");
}

#[test]
fn half_a_key_pair_is_not_looked_for_elsewhere() {
    let config = "[profile reader]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = half\n\
                  [profile half]\naws_secret_access_key = {SECRET}\n";
    let call = Call::at("http://127.0.0.1:9", "orders").file(".aws/config", config);
    assert_snapshot!(call.arg("--profile", "reader").run(), @"
    fh: AWS profile `half` has an incomplete key pair: `aws_access_key_id` is missing
      hint: add it to ~/.aws/credentials: aws configure --profile half
    [Usage]
    ");
}

/// Every variable that the SDK reads a number, a word, a URL or a switch from.
const VARIABLES: [&str; 20] = [
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_DEFAULTS_MODE",
    "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_EXECUTION_ENV",
    "AWS_NEW_RETRIES_2026",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "AWS_SDK_UA_APP_ID",
    "AWS_SESSION_TOKEN",
    "AWS_SIGV4A_SIGNING_REGION_SET",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
];

#[test]
fn no_variable_can_break_a_call() {
    let server = server();
    for name in VARIABLES {
        for value in ["", "0", "-1", "a b\u{e4}", "http://[", ",", &"9".repeat(300)] {
            let seen = Call::at(&server.url(), "orders").env(name, value).run();
            assert!(seen.contains("ResourceNotFoundException"), "{name}={value}: {seen}");
        }
    }
}

#[test]
fn an_address_of_credentials_that_is_none_is_named() {
    let call = |name: &str, value: &str| {
        Call::at("http://127.0.0.1:9", "orders").without_keys().env(name, value).run()
    };
    assert_snapshot!(call("AWS_CONTAINER_CREDENTIALS_FULL_URI", "localhost:80"), @"
    fh: AWS_CONTAINER_CREDENTIALS_FULL_URI: `localhost:80` is not a valid URL; use e.g. http://localhost:4566
    [Usage]
    ");
    assert_snapshot!(call("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "localhost:80"), @"
    fh: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `localhost:80` does not begin with `/`
    [Usage]
    ");
    let none = call("AWS_CONTAINER_CREDENTIALS_FULL_URI", "");
    assert!(none.contains("no AWS credentials found"), "{none}");
    let metadata = |name: &str, value: &str| Call::bare("orders").env(name, value).run();
    assert_snapshot!(metadata("AWS_EC2_METADATA_SERVICE_ENDPOINT", "here"), @"
    fh: AWS_EC2_METADATA_SERVICE_ENDPOINT: `here` is not a valid URL; use e.g. http://localhost:4566
    [Usage]
    ");
    assert_snapshot!(metadata("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv5"), @"
    fh: AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: `ipv5` is not a valid mode
      hint: use ipv4 or ipv6
    [Usage]
    ");
    let unset = metadata("AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    assert!(unset.contains("no AWS Region is set"), "{unset}");
}

#[test]
fn what_sets_an_address_is_named_where_nothing_listens() {
    let config = "[default]\nservices = here\n[services here]\nlambda =\n  endpoint_url = http://127.0.0.1:1/aws/\n";
    let call = || Call::bare("orders").arg("--region", "eu-west-1").file(".aws/config", config);
    assert_snapshot!(call().run(), @"
    fh: cannot invoke function `orders` in eu-west-1: http://127.0.0.1:[PORT]/aws refused the connection
      hint: start the server there (`fh local start --port 1`), or check `lambda` in the services of AWS profile `default`
    [Aws]
    ");
    let seen = call().env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").run();
    assert!(seen.contains("(`fh local start --port 1`), or check AWS_ENDPOINT_URL\n"), "{seen}");
}
