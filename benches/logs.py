#!/usr/bin/env python3
"""Measures `fh logs`: exported logs into invocations, beside jq that only reads
them; and a log group from process start, beside the AWS CLI of PyPI, which has
no `logs tail`: that is for logs_tail.py.

    logs.py [--fh target/release/fh] [--rounds 5] [--megabytes 100] [--target-dir DIR]

Rounds are paired as those of compare.py. Ends with 1 when a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import aws
import harness

ROOT = aws.ROOT
GROUP = "/aws/lambda/orders"
RSS_MB = 64.0


def exported(path: Path, megabytes: int) -> None:
    """Writes invocations of four log streams as NDJSON, an event a line."""
    time, number = 1_795_341_600_000, 0
    with path.open("w") as out:
        while out.tell() < megabytes * 1_000_000:
            number += 1
            request = f"8f507cfc-91d4-4e2b-a6c3-{number:012x}"
            stream = f"2026/11/22/[$LATEST]{number % 4:032x}"
            messages = [
                f"START RequestId: {request} Version: $LATEST\n",
                f"[INFO]\t2026-11-22T10:00:00.123Z\t{request}\torder A-{number} accepted: 3 items, 25.90 EUR\n",
                f"[WARN]\t2026-11-22T10:00:00.140Z\t{request}\torder A-{number} payment retried\n",
                "a line without an id\n",
                f"END RequestId: {request}\n",
                f"REPORT RequestId: {request}\tDuration: 212.48 ms\tBilled Duration: 213 ms\t"
                "Memory Size: 128 MB\tMax Memory Used: 71 MB\t\n",
            ]
            for at, message in enumerate(messages):
                event = {
                    "logStreamName": stream,
                    "timestamp": time + at,
                    "message": message,
                    "ingestionTime": time + 900,
                    "eventId": f"{time}{number}{at}",
                }
                out.write(json.dumps(event, separators=(",", ":")) + "\n")
            time += 100


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fh", default=str(ROOT / "target" / "release" / "fh"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--cache", type=Path, default=ROOT / "target" / "bench")
    parser.add_argument("--target-dir", help="where cargo builds")
    arguments = parser.parse_args()
    server, place = aws.built(arguments.target_dir), aws.installed(arguments.cache)
    fh, path = arguments.fh, arguments.cache / f"logs-{arguments.megabytes}.ndjson"
    if not path.exists():
        exported(path, arguments.megabytes)
    print("case     command                            wall s    CPU s  peak MB   ratio")
    grouped = [
        aws.Command("fh logs --invocations", [[fh, "logs", "--invocations", str(path)]]),
        aws.Command("jq -c .", [["jq", "-c", ".", str(path)]], "cpu", 10),
    ]
    kept = aws.compare("group", grouped, arguments.rounds, RSS_MB)
    with subprocess.Popen([server, "logs", GROUP, "200"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            aws.environment(process.stdout.readline().strip())
            tailed = [
                aws.Command("fh logs", [[fh, "logs", "--group", GROUP, "--since", "1h"]]),
                aws.Command(
                    "aws logs filter-log-events",
                    [[str(place / "bin" / "aws"), "logs", "filter-log-events", "--log-group-name", GROUP]],
                    "wall",
                    10,
                ),
            ]
            kept &= aws.compare("tail", tailed, arguments.rounds, RSS_MB)
        finally:
            process.kill()
    return 0 if kept else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except harness.CommandFailed as failure:
        sys.exit(str(failure))
