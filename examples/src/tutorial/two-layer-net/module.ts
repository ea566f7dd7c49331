/** PyTorch with examples, first edition, custom Modules: the two layers, and a net of a depth that changes in every step. */
import { manualSeed, nn, optim, type Tensor } from 'tsorch'
import { D_in, D_out, H, printLosses, randomData } from './data.js'
import { train } from './nn.js'

export class TwoLayerNet extends nn.Layer {
  linear1 = new nn.Linear(D_in, H)
  linear2 = new nn.Linear(H, D_out)

  override forward(x: Tensor): Tensor {
    const hRelu = this.linear1(x).clamp({ min: 0 })
    return this.linear2(hRelu)
  }
}

/** Goes through the middle layer none to three times. */
export class DynamicNet extends nn.Layer {
  inputLinear = new nn.Linear(D_in, H)
  middleLinear = new nn.Linear(H, H)
  outputLinear = new nn.Linear(H, D_out)
  private readonly chooseDepth: () => number

  /** @param chooseDepth - how often; drawn at random in each step if not given */
  constructor(chooseDepth: () => number = () => Math.floor(4 * Math.random())) {
    super()
    this.chooseDepth = chooseDepth
  }

  override forward(x: Tensor): Tensor {
    let hRelu = this.inputLinear(x).clamp({ min: 0 })
    const depth = this.chooseDepth()
    for (let i = 0; i < depth; i++) hRelu = this.middleLinear(hRelu).clamp({ min: 0 })
    return this.outputLinear(hRelu)
  }
}

export function main({ steps = 500 } = {}): void {
  manualSeed(0)
  const [x, y] = randomData()
  const fixed = new TwoLayerNet()
  console.log('two layers')
  printLosses(train(x, y, fixed, new optim.SGD(fixed.parameters(), { lr: 1e-4 }), steps))
  const dynamic = new DynamicNet()
  console.log('two to five layers')
  printLosses(train(x, y, dynamic, new optim.SGD(dynamic.parameters(), { lr: 1e-4, momentum: 0.9 }), steps))
}
