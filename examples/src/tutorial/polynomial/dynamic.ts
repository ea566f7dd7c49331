/** PyTorch with examples, control flow and shared weights: another graph in every step. */
import { manualSeed, nn, optim, randn, type Tensor } from 'tsorch'
import { printLosses } from './data.js'
import { train } from './module.js'
import { describe, polynomial } from './tensor.js'

/** y = a + b x + c x^2 + d x^3, and in some steps e x^4, and in some e x^5 as well. */
export class DynamicNet extends nn.Layer {
  a = new nn.Parameter(randn([]))
  b = new nn.Parameter(randn([]))
  c = new nn.Parameter(randn([]))
  d = new nn.Parameter(randn([]))
  e = new nn.Parameter(randn([]))
  private readonly chooseEnd: () => number

  /** @param chooseEnd - the exponent to stop before, 4 to 6; drawn at random in each step if not given */
  constructor(chooseEnd: () => number = () => 4 + Math.floor(3 * Math.random())) {
    super()
    this.chooseEnd = chooseEnd
  }

  override forward(x: Tensor): Tensor {
    let y = polynomial(this, x)
    const end = this.chooseEnd()
    // the same parameter, twice in one graph
    for (let exponent = 4; exponent < end; exponent++) y = y.add(this.e.mul(x.pow(exponent)))
    return y
  }

  string(): string {
    return `${describe(this)} + ${this.e.item()} x^4 ? + ${this.e.item()} x^5 ?`
  }
}

export function main(): void {
  manualSeed(0)
  const model = new DynamicNet()
  printLosses(train(model, new optim.SGD(model.parameters(), { lr: 1e-8, momentum: 0.9 }), 1000))
  console.log('Result:', model.string())
}
