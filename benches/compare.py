#!/usr/bin/env python3
"""Measures `fh` beside what one would use instead, and holds it to its floors.

    compare.py [--fh target/release/fh] [--only CASE]… [--quick] [--markdown [--write]]

See README.md in this folder. Ends with 1 when a floor is missed or an output
is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import harness
from harness import CommandFailed, Pipeline, Sample

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
CORPUS_SCRIPT = HERE / "corpus.py"
REQUIREMENTS = HERE / "requirements.txt"
DECODE_PEER = HERE / "peers" / "decode.py"
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- /table -->)", re.DOTALL)

QUICK_ROUNDS = 3
QUICK_SHARE = 10
"""With `--quick` the jq pipelines get one in so many records."""

LIMIT = 1 / 1.15
LIMIT_OF_EVENTS = 1 / 1.4
"""How near `fh` has to come to the least that the work can cost."""

STREAM_BYTES = 3_000_000_000
STREAM_RSS_MB = 32.0
BOMB_RSS_MB = 256.0
BOMB_EXIT = 1
BOMB_ERROR = re.compile(r"limit|too large|larger than|exceed", re.IGNORECASE)


@dataclass(frozen=True)
class Corpus:
    """The generated files, and how many records each holds."""

    folder: Path
    records: dict[str, int]

    def path(self, name: str) -> str:
        """Returns the path of one file as an argument."""
        return str(self.folder / name)

    def head(self, name: str) -> tuple[str, int]:
        """Returns the path and the length of the first part of a file of lines, made when it is missing."""
        count = max(1, self.records[name] // QUICK_SHARE)
        target = self.folder / f"head.{name}"
        if not target.exists():
            with (self.folder / name).open("rb") as source, target.open("wb") as sink:
                sink.writelines(islice(source, count))
        return str(target), count


@dataclass(frozen=True)
class Tools:
    """The commands that are measured."""

    fh: list[str]
    venv: Path
    limit: Path

    def decode(self, *arguments: str) -> Pipeline:
        """Returns `fh decode` with these arguments."""
        return [[*self.fh, "decode", *arguments]]

    def python(self, mode: str, path: str) -> Pipeline:
        """Returns the Python peer on one file."""
        return [[str(self.venv / "bin" / "python"), str(DECODE_PEER), mode, path]]

    def least(self, form: str, path: str, floor: float, lines: int) -> Command:
        """Returns the program of `limit/` on one file: the least that the work can cost."""
        return Command("the limit", [[str(self.limit), form, path]], floor, lines)

    def aws(self, *arguments: str) -> Pipeline:
        """Returns the AWS CLI itself, not the wrapper that a version manager may put before it."""
        return [[str(self.venv / "bin" / "aws"), *arguments]]


@dataclass(frozen=True)
class Command:
    """One way to do the work of a case."""

    label: str
    pipeline: Pipeline
    floor: float | None = None
    """How many times as much as the first command of its case it has to take; None only reports."""
    lines: int | None = None
    """How many lines it has to write."""
    exact: bool = True
    """Whether it has to write the very bytes of the first command."""
    times: float = 1
    """What its figures are multiplied by, when it does a part of the work."""


@dataclass(frozen=True)
class Case:
    """Commands that do the same work; the first is the one held to the floors of the others."""

    name: str
    metric: str
    """`cpu` or `wall`: of which the best values are compared."""
    commands: list[Command]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    case: str
    command: str
    cpu: float | None = None
    median: float | None = None
    best: float | None = None
    rss_mb: float | None = None
    ratio: str = ""
    floor: str = ""
    passed: bool | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Returns PASS, FAIL or nothing."""
        return {True: "PASS", False: "FAIL", None: ""}[self.passed]

    def cells(self) -> list[str]:
        """Returns the line as text, one cell a column of `HEADINGS`."""
        cpu, median, best = (seconds(value) for value in (self.cpu, self.median, self.best))
        rss = "" if self.rss_mb is None else f"{self.rss_mb:.0f}"
        return [self.case, self.command, cpu, median, best, rss, self.ratio, self.floor, self.verdict]


HEADINGS = ["case", "command", "best CPU s", "median wall s", "best wall s", "peak MB", "ratio", "floor", ""]


def seconds(value: float | None) -> str:
    """Returns a time with about three digits that mean something."""
    if value is None:
        return ""
    return f"{value:.{4 if value < 0.1 else 3 if value < 1 else 2}f}"


def say(text: str) -> None:
    """Tells the user how far it has come."""
    print(text, file=sys.stderr, flush=True)


# ---- cases -------------------------------------------------------------------------------------


