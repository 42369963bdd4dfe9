#!/usr/bin/env python3
"""What `fh decode` does, as a good Python programmer would write it.

    decode.py lines FILE      lines of base64, gzipped or not
    decode.py failures FILE   lines as Firehose writes them under processing-failed/
    decode.py event FILE      one transform event

Writes the content of each record as one line of compact JSON, or as it is
where it is not JSON. The work is in native code: orjson reads and writes JSON,
isal (ISA-L) inflates, pybase64 (SIMD) decodes. It does what the job needs and
no more: every gzip member, and a bad record is told on standard error while
the others are shown.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

import orjson
from isal import igzip
from pybase64 import b64decode

BUFFER = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"


def line_payloads(file: BinaryIO) -> Iterable[bytes]:
    """Returns the base64 of each line."""
    return map(bytes.rstrip, file)


def failure_payloads(file: BinaryIO) -> Iterable[str]:
    """Returns the base64 in each failure line."""
    return (failure["rawData"] for failure in map(orjson.loads, file))


def event_payloads(file: BinaryIO) -> Iterable[str]:
    """Returns the base64 of each record of an event."""
    return (record["data"] for record in orjson.loads(file.read())["records"])


PAYLOADS: dict[str, Callable[[BinaryIO], Iterable[bytes | str]]] = {
    "lines": line_payloads,
    "failures": failure_payloads,
    "event": event_payloads,
}


def decode(payload: bytes | str) -> bytes:
    """Returns the content of one record, with a newline."""
    data = b64decode(payload, validate=True)
    if data.startswith(GZIP_MAGIC):
        data = igzip.decompress(data)
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONDecodeError:
        return data + b"\n"


def main() -> int:
    """Reads the command line and decodes the file."""
    if len(sys.argv) != 3 or sys.argv[1] not in PAYLOADS:
        sys.exit(f"usage: decode.py {'|'.join(PAYLOADS)} FILE")
    gc.disable()  # Nothing here makes reference cycles.
    bad = 0
    with open(sys.argv[2], "rb", buffering=BUFFER) as file, open(1, "wb", buffering=BUFFER) as out:
        for number, payload in enumerate(PAYLOADS[sys.argv[1]](file), 1):
            try:
                out.write(decode(payload))
            except (ValueError, OSError, EOFError) as error:
                print(f"{sys.argv[2]}: record {number}: {error}", file=sys.stderr)
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
