/** Lecture 10: a convolutional network. */
import { nn, type Tensor } from 'tsorch'
import { report } from './classify.js'
import type { ProgramOptions } from './programs.js'

const { functional: F } = nn

/** Two convolutions with pooling, and one fully connected layer. */
export class ConvolutionalNet extends nn.Layer {
  conv1 = new nn.Conv2d(1, 10, 5)
  conv2 = new nn.Conv2d(10, 20, 5)
  pooling = new nn.MaxPool2d(2)
  fc = new nn.Linear(320, 10)

  override forward(x: Tensor): Tensor {
    const batchSize = x.size(0)
    let h = F.relu(this.pooling(this.conv1(x)))
    h = F.relu(this.pooling(this.conv2(h)))
    return this.fc(h.view(batchSize, -1))
  }
}

export function main({ epochs = 5, viz = null }: ProgramOptions = {}): void {
  report(() => new ConvolutionalNet(), epochs, viz)
}
