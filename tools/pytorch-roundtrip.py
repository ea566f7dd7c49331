"""PyTorch's half of `pnpm roundtrip`; tools/src/pytorch-roundtrip.ts calls it with a step and a folder.

write     saves values as NAME.theirs.pt, in the format of today and in that before version 1.6
compare   reads NAME.ours.pt, what tsorch made of them, and writes to values.json how each differs
train     trains each of the runs of runs.json, saves it as RUN.theirs.pt, and writes how it goes on to RUN.theirs.json
continue  goes on from RUN.ours.pt, which tsorch saved, and writes the losses to RUN.continued.json
"""

import collections
import json
import math
import pathlib
import re
import sys

import torch
from torch import nn

STEPS_BEFORE = 5
STEPS_AFTER = 8


def tensors():
    floats = [0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, math.nan]
    made = {str(dtype)[6:]: torch.tensor(floats, dtype=dtype) for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16)}
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64):
        limits = torch.iinfo(dtype)
        made[str(dtype)[6:]] = torch.tensor([0, 1, limits.min, limits.max], dtype=dtype)
    made["bool"] = torch.tensor([[True, False], [False, True]])
    made["scalar"] = torch.tensor(3)
    made["empty"] = torch.empty(0, 3)
    made["subnormal"] = torch.tensor([1e-45, 1e-40])
    made["large"] = torch.arange(300_000, dtype=torch.float64)
    return made


def views():
    base = torch.arange(24.0).reshape(2, 3, 4)
    other = torch.arange(3)
    image = torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last)
    return {
        "base": base,
        "row": base[1, 1],
        "inner": base[:, 1:, 1:3],
        "transposed": base.transpose(0, 2),
        "step": base[:, ::2, 1::2],
        "expanded": other.expand(4, 3),
        "other": other,
        "image": image,
        "nested": [{"again": base, "part": (base[0], other[1:])}],
        "only_a_part": torch.arange(10)[3:5],
    }


def objects():
    shared = [1, 2]
    circle = {"name": "circle"}
    circle["self"] = circle
    return {
        "ints": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**31, 2**53, -(2**53) - 1, 2**63, 2**100, -(2**2000)],
        "floats": [0.1, -0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan, 2.0, 1e22],
        "plain": [True, False, None, "", "größer 𝔘", "\ud800", "x" * 70_000],
        "bytes": [b"\x00\xff", b"ab" * 3000, bytearray(b"xyz")],
        "tuples": [(), (1,), (1, "a"), (1, 2, 3), (1, 2, 3, (4, 5)), torch.Size([2, 3])],
        "sets": [{1, 2, "three"}, {(1, 2)}],
        "keys": {1: "int", "1": "str", 1.5: "float", None: "none", (1, 2): "tuple", False: "bool"},
        "ordered": collections.OrderedDict([("b", 1), ("a", collections.OrderedDict())]),
        "counter": collections.Counter("abracadabra"),
        "empty": [{}, [], collections.OrderedDict()],
        "torch": [torch.float16, torch.int64, torch.bool, torch.device("cpu"), torch.device("cuda", 1)],
        "shared": [shared, shared, {"again": shared}],
        "circle": circle,
        "dunder": {"__proto__": {"x": 1}, "constructor": 2, "toString": 3},
    }


def models():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Embedding(5, 4), nn.Linear(4, 5, bias=False))
    model[3].weight = model[2].weight
    frozen = nn.Parameter(torch.ones(2), requires_grad=False)
    return {
        "state": model.state_dict(),
        "with_gradients": dict(model.named_parameters(remove_duplicate=False)),
        "frozen": frozen,
        "leaf": torch.ones(2, requires_grad=True),
        "rng": torch.get_rng_state(),
    }


VALUES = {"tensors": tensors, "views": views, "objects": objects, "models": models, "bare": lambda: torch.ones(2, 3), "list": lambda: [1, (2,)]}


