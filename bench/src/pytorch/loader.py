"""One loader case in PyTorch: takes {"kind", "workers", "epochs"}, prints one line of JSON. Its counterpart is src/loader."""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

from networks import NETWORKS

IMAGES = 4096


def augment(image):
    x = F.pad(image.to(torch.float32).div(255).unsqueeze(0), (4, 4, 4, 4))
    top, left = torch.randint(0, 9, (2,)).tolist()
    x = x[:, top : top + 28, left : left + 28]
    turn, mirror = torch.rand(2).tolist()
    angle = (turn * 30 - 15) * math.pi / 180
    cos, sin = math.cos(angle), math.sin(angle)
    grid = F.affine_grid(torch.tensor([[[cos, -sin, 0.0], [sin, cos, 0.0]]]), (1, 1, 28, 28), align_corners=False)
    x = F.grid_sample(x.unsqueeze(0), grid, align_corners=False).squeeze(0)
    if mirror < 0.5:
        x = x.flip(-1)
    return x.sub(0.1307).div(0.3081)


class AugmentedDigits(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels.tolist()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return augment(self.images[index]), self.labels[index]


def main():
    task = json.loads(sys.argv[1])
    torch.manual_seed(0)
    images, labels = torch.randint(0, 256, (IMAGES, 28, 28)).to(torch.uint8), torch.randint(0, 10, (IMAGES,))
    augmented = task["kind"] == "augment"
    if augmented:
        # as its workers do; on small tensors threads only get in each other's way
        torch.set_num_threads(1)
        dataset = AugmentedDigits(images, labels)
    else:
        dataset = TensorDataset(images.float().div(255).sub(0.1307).div(0.3081).unsqueeze(1), labels)
    workers = task["workers"]
    loader = DataLoader(dataset, batch_size=64, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
    model = NETWORKS["W5"]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    criterion = torch.nn.CrossEntropyLoss()
    rates = []
    for epoch in range(task["epochs"] + 1):
        start = time.perf_counter()
        for x, y in loader:
            if augmented:
                continue
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        if epoch > 0:
            rates.append(IMAGES / (time.perf_counter() - start))
    print(json.dumps({"samplesPerSecond": max(rates), "waited": None}))


if __name__ == "__main__":
    main()