def jq_lines(corpus: Corpus, name: str, filters: Sequence[Sequence[str]], floor: float, quick: bool) -> Command:
    """Returns `base64 -d FILE | …`, on the first part of the file when it has to be quick."""
    path, lines = corpus.head(name) if quick else (corpus.path(name), corpus.records[name])
    label = " \\| ".join(["base64 -d", *(" ".join(stage) for stage in filters)])
    times = corpus.records[name] / lines
    return Command(
        label=label if times == 1 else f"{label} (first {lines:,} lines, times {times:g})",
        pipeline=[["base64", "-d", path], *filters],
        floor=floor,
        lines=lines,
        exact=False,  # jq 1.6 rewrites numbers.
        times=times,
    )


def small(tools: Tools, corpus: Corpus, quick: bool) -> Case:
    """Plain records: a walk over JSON."""
    name = "small.b64"
    path, lines = corpus.path(name), corpus.records[name]
    return Case(
        "small",
        "cpu",
        [
            Command("fh decode --threads 1", tools.decode("--threads", "1", path), lines=lines),
            jq_lines(corpus, name, [["jq", "-c", "."]], 30, quick),
            Command("Python", tools.python("lines", path), 20, lines),
            tools.least("lines", path, LIMIT, lines),
        ],
    )


def cwl(tools: Tools, corpus: Corpus, quick: bool) -> Case:
    """Gzipped CloudWatch Logs envelopes: inflating."""
    name = "cwl.b64"
    path, lines = corpus.path(name), corpus.records[name]
    return Case(
        "cwl",
        "cpu",
        [
            Command("fh decode --threads 1", tools.decode("--threads", "1", path), lines=lines),
            jq_lines(corpus, name, [["gunzip", "-c"], ["jq", "-c", "."]], 15, quick),
            Command("Python", tools.python("lines", path), 2.5, lines),
            tools.least("lines", path, LIMIT, lines),
        ],
    )


def failed(tools: Tools, corpus: Corpus, _: bool) -> Case:
    """What Firehose keeps of records that it could not transform."""
    name = "failed.jsonl"
    path, lines = corpus.path(name), corpus.records[name]
    return Case(
        "failed",
        "cpu",
        [
            Command("fh decode --threads 1", tools.decode("--threads", "1", path), lines=lines),
            Command("Python", tools.python("failures", path), 3.5, lines),
            tools.least("failures", path, LIMIT, lines),
        ],
    )


def event(tools: Tools, corpus: Corpus, _: bool) -> Case:
    """One transform event."""
    name = "event.json"
    path, lines = corpus.path(name), corpus.records[name]
    query = ".records[].data|@base64d|fromjson"
    return Case(
        "event",
        "cpu",
        [
            Command("fh decode --threads 1", tools.decode("--threads", "1", path), lines=lines),
            Command(f"jq -c '{query}'".replace("|", "\\|"), [["jq", "-c", query, path]], 6, lines, exact=False),
            Command("Python", tools.python("event", path), None, lines),
            tools.least("event", path, LIMIT_OF_EVENTS, lines),
        ],
    )


def threads(tools: Tools, corpus: Corpus, _: bool) -> Case:
    """Two workers against one, in wall time: say nothing of a machine whose second core is busy."""
    path, lines = corpus.path("cwl.b64"), corpus.records["cwl.b64"]
    return Case(
        "threads",
        "wall",
        [
            Command("fh decode --threads 2", tools.decode("--threads", "2", path), lines=lines),
            Command("fh decode --threads 1", tools.decode("--threads", "1", path), 1.5, lines),
        ],
    )


def startup(tools: Tools, _: Corpus, __: bool) -> Case:
    """How long it takes to say its version."""
    return Case(
        "startup",
        "wall",
        [
            Command("fh --version", [[*tools.fh, "--version"]], exact=False),
            Command("aws --version", tools.aws("--version"), 25, exact=False),
        ],
    )


CASES: dict[str, Callable[[Tools, Corpus, bool], Case]] = {
    "small": small,
    "cwl": cwl,
    "failed": failed,
    "event": event,
    "threads": threads,
    "startup": startup,
}


# ---- checking and measuring --------------------------------------------------------------------


def check_outputs(case: Case) -> None:
    """Raises `CommandFailed` unless all commands of a case write what they have to."""
    expected = None
    for command in case.commands:
        output = harness.run_and_read(command.pipeline)
        harness.ensure_success(command.pipeline, output.sample, output.stderr)
        if command.lines is not None and output.lines != command.lines:
            raise CommandFailed(f"{command.label} wrote {output.lines} lines, not {command.lines}")
        if command.exact:
            expected = expected or output.sha256
            if output.sha256 != expected:
                raise CommandFailed(f"{command.label} wrote other bytes than {case.commands[0].label}")


