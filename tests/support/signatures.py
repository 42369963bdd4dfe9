"""A server that says of each request whether botocore would have signed it so.

Prints its port, then a line for each request: `good` or `bad`, the Region and the
service that it is signed for, method and path. Ends when its standard input does.
The one argument is the secret key.
"""

import hashlib
import http.server
import sys
import threading
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ANSWER = b'{"__type":"AccessDeniedException","message":"no"}'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        scope, signed, signature = (part.split("=", 1)[1] for part in self.headers["authorization"].split(", "))
        key, _, region, service, _ = scope.split("/")
        path, _, query = self.path.partition("?")
        # Of all services but S3 the path is escaped once more.
        lines = [self.command, path if service == "s3" else quote(path, safe="/~"), query]
        lines += [f"{name}:{' '.join(self.headers[name].split())}" for name in signed.split(";")]
        lines += ["", signed, hashlib.sha256(body).hexdigest()]
        request = AWSRequest(method=self.command, url=f"http://{self.headers['host']}{self.path}", data=body)
        request.context["timestamp"] = self.headers["x-amz-date"]
        signer = SigV4Auth(Credentials(key, sys.argv[1]), service, region)
        expected = signer.signature(signer.string_to_sign(request, "\n".join(lines)), request)
        print("good" if expected == signature else "bad", region, service, self.command, self.path, flush=True)
        self.send_response(400)
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
