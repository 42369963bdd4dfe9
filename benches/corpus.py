#!/usr/bin/env python3
"""Writes the benchmark corpus: five files shaped like what `fh decode` meets.

    corpus.py DIR [--scale 1.0]

    small.b64     1,000,000 lines   base64 of one ticker record, about 120 bytes of JSON
    cwl.b64          40,000 lines   base64 of gzip -6 of a CloudWatch Logs envelope with 50
                                    log events, about 12 KB; 2,000 distinct ones in turn
    failed.jsonl    300,000 lines   processing-failed lines: 70 % hold a plain ticker record,
                                    20 % a gzipped one, 10 % a gzipped envelope with 5 events
    event.json            1 event   a transform event with 19,700 ticker records, 5.7 MB
    bomb.b64              1 line    base64 of a gzip of 1 MB that inflates to 1 GiB

`--scale` sets the number of records of the first four. Same scale, same JSON:
the generator draws on nothing but `random.Random.random`, the one method whose
sequence Python keeps from release to release. The gzip bytes also depend on
the zlib that Python was built with.

`corpus.json` is written last and says what the other files hold.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SMALL_RECORDS = 1_000_000
CWL_RECORDS = 40_000
CWL_DISTINCT = 2_000
CWL_EVENTS = 50
FAILED_RECORDS = 300_000
FAILED_DISTINCT = 2_000
FAILED_EVENTS = 5
EVENT_RECORDS = 19_700
BOMB_BYTES = 1 << 30

START_MS = 1_795_305_600_000
ACCOUNT = "111122223333"

SYMBOLS = ("AMZN", "ASD", "BAC", "CRM", "DEG", "HJK", "IOP", "KIN", "MMB", "NFS", "QXZ", "SLW", "TGT", "WMT")
SECTORS = ("AUTOMOBILE", "ENERGY", "FINANCIAL", "HEALTHCARE", "RETAIL", "TECHNOLOGY")
LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR")
ROUTES = ("/cart", "/health", "/orders", "/orders/{id}", "/search?q=café%20crème", "/users/me")
STATUSES = (200, 200, 200, 201, 304, 404, 503)


class Dice:
    """Draws from a seeded sequence that is the same under every Python 3."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """Returns an integer from 0 to `limit` - 1."""
        return int(self._random() * limit)

    def between(self, low: float, high: float, digits: int = 2) -> float:
        """Returns a number from `low` to `high`, rounded to `digits`."""
        return round(low + self._random() * (high - low), digits)

    def pick(self, items: Sequence[T]) -> T:
        """Returns one of `items`."""
        return items[self.below(len(items))]

    def hex(self, digits: int) -> str:
        """Returns so many hexadecimal digits, a multiple of four."""
        return "".join(f"{self.below(0x10000):04x}" for _ in range(digits // 4))

    def uuid(self) -> str:
        """Returns something in the form of a UUID."""
        return "-".join(self.hex(digits) for digits in (8, 4, 4, 4, 12))


def compact(value: object) -> bytes:
    """Returns `value` as compact JSON, in the very form in which orjson writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def gzip6(data: bytes) -> bytes:
    """Returns one gzip member of level 6 without a time stamp."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


def ticker(dice: Dice, sequence: int) -> bytes:
    """Returns a record like those of the console's "Test with demo data"."""
    return (
        f'{{"ticker_symbol":"{dice.pick(SYMBOLS)}","sector":"{dice.pick(SECTORS)}",'
        f'"change":{dice.between(-9, 9)},"price":{dice.between(1, 900)},'
        f'"sequence_number":{sequence},"arrived":{START_MS + sequence * 7}}}'
    ).encode()


def start_line(_: Dice, request: str, __: int) -> str:
    """Returns the line with which Lambda opens an invocation."""
    return f"START RequestId: {request} Version: $LATEST\n"


def report_line(dice: Dice, request: str, _: int) -> str:
    """Returns the line with which Lambda closes an invocation."""
    duration = dice.between(1, 900)
    return (
        f"REPORT RequestId: {request}\tDuration: {duration} ms\tBilled Duration: {int(duration) + 1} ms\t"
        f"Memory Size: 512 MB\tMax Memory Used: {60 + dice.below(400)} MB\t\n"
    )


def json_line(dice: Dice, request: str, time: int) -> str:
    """Returns a structured log line: JSON that the envelope holds as a string."""
    line = {
        "level": dice.pick(LEVELS),
        "timestamp": time,
        "requestId": request,
        "route": dice.pick(ROUTES),
        "status": dice.pick(STATUSES),
        "elapsed_ms": dice.between(0.2, 700, 3),
    }
    return json.dumps(line, ensure_ascii=False)


def access_line(dice: Dice, _: str, time: int) -> str:
    """Returns a line of a web server's access log."""
    address = ".".join(str(dice.below(256)) for _ in range(4))
    return (
        f'{address} - - [22/Nov/2026:10:00:{time // 1000 % 60:02d} +0000] "GET {dice.pick(ROUTES)} HTTP/1.1" '
        f'{dice.pick(STATUSES)} {dice.below(100_000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"'
    )


def text_line(dice: Dice, request: str, time: int) -> str:
    """Returns a plain log line with quotes and a dash outside ASCII."""
    return (
        f"[{dice.pick(LEVELS)}] 2026-11-22T10:00:{time // 1000 % 60:02d}.{time % 1000:03d}Z {request} "
        f'worker-{dice.below(32)}: batch {dice.below(5000)} done – "{dice.pick(ROUTES)}"\n'
    )


