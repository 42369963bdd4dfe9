"""Runs one pipeline and says what it took; `harness.py` starts it, nobody else.

    python3 -I -S meter.py FD COMMAND [ARG…] [| COMMAND [ARG…]]…

Writes to the file descriptor FD: wall seconds, CPU seconds, peak resident KiB
of the largest process, then the exit code of each process.

It is a program of its own because a process starts with the memory of the one
that forked it, and the kernel counts that into its peak. So the one that forks
has to be small: import nothing more here. What it cannot see below is about
6 MB.
"""

import os
import signal
import sys
import time


def split(arguments: list[str]) -> list[list[str]]:
    """Returns the stages of the pipeline that `arguments` spell, separated by bars."""
    stages: list[list[str]] = [[]]
    for argument in arguments:
        if argument == "|":
            stages.append([])
        else:
            stages[-1].append(argument)
    return stages


def start(stage: list[str], source: int, sink: int) -> int:
    """Starts one process between two file descriptors, and returns its id."""
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(source, 0)
            os.dup2(sink, 1)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and children inherit that.
            os.execvp(stage[0], stage)
        except OSError as error:
            os.write(2, f"{stage[0]}: {error.strerror}\n".encode())
        os._exit(127)
    return pid


def start_all(stages: list[list[str]]) -> list[int]:
    """Starts every stage with its input from the one before, and returns their ids."""
    pids, source = [], os.dup(0)
    for stage in stages[:-1]:
        following, sink = os.pipe()
        pids.append(start(stage, source, sink))
        os.close(source)
        os.close(sink)
        source = following
    pids.append(start(stages[-1], source, 1))
    os.close(source)
    return pids


def main() -> None:
    """Runs the pipeline and reports."""
    report, stages = int(sys.argv[1]), split(sys.argv[2:])
    os.set_inheritable(report, False)
    begin = time.perf_counter()
    ends = [os.wait4(pid, 0) for pid in start_all(stages)]
    wall = time.perf_counter() - begin
    cpu = sum(usage.ru_utime + usage.ru_stime for _, _, usage in ends)
    rss_kib = max(usage.ru_maxrss for _, _, usage in ends)
    exits = " ".join(str(os.waitstatus_to_exitcode(status)) for _, status, _ in ends)
    os.write(report, f"{wall} {cpu} {rss_kib} {exits}".encode())


if __name__ == "__main__":
    main()
