"""The networks of W1 to W12 in PyTorch. Names of parameters are those of ../workloads/training.ts."""
import torch
import torch.nn.functional as F
from torch import nn


class Cubic(nn.Module):
    def __init__(self):
        super().__init__()
        for name in "abcd":
            setattr(self, name, nn.Parameter(torch.zeros(())))

    def forward(self, x):
        return self.a + self.b * x + self.c * x**2 + self.d * x**3


class Diabetes(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1, self.linear2, self.linear3 = nn.Linear(8, 6), nn.Linear(6, 4), nn.Linear(4, 1)

    def forward(self, x):
        x = torch.sigmoid(self.linear1(x))
        x = torch.sigmoid(self.linear2(x))
        return torch.sigmoid(self.linear3(x))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2, self.l3 = nn.Linear(784, 512), nn.Linear(512, 256), nn.Linear(256, 128)
        self.l4, self.l5 = nn.Linear(128, 64), nn.Linear(64, 10)

    def forward(self, x):
        for layer in (self.l1, self.l2, self.l3, self.l4):
            x = F.relu(layer(x))
        return self.l5(x)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.fc = nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Linear(320, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc(x.flatten(1))


class Inception(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.one = nn.Conv2d(channels, 16, 1)
        self.five_a, self.five_b = nn.Conv2d(channels, 16, 1), nn.Conv2d(16, 24, 5, padding=2)
        self.three_a, self.three_b = nn.Conv2d(channels, 16, 1), nn.Conv2d(16, 24, 3, padding=1)
        self.three_c = nn.Conv2d(24, 24, 3, padding=1)
        self.pooled = nn.Conv2d(channels, 24, 1)

    def forward(self, x):
        five = self.five_b(self.five_a(x))
        three = self.three_c(self.three_b(self.three_a(x)))
        pooled = self.pooled(F.avg_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([self.one(x), five, three, pooled], 1)


class InceptionNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 10, 5), nn.Conv2d(88, 20, 5)
        self.inception1, self.inception2 = Inception(10), Inception(20)
        self.fc = nn.Linear(1408, 10)

    def forward(self, x):
        x = self.inception1(F.relu(F.max_pool2d(self.conv1(x), 2)))
        x = self.inception2(F.relu(F.max_pool2d(self.conv2(x), 2)))
        return self.fc(x.flatten(1))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


class ResidualNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 5), nn.Conv2d(16, 32, 5)
        self.residual1, self.residual2 = Residual(16), Residual(32)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = self.residual1(F.max_pool2d(F.relu(self.conv1(x)), 2))
        x = self.residual2(F.max_pool2d(F.relu(self.conv2(x)), 2))
        return self.fc(x.flatten(1))


class Names(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(128, 100)
        self.gru = nn.GRU(100, 100, 2, bidirectional=True)
        self.fc = nn.Linear(200, 18)

    def forward(self, letters):
        _, last = self.gru(self.embedding(letters))
        return self.fc(torch.cat([last[-1], last[-2]], 1))


class Characters(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(128, 256), nn.Linear(256, 128)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out).flatten(0, 1)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride == 2:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, 2, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Block(64, 64), Block(64, 64))
        self.layer2 = nn.Sequential(Block(64, 128), Block(128, 128))
        self.layer3 = nn.Sequential(Block(128, 256), Block(256, 256))
        self.layer4 = nn.Sequential(Block(256, 512), Block(512, 512))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x)), inplace=True), 3, 2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
        self.encoder, self.fc = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(128, 10)

    def forward(self, x):
        return self.fc(self.encoder(x).mean(1))


NETWORKS = {
    "W1": lambda: nn.Linear(1, 1),
    "W2": Cubic,
    "W3": Diabetes,
    "W4": Mlp,
    "W5": Cnn,
    "W6": InceptionNet,
    "W7": ResidualNet,
    "W8": Names,
    "W9": Characters,
    "W10": ResNet18,
    "W11": ResNet18,
    "W12": Encoder,
}
