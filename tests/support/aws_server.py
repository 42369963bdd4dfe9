"""moto's server with one Lambda function, `orders`, and its alias `live`.

Prints its URL when it is ready and ends when its standard input does. Moto runs
no code here: it answers with the responses that are given as arguments, in
turn, then with the event.
"""

import io
import json
import logging
import os
import sys
import urllib.request
import zipfile

import boto3
from moto.server import ThreadedMotoServer

logging.disable(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"


def post(path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


post("/moto-api/config", {"lambda": {"use_docker": False}})
aws = {
    "endpoint_url": url,
    "region_name": "eu-west-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
role = boto3.client("iam", **aws).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("app.py", "")
functions = boto3.client("lambda", **aws)
functions.create_function(
    FunctionName="orders", Runtime="python3.13", Role=role, Handler="app.handler", Code={"ZipFile": code.getvalue()}
)
functions.create_alias(FunctionName="orders", Name="live", FunctionVersion="$LATEST")
if len(sys.argv) > 1:
    post("/moto-api/static/lambda-simple/response", {"results": sys.argv[1:], "region": "eu-west-1"})
print(url, flush=True)
sys.stdin.read()
os._exit(0)
