"""Runs pipelines through `meter.py`, once or in paired rounds.

A pipeline is a list of argument lists. No shell comes into it: each process is
started and reaped by the meter, so what is counted is what the kernel counts
for it and for the children it has waited for. Needs Linux: elsewhere
`ru_maxrss` has other units.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Pipeline = Sequence[Sequence[str]]

METER = Path(__file__).with_name("meter.py")
READ_BYTES = 1 << 20


class CommandFailed(Exception):
    """A pipeline that has to succeed did not."""


@dataclass(frozen=True)
class Sample:
    """What one run of a pipeline took."""

    wall: float
    """Seconds from the first start to the last end."""
    cpu: float
    """Seconds of user and system time of all its processes."""
    rss_kib: int
    """Peak of resident memory of its largest process."""
    exits: tuple[int, ...]
    """Exit code of each process; negative is a signal."""


@dataclass(frozen=True)
class Output:
    """One run of a pipeline, and what it wrote."""

    sample: Sample
    lines: int
    sha256: str
    stderr: str


@contextmanager
def metered(pipeline: Pipeline, stdout: int, stderr: int | IO[bytes]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Starts the meter; yields its process and the file descriptor it will report to."""
    arguments = [argument for stage in pipeline for argument in ("|", *stage)][1:]
    reader, writer = os.pipe()
    meter = subprocess.Popen(
        [sys.executable, "-I", "-S", str(METER), str(writer), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=[writer],
    )
    os.close(writer)
    with meter:
        try:
            yield meter, reader
        finally:
            os.close(reader)


def read_report(reader: int) -> Sample:
    """Waits for the meter's report and returns it."""
    report = os.read(reader, 4096).split()
    if not report:
        raise CommandFailed("meter.py ended without a report")
    wall, cpu, rss_kib, *exits = report
    return Sample(float(wall), float(cpu), int(rss_kib), tuple(map(int, exits)))


def run(pipeline: Pipeline) -> Sample:
    """Runs a pipeline with all that it writes thrown away; it has to succeed."""
    with metered(pipeline, subprocess.DEVNULL, subprocess.DEVNULL) as (_, reader):
        sample = read_report(reader)
    ensure_success(pipeline, sample, "")
    return sample


def run_and_read(pipeline: Pipeline) -> Output:
    """Runs a pipeline, and counts and hashes what it writes; how it ends is the caller's business."""
    digest, lines = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as errors:
        with metered(pipeline, subprocess.PIPE, errors) as (meter, reader):
            assert meter.stdout
            while piece := meter.stdout.read(READ_BYTES):
                digest.update(piece)
                lines += piece.count(b"\n")
            sample = read_report(reader)
        errors.seek(0)
        return Output(sample, lines, digest.hexdigest(), errors.read().decode(errors="replace"))


def ensure_success(pipeline: Pipeline, sample: Sample, stderr: str) -> None:
    """Raises `CommandFailed` unless every process of the pipeline ended with 0."""
    for stage, code in zip(pipeline, sample.exits, strict=True):
        if code != 0:
            raise CommandFailed(f"{Path(stage[0]).name} ended with {code}\n{stderr}".rstrip())


def run_rounds(pipelines: Sequence[Pipeline], rounds: int, progress: Callable[[int], None]) -> list[list[Sample]]:
    """Runs every pipeline once a round, beginning with another each round, and returns the samples of each."""
    samples: list[list[Sample]] = [[] for _ in pipelines]
    for turn in range(rounds):
        progress(turn + 1)
        for step in range(len(pipelines)):
            index = (turn + step) % len(pipelines)
            samples[index].append(run(pipelines[index]))
    return samples


def best_cpu(samples: Sequence[Sample]) -> float:
    """Returns the least CPU time: noise only ever adds."""
    return min(sample.cpu for sample in samples)


def best_wall(samples: Sequence[Sample]) -> float:
    """Returns the least wall time."""
    return min(sample.wall for sample in samples)


def median_wall(samples: Sequence[Sample]) -> float:
    """Returns the median wall time."""
    return statistics.median(sample.wall for sample in samples)


def peak_rss(samples: Sequence[Sample]) -> float:
    """Returns the largest peak of memory in MB."""
    return max(sample.rss_kib for sample in samples) * 1024 / 1e6
