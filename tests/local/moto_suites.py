"""moto's own tests of Firehose and CloudWatch Logs, against `fh local`: a plugin of pytest.

moto_suites.txt lists the tests that do not apply, with why. One that is listed
and passes or is skipped is a failure too, and so is one that moto does not have.
"""

import os
from pathlib import Path

import boto3
import moto.core
import pytest
from botocore.config import Config
from moto.core.models import ServerModeMockAWS

# The account of `fh local`, and how long a live session without events is waited for.
moto.core.DEFAULT_ACCOUNT_ID = "111122223333"
Config.OPTION_DEFAULTS["read_timeout"] = 5

URL = os.environ["TEST_SERVER_MODE_ENDPOINT"]
firehose, logs, s3 = (boto3.client(name, endpoint_url=URL) for name in ("firehose", "logs", "s3"))


def reset(_):
    """What moto's server does at `/moto-api/reset`."""
    for name in firehose.list_delivery_streams(Limit=10000)["DeliveryStreamNames"]:
        firehose.delete_delivery_stream(DeliveryStreamName=name)
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            logs.delete_log_group(logGroupName=group["logGroupName"])
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for item in page.get("Contents", []):
                s3.delete_object(Bucket=bucket["Name"], Key=item["Key"])
        s3.delete_bucket(Bucket=bucket["Name"])


ServerModeMockAWS.reset = reset


def listed():
    """The tests that do not apply, and why: a line of `#` holds for the tests below it."""
    why, tests = "", {}
    for line in Path(__file__).with_suffix(".txt").read_text().splitlines():
        if line.startswith("# "):
            why = line[2:]
        elif line:
            tests[line] = why
    return tests


def short(node_id):
    return node_id.removeprefix("tests/")


def pytest_runtest_logreport(report):
    is_listed = short(report.nodeid) in listed()
    if is_listed and report.skipped and not hasattr(report, "wasxfail"):
        raise pytest.UsageError(f"{report.nodeid} is listed and is skipped anyway")


def pytest_collection_modifyitems(items):
    left_out = listed()
    for item in items:
        name = short(item.nodeid)
        if name in left_out:
            item.add_marker(pytest.mark.xfail(reason=left_out.pop(name), strict=True))
    if left_out:
        raise pytest.UsageError(f"moto does not have these tests: {', '.join(left_out)}")