def time_case(case: Case, rounds: int) -> list[Row]:
    """Runs the rounds of a case and returns its lines of the table."""
    pipelines = [command.pipeline for command in case.commands]
    samples = harness.run_rounds(pipelines, rounds, lambda turn: say(f"{case.name}: round {turn} of {rounds}"))
    best = harness.best_cpu if case.metric == "cpu" else harness.best_wall
    base = best(samples[0])
    rows = zip(case.commands, samples, strict=True)
    return [timed_row(case, command, taken, best(taken) * command.times / base) for command, taken in rows]


def timed_row(case: Case, command: Command, samples: Sequence[Sample], ratio: float) -> Row:
    """Returns the line of one command, with the verdict on its floor."""
    return Row(
        case=case.name,
        command=command.label,
        cpu=harness.best_cpu(samples) * command.times,
        median=harness.median_wall(samples) * command.times,
        best=harness.best_wall(samples) * command.times,
        rss_mb=harness.peak_rss(samples),
        ratio=f"{ratio:.2f} ({case.metric})",
        floor="" if command.floor is None else f">= {command.floor:.3g}",
        passed=None if command.floor is None else ratio >= command.floor,
    )


def compare(case: Case, rounds: int) -> list[Row]:
    """Checks and times one case; what goes wrong is a line that fails."""
    say(f"{case.name}: checking outputs")
    try:
        check_outputs(case)
        return time_case(case, rounds)
    except CommandFailed as failure:
        return [Row(case.name, case.commands[0].label, passed=False, note=str(failure))]


def stream(tools: Tools, corpus: Corpus, scale: float) -> Row:
    """Feeds `fh decode` gigabytes through a pipe and looks at its memory."""
    path = corpus.path("small.b64")
    times = max(1, round(STREAM_BYTES * scale / os.path.getsize(path)))
    pipeline = [["cat", *[path] * times], *tools.decode("-")]
    say(f"memory: {os.path.getsize(path) * times / 1e9:.2f} GB through a pipe")
    output = harness.run_and_read(pipeline)
    rss_mb = harness.peak_rss([output.sample])
    faults = [
        (any(output.sample.exits), f"exit codes {output.sample.exits} {output.stderr}".rstrip()),
        (output.lines != corpus.records["small.b64"] * times, f"{output.lines} lines came out"),
        (rss_mb > STREAM_RSS_MB, "too much memory"),
    ]
    command = f"small.b64, {os.path.getsize(path) * times / 1e9:.1f} GB through a pipe \\| fh decode -"
    return memory_row(command, rss_mb, STREAM_RSS_MB, faults)


def bomb(tools: Tools, corpus: Corpus) -> Row:
    """Gives `fh decode` 1 MB that inflates to 1 GiB, which it has to refuse in so many words."""
    say("memory: 1 GiB in 1 MB of gzip")
    output = harness.run_and_read(tools.decode(corpus.path("bomb.b64")))
    rss_mb = harness.peak_rss([output.sample])
    clear = BOMB_ERROR.search(output.stderr) and "panicked" not in output.stderr
    faults = [
        (output.sample.exits != (BOMB_EXIT,), f"exit codes {output.sample.exits}, not {BOMB_EXIT}"),
        (not clear, "the error does not speak of a limit"),
        (rss_mb > BOMB_RSS_MB, "too much memory"),
    ]
    say(output.stderr.rstrip()[:1000])
    return memory_row("fh decode bomb.b64 (exit 1, clear error)", rss_mb, BOMB_RSS_MB, faults)


def memory_row(command: str, rss_mb: float, limit: float, faults: Iterable[tuple[object, str]]) -> Row:
    """Returns a line about memory, which passes without faults."""
    found = [text for fault, text in faults if fault]
    return Row("memory", command, rss_mb=rss_mb, floor=f"<= {limit:g} MB", passed=not found, note="; ".join(found))


# ---- preparing ---------------------------------------------------------------------------------


def prepare_venv(cache: Path) -> Path:
    """Makes the peers' virtual environment, again when the requirements have changed."""
    venv, stamp = cache / "venv", cache / "venv" / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        say("making the virtual environment of the peers")
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True, stdout=sys.stderr)
        stamp.write_text(wanted)
    return venv


def prepare_limit(cache: Path) -> Path:
    """Builds the program of `limit/`, which takes half a minute the first time."""
    folder = (cache / "limit").resolve()
    cargo = ["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", str(HERE / "limit" / "Cargo.toml")]
    subprocess.run([*cargo, "--target-dir", str(folder)], check=True, stdout=sys.stderr)
    return folder / "release" / "limit"


def prepare_corpus(cache: Path, scale: float) -> Corpus:
    """Makes the corpus, again when its generator has changed."""
    version = hashlib.sha256(CORPUS_SCRIPT.read_bytes()).hexdigest()[:12]
    folder = cache / f"corpus-{scale:g}-{version}"
    manifest = folder / "corpus.json"
    if not manifest.exists():
        say("generating the corpus")
        generate = [sys.executable, str(CORPUS_SCRIPT), str(folder), "--scale", str(scale)]
        subprocess.run(generate, check=True, stdout=sys.stderr)
    return Corpus(folder, json.loads(manifest.read_text())["records"])


