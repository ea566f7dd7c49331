"""Timing as in ../measure.ts."""
import math
import statistics
import time

FIRST_LOSSES = 5
SAMPLE = 10e-3
COLD = 30


def measure(run, seconds):
    now = time.perf_counter
    losses, times, started = [], [], now()
    for i in range(FIRST_LOSSES):
        if now() - started >= (COLD if i == 1 else 4 * seconds):
            break
        start = now()
        value = run()
        times.append(now() - start)
        if isinstance(value, float):
            losses.append(value)
    if len(times) < FIRST_LOSSES:
        return {"medianMs": statistics.median(times[1:] or times) * 1e3, "losses": losses}
    warm, calls, last = now(), 0, times[-1]
    while calls < 3 or now() - warm < min(0.5, seconds / 3):
        start = now()
        run()
        last, calls = now() - start, calls + 1
    group = max(1, math.ceil(SAMPLE / max(last, 1e-8)))
    samples, begin = [], now()
    while True:
        start = now()
        for _ in range(group):
            run()
        samples.append((now() - start) / group)
        spent = now() - begin
        if spent >= seconds and (len(samples) >= 3 or spent >= 4 * seconds):
            return {"medianMs": statistics.median(samples) * 1e3, "losses": losses}
