"""moto's server for the tests, over http and https, on free ports.

Prints `HTTP-PORT HTTPS-PORT` once it answers, and ends when its standard input
does, so that it does not outlive whoever started it. The one argument is where
to write the certificate of the https side.

moto runs functions in docker, or, in its simple backend, not at all. There is
no docker here: functions exist, have versions and aliases and are found as
moto finds them, and what they answer is below.
"""

import base64
import io
import json
import os
import sys
import threading
import zipfile
from datetime import timedelta

import boto3
import moto.firehose.models
import moto.logs.models
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server, make_ssl_devcert

REPORT = (
    "START RequestId: {id} Version: {version}\n"
    "{said}\n"
    "END RequestId: {id}\n"
    "REPORT RequestId: {id}\tDuration: 1.50 ms\tBilled Duration: 2 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 35 MB\tInit Duration: 80.25 ms\t\n"
)
REQUEST_ID = "8f507cfc-0000-4000-8000-000000000001"


def invoke(self, function_name, qualifier, body, headers, response_headers):
    """The transform: upper case; a record that is not base64 is an exception."""
    function = self.get_function(function_name, qualifier)
    try:
        records = [
            {
                "recordId": record["recordId"],
                "result": "Ok",
                "data": base64.b64encode(base64.b64decode(record["data"]).upper()).decode(),
            }
            for record in json.loads(body)["records"]
        ]
        answer, said = {"records": records}, f"{len(records)} records"
    except Exception as error:
        answer = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
        said = f"[ERROR] {type(error).__name__}: {error}"
        response_headers["x-amz-function-error"] = "Unhandled"
    log = REPORT.format(id=REQUEST_ID, version=function.version, said=said)
    response_headers["x-amz-log-result"] = base64.b64encode(log.encode()).decode()
    response_headers["x-amz-executed-version"] = str(function.version)
    return json.dumps(answer).encode()


# The tests share a server, and have more streams in all than an account may have.
moto.firehose.models.DeliveryStream.MAX_STREAMS_PER_REGION = 1000

# PutLogEvents refuses what is older than 14 days; many of the tests' events are
# of one day in November 2026.
moto.logs.models.timedelta = lambda **_: timedelta(days=10_000)


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


def serve(application, ssl_context=None):
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet, ssl_context=ssl_context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def make_function(url):
    """`orders` with version 1 and the alias `live`, and the role `Reader`."""
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-west-1")
    iam, functions = (session.client(name, endpoint_url=url) for name in ("iam", "lambda"))
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    functions.create_function(
        FunctionName="orders", Runtime="python3.13", Role=role, Handler="app.handler", Code={"ZipFile": code.getvalue()}
    )
    functions.publish_version(FunctionName="orders")
    functions.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")


def main():
    os.environ["MOTO_ACCOUNT_ID"] = "111122223333"
    default_user_config["lambda"] = {"use_docker": False}
    LambdaSimpleBackend.invoke = invoke
    application = DomainDispatcherApplication(create_backend_app)
    http = serve(application)
    https = serve(application, make_ssl_devcert(os.path.join(sys.argv[1], "certificate"), host="localhost"))
    make_function(f"http://127.0.0.1:{http}")
    print(http, https, flush=True)
    sys.stdin.read()


main()
