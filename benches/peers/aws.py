"""What one would write with boto3: fetch every object below a prefix, or put records.

    aws.py s3 URL BUCKET PREFIX THREADS
    aws.py firehose URL STREAM RECORDS BYTES THREADS
"""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config


def client(service, url, threads):
    config = Config(max_pool_connections=threads, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=url, config=config)


def fetch(url, bucket, prefix, threads):
    """Groups failure records by error code."""
    s3 = client("s3", url, threads)

    def codes(key):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return Counter(json.loads(line)["errorCode"] for line in body.splitlines())

    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    with ThreadPoolExecutor(threads) as pool:
        print(sum(pool.map(codes, keys), Counter()))


def put(url, stream, records, size, threads):
    """Puts batches of 500, and looks at nothing but FailedPutCount."""
    firehose = client("firehose", url, threads)

    def batch(_):
        answer = firehose.put_record_batch(DeliveryStreamName=stream, Records=[{"Data": b"x" * size}] * 500)
        return 500 - answer["FailedPutCount"]

    with ThreadPoolExecutor(threads) as pool:
        print(sum(pool.map(batch, range(records // 500))))


match sys.argv[1:]:
    case ["s3", url, bucket, prefix, threads]:
        fetch(url, bucket, prefix, int(threads))
    case ["firehose", url, stream, records, size, threads]:
        put(url, stream, int(records), int(size), int(threads))
