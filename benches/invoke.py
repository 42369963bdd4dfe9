#!/usr/bin/env python3
"""Measures what a warm call of `fh invoke` costs beyond the handler.

    invoke.py --python VENV/bin/python [--fh target/release/fh] [--calls 500] [--rounds 5]

VENV is one with awslambdaric in it. The handler notes when it is entered: from
one entry to the next is all that a call costs, in `fh` and in the client. What
the handler itself takes is taken off. Ends with 1 when the mean of the best
round is above the floor.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVENT = ROOT / "fixtures" / "events" / "kinesis-source.json"
FLOOR_MS = 2.0

HANDLER = """
import time

def handler(event, context):
    entered = time.perf_counter_ns()
    return {"records": [], "entered": entered, "own": time.perf_counter_ns() - entered}
"""


def overheads(fh: str, python: str, calls: int, folder: Path) -> list[float]:
    """Returns what each warm call cost beyond the handler, in milliseconds."""
    command = [fh, "invoke", "--handler", "trivial.handler", "--code", str(folder), "--python", python]
    command += ["--event", str(EVENT), "--repeat", str(calls + 1), "--output", "ndjson"]
    # It exits with 1: such a response loses every record.
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    rows = [row for row in rows if row["type"] == "call"]
    if any("awslambdaric" in line["text"] for line in rows[0]["log"]):
        sys.exit(f"{python} has no awslambdaric: {python} -m pip install awslambdaric")
    responses = [row["response"] for row in rows]
    return [(b["entered"] - a["entered"] - a["own"]) / 1e6 for a, b in pairwise(responses)]


def report(rounds: Sequence[Sequence[float]]) -> bool:
    """Prints a line a round; returns whether the floor was kept."""
    print("round  calls  mean ms  median ms  p99 ms  max ms")
    for number, times in enumerate(rounds, start=1):
        p99 = statistics.quantiles(times, n=100)[98]
        figures = (statistics.fmean(times), statistics.median(times), p99, max(times))
        print(f"{number:5}  {len(times):5}  " + "  ".join(f"{figure:7.3f}" for figure in figures))
    best = min(statistics.fmean(times) for times in rounds)
    kept = best < FLOOR_MS
    print(f"best mean {best:.3f} ms, floor {FLOOR_MS} ms: {'PASS' if kept else 'FAIL'}")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fh", default=str(ROOT / "target" / "release" / "fh"))
    parser.add_argument("--python", required=True, help="an interpreter with awslambdaric")
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trivial.py").write_text(HANDLER)
        rounds = [
            overheads(arguments.fh, arguments.python, arguments.calls, folder) for _ in range(arguments.rounds)
        ]
    return 0 if report(rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
