"""Failure objects in all shapes that were seen or are likely, in a bucket of moto.

Takes the address of moto, a bucket and a number of records. The same every time.
"""

import base64
import gzip
import io
import json
import random
import sys
import uuid
import zipfile

import boto3

address, bucket, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
some = random.Random(17)
START = 1795341600000
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:"
FUNCTIONS = [FUNCTION + "orders:$LATEST", FUNCTION + "clicks:live"]
CONTROL = {
    "messageType": "CONTROL_MESSAGE",
    "owner": "CloudwatchLogs",
    "logGroup": "",
    "logStream": "",
    "subscriptionFilters": [],
    "logEvents": [{"id": "", "timestamp": START, "message": "CWL CONTROL MESSAGE: Checking health"}],
}


def identifier():
    kinds = [
        lambda: str(uuid.UUID(int=some.getrandbits(128))),
        lambda: f"10.{some.randrange(256)}.1.{some.randrange(256)}:443",
        lambda: f"2026-11-22T10:00:{some.randrange(10, 60)}.{some.randrange(100, 999)}Z",
        lambda: str(some.randrange(10**5, 10**9)),
    ]
    return some.choice(kinds)()


def ticker():
    return json.dumps({"ticker_symbol": some.choice(["WAS", "NGC"]), "price": some.randrange(99)})


def control():
    packed = gzip.compress(json.dumps(CONTROL).encode(), mtime=0)
    plain = json.dumps(CONTROL, separators=(",", ":")).encode()
    return some.choice([packed, packed, plain, gzip.compress(ticker().encode(), mtime=0)])


def payload():
    return some.choice([ticker().encode()] * 97 + [b"", b"\x00\xff\xfe", ticker().encode() * 2000])


MESSAGES = [
    ("Lambda.FunctionTimedOut", lambda: "The Lambda function invocation timed out."),
    ("Lambda.MissingRecordId", lambda: "One or more record Ids were not returned."),
    ("Lambda.FunctionError", lambda: f"request {identifier()} failed with 503"),
    ("Lambda.FunctionError", lambda: "Caf\u00e9 closed"),
    ("Lambda.FunctionError", lambda: some.choice(["a\u2014b", "a\u2014c"])),
    ("Splunk.AckTimeout", lambda: f"no acknowledgement from {identifier()}, request {identifier()}"),
    ("HttpEndpoint.DestinationException", lambda: f'503: "Unavailable", id={identifier()} na\u00efve'),
    ("DataFormatConversion.MalformedData", lambda: f'For input string: "{some.choice(["x", "12", "1a2b3c4"])}"'),
    ("400", lambda: f'{{"type":"mapper","reason":"id \'{identifier()}\'"}}}}{{"rawData":"QQ=="}}'),
    ("X.Long", lambda: "long " * 300 + identifier()),
    ("X.Long", lambda: "l\u00e4nger " * 300 + identifier()),
    ("X.Escapes", lambda: 'tab\t quote" slash/ back\\ \u0001 end'),
]


def record():
    """The keys and values of one, in the order of one of the years."""
    code, message = some.choice(MESSAGES)
    arrival = START + int(some.random() ** 2 * 6 * 3600 * 1000)
    all_keys = {
        "rawData": base64.b64encode(payload()).decode(),
        "errorCode": code,
        "errorMessage": message(),
        "attemptsMade": 4 if code.startswith("Lambda") else some.randrange(10),
        "arrivalTimestamp": arrival,
        "attemptEndingTimestamp": arrival + 60000,
    }
    if code == "Lambda.MissingRecordId" and some.random() < 0.4:
        all_keys["rawData"] = base64.b64encode(control()).decode()
    if code.startswith(("Lambda", "X")):
        all_keys[some.choice(["lambdaARN", "lambdaARN", "lambdaArn"])] = some.choice(FUNCTIONS)
    elif code == "Splunk.AckTimeout":
        all_keys["EventId"] = "4" * 56 + ".0"
    elif code == "400":
        all_keys |= {"esDocumentId": "d1", "esIndexName": "orders"}
    elif code.startswith("Data"):
        all_keys["lastErrorCode"] = all_keys.pop("errorCode")
        all_keys["lastErrorMessage"] = all_keys.pop("errorMessage")
        all_keys["dataCatalogTable"] = {"databaseName": "d", "catalogArn": "arn"}
    keys = list(all_keys)
    if some.random() < 0.3:
        some.shuffle(keys)
    made = {key: all_keys[key] for key in keys}
    rare = some.random()
    if rare < 0.1:
        made |= {key: str(made[key]) for key in ("attemptsMade", "arrivalTimestamp")}
    elif rare < 0.11:
        del made["arrivalTimestamp"]
    elif rare < 0.12:
        del made["attemptsMade"]
    elif rare < 0.13 and "errorMessage" in made:
        del made["errorMessage"]
    return made