LINES: tuple[Callable[[Dice, str, int], str], ...] = (start_line, report_line, json_line, access_line, text_line)


def envelope(dice: Dice, number: int, events: int) -> bytes:
    """Returns a CloudWatch Logs DATA_MESSAGE with so many log events."""
    time = START_MS + number * 1000
    requests = [dice.uuid() for _ in range(8)]
    first_id = (3_900_000_000_000 + number) * 10**43 + dice.below(10**15) * 10**10
    log_events = [
        {
            "id": f"{first_id + index * (10**21 + 7):056d}",
            "timestamp": time + index * 13,
            "message": dice.pick(LINES)(dice, dice.pick(requests), time + index * 13),
        }
        for index in range(events)
    ]
    return compact(
        {
            "messageType": "DATA_MESSAGE",
            "owner": ACCOUNT,
            "logGroup": f"/aws/lambda/orders-{number % 17}",
            "logStream": f"2026/11/22/[$LATEST]{dice.hex(32)}",
            "subscriptionFilters": ["to-firehose"],
            "logEvents": log_events,
        }
    )


def small_lines(records: int) -> Iterator[bytes]:
    """Yields the lines of small.b64."""
    dice = Dice(1)
    for sequence in range(records):
        yield b64encode(ticker(dice, sequence)) + b"\n"


def cwl_lines(records: int) -> Iterator[bytes]:
    """Yields the lines of cwl.b64: the distinct ones, again and again."""
    dice = Dice(2)
    distinct = [
        b64encode(gzip6(envelope(dice, number, CWL_EVENTS))) + b"\n" for number in range(min(CWL_DISTINCT, records))
    ]
    for number in range(records):
        yield distinct[number % len(distinct)]


def failed_lines(records: int) -> Iterator[bytes]:
    """Yields the lines of failed.jsonl."""
    dice = Dice(3)
    gzipped = [gzip6(ticker(dice, number)) for number in range(FAILED_DISTINCT)]
    envelopes = [gzip6(envelope(dice, number, FAILED_EVENTS)) for number in range(FAILED_DISTINCT)]
    for number in range(records):
        match number % 10:
            case 2 | 6:
                data = dice.pick(gzipped)
            case 9:
                data = dice.pick(envelopes)
            case _:
                data = ticker(dice, number)
        yield failed_line(data, number) + b"\n"


def failed_line(data: bytes, number: int) -> bytes:
    """Returns what Firehose writes under processing-failed/ for one record."""
    arrival = START_MS + number * 31
    return compact(
        {
            "attemptsMade": 4,
            "arrivalTimestamp": arrival,
            "errorCode": "Lambda.FunctionError",
            "errorMessage": "The Lambda function was successfully invoked but it returned an error result.",
            "attemptEndingTimestamp": arrival + 63_000,
            "rawData": b64encode(data).decode(),
            "lambdaArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:fh-transform:$LATEST",
        }
    )


def event_document(records: int) -> Iterator[bytes]:
    """Yields event.json: one event of nearly the 6 MB that Lambda takes."""
    dice = Dice(4)
    event = {
        "invocationId": dice.uuid(),
        "deliveryStreamArn": f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/fh-demo",
        "region": "us-east-1",
        "records": [
            {
                "recordId": f"{49546672 * 10**48 + number:056d}",
                "approximateArrivalTimestamp": START_MS + number,
                "data": b64encode(ticker(dice, number)).decode(),
            }
            for number in range(records)
        ],
    }
    yield compact(event)


def bomb_line() -> Iterator[bytes]:
    """Yields bomb.b64: one JSON string that is valid to its last byte, if anyone gets there."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = b"0" * (1 << 20)
    packed = [deflate.compress(b'"')]
    packed += [deflate.compress(piece) for _ in range(BOMB_BYTES // len(piece) - 1)]
    packed += [deflate.compress(piece[:-2] + b'"'), deflate.flush()]
    yield b64encode(b"".join(packed)) + b"\n"


def write_corpus(folder: Path, scale: float) -> dict[str, int]:
    """Writes the whole corpus and returns the number of records of each file."""

    def scaled(records: int) -> int:
        return max(10, round(records * scale))

    small, cwl, failed, event = map(scaled, (SMALL_RECORDS, CWL_RECORDS, FAILED_RECORDS, EVENT_RECORDS))
    files: dict[str, tuple[int, Iterator[bytes]]] = {
        "small.b64": (small, small_lines(small)),
        "cwl.b64": (cwl, cwl_lines(cwl)),
        "failed.jsonl": (failed, failed_lines(failed)),
        "event.json": (event, event_document(event)),
        "bomb.b64": (1, bomb_line()),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, pieces) in files.items():
        with (folder / name).open("wb", buffering=1 << 20) as file:
            file.writelines(pieces)
    records = {name: count for name, (count, _) in files.items()}
    (folder / "corpus.json").write_text(json.dumps({"scale": scale, "records": records}, indent=2) + "\n")
    return records


def main() -> None:
    """Reads the command line and writes the corpus."""
    parser = argparse.ArgumentParser(description="Writes the benchmark corpus of fh decode.")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of records (default: 1.0)")
    arguments = parser.parse_args()
    for name, records in write_corpus(arguments.folder, arguments.scale).items():
        print(f"{name:13} {records:>9,} records {(arguments.folder / name).stat().st_size:>12,} bytes")


if __name__ == "__main__":
    main()
