/** The nets of the lectures on linear and logistic regression, and on many features. */
import { bindOptions, relu, sigmoid, type Tensor, tanh } from '@tsorch/core'
import { Layer, Linear } from '@tsorch/nn'
import { choice } from '../layers/choice.js'

/** Options of {@link LinearRegression} and {@link LogisticRegression}. */
export interface RegressionOptions {
  /** Numbers that go in, 1 if not given. */
  inFeatures?: number
  /** Numbers that come out, 1 if not given. */
  outFeatures?: number
}
const names = ['inFeatures', 'outFeatures'] as const

/**
 * Linear regression: `y = x @ w^T + b`.
 *
 * Input [N, inFeatures], output [N, outFeatures]; the loss is the squared error.
 *
 * @example
 * ```ts
 * const model = new LinearRegression()
 * model(tensor([[1], [2], [3]], { dtype: 'float32' })) // shape [3, 1]
 * ```
 */
export class LinearRegression extends Layer {
  linear: Linear

  constructor(options: RegressionOptions = {}) {
    super()
    const { inFeatures = 1, outFeatures = 1 } = bindOptions<RegressionOptions>('LinearRegression', names, [options])
    this.linear = new Linear(inFeatures, outFeatures)
  }

  override forward(x: Tensor): Tensor {
    return this.linear(x)
  }
}

/**
 * Logistic regression: the sigmoid of {@link LinearRegression}, a probability.
 *
 * Input [N, inFeatures], output [N, outFeatures]; the loss is binary cross entropy.
 */
export class LogisticRegression extends Layer {
  linear: Linear

  constructor(options: RegressionOptions = {}) {
    super()
    const { inFeatures = 1, outFeatures = 1 } = bindOptions<RegressionOptions>('LogisticRegression', names, [options])
    this.linear = new Linear(inFeatures, outFeatures)
  }

  override forward(x: Tensor): Tensor {
    return sigmoid(this.linear(x))
  }
}

/** What may stand between the layers of a {@link DiabetesNet}. */
export type DiabetesActivation = 'sigmoid' | 'relu' | 'tanh'

const activations: Readonly<Record<DiabetesActivation, (x: Tensor) => Tensor>> = { sigmoid, relu, tanh }

/** Options of {@link DiabetesNet}. */
export interface DiabetesNetOptions {
  /** Between the layers, `'sigmoid'` if not given. The output is always a sigmoid. */
  activation?: DiabetesActivation
}

/** 8-6-4-1: from eight measurements to the probability of diabetes. Input [N, 8], output [N, 1]. */
export class DiabetesNet extends Layer {
  linear1: Linear
  linear2: Linear
  linear3: Linear
  private readonly activation: (x: Tensor) => Tensor

  constructor(options: DiabetesNetOptions = {}) {
    super()
    const { activation = 'sigmoid' } = bindOptions<DiabetesNetOptions>('DiabetesNet', ['activation'], [options])
    this.activation = choice('activation', activations, activation)
    this.linear1 = new Linear(8, 6)
    this.linear2 = new Linear(6, 4)
    this.linear3 = new Linear(4, 1)
  }

  override forward(x: Tensor): Tensor {
    const h = this.activation(this.linear1(x))
    return sigmoid(this.linear3(this.activation(this.linear2(h))))
  }
}