def written(made):
    spaces = some.choice([(",", ":")] * 4 + [(", ", ": ")])
    return json.dumps(made, separators=spaces, ensure_ascii=some.random() < 0.5).encode()


def odd(made):
    """A record that is none, or none of the usual ones."""
    text = written(made)
    kinds = [
        lambda: text[: len(text) // 2],
        lambda: text.replace(b'"rawData"', b'"rawData":"QQ==","rawData"'),
        lambda: json.dumps(made | {"rawData": "<not base64>"}).encode(),
        lambda: json.dumps(made | {"rawData": "QUI"}).encode(),
        lambda: json.dumps(made | {"arrivalTimestamp": -1}).encode(),
        lambda: json.dumps(made | {"attemptsMade": 1.5}).encode(),
        lambda: json.dumps(made | {"errorMessage": None}).encode(),
        lambda: json.dumps(made | {"errorMessage": {"rawData": 1}}).encode(),
        lambda: json.dumps(made, indent=2).encode(),
        lambda: text + text,
        lambda: text + b" trailing",
        lambda: b'{"entries":[{"url":"s3://lake/x"}]}',
        lambda: b"START RequestId: 1",
        lambda: b"\xff\xfe" + text,
        lambda: text.replace(b"/", b"\\/"),
        lambda: b'{"id":1}',
    ]
    return some.choice(kinds)()


def zipped(body):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", body)
    return out.getvalue()


client = boto3.client(
    "s3",
    endpoint_url=address,
    region_name="eu-west-1",
    aws_access_key_id="a",
    aws_secret_access_key="a",
)
client.create_bucket(
    Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
)
number = 0
while number * 50 < count:
    records = [written(record()) for _ in range(50)]
    hour = 10 + number % 6
    name = f"orders-1-2026-11-22-{hour}-00-00-{uuid.UUID(int=some.getrandbits(128))}"
    folder, ending = f"failed/2026/11/22/{hour}/", b"\n"
    kind = number % 40
    if kind == 1:
        ending = b""
    elif kind == 2:
        ending = b"\r\n"
    elif kind == 3:
        records.insert(20, b"")
    elif kind in (4, 5, 6, 7):
        records.insert(some.randrange(50), odd(record()))
    elif kind == 8:
        folder += "deep/"
    elif kind == 9:
        folder += "_hidden/" if number % 80 > 40 else "it's "
    elif kind == 10:
        name = "_" + name
    elif kind == 11:
        folder = ""
    elif kind == 12:
        name = "payments" + name
    body = ending.join(records) + ending
    if kind == 13:
        name, body = name + ".gz", gzip.compress(body, mtime=0)
    elif kind == 14:
        body = gzip.compress(body, mtime=0)
    elif kind == 15:
        name, body = name + ".zip", zipped(body)
    elif kind == 16:
        body = b"\xef\xbb\xbf" + body
    elif kind == 17:
        body = b"[" + b",".join(records) + b"]"
    client.put_object(Bucket=bucket, Key=folder + name, Body=body)
    number += 1