def fh_command(text: str) -> list[str]:
    """Returns the command that `--fh` names; a path is made absolute."""
    command = shlex.split(text)
    found = shutil.which(command[0])
    if found is None:
        sys.exit(f"{command[0]}: no such program; build it with `cargo build --release`, or name it with --fh")
    return [os.path.abspath(found), *command[1:]]


# ---- reporting ---------------------------------------------------------------------------------


def first_line(*command: str) -> str:
    """Returns the first line that a command prints, or says that there is no such command."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return f"no {command[0]}"
    return (done.stdout or done.stderr).partition("\n")[0].strip()


def processor() -> str:
    """Returns the name and the number of the processors."""
    try:
        model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        model = None
    return f"{os.cpu_count()} x {model[1] if model else platform.machine()}"


def circumstances(tools: Tools, arguments: argparse.Namespace, load: str) -> list[str]:
    """Returns what one has to know to read the figures."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    pins = [line for line in REQUIREMENTS.read_text().split() if "==" in line]
    versions = [
        first_line(*tools.fh, "--version"),
        first_line("jq", "--version"),
        first_line("base64", "--version"),
        first_line("gzip", "--version"),
        f"Python {platform.python_version()}",
        *(pin.replace("==", " ") for pin in pins),
    ]
    share = "the whole corpus" if arguments.scale == 1 else f"{arguments.scale:g} of the corpus"
    quick = ", quick" if arguments.quick else ""
    return [
        f"- Machine: {processor()}, {memory:.0f} GiB, {platform.system()} {platform.machine()}.",
        f"- Load: {load} before, {load_average()} after, measuring included.",
        f"- Run: {arguments.rounds} rounds, {share}{quick}.",
        f"- Versions: {', '.join(versions)}.",
    ]


def load_average() -> str:
    """Returns the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def markdown(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """Returns the circumstances and the table as Markdown."""
    lines = [*notes, "", "| " + " | ".join(HEADINGS) + " |", "| --- | --- |" + " ---: |" * 6 + " --- |"]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    lines += ["", *(f"- {row.case}, {row.command}: {row.note.splitlines()[0]}" for row in rows if row.note)]
    return "\n".join(lines).rstrip() + "\n"


def plain(rows: Sequence[Row]) -> str:
    """Returns the table in columns, with all there is to say about what failed."""
    table = [HEADINGS, *([cell.replace("\\|", "|") for cell in row.cells()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]
    lines += [f"{row.case}: {row.note}" for row in rows if row.note]
    return "\n".join(lines) + "\n"


def write_table(table: str) -> None:
    """Puts the table between the marks of README.md."""
    text = README.read_text()
    if not TABLE.search(text):
        sys.exit("README.md has lost its marks <!-- table --> and <!-- /table -->")
    README.write_text(TABLE.sub(lambda _: table, text, count=1))


# ---- command line ------------------------------------------------------------------------------


def parse_arguments() -> argparse.Namespace:
    """Returns the command line."""
    names = [*CASES, "memory"]
    parser = argparse.ArgumentParser(description="Measures fh beside its peers.")
    parser.add_argument("--fh", default="target/release/fh", help="the fh to measure (default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=Path("target/bench"), help="where corpus and peers are kept")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the corpus (default: 1.0)")
    parser.add_argument("--rounds", type=int, help=f"rounds (default: 7, with --quick {QUICK_ROUNDS})")
    parser.add_argument("--only", action="append", choices=names, metavar="CASE", help=f"one of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="few rounds, jq on a part of the records")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--write", action="store_true", help="put it into README.md too; implies --markdown")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else 7)
    arguments.only = arguments.only or names
    arguments.cache = arguments.cache.resolve()
    return arguments


def main() -> None:
    """Prepares, measures, reports."""
    arguments = parse_arguments()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    tools = Tools(fh_command(arguments.fh), prepare_venv(arguments.cache), prepare_limit(arguments.cache))
    corpus = prepare_corpus(arguments.cache, arguments.scale)
    load = load_average()
    rows: list[Row] = []
    for name, case in CASES.items():
        if name in arguments.only:
            rows += compare(case(tools, corpus, arguments.quick), arguments.rounds)
    if "memory" in arguments.only:
        rows += [stream(tools, corpus, arguments.scale), bomb(tools, corpus)]
    if arguments.markdown or arguments.write:
        table = markdown(rows, circumstances(tools, arguments, load))
        print(table, end="")
        if arguments.write:
            write_table(table)
    else:
        print(plain(rows), end="")
    sys.exit(any(row.passed is False for row in rows))


if __name__ == "__main__":
    main()
