"""Draws the picture of the README: what `fh failures` shows on a terminal, as SVG.

    cargo build && python3 tests/screen/screen.py            write failures.svg
    python3 tests/screen/screen.py --check [FH]              write nothing, fail if it differs

FH is the binary, target/debug/fh by default. Needs Python 3.8 or newer, and nothing else.
"""

import os
import re
import subprocess
import sys
import unicodedata
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PICTURE = HERE / "failures.svg"

COMMAND = "fh failures fixtures/failures/over-time.ndjson"
COLUMNS = 96
ROWS = 30

# Pixels of a cell and of the frame.
CELL, LINE, FRAME, BAR = 8.4, 17, 16, 34

# Colors of the frame and of SGR codes: 4.5 to 1 and better on the background.
BACKGROUND, TITLE, TEXT, DIM = "#16181d", "#9aa0aa", "#d7dae0", "#8b919c"
COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea"}


def output(program):
    """What the command prints, with color, in UTC."""
    words = [program] + COMMAND.split()[1:] + ["--color", "always", "--utc"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": str(COLUMNS)}
    run = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return run.stdout.decode()


def width(text):
    """Columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(it) in "WF" else 1 for it in text)


def style(codes):
    """Attributes of a run of text that is printed with these SGR codes."""
    parts = codes.split(";")
    color = next((COLORS[it] for it in parts if it in COLORS), DIM if "2" in parts else TEXT)
    return f'fill="{color}"' + (' font-weight="700"' if "1" in parts else "")


def rows(line):
    """The rows of a line, each with its runs: column, SGR codes, text."""
    row, column, codes = [], 0, ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            codes = part[2:-1]
            continue
        while part:
            room = COLUMNS - column
            row.append((column, codes, part[:room]))
            column += width(part[:room])
            part = part[room:]
            if part:
                yield row
                row, column = [], 0
    yield row


def text(x, y, attributes, content):
    """A run; its length is given, so that every font keeps the columns."""
    stripped = content.lstrip(" ")
    x += (len(content) - len(stripped)) * CELL
    length = width(stripped.rstrip(" ")) * CELL
    if not stripped.strip():
        return ""
    return (
        f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs" '
        f"{attributes}>{escape(stripped.rstrip(' '))}</text>\n"
    )


def svg(printed):
    """The picture of the first lines."""
    lines = [f"\x1b[2m$\x1b[0m {COMMAND}"] + printed.splitlines()
    every = [row for line in lines for row in rows(line)]
    shown = every[:ROWS] + ([[(0, "2", "…")]] if len(every) > ROWS else [])
    wide = round(2 * FRAME + COLUMNS * CELL)
    high = BAR + len(shown) * LINE + FRAME
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" role="img" aria-label="A terminal with the output of {COMMAND}">\n'
        f'<rect width="{wide}" height="{high}" rx="8" fill="{BACKGROUND}"/>\n'
        '<g fill="#4a4f59"><circle cx="18" cy="17" r="5"/><circle cx="36" cy="17" r="5"/>'
        '<circle cx="54" cy="17" r="5"/></g>\n'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" '
        'font-size="14" xml:space="preserve">\n',
        f'<text x="{wide / 2:.0f}" y="22" text-anchor="middle" font-size="13" fill="{TITLE}">fh failures</text>\n',
    ]
    for number, row in enumerate(shown):
        y = BAR + number * LINE + 14
        parts.extend(text(FRAME + at * CELL, y, style(codes), run) for at, codes, run in row)
    return "".join(parts) + "</g>\n</svg>\n"


def main():
    arguments = [it for it in sys.argv[1:] if it != "--check"]
    program = str(Path(arguments[0] if arguments else ROOT / "target/debug/fh").resolve())
    picture = svg(output(program))
    if "--check" not in sys.argv:
        PICTURE.write_text(picture, encoding="utf-8")
    elif picture != PICTURE.read_text(encoding="utf-8"):
        sys.exit(f"{PICTURE.relative_to(ROOT)} is not what fh prints; run tests/screen/screen.py")


main()