def difference(want, got, path, storages):
    """What differs between a value and what came back, None if nothing does. Some types have a counterpart of another name."""
    key = (id(want), id(got))
    if key in storages:
        return None
    if isinstance(want, torch.Tensor):
        if type(got) is not torch.Tensor:
            return f"{path} is {type(got).__name__}, not a tensor"
        for name in ("dtype", "shape", "requires_grad"):
            if getattr(want, name) != getattr(got, name):
                return f"{path}: {name} is {getattr(got, name)}, not {getattr(want, name)}"
        if want.stride() != got.stride() or want.storage_offset() != got.storage_offset():
            return f"{path} has strides {got.stride()} at {got.storage_offset()}, not {want.stride()} at {want.storage_offset()}"
        theirs, ours = (torch.empty(0, dtype=torch.uint8).set_(x.untyped_storage()) for x in (want, got))
        if not torch.equal(theirs, ours):
            return f"{path} has other bytes"
        pair = theirs.data_ptr(), ours.data_ptr()
        if theirs.numel() > 0 and (storages.setdefault(("theirs", pair[0]), pair), storages.setdefault(("ours", pair[1]), pair)) != (pair, pair):
            return f"{path} does not share memory with the same others"
        return None
    if isinstance(want, (dict, list, tuple, set)):
        storages[key] = True
    if isinstance(want, dict):
        if type(got) is not dict or list(got) != list(want):
            return f"{path} is {type(got).__name__} with other keys"
        for k in want:
            found = difference(want[k], got[k], f"{path}.{k}", storages)
            if found:
                return found
        return None
    if isinstance(want, (list, tuple)):
        kind = list if isinstance(want, list) else tuple
        if type(got) is not kind or len(got) != len(want):
            return f"{path} is {type(got).__name__} of {len(got)}"
        return next(filter(None, (difference(a, b, f"{path}.{i}", storages) for i, (a, b) in enumerate(zip(want, got)))), None)
    if isinstance(want, bytearray):
        want = bytes(want)
    if isinstance(want, torch.device):
        want = str(want)
    if isinstance(want, float) and type(got) is int and abs(want) < 2**53 and math.copysign(1, want) == (1 if got >= 0 else -1):
        got = float(got)  # a whole number is an int where numbers have one type
    same = type(want) is type(got) and (want == got or (want != want and got != got))
    if isinstance(want, float) and same and want == 0:
        same = math.copysign(1, want) == math.copysign(1, got)
    return None if same else f"{path} is {got!r}, not {want!r}"[:300]


def write(folder):
    for name, make in VALUES.items():
        torch.save(make(), folder / f"{name}.theirs.pt")
        torch.save(make(), folder / f"{name}-legacy.theirs.pt", _use_new_zipfile_serialization=False)


def compare(folder):
    report = {}
    for name, make in VALUES.items():
        for file in (name, f"{name}-legacy"):
            try:
                got = torch.load(folder / f"{file}.ours.pt", weights_only=True)
                report[file] = difference(make(), got, file, {})
            except Exception as error:
                report[file] = f"{type(error).__name__}: {error}"
    (folder / "values.json").write_text(json.dumps(report))


def keywords(options):
    return {re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name): value for name, value in options.items()}


class Run:
    """A small network with what training it needs; the same as in pytorch-roundtrip.ts."""

    def __init__(self, description):
        self.model = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.25), nn.Linear(64, 10)
        )
        self.optimizer = getattr(torch.optim, description["optimizer"])(self.model.parameters(), **keywords(description["options"]))
        args = [item for item in description["scheduling"] if not isinstance(item, dict)]
        options = [keywords(item) for item in description["scheduling"] if isinstance(item, dict)]
        self.scheduler = getattr(torch.optim.lr_scheduler, description["scheduler"])(self.optimizer, *args, **dict(*options))

    def parts(self):
        return {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}

    def save(self, path, x, y):
        state = {name: part.state_dict() for name, part in self.parts().items()}
        torch.save({**state, "rng": torch.get_rng_state(), "x": x, "y": y}, path)

    def load(self, path):
        checkpoint = torch.load(path, weights_only=True)
        for name, part in self.parts().items():
            part.load_state_dict(checkpoint[name])
        torch.set_rng_state(checkpoint["rng"])
        return checkpoint["x"], checkpoint["y"]

    def train(self, x, y, steps):
        losses = []
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.scheduler.step(*([loss.item()] if isinstance(self.scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau) else []))
            losses.append(loss.item())
        return losses


def runs(folder):
    return json.loads((folder / "runs.json").read_text()).items()


def train(folder):
    for name, description in runs(folder):
        torch.manual_seed(3)
        run = Run(description)
        x, y = torch.randn(16, 1, 8, 8), torch.randint(0, 10, (16,))
        run.train(x, y, STEPS_BEFORE)
        run.save(folder / f"{name}.theirs.pt", x, y)
        (folder / f"{name}.theirs.json").write_text(json.dumps(run.train(x, y, STEPS_AFTER)))


def continue_(folder):
    for name, description in runs(folder):
        run = Run(description)
        x, y = run.load(folder / f"{name}.ours.pt")
        (folder / f"{name}.continued.json").write_text(json.dumps(run.train(x, y, STEPS_AFTER)))


if __name__ == "__main__":
    step, folder = sys.argv[1:]
    {"write": write, "compare": compare, "train": train, "continue": continue_}[step](pathlib.Path(folder))
