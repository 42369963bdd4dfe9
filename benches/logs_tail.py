#!/usr/bin/env python3
"""Measures how long `fh logs` takes to its first line, beside `aws logs tail`,
and what both lose of events that arrive late.

    logs_tail.py [--fh target/release/fh] [--aws aws] [--rounds 10] [--events 1000] [--follow 30]

`aws` is the AWS CLI 2, which AWS does not publish on PyPI: only that has `logs tail`.
Both read the same log group of `fh local`.
Each round runs every command once, so that a busy moment meets all of them.
Then both follow the same events for so many seconds, and as long as the last
may be late; every fifth is, by up to 10 s. Ends with 1 when `aws logs tail`
does not take 10 times as long as `fh`, or `fh` shows an event twice or never.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter

import aws

GROUP = "/aws/lambda/orders"
FLOOR = 10.0
PATIENCE = 25
"""Seconds after the last event: it is up to 10 s late, and a window is read every few seconds."""


def first_line(command: list[str]) -> tuple[float, float, str]:
    """Seconds to the first line and to the end, and that line."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        line = process.stdout.readline().decode()
        first = time.perf_counter() - start
        # It must not wait for a reader.
        lines = 1 + sum(1 for _ in process.stdout)
        errors = process.stderr.read().decode()
    end = time.perf_counter() - start
    if process.returncode or not line:
        sys.exit(f"{command[0]} ended with {process.returncode} after {lines} lines: {errors}")
    return first, end, line


def follow(commands: dict[str, list[str]], events: int, seconds: int) -> bool:
    """Runs all at once; returns whether `fh` showed each event once."""
    with contextlib.ExitStack() as stack:
        # A pipe that nobody reads would hold up whoever writes more.
        files = {label: stack.enter_context(tempfile.TemporaryFile("w+")) for label in commands}
        running = [subprocess.Popen(command, stdout=files[label]) for label, command in commands.items()]
        time.sleep(seconds + PATIENCE)
        for process in running:
            process.send_signal(signal.SIGINT)
            process.wait()
        is_whole = True
        for label, file in files.items():
            file.seek(0)
            shown = Counter(re.findall(r"order A-\d+ ", file.read()))
            twice = sum(1 for times in shown.values() if times > 1)
            print(f"followed,   {label:16} {events} events, {events - len(shown)} missing, {twice} twice")
            is_whole &= label != "fh logs" or (len(shown) == events and twice == 0)
        return is_whole


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fh", default=str(aws.ROOT / "target" / "release" / "fh"))
    parser.add_argument("--aws", default="aws", help="the AWS CLI 2")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--follow", type=int, default=30, help="seconds; 0 for not at all")
    parser.add_argument("--server", help="the bench binary, if it is built")
    parser.add_argument("--target-dir", help="where cargo builds")
    arguments = parser.parse_args()
    version = subprocess.run([arguments.aws, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    if not version.startswith("aws-cli/2"):
        sys.exit(f"{arguments.aws} is {version.strip()}: `aws logs tail` needs the AWS CLI 2")
    binary = arguments.server or aws.built(arguments.target_dir)
    with aws.served([binary, "logs", GROUP, str(arguments.events)]) as url:
        aws.environment(url)
        commands = {
            "fh logs": [arguments.fh, "logs", "--group", GROUP, "--since", "10m"],
            # Those before 2.13 do not read AWS_ENDPOINT_URL.
            "aws logs tail": [arguments.aws, "logs", "tail", GROUP, "--since", "10m", "--endpoint-url", url],
        }
        for command in commands.values():
            first_line(command)
        taken: dict[str, list[tuple[float, float, str]]] = {label: [] for label in commands}
        for _ in range(arguments.rounds):
            for label, command in commands.items():
                taken[label].append(first_line(command))
    print(version.strip())
    print(f"{arguments.events:7} events              best ms  median ms   all ms")
    for label, samples in taken.items():
        firsts = [first * 1000 for first, _, _ in samples]
        ends = min(end for _, end, _ in samples) * 1000
        print(f"first line, {label:16} {min(firsts):8.0f} {statistics.median(firsts):10.0f} {ends:8.0f}")
    best = {label: min(first for first, _, _ in samples) for label, samples in taken.items()}
    ratio = best["aws logs tail"] / best["fh logs"]
    print(f"ratio {ratio:.1f}, >= {FLOOR:.0f} {'PASS' if ratio >= FLOOR else 'FAIL'}")
    is_whole = True
    if arguments.follow:
        count, seconds = str(arguments.events), str(arguments.follow)
        with aws.served([binary, "logs", GROUP, count, seconds]) as url:
            aws.environment(url)
            commands = {
                "fh logs": [arguments.fh, "logs", "--quiet", "--group", GROUP, "--follow"],
                "aws logs tail": [arguments.aws, "logs", "tail", GROUP, "--follow", "--endpoint-url", url],
            }
            is_whole = follow(commands, arguments.events, arguments.follow)
    return 0 if ratio >= FLOOR and is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
