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
      hint: give `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile default
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
    fh: the ARN is in eu-central-1, but `--region` says eu-west-1
      hint: leave out `--region`, or give the name instead of the ARN
    [Usage]
    ");
}

#[test]
fn a_region_that_is_none_is_refused_wherever_it_is_set() {
    assert_snapshot!(Call::bare("orders").env("AWS_REGION", "evil.example/#").run(), @"
    fh: AWS_REGION: `evil.example/#` is no Region; write e.g. eu-west-1
    [Usage]
    ");
    let config = "[default]\nregion = Ireland\n";
    assert_snapshot!(Call::bare("orders").file(".aws/config", config).run(), @"
    fh: profile `default`: `Ireland` is no Region; write e.g. eu-west-1
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
    fh: there is no AWS profile `prd`
      hint: check `--profile` and AWS_PROFILE; there is `prod`, `dev`; `aws configure list-profiles` lists all
    [Usage]
    ");
    assert_eq!(call().env("AWS_PROFILE", "prd").run(), call().arg("--profile", "prd").run());
    assert_snapshot!(Call::bare("orders").arg("--profile", "prd").run(), @"
    fh: there is no AWS profile `prd`
      hint: check `--profile` and AWS_PROFILE; there is none at all; `aws configure` makes one
    [Usage]
    ");
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_its_line() {
    let call = Call::bare("orders").file(".aws/config", "[default]\nregion\n");
    assert_snapshot!(call.run(), @"
    fh: cannot use the AWS configuration: error parsing [HOME]/.aws/config on line 2: Expected an '=' sign defining a property
      hint: `aws configure list` shows which files are read
    [Usage]
    ");
}

#[test]
fn an_address_comes_from_flag_and_environment() {
    let (flag, lambda, all) = (server(), server(), server());
    let call =
        || Call::bare("orders").arg("--region", "eu-west-1").env("AWS_ENDPOINT_URL", &all.url());
    let count = || [&flag, &lambda, &all].map(|server| server.requests().len());
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
    error: invalid value 'localhost:4566' for '--endpoint-url <URL>': `localhost:4566` is no address; write e.g. http://localhost:4566

    For more information, try '--help'.
    ");
    let seen =
        Call::bare("orders").arg("--region", "eu-west-1").env("AWS_ENDPOINT_URL", "::").run();
    assert_snapshot!(seen, @"
    fh: cannot invoke function `orders` in eu-west-1: failed to apply endpoint `::`: endpoint is not a valid URI: invalid authority
      hint: check `--endpoint-url`, AWS_ENDPOINT_URL and ~/.aws/config
    [Aws]
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
