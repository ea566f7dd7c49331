"""Single operations: those of ../workloads/micro.ts."""
import torch
import torch.nn.functional as F
from arrays import make, uniform


def conv(op, layout):
    x = uniform(op["x"], 1).contiguous(memory_format=layout)
    weight = uniform(op["weight"], 2).contiguous(memory_format=layout)
    options = {"stride": op["stride"], "padding": op["padding"]}
    if op["pass"] == "forward":
        return lambda: F.conv2d(x, weight, **options)
    wanted = (x if op["pass"] == "input gradient" else weight).requires_grad_()
    out = F.conv2d(x, weight, **options)
    grad = torch.ones_like(out)
    return lambda: torch.autograd.grad(out, wanted, grad, retain_graph=True)


def tiny(op):
    a, b = uniform([op["size"]], 1), uniform([op["size"]], 2)
    a.requires_grad_(op["recorded"])
    if not op["backward"]:
        return lambda: a + b

    def chain():
        c = a
        for _ in range(op["adds"]):
            c = c + b
        c.sum().backward()
        a.grad = None

    return chain


def network_function(op):
    x, y = uniform(op["shape"], 1).requires_grad_(op["gradient"]), uniform(op["shape"], 2)
    run = {
        "relu6": lambda: F.relu6(x),
        "hardsigmoid": lambda: F.hardsigmoid(x),
        "hardswish": lambda: F.hardswish(x),
        "leakyRelu": lambda: F.leaky_relu(x),
        "elu": lambda: F.elu(x),
        "softplus": lambda: F.softplus(x),
        "mish": lambda: F.mish(x),
        "l1Loss": lambda: F.l1_loss(x, y),
        "smoothL1Loss": lambda: F.smooth_l1_loss(x, y),
    }[op["name"]]
    if not op["gradient"]:
        return run
    out = run()
    grad = torch.ones_like(out)
    return lambda: torch.autograd.grad(out, x, grad, retain_graph=True)


def prepare(op, layout):
    """The call, and how many operations it makes."""
    kind = op["kind"]
    if kind == "conv":
        return conv(op, layout), 1
    if kind == "tiny":
        return tiny(op), op["adds"]
    if kind == "function":
        return network_function(op), 1
    if kind == "matmul":
        a, b = uniform([op["n"], op["n"]], 1), uniform([op["n"], op["n"]], 2)
        return lambda: a @ b, 1
    rows, columns = op["shape"]
    a, b, row = uniform([rows, columns], 1), uniform([rows, columns], 2), uniform([columns], 3)
    index = make({"shape": [rows], "fill": {"kind": "integers", "below": rows, "seed": 4}})
    calls = {
        "add": lambda: a + b,
        "exp": lambda: a.exp(),
        "sum": lambda: a.sum(),
        "softmax": lambda: torch.softmax(a, 1),
        "layerNorm": lambda: F.layer_norm(a, (columns,)),
        "broadcast": lambda: a + row,
        "transposedCopy": lambda: a.t().contiguous(),
        "gather": lambda: a.index_select(0, index),
    }
    return calls[kind], 1
