"""Every operation of Firehose, and those of Lambda, through boto3; asserts for itself."""

import base64
import io
import zipfile

import boto3
from botocore.exceptions import ClientError

firehose, functions, s3 = (boto3.client(name) for name in ["firehose", "lambda", "s3"])


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


# Lambda: a function from an archive, all that is asked of it, and its end.
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("app.py", "import os\ndef f(event, context):\n    print('seen')\n    return os.environ['A']")
made = functions.create_function(
    FunctionName="app",
    Runtime="python3.13",
    Handler="app.f",
    Role="arn:aws:iam::111122223333:role/r",
    Code={"ZipFile": archive.getvalue()},
    Environment={"Variables": {"A": "one"}},
)
assert made["FunctionName"] == "app" and made["Runtime"] == "python3.13", made
assert "app" in [it["FunctionName"] for it in functions.list_functions()["Functions"]]
assert functions.get_function(FunctionName="app")["Configuration"]["Handler"] == "app.f"
invoked = functions.invoke(FunctionName="app", LogType="Tail", Payload=b"{}")
assert invoked["Payload"].read() == b'"one"'
assert b"seen" in base64.b64decode(invoked["LogResult"])
assert functions.invoke(FunctionName="app", InvocationType="DryRun")["StatusCode"] == 204
functions.update_function_configuration(FunctionName="app", Environment={"Variables": {"A": "two"}}, Timeout=7)
assert functions.get_function_configuration(FunctionName="app")["Timeout"] == 7
assert functions.invoke(FunctionName="app")["Payload"].read() == b'"two"'
assert code(functions.get_policy, FunctionName="app") == "ResourceNotFoundException"
functions.delete_function(FunctionName="app")
assert code(functions.invoke, FunctionName="app") == "ResourceNotFoundException"

# Firehose: a stream from its creation to its end.
s3.create_bucket(Bucket="lake")
place = {
    "RoleARN": "arn:aws:iam::111122223333:role/firehose",
    "BucketARN": "arn:aws:s3:::lake",
    "Prefix": "before/",
    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
}
name = {"DeliveryStreamName": "orders"}
firehose.create_delivery_stream(
    **name, ExtendedS3DestinationConfiguration=place, Tags=[{"Key": "team", "Value": "shop"}]
)
assert code(firehose.create_delivery_stream, **name, ExtendedS3DestinationConfiguration=place) == "ResourceInUseException"
assert "orders" in firehose.list_delivery_streams()["DeliveryStreamNames"]
assert firehose.put_record(**name, Record={"Data": b"one\n"})["RecordId"]
put = firehose.put_record_batch(**name, Records=[{"Data": b"two\n"}, {"Data": b"three\n"}])
assert put["FailedPutCount"] == 0 and len(put["RequestResponses"]) == 2, put
firehose.tag_delivery_stream(**name, Tags=[{"Key": "stage", "Value": "test"}])
firehose.untag_delivery_stream(**name, TagKeys=["team"])
assert firehose.list_tags_for_delivery_stream(**name)["Tags"] == [{"Key": "stage", "Value": "test"}]
firehose.start_delivery_stream_encryption(
    **name, DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"}
)
described = firehose.describe_delivery_stream(**name)["DeliveryStreamDescription"]
assert described["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED", described
firehose.stop_delivery_stream_encryption(**name)
described = firehose.describe_delivery_stream(**name)["DeliveryStreamDescription"]
assert described["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED", described
update = {
    "CurrentDeliveryStreamVersionId": described["VersionId"],
    "DestinationId": described["Destinations"][0]["DestinationId"],
    "ExtendedS3DestinationUpdate": {"Prefix": "after/"},
}
firehose.update_destination(**name, **update)
assert code(firehose.update_destination, **name, **update) == "ConcurrentModificationException"
described = firehose.describe_delivery_stream(**name)["DeliveryStreamDescription"]
assert described["Destinations"][0]["ExtendedS3DestinationDescription"]["Prefix"] == "after/", described
firehose.delete_delivery_stream(**name)
assert code(firehose.describe_delivery_stream, **name) == "ResourceNotFoundException"
