"""Runs a Python handler against the Lambda Runtime API.

With the official client, awslambdaric, if this interpreter has it. Else with
the loop below, which does the same for what a transform needs: it says so.
"""

import decimal
import faulthandler
import http.client
import importlib
import importlib.util
import json
import logging
import os
import runpy
import signal
import sys
import time
import traceback

API = "/2018-06-01/runtime"


class Fault(Exception):
    """An error of the runtime, not of the handler."""

    def __init__(self, kind, message, stack=()):
        super().__init__(message)
        self.kind = kind
        self.stack = list(stack)


class LambdaContext:
    """What a handler gets beside the event."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.client_context = None
        self.identity = None
        self.tenant_id = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class RequestId(logging.Filter):
    """Puts the request id into log lines."""

    value = ""

    def filter(self, record):
        record.aws_request_id = RequestId.value
        return True


def plain(value):
    """Makes what simplejson takes, and json does not, fit for json."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def load(name):
    module, dot, function = name.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': no dot in it")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from None
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", [place]) from None
    try:
        return getattr(loaded, function)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'") from None


def describe(error, request_id=""):
    """An error as Lambda tells it, without the frames of this file."""
    if isinstance(error, Fault):
        kind, stack = error.kind, error.stack
    else:
        kind = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        own = ((it.filename, it.lineno, it.name, it.line) for it in frames if it.filename != "<string>")
        stack = traceback.format_list(own)
    result = {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": stack}
    lines = [f"[ERROR] {kind}: {error}", "Traceback (most recent call last):"]
    lines += [line for entry in stack for line in entry.splitlines()]
    print("\n".join(lines), flush=True)
    return result


class Client:
    """One connection, kept open."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(self, method, path, body=None, kind=None, own_loop=False):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if own_loop:
            headers["Fh-Loop"] = "own"
        if kind:
            headers["Lambda-Runtime-Function-Error-Type"] = kind
        try:
            self.connection.request(method, API + path, body, headers)
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            sys.exit(1)  # fh is gone
        if response.status >= 300:
            # fh knows why it refused, and a traceback would be of this file.
            sys.exit(1)
        return response.headers, content

    def error(self, path, result):
        self.call("POST", path, json.dumps(result).encode(), result["errorType"])


def answer(handler, body, context):
    event = json.loads(body)
    response = handler(event, context)
    if isinstance(response, bytes):
        return response
    try:
        # As the official client does since Python 3.12.
        ascii_only = sys.version_info < (3, 12)
        return json.dumps(response, default=plain, ensure_ascii=ascii_only).encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def loop(name):
    client = Client()
    try:
        handler = load(name)
    except Exception as error:
        client.error("/init/error", describe(error))
        sys.exit(1)
    while True:
        headers, body = client.call("GET", "/invocation/next", own_loop=True)
        context = LambdaContext(headers)
        RequestId.value = request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
        try:
            response = answer(handler, body, context)
        except Exception as error:
            client.error(f"/invocation/{request_id}/error", describe(error, request_id))
        else:
            client.call("POST", f"/invocation/{request_id}/response", response)


def set_up_logging():
    output = logging.StreamHandler(sys.stdout)
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    output.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    output.addFilter(RequestId())
    logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(output)


def main():
    name = sys.argv[1]
    # `fh` asks where the handler is when its time is over. This answers also while it
    # is in C code.
    faulthandler.register(signal.SIGUSR2, file=2, all_threads=False)
    sys.path.insert(0, os.getcwd())
    os.environ.setdefault("AWS_EXECUTION_ENV", "AWS_Lambda_python%d.%d" % sys.version_info[:2])
    if importlib.util.find_spec("awslambdaric"):
        sys.argv = ["awslambdaric", name]
        runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
        return
    set_up_logging()
    loop(name)


main()
