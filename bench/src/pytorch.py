"""The workloads of workloads.ts in PyTorch: one JSON line each, median microseconds on one thread."""
import json
import statistics
import time

import torch
from torch import nn

torch.set_num_threads(1)


def measure(run):
    until = time.perf_counter() + 0.5
    calls = 0
    while time.perf_counter() < until:
        run()
        calls += 1
    batch = max(1, round(calls / 100))
    times = []
    for _ in range(200):
        start = time.perf_counter()
        for _ in range(batch):
            run()
        times.append((time.perf_counter() - start) * 1e6 / batch)
    return statistics.median(times)


def add():
    a = torch.randn(4, requires_grad=True)
    b = torch.randn(4)
    return lambda: torch.add(a, b)


def mlp():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    criterion = nn.BCELoss()
    x = torch.randn(32, 8)
    y = (torch.rand(32, 1) > 0.5).float()

    def step():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()

    return step


for name, make in (
    ("add of two 4-element tensors, recorded", add),
    ("diabetes MLP 8-6-4-1, batch 32, SGD step", mlp),
):
    print(json.dumps({"workload": name, "peer": "pytorch", "medianUs": measure(make())}))
