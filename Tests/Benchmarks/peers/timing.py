"""What the scripts that measure networks share."""

import json
import os
import time


def pin(core):
    """One core and one thread, before any library is loaded that would look."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def report(samples, outcome):
    print(json.dumps({"samples": samples, "outcome": float(outcome)}))


def quick_samples(work):
    """Samples of at least a millisecond, for at least a third of a second."""
    for _ in range(3):
        work()
    once = min(timed(work) for _ in range(3))
    repetitions = max(1, -(-0.001 // max(once, 1e-8)))
    samples = []
    while len(samples) < 5 or (sum(samples) * repetitions < 0.35 and len(samples) < 1000):
        samples.append(timed(lambda: [work() for _ in range(int(repetitions))]) / repetitions)
    return samples


def timed(work):
    """The seconds that all threads of this process computed: none in which other programs had the core."""
    started = time.process_time()
    work()
    return time.process_time() - started
