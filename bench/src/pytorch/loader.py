"""One loader case in PyTorch: takes {"kind", "workers", "epochs"}, prints one line of JSON. Its counterpart is src/loader."""
import json
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

from networks import NETWORKS

IMAGES = 8192


class AugmentedDigits(Dataset):
    def __init__(self, images, labels):
        from torchvision import transforms

        self.images, self.labels = images.numpy(), labels.tolist()
        self.transform = transforms.Compose(
            [
                transforms.RandomAffine(15, translate=(0.1, 0.1), interpolation=transforms.InterpolationMode.BILINEAR),
                transforms.RandomCrop(28, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize((0.1307,), (0.3081,)),
            ]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        from PIL import Image

        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


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
