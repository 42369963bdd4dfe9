#!/usr/bin/env python3
"""Measures `fh status` and `fh doctor` where each call of AWS takes a while.

    slow_calls.py [--fh target/release/fh] [--delay 0.1] [--rounds 5] [--streams 60]

A proxy on loopback holds each request back before `fh local`, which has a stream
with a transform, some records and a failure, and other streams beside it. Ends with 1
when the slowest round of a command takes more than its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

LIMITS = {"doctor --stream demo": 3.0, "status --stream demo": 3.0, "status": 3.0}


class Proxy:
    """Passes requests on, each `delay` seconds later."""

    def __init__(self, port: int, delay: float) -> None:
        self.port, self.delay = port, delay
        self.loop = asyncio.new_event_loop()
        server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
        self.own = server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(self.pump(reader, back, True), self.pump(there, writer, False))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_late: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if is_late:
                    await asyncio.sleep(self.delay)
                    data = data.replace(b":%d" % self.own, b":%d" % self.port)
                writer.write(data)
                await writer.drain()
        writer.close()


def create(url: str, name: str) -> None:
    """Creates a stream without a transform."""
    destination = {"RoleARN": "arn:aws:iam::111122223333:role/bench", "BucketARN": f"arn:aws:s3:::{name}"}
    body = {"DeliveryStreamName": name, "ExtendedS3DestinationConfiguration": destination}
    headers = {
        "x-amz-target": "Firehose_20150804.CreateDeliveryStream",
        "content-type": "application/x-amz-json-1.1",
    }
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fh", default="target/release/fh")
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--streams", type=int, default=60)
    args = parser.parse_args()
    words = [args.fh, "local", "start", "--port", "0", "--transform", "tour", "--interval", "0s"]
    with tempfile.TemporaryDirectory() as home, subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as local:
        assert local.stdout
        url = next(line for line in local.stdout if " is ready at " in line).split(" is ready at ")[1].split()[0]
        threading.Thread(target=local.stdout.read, daemon=True).start()
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1"}
        environment = {"PATH": os.environ["PATH"], "HOME": home, **keys, "AWS_ENDPOINT_URL": url}
        run = lambda line: subprocess.run([args.fh, *line.split()], env=environment, capture_output=True, check=False)
        run("send-demo --stream demo --count 500 --yes")
        run("local wait")
        for number in range(args.streams):
            create(url, f"stream-{number}")
        proxy = Proxy(int(url.rsplit(":", 1)[1]), args.delay)
        environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{proxy.own}"
        is_slow = False
        for line, limit in LIMITS.items():
            seconds = []
            for _ in range(args.rounds):
                start = time.perf_counter()
                done = run(line)
                seconds.append(time.perf_counter() - start)
                if done.returncode > 1:
                    sys.exit(done.stderr.decode())
            is_slow |= max(seconds) > limit
            print(f"fh {line:22} {min(seconds):.2f} to {max(seconds):.2f} s, at most {limit} s")
        local.terminate()
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
