/** Lecture 9: a softmax classifier of digits, from fully connected layers. */
import { nn, type Tensor } from 'tsorch'
import { report } from './classify.js'
import type { ProgramOptions } from './programs.js'

const { functional: F } = nn

/** 784-512-256-128-64-10; the softmax is part of the loss. */
export class FullyConnectedNet extends nn.Layer {
  l1 = new nn.Linear(784, 512)
  l2 = new nn.Linear(512, 256)
  l3 = new nn.Linear(256, 128)
  l4 = new nn.Linear(128, 64)
  l5 = new nn.Linear(64, 10)

  override forward(x: Tensor): Tensor {
    let h = x.view(-1, 784)
    h = F.relu(this.l1(h))
    h = F.relu(this.l2(h))
    h = F.relu(this.l3(h))
    h = F.relu(this.l4(h))
    return this.l5(h)
  }
}

export function main({ epochs = 5, viz = null }: ProgramOptions = {}): void {
  report(() => new FullyConnectedNet(), epochs, viz)
}
