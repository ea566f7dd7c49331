/** Lecture 11: blocks. A network of inception modules, and one of residual blocks. */
import { cat, nn, type Tensor } from 'tsorch'
import { report } from './classify.js'
import type { ProgramOptions } from './programs.js'

const { functional: F } = nn

/** Four ways through, joined along the channels: 16 + 24 + 24 + 24 of them. */
export class InceptionA extends nn.Layer {
  branch1x1: nn.Conv2d
  branch5x5_1: nn.Conv2d
  branch5x5_2: nn.Conv2d
  branch3x3_1: nn.Conv2d
  branch3x3_2: nn.Conv2d
  branch3x3_3: nn.Conv2d
  branch_pool: nn.Conv2d

  constructor(inChannels: number) {
    super()
    this.branch1x1 = new nn.Conv2d(inChannels, 16, 1)
    this.branch5x5_1 = new nn.Conv2d(inChannels, 16, 1)
    this.branch5x5_2 = new nn.Conv2d(16, 24, 5, { padding: 2 })
    this.branch3x3_1 = new nn.Conv2d(inChannels, 16, 1)
    this.branch3x3_2 = new nn.Conv2d(16, 24, 3, { padding: 1 })
    this.branch3x3_3 = new nn.Conv2d(24, 24, 3, { padding: 1 })
    this.branch_pool = new nn.Conv2d(inChannels, 24, 1)
  }

  override forward(x: Tensor): Tensor {
    const branch1x1 = this.branch1x1(x)
    const branch5x5 = this.branch5x5_2(this.branch5x5_1(x))
    const branch3x3 = this.branch3x3_3(this.branch3x3_2(this.branch3x3_1(x)))
    const pooled = this.branch_pool(F.avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([branch1x1, branch5x5, branch3x3, pooled], 1)
  }
}

export class InceptionNet extends nn.Layer {
  conv1 = new nn.Conv2d(1, 10, 5)
  conv2 = new nn.Conv2d(88, 20, 5)
  incep1 = new InceptionA(10)
  incep2 = new InceptionA(20)
  mp = new nn.MaxPool2d(2)
  fc = new nn.Linear(1408, 10)

  override forward(x: Tensor): Tensor {
    const batchSize = x.size(0)
    let h = F.relu(this.mp(this.conv1(x)))
    h = this.incep1(h)
    h = F.relu(this.mp(this.conv2(h)))
    h = this.incep2(h)
    return this.fc(h.view(batchSize, -1))
  }
}

/** Two convolutions, and a way around them. */
export class ResidualBlock extends nn.Layer {
  conv1: nn.Conv2d
  conv2: nn.Conv2d

  constructor(channels: number) {
    super()
    this.conv1 = new nn.Conv2d(channels, channels, 3, { padding: 1 })
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1 })
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv2(F.relu(this.conv1(x)))
    return F.relu(x.add(y))
  }
}

export class ResidualNet extends nn.Layer {
  conv1 = new nn.Conv2d(1, 16, 5)
  conv2 = new nn.Conv2d(16, 32, 5)
  mp = new nn.MaxPool2d(2)
  rblock1 = new ResidualBlock(16)
  rblock2 = new ResidualBlock(32)
  fc = new nn.Linear(512, 10)

  override forward(x: Tensor): Tensor {
    const batchSize = x.size(0)
    let h = this.mp(F.relu(this.conv1(x)))
    h = this.rblock1(h)
    h = this.mp(F.relu(this.conv2(h)))
    h = this.rblock2(h)
    return this.fc(h.view(batchSize, -1))
  }
}

export function main({ epochs = 2, viz = null }: ProgramOptions = {}): void {
  console.log('inception modules')
  report(() => new InceptionNet(), epochs, viz, 'inception')
  console.log('residual blocks')
  report(() => new ResidualNet(), epochs, viz, 'residual')
}
