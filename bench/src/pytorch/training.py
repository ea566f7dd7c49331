"""One training step of W1 to W12."""
import torch
from arrays import make
from networks import NETWORKS
from torch import nn

LOSSES = {
    "squares": lambda: nn.MSELoss(reduction="sum"),
    "binary": nn.BCELoss,
    "classes": nn.CrossEntropyLoss,
}


def network(spec):
    model = NETWORKS[spec["id"]]()
    given = {p["name"]: make(p) for p in spec["params"]}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(given.pop(name))
    if given:
        raise KeyError(f"no such parameters: {', '.join(given)}")
    return model


def by_hand(model, x, y, lr):
    parameters = list(model.parameters())

    def step():
        loss = (model(x) - y).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
                p.grad = None
        return loss.item()

    return step


def forward_only(model, x):
    model.eval()

    def forward():
        with torch.no_grad():
            return model(x).abs().mean().item()

    return forward


def prepare(spec, layout):
    """The step to call: it gives the loss, or the mean of the absolute outputs where nothing is trained."""
    model, x = network(spec), make(spec["x"])
    if x.dim() == 4:
        model, x = model.to(memory_format=layout), x.contiguous(memory_format=layout)
    if spec["loss"] is None:
        return forward_only(model, x)
    settings = spec["optimizer"]
    if spec["y"] is None:
        return by_hand(model, x, torch.sin(x), settings["lr"])
    y = make(spec["y"])
    if spec["loss"] != "classes":
        y = y.float()
    criterion = LOSSES[spec["loss"]]()
    if settings["kind"] == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=settings["lr"])
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=settings["lr"], momentum=settings["momentum"])

    def step():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
