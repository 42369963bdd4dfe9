"""What boto3 sees of CloudWatch Logs on this machine; asserts for itself."""

import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

logs = boto3.client("logs", config=Config(retries={"total_max_attempts": 1}))
GROUP = "/aws/lambda/app"


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


# Groups and streams
assert code(logs.create_log_stream, logGroupName=GROUP, logStreamName="s") == "ResourceNotFoundException"
logs.create_log_group(logGroupName=GROUP)
assert code(logs.create_log_group, logGroupName=GROUP) == "ResourceAlreadyExistsException"
assert code(logs.create_log_group, logGroupName="no:name") == "InvalidParameterException"
logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
logs.create_log_stream(logGroupName=GROUP, logStreamName="two")
logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
assert code(logs.put_retention_policy, logGroupName=GROUP, retentionInDays=8) == "InvalidParameterException"
(group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/app"
assert (group["logGroupName"], group["arn"], group["logGroupArn"]) == (GROUP, arn + ":*", arn)
assert group["retentionInDays"] == 7
logs.delete_retention_policy(logGroupName=GROUP)
assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]

# Events
now = int(time.time() * 1000)
messages = ["ERROR one", '{"level":"ERROR","code":500}', "INFO three"]
put = logs.put_log_events(
    logGroupName=GROUP,
    logStreamName="one",
    logEvents=[{"timestamp": now + at, "message": message} for at, message in enumerate(messages)],
)
assert "rejectedLogEventsInfo" not in put
old = [{"timestamp": 1, "message": "old"}, {"timestamp": now + 5, "message": "WARN four"}]
put = logs.put_log_events(logGroupName=GROUP, logStreamName="two", logEvents=old)
assert put["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
assert code(logs.put_log_events, logGroupName=GROUP, logStreamName="two", logEvents=old[::-1]) == "InvalidParameterException"
assert code(logs.put_log_events, logGroupName=GROUP, logStreamName="no", logEvents=old) == "ResourceNotFoundException"


def filtered(pattern, **more):
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, filterPattern=pattern, PaginationConfig={"PageSize": 1}, **more
    )
    return [event["message"] for page in pages for event in page["events"]]


assert filtered("") == messages + ["WARN four"]
assert filtered("?one ?four") == ["ERROR one", "WARN four"]
assert filtered("{ $.code >= 500 && $.level = \"ERR*\" }") == [messages[1]]
assert filtered("", logStreamNames=["two"]) == ["WARN four"]
assert code(logs.filter_log_events, logGroupName=GROUP, filterPattern="{ $.a") == "InvalidParameterException"

page = logs.get_log_events(logGroupName=GROUP, logStreamName="one", startFromHead=True, limit=2)
assert [event["message"] for event in page["events"]] == messages[:2]
page = logs.get_log_events(logGroupName=GROUP, logStreamName="one", nextToken=page["nextForwardToken"])
assert [event["message"] for event in page["events"]] == messages[2:]
again = logs.get_log_events(logGroupName=GROUP, logStreamName="one", nextToken=page["nextForwardToken"])
assert again["events"] == [] and again["nextForwardToken"] == page["nextForwardToken"]
assert code(logs.get_log_events, logGroupName=GROUP, logStreamName="one", nextToken="x") == "InvalidParameterException"

# Streams, by time
streams = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True, limit=1)
assert [stream["logStreamName"] for stream in streams["logStreams"]] == ["two"]
assert streams["logStreams"][0]["lastEventTimestamp"] == now + 5
streams = logs.describe_log_streams(
    logGroupName=GROUP, orderBy="LastEventTime", descending=True, nextToken=streams["nextToken"]
)
assert [stream["logStreamName"] for stream in streams["logStreams"]] == ["one"]

# Subscriptions
filters = {"logGroupName": GROUP, "filterName": "errors", "filterPattern": "?ERROR ?WARN"}
stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders"
assert code(logs.put_subscription_filter, **filters, destinationArn=stream.replace("orders", "gone")) == "InvalidParameterException"
other = "arn:aws:lambda:eu-west-1:111122223333:function:app"
assert code(logs.put_subscription_filter, **filters, destinationArn=other) == "UnsupportedOperation"
logs.put_subscription_filter(**filters, destinationArn=stream)
(found,) = logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
assert (found["filterName"], found["destinationArn"]) == ("errors", stream)
logs.put_log_events(
    logGroupName=GROUP,
    logStreamName="one",
    logEvents=[{"timestamp": now, "message": message} for message in ["ERROR five", "INFO six"]],
)
logs.delete_subscription_filter(logGroupName=GROUP, filterName="errors")
assert code(logs.delete_subscription_filter, logGroupName=GROUP, filterName="errors") == "ResourceNotFoundException"

# What there is not is refused by name
try:
    logs.describe_metric_filters()
except ClientError as error:
    assert "fh local does not support DescribeMetricFilters of CloudWatch Logs" in str(error), error

# Deleting
logs.delete_log_stream(logGroupName=GROUP, logStreamName="two")
assert filtered("four") == []
logs.delete_log_group(logGroupName=GROUP)
assert code(logs.filter_log_events, logGroupName=GROUP) == "ResourceNotFoundException"
