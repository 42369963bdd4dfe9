"""What boto3 sees of the small services on this machine; asserts for itself."""

import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

once = Config(retries={"total_max_attempts": 1})
sts, iam, kms, cloudwatch = (boto3.client(name, config=once) for name in ["sts", "iam", "kms", "cloudwatch"])


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


assert sts.get_caller_identity()["Account"] == "111122223333"
assert code(sts.get_session_token) == "UnsupportedOperation"

role = iam.get_role(RoleName="firehose")["Role"]
assert role["Arn"] == "arn:aws:iam::111122223333:role/firehose"
trusted = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
assert "firehose.amazonaws.com" in trusted
assert code(iam.get_role, RoleName="no role") == "ValidationError"
simulated = iam.simulate_principal_policy(
    PolicySourceArn=role["Arn"],
    ActionNames=["s3:PutObject", "lambda:InvokeFunction"],
    ResourceArns=["arn:aws:s3:::demo/*", "arn:aws:s3:::a&b"],
)["EvaluationResults"]
decisions = [(it["EvalActionName"], it["EvalResourceName"], it["EvalDecision"]) for it in simulated]
assert decisions == [
    ("s3:PutObject", "arn:aws:s3:::demo/*", "allowed"),
    ("s3:PutObject", "arn:aws:s3:::a&b", "allowed"),
    ("lambda:InvokeFunction", "arn:aws:s3:::demo/*", "implicitDeny"),
    ("lambda:InvokeFunction", "arn:aws:s3:::a&b", "implicitDeny"),
], decisions
assert code(iam.list_roles) == "UnsupportedOperation"

key = kms.describe_key(KeyId="arn:aws:kms:eu-west-1:111122223333:key/1234abcd")["KeyMetadata"]
assert (key["KeyId"], key["KeyState"], key["Enabled"]) == ("1234abcd", "Disabled", False)
assert code(kms.list_keys) == "UnsupportedOperation"

now = datetime.datetime.now(datetime.timezone.utc)
metric = {
    "Namespace": "AWS/Firehose",
    "MetricName": "IncomingRecords",
    "Dimensions": [{"Name": "DeliveryStreamName", "Value": "orders"}],
}
read = cloudwatch.get_metric_data(
    StartTime=now - datetime.timedelta(hours=1),
    EndTime=now + datetime.timedelta(hours=1),
    MetricDataQueries=[{"Id": "a", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}],
)["MetricDataResults"]
assert [(it["Id"], sum(it["Values"]), it["StatusCode"]) for it in read] == [("a", 12.0, "Complete")], read
assert code(cloudwatch.list_metrics) in ("UnsupportedOperation", "AccessDeniedException")
