#!/usr/bin/env python3
"""Measures `fh event` and `fh check` on full events: wall time from process start.

    transform.py [--fh target/release/fh] [--rounds 11]

Each round runs every case once; noise only adds, so the best round is the
truest, and the median is told beside it. Ends with 1 when a best round is above
its floor.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR_MS = 100
# Most of the time of these is deflate.
GZIP_FLOOR_MS = 300
RECORDS = 19_000


def responses(event: Path, folder: Path) -> tuple[Path, Path]:
    """Writes a good response to the event, and one that draws a remark on each record."""
    records = json.loads(event.read_text())["records"]
    good, bad = [], []
    for record in records:
        payload = base64.b64decode(record["data"])
        head = {"recordId": record["recordId"], "result": "Ok"}
        good.append(head | {"data": base64.b64encode(payload[:-1] + b',"seen":true}\n').decode()})
        bad.append(head | {"data": record["data"]})
    paths = folder / "good.json", folder / "bad.json"
    for path, answers in zip(paths, (good, bad), strict=True):
        path.write_text(json.dumps({"records": answers}, separators=(",", ":")))
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fh", default=str(ROOT / "target/release/fh"))
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        event = folder / "event.json"
        make = [arguments.fh, "event", "--seed", "1"]
        made = subprocess.run([*make, "--records", str(RECORDS)], check=True, stdout=subprocess.PIPE)
        event.write_bytes(made.stdout)
        good, bad = responses(event, folder)
        check = [arguments.fh, "check", "--event", str(event), "--response"]
        cases = {
            "event, ticker, 6 MiB": [*make, "--size", "6MiB"],
            "event, cloudwatch-logs, 6 MiB": [*make, "--size", "6MiB", "--payload", "cloudwatch-logs"],
            "event, cloudwatch-logs, 500 log events, 6 MiB": [
                *make, "--size", "6MiB", "--payload", "cloudwatch-logs", "--log-events", "500",
            ],
            f"check, {RECORDS:,} good records": [*check, str(good)],
            f"check, {RECORDS:,} remarks": [*check, str(bad)],
            f"check, {RECORDS:,} remarks, ndjson": [*check, str(bad), "--output", "ndjson"],
        }
        times: dict[str, list[float]] = {case: [] for case in cases}
        for _ in range(arguments.rounds):
            for case, command in cases.items():
                start = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                times[case].append((time.perf_counter() - start) * 1000)
    print(f"| case | best ms | median ms | floor | |\n| --- | ---: | ---: | ---: | --- |")
    failed = False
    for case, rounds in times.items():
        best, median = min(rounds), statistics.median(rounds)
        floor = GZIP_FLOOR_MS if "cloudwatch-logs" in case else FLOOR_MS
        failed |= best > floor
        print(f"| {case} | {best:.1f} | {median:.1f} | <= {floor} | {'PASS' if best <= floor else 'FAIL'} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
