#!/usr/bin/env python3
"""What `fh decode` does, as a good Python programmer would write it for speed.

    decode.py lines FILE      lines of base64, gzipped or not
    decode.py failures FILE   lines as Firehose writes them under processing-failed/
    decode.py event FILE      one transform event

Writes the content of each record as one line of compact JSON. All the work is
in native code: orjson reads and writes JSON, isal (ISA-L) inflates, pybase64
(SIMD) decodes; Python itself only hands buffers on. Two things are let off,
both to its advantage: it reads the first gzip member of a record only, which
saves the loop of `igzip.decompress` (a fifth of the time), and the first bad
record ends the run.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

import orjson
from isal import isal_zlib
from pybase64 import b64decode

BUFFER = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31


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


def write_decoded(payloads: Iterable[bytes | str], out: BinaryIO) -> None:
    """Writes the content of each payload as one line of compact JSON."""
    # Looked up once: a name in a module or a type costs as much as the call in a loop this tight.
    write, loads, dumps, decompress = out.write, orjson.loads, orjson.dumps, isal_zlib.decompress
    newline = orjson.OPT_APPEND_NEWLINE
    for payload in payloads:
        data = b64decode(payload, None, True)
        if data.startswith(GZIP_MAGIC):
            data = decompress(data, GZIP_WBITS)
        write(dumps(loads(data), None, newline))


def main() -> None:
    """Reads the command line and decodes the file."""
    if len(sys.argv) != 3 or sys.argv[1] not in PAYLOADS:
        sys.exit(f"usage: decode.py {'|'.join(PAYLOADS)} FILE")
    gc.disable()  # Nothing here makes reference cycles.
    with open(sys.argv[2], "rb", buffering=BUFFER) as file, open(1, "wb", buffering=BUFFER) as out:
        write_decoded(PAYLOADS[sys.argv[1]](file), out)


if __name__ == "__main__":
    main()
