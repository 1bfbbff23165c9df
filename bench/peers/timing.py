"""How a call is timed: the number of rows grows until a call lasts long enough, then it is repeated."""

import os
import statistics
import time

SLOW_S = 10.0  # a call that lasts longer is made once
TIRING_S = 3.0  # and one that lasts longer than this, three times


def repeats(seconds, most):
    if seconds > SLOW_S:
        return 1
    return min(most, 3) if seconds > TIRING_S else most


def grown(rows, seconds, target, most):
    """The rows of the next call, after one of `rows` that lasted `seconds`."""
    factor = min(16.0, 1.1 * target / max(seconds, 1e-5))
    return min(most, max(rows + 1, int(rows * factor)))


def summary(rows, runs):
    """`runs`: [(wall seconds, processor seconds)] of equal calls."""
    wall = statistics.median(run[0] for run in runs)
    cpu = statistics.median(run[1] for run in runs)
    return dict(rows=rows, calls=len(runs), seconds=wall, cpu_s=cpu, rows_s=rows / wall,
                spread=(max(r[0] for r in runs) - min(r[0] for r in runs)) / wall)  # fmt: skip


def measure(call, first, most, target, reps, fixed=0):
    """call(rows) -> (answer, wall seconds, processor seconds). Returns (the last answer of sizing, summary)."""
    rows = min(fixed or first, most)
    while True:
        answer, *times = call(rows)
        if fixed or rows >= most or times[0] >= 0.5 * target:
            break
        rows = grown(rows, times[0], target, most)
    runs = [times]
    wanted = repeats(times[0], reps)
    if wanted > 1:  # the sizing call warmed up
        runs = [call(rows)[1:] for _ in range(wanted)]
    return answer, summary(rows, runs)


def clocked(work):
    """(work(), wall seconds, processor seconds of this process)."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = work()
    return out, time.perf_counter() - wall, time.process_time() - cpu


def busy_seconds():
    """Processor seconds that the whole machine has worked so far."""
    with open("/proc/stat") as lines:
        ticks = [int(word) for word in lines.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
