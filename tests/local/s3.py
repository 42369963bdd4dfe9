"""What boto3 sees of S3 on this machine; asserts for itself."""

import hashlib
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


# Buckets
s3.create_bucket(Bucket="demo", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["demo"]
assert s3.get_bucket_location(Bucket="demo")["LocationConstraint"] == "eu-west-1"
assert code(s3.head_bucket, Bucket="nothing") == "404"
assert code(s3.put_object, Bucket="nothing", Key="a", Body=b"") == "NoSuchBucket"

# An object and its headers
put = s3.put_object(
    Bucket="demo",
    Key="a",
    Body=b"0123456789",
    ContentType="text/plain",
    ContentEncoding="gzip",
    Metadata={"who": "me"},
    Tagging="k=v+1&l=%C3%BC",
)
etag = '"' + hashlib.md5(b"0123456789").hexdigest() + '"'
assert put["ETag"] == etag, put
got = s3.get_object(Bucket="demo", Key="a")
assert got["Body"].read() == b"0123456789"
assert (got["ContentType"], got["ContentEncoding"], got["Metadata"]) == ("text/plain", "gzip", {"who": "me"})
assert (got["ETag"], got["ContentLength"], got["TagCount"]) == (etag, 10, 2), got
head = s3.head_object(Bucket="demo", Key="a")
assert (head["ETag"], head["ContentLength"]) == (etag, 10)
assert code(s3.head_object, Bucket="demo", Key="b") == "404"
assert code(s3.get_object, Bucket="demo", Key="b") == "NoSuchKey"

# Ranges
for asked, wanted in [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=8-99", b"89")]:
    got = s3.get_object(Bucket="demo", Key="a", Range=asked)
    assert got["Body"].read() == wanted and got["ContentRange"].endswith("/10"), asked
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
assert code(s3.get_object, Bucket="demo", Key="a", Range="bytes=10-") == "InvalidRange"

# Conditions
assert code(s3.get_object, Bucket="demo", Key="a", IfMatch='"x"') == "PreconditionFailed"
assert code(s3.get_object, Bucket="demo", Key="a", IfNoneMatch=etag) == "304"
assert code(s3.get_object, Bucket="demo", Key="a", IfMatch=etag) is None
assert code(s3.put_object, Bucket="demo", Key="a", Body=b"x", IfNoneMatch="*") == "PreconditionFailed"
assert code(s3.put_object, Bucket="demo", Key="c", Body=b"x", IfNoneMatch="*") is None
assert code(s3.put_object, Bucket="demo", Key="c", Body=b"y", IfMatch='"x"') == "PreconditionFailed"
assert s3.get_object(Bucket="demo", Key="c")["Body"].read() == b"x"

# Tags
tags = s3.get_object_tagging(Bucket="demo", Key="a")["TagSet"]
assert tags == [{"Key": "k", "Value": "v 1"}, {"Key": "l", "Value": "ü"}], tags
s3.put_object_tagging(Bucket="demo", Key="a", Tagging={"TagSet": [{"Key": "n", "Value": ""}]})
assert s3.get_object_tagging(Bucket="demo", Key="a")["TagSet"] == [{"Key": "n", "Value": ""}]
many = {"TagSet": [{"Key": str(n), "Value": ""} for n in range(11)]}
assert code(s3.put_object_tagging, Bucket="demo", Key="a", Tagging=many) == "InvalidTag"
s3.delete_object_tagging(Bucket="demo", Key="a")
assert s3.get_object_tagging(Bucket="demo", Key="a")["TagSet"] == []

# Copies
s3.copy_object(Bucket="demo", Key="d/ü %", CopySource={"Bucket": "demo", "Key": "a"})
got = s3.get_object(Bucket="demo", Key="d/ü %")
assert got["Body"].read() == b"0123456789" and got["ContentType"] == "text/plain"
assert code(s3.copy_object, Bucket="demo", Key="a", CopySource="demo/a") == "InvalidRequest"
s3.copy_object(
    Bucket="demo", Key="a", CopySource="demo/a", MetadataDirective="REPLACE", ContentType="application/json"
)
assert s3.head_object(Bucket="demo", Key="a")["ContentType"] == "application/json"
assert code(s3.copy_object, Bucket="demo", Key="x", CopySource="demo/none") == "NoSuchKey"

# Checksums
assert code(s3.put_object, Bucket="demo", Key="e", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == "BadDigest"
assert code(s3.put_object, Bucket="demo", Key="e", Body=b"x", ChecksumCRC32="AAAAAA==") == "BadDigest"
for algorithm in ["CRC32", "CRC32C", "SHA1", "SHA256"]:
    try:
        s3.put_object(Bucket="demo", Key="e", Body=b"x", ChecksumAlgorithm=algorithm)
    except Exception as error:
        # CRC32C needs a library of Amazon's.
        assert "MissingDependency" in type(error).__name__, error

# Listings
keys = [f"list/{day:02}/{name}" for day in range(1, 4) for name in ["a b", "a+b", "ü&<", "x/y", "x", ".", "z/"]]
for key in keys:
    s3.put_object(Bucket="demo", Key=key, Body=b"1")


def listed(operation, **arguments):
    pages = s3.get_paginator(operation).paginate(Bucket="demo", **arguments)
    found, prefixes = [], []
    for page in pages:
        found += [item["Key"] for item in page.get("Contents", [])]
        prefixes += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    return found, prefixes


in_order = sorted(keys, key=str.encode)
for operation in ["list_objects", "list_objects_v2"]:
    for size in [1, 4, 1000]:
        config = {"PageSize": size}
        assert listed(operation, Prefix="list/", PaginationConfig=config) == (in_order, []), operation
        days = ["list/01/", "list/02/", "list/03/"]
        assert listed(operation, Prefix="list/", Delimiter="/", PaginationConfig=config) == ([], days)
        found = listed(operation, Prefix="list/02/", Delimiter="/", PaginationConfig=config)
        assert found[1] == ["list/02/x/", "list/02/z/"] and len(found[0]) == 5, found
page = s3.list_objects_v2(Bucket="demo", Prefix="list/", StartAfter="list/02/ü&<", MaxKeys=2)
assert [item["Key"] for item in page["Contents"]] == ["list/03/.", "list/03/a b"]
assert (page["KeyCount"], page["IsTruncated"], page["MaxKeys"]) == (2, True, 2)
assert code(s3.list_objects_v2, Bucket="demo", ContinuationToken="?") == "InvalidArgument"

# In parts
upload = s3.create_multipart_upload(Bucket="demo", Key="parts", ContentType="text/plain")["UploadId"]
place = {"Bucket": "demo", "Key": "parts", "UploadId": upload}
large = os.urandom(5 * 1024 * 1024)
one = s3.upload_part(**place, PartNumber=1, Body=large)["ETag"]
two = s3.upload_part(**place, PartNumber=2, Body=b"end")["ETag"]
assert [part["Size"] for part in s3.list_parts(**place)["Parts"]] == [len(large), 3]
parts = [{"PartNumber": 1, "ETag": one}, {"PartNumber": 2, "ETag": two}]
complete = s3.complete_multipart_upload
assert code(complete, **place, MultipartUpload={"Parts": parts[::-1]}) == "InvalidPartOrder"
assert code(complete, **place, MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": one}]}) == "InvalidPart"
done = complete(**place, MultipartUpload={"Parts": parts})
digest = hashlib.md5(hashlib.md5(large).digest() + hashlib.md5(b"end").digest()).hexdigest()
assert done["ETag"] == f'"{digest}-2"', done
got = s3.get_object(Bucket="demo", Key="parts")
assert got["Body"].read() == large + b"end" and got["ContentType"] == "text/plain"
assert code(s3.list_parts, **place) == "NoSuchUpload"
upload = s3.create_multipart_upload(Bucket="demo", Key="parts")["UploadId"]
place["UploadId"] = upload
s3.upload_part(**place, PartNumber=1, Body=b"x")
s3.upload_part(**place, PartNumber=2, Body=b"y")
small = [{"PartNumber": n, "ETag": s3.list_parts(**place)["Parts"][n - 1]["ETag"]} for n in (1, 2)]
assert code(complete, **place, MultipartUpload={"Parts": small}) == "EntityTooSmall"
s3.abort_multipart_upload(**place)
assert code(s3.abort_multipart_upload, **place) == "NoSuchUpload"

upload = s3.create_multipart_upload(Bucket="demo", Key="copied")["UploadId"]
place = {"Bucket": "demo", "Key": "copied", "UploadId": upload}
source = {"CopySource": {"Bucket": "demo", "Key": "parts"}, **place}
end = len(large) + 2
one = s3.upload_part_copy(**source, PartNumber=1, CopySourceRange=f"bytes=0-{len(large) - 1}")
two = s3.upload_part_copy(**source, PartNumber=2, CopySourceRange=f"bytes={len(large)}-{end}")
assert code(s3.upload_part_copy, **source, PartNumber=3, CopySourceRange="bytes=9999999-") == "InvalidArgument"
parts = [{"PartNumber": n, "ETag": it["CopyPartResult"]["ETag"]} for n, it in [(1, one), (2, two)]]
assert complete(**place, MultipartUpload={"Parts": parts})["ETag"] == done["ETag"]

# Presigned addresses
url = s3.generate_presigned_url("get_object", Params={"Bucket": "demo", "Key": "list/01/ü&<"})
assert urllib.request.urlopen(url).read() == b"1"

# What there is not is refused by name
try:
    s3.get_object(Bucket="demo", Key="a", VersionId="v1")
except ClientError as error:
    assert "fh local does not support versions of objects" in str(error), error
else:
    raise AssertionError("a version was found")
assert code(s3.get_bucket_policy, Bucket="demo") == "NotImplemented"

# Deleting
assert code(s3.delete_bucket, Bucket="demo") == "BucketNotEmpty"
s3.delete_object(Bucket="demo", Key="nothing")
everything = [{"Key": key} for key in listed("list_objects_v2")[0]]
deleted = s3.delete_objects(Bucket="demo", Delete={"Objects": everything})
assert len(deleted["Deleted"]) == len(everything) and "Errors" not in deleted, deleted
s3.delete_bucket(Bucket="demo")
