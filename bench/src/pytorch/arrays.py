"""The arrays of ../workloads/arrays.ts: the same numbers from the same few words."""
import math

import torch

MASK = 0xFFFFFFFF


def mulberry32(seed, count):
    """`count` numbers in [0, 1), float64."""
    # 64-bit products wrap around, which leaves their low 32 bits right
    state = (seed + 0x6D2B79F5 * torch.arange(1, count + 1, dtype=torch.int64)) & MASK
    t = ((state ^ (state >> 15)) * (state | 1)) & MASK
    t = t ^ ((t + (((t ^ (t >> 7)) * (t | 61)) & MASK)) & MASK)
    return (t ^ (t >> 14)).double() / 4294967296


def values(shape, fill):
    count, kind = math.prod(shape), fill["kind"]
    if kind == "uniform":
        return (fill["low"] + (fill["high"] - fill["low"]) * mulberry32(fill["seed"], count)).float()
    if kind == "integers":
        return (fill["below"] * mulberry32(fill["seed"], count)).floor().long()
    if kind == "constant":
        return torch.full((count,), float(fill["value"]))
    if kind == "linspace":
        index = torch.arange(count, dtype=torch.float64)
        return (fill["low"] + (fill["high"] - fill["low"]) * index / (count - 1)).float()
    return torch.tensor(fill["values"], dtype=torch.float32)


def make(spec):
    return values(spec["shape"], spec["fill"]).reshape(spec["shape"])


def uniform(shape, seed):
    return make({"shape": shape, "fill": {"kind": "uniform", "low": -1, "high": 1, "seed": seed}})
