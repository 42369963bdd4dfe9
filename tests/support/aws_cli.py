"""The AWS CLI, many times in one process, for its start takes long.

Reads a line a run: variables and then arguments, separated by \x1f, with \x1e
between the two. After each run it prints a line: the exit code, and what was
written to standard error.
"""

import contextlib
import io
import os
import sys

from awscli.clidriver import create_clidriver

answers = sys.stdout
# Set when it is imported: where it keeps its descriptions.
data = os.environ["AWS_DATA_PATH"]
for line in sys.stdin:
    variables, arguments = line.rstrip("\n").split("\x1e")
    os.environ.clear()
    os.environ.update(variable.split("=", 1) for variable in variables.split("\x1f"))
    os.environ["AWS_DATA_PATH"] = data
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            code = create_clidriver().main(arguments.split("\x1f"))
        except SystemExit as exit:
            code = exit.code
        except Exception as error:
            code = 255
            errors.write(repr(error))
    print(code, " ".join(errors.getvalue().split()), file=answers, flush=True)
