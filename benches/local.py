#!/usr/bin/env python3
"""Measures `fh local`: how fast it is ready, takes records and delivers them all.

    local.py [--fh target/release/fh] [--records 1000000] [--connections 2] [--rounds 10]

Puts records of 1 KB with numbers, 500 in a request, into a stream with a transform and a
source backup, of whose calls some fail, and counts every number where it arrived: in the
destination or among the failures, and in the backup. Reads memory and wake-ups of the
process from /proc. Ends with 1 when a figure misses its limit or a record is lost or
doubled. Needs Linux and about 4 GB of disk for a million records.
"""

from __future__ import annotations

import argparse
import base64
import collections
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

BATCH = 500
SIZE = 1000
READY_MS = 100
ACCEPTED = 50_000
RESIDENT_MB = 128
IDLE_SECONDS = 10
NUMBER = re.compile(rb'"id":(\d+),')
ROLE = "arn:aws:iam::111122223333:role/bench"
BUCKET = "arn:aws:s3:::bench"


def config() -> dict[str, object]:
    """Input of CreateDeliveryStream."""
    parameters = {
        "LambdaArn": "arn:aws:lambda:us-east-1:111122223333:function:bench:$LATEST",
        "BufferSizeInMBs": "1",
        "BufferIntervalInSeconds": "60",
        "NumberOfRetries": "1",
        "RoleArn": ROLE,
    }
    named = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    buffers = {"IntervalInSeconds": 60, "SizeInMBs": 5}
    place = {"RoleARN": ROLE, "BucketARN": BUCKET, "BufferingHints": buffers}
    return {
        "DeliveryStreamName": "bench",
        "ExtendedS3DestinationConfiguration": {
            **place,
            "Prefix": "data/",
            "ErrorOutputPrefix": "failed/",
            "S3BackupMode": "Enabled",
            "S3BackupConfiguration": {**place, "Prefix": "raw/"},
            "ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": named}]},
        },
    }


class Local:
    """`fh local start`, until the end of the block."""

    def __init__(self, fh: str, *flags: str) -> None:
        words = [fh, "local", "start", "--port", "0", *flags]
        start = time.perf_counter()
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = next(line for line in self.process.stdout if " is ready at " in line)
        self.ready_ms = (time.perf_counter() - start) * 1000
        self.url = line.split(" is ready at ")[1].split()[0]
        self.fh = fh
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def run(self, *words: str) -> None:
        subprocess.run([self.fh, "local", *words, "--endpoint-url", self.url], check=True)

    def status(self, name: str) -> int:
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1])

    def switches(self) -> dict[str, int]:
        """How often each thread has waited."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/status")
        texts = {it.parent.name: it.read_text() for it in tasks}
        return {it: int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M)[1]) for it, text in texts.items()}

    def put(self, numbers: range) -> None:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        headers = {
            "x-amz-target": "Firehose_20150804.PutRecordBatch",
            "content-type": "application/x-amz-json-1.1",
        }
        for start in range(numbers.start, numbers.stop, BATCH):
            records = b",".join(
                b'{"Data":"%s"}' % base64.b64encode((b'{"id":%d,"pad":"' % number).ljust(SIZE - 2, b"x") + b'"}')
                for number in range(start, min(start + BATCH, numbers.stop))
            )
            body = b'{"DeliveryStreamName":"bench","Records":[%s]}' % records
            while True:
                connection.request("POST", "/", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                # Its buffers are full: nothing of the request was taken.
                if answer.status != 503 and b"ServiceUnavailable" not in text:
                    break
                time.sleep(0.01)
            if answer.status != 200 or b'"FailedPutCount":0' not in text.replace(b" ", b""):
                sys.exit(f"{answer.status} {text[:500]!r}")


def ready(fh: str, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        with Local(fh, "--transform", "newline") as local:
            times.append(local.ready_ms)
    return sorted(times)


def put_all(local: Local, records: int, connections: int) -> float:
    """Seconds until all records were accepted."""
    share = -(-records // connections)
    parts = [range(start, min(start + share, records)) for start in range(0, records, share)]
    # Processes: the client is not to be what takes the time.
    start = time.perf_counter()
    children = []
    for part in parts:
        child = os.fork()
        if child == 0:
            try:
                local.put(part)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("records were refused")
    return time.perf_counter() - start


def count(folder: pathlib.Path, records: int) -> tuple[collections.Counter[str], int]:
    """How many records are in each place, and how many are not where they belong once."""
    arrived, backed_up = bytearray(records), bytearray(records)
    places: collections.Counter[str] = collections.Counter()
    for path in folder.rglob("*"):
        place = next((name for name in ("data", "raw", "failed") if f"/{name}/" in f"{path}/"), None)
        if place is None or not path.is_file():
            continue
        text = path.read_bytes()
        if place == "failed":
            text = b"".join(base64.b64decode(json.loads(line)["rawData"]) for line in text.splitlines())
        seen = backed_up if place == "raw" else arrived
        for number in NUMBER.findall(text):
            places[place] += 1
            seen[int(number)] = min(seen[int(number)] + 1, 2)
    return places, sum(it != 1 for it in arrived) + sum(it != 1 for it in backed_up)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fh", default="target/release/fh")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args()
    missed = []

    def show(what: str, figure: str, is_well: bool) -> None:
        print(f"{what:36} {figure}{'' if is_well else '   MISSED'}", flush=True)
        if not is_well:
            missed.append(what)

    times = ready(args.fh, args.rounds)
    show("ready, median", f"{times[len(times) // 2]:.0f} ms, below {READY_MS}", times[len(times) // 2] < READY_MS)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        file = pathlib.Path(folder, "create.json")
        file.write_text(json.dumps(config()))
        data = pathlib.Path(folder, "kept")
        flags = ["--config", str(file), "--transform", "newline", "--dir", str(data)]
        with Local(args.fh, *flags, "--fault", "throttle-invoke=0.2") as local:
            seconds = put_all(local, args.records, args.connections)
            rate = args.records / seconds
            show("accepted a second", f"{rate:,.0f}, at least {ACCEPTED:,}", rate >= ACCEPTED)
            local.run("flush")
            local.run("wait", "--timeout", "600s")
            peak = local.status("VmHWM") / 1024
            show("resident at most", f"{peak:.0f} MB, below {RESIDENT_MB}", peak < RESIDENT_MB)
            # Threads that have nothing to do end after 10 s.
            time.sleep(12)
            before = local.switches()
            time.sleep(IDLE_SECONDS)
            woken = sum(count - before.get(thread, 0) for thread, count in local.switches().items())
            show(f"wake-ups in {IDLE_SECONDS} idle seconds", f"{woken}, at most 0", woken == 0)
        places, wrong = count(data, args.records)
        show("delivered, failed, backed up", ", ".join(f"{places[it]:,}" for it in ("data", "failed", "raw")), True)
        show("lost or doubled", f"{wrong:,} of {args.records:,}", wrong == 0)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
