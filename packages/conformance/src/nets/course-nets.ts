import { type Library, NotCovered, required, type TensorLike } from '../library.js'

/** A tensor with the methods that the nets call. */
type X = TensorLike & {
  size(dim: number): number
  view(shape: readonly number[]): X
  t(): X
  at(...index: unknown[]): X
}
type Layer = (...args: unknown[]) => unknown
type Base = new () => object

/**
 * The nets of the course that training cases name, written over the library under test as their Python source is over PyTorch.
 *
 * @throws NotCovered for a net that is not among them, or a layer that the library does not have
 */
export function makeNet(
  library: Library,
  name: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown {
  const build = nets[name]
  if (build === undefined) throw new NotCovered(`the net ${name}`)
  const Net = build(library) as new (...args: unknown[]) => unknown
  return new Net(...args, ...(Object.keys(kwargs).length === 0 ? [] : [kwargs]))
}

const nets: Readonly<Record<string, (library: Library) => Base>> = {
  CourseNet: courseNet,
  HelloRNN: helloRnn,
  RNNClassifier: rnnClassifier,
  ResidualBlock: residualBlock,
  InceptionA: inceptionA,
}

/** Makes a layer of the library. */
function layer(library: Library, name: string, ...args: unknown[]): Layer {
  const Class = required(library, `nn.${name}`) as unknown as new (...args: unknown[]) => Layer
  return new Class(...args)
}

function courseNet(library: Library): Base {
  const Module = required(library, 'nn.Module') as unknown as Base
  const relu = required(library, 'nn.functional.relu')
  return class CourseNet extends Module {
    conv1: Layer = layer(library, 'Conv2d', 1, 10, 5)
    conv2: Layer = layer(library, 'Conv2d', 10, 20, 5)
    pooling: Layer = layer(library, 'MaxPool2d', 2)
    fc: Layer = layer(library, 'Linear', 320, 10)

    forward(input: X): unknown {
      const x = relu(this.pooling(this.conv1(input)))
      const y = relu(this.pooling(this.conv2(x))) as X
      return this.fc(y.view([input.size(0), -1]))
    }
  }
}

function residualBlock(library: Library): Base {
  const Module = required(library, 'nn.Module') as unknown as Base
  const relu = required(library, 'nn.functional.relu')
  return class ResidualBlock extends Module {
    conv1: Layer
    conv2: Layer

    constructor(channels: number) {
      super()
      this.conv1 = layer(library, 'Conv2d', channels, channels, 3, { padding: 1 })
      this.conv2 = layer(library, 'Conv2d', channels, channels, 3, { padding: 1 })
    }

    forward(x: X): unknown {
      const y = this.conv2(relu(this.conv1(x))) as X
      return relu(x.add(y))
    }
  } as unknown as Base
}

/** Field names are the keys of the state dict: they keep Python's underscores. */
function inceptionA(library: Library): Base {
  const Module = required(library, 'nn.Module') as unknown as Base
  const avgPool2d = required(library, 'nn.functional.avgPool2d')
  const cat = required(library, 'cat')
  return class InceptionA extends Module {
    branch1x1: Layer
    branch5x5_1: Layer
    branch5x5_2: Layer
    branch3x3_1: Layer
    branch3x3_2: Layer
    branch3x3_3: Layer
    branch_pool: Layer

    constructor(inChannels: number) {
      super()
      this.branch1x1 = layer(library, 'Conv2d', inChannels, 16, 1)
      this.branch5x5_1 = layer(library, 'Conv2d', inChannels, 16, 1)
      this.branch5x5_2 = layer(library, 'Conv2d', 16, 24, 5, { padding: 2 })
      this.branch3x3_1 = layer(library, 'Conv2d', inChannels, 16, 1)
      this.branch3x3_2 = layer(library, 'Conv2d', 16, 24, 3, { padding: 1 })
      this.branch3x3_3 = layer(library, 'Conv2d', 24, 24, 3, { padding: 1 })
      this.branch_pool = layer(library, 'Conv2d', inChannels, 24, 1)
    }

    forward(x: X): unknown {
      const branches = [
        this.branch1x1(x),
        this.branch5x5_2(this.branch5x5_1(x)),
        this.branch3x3_3(this.branch3x3_2(this.branch3x3_1(x))),
        this.branch_pool(avgPool2d(x, 3, { stride: 1, padding: 1 })),
      ]
      return cat(branches, { dim: 1 })
    }
  } as unknown as Base
}

interface HelloOptions {
  inputSize?: number
  embeddingSize?: number
  hiddenSize?: number
  numLayers?: number
  numClass?: number
}

function helloRnn(library: Library): Base {
  const Module = required(library, 'nn.Module') as unknown as Base
  const zeros = required(library, 'zeros')
  return class HelloRNN extends Module {
    emb: Layer
    rnn: Layer
    fc: Layer
    hiddenSize: number
    numLayers: number
    numClass: number

    constructor({ inputSize = 4, embeddingSize = 10, hiddenSize = 8, numLayers = 2, numClass = 4 }: HelloOptions = {}) {
      super()
      this.hiddenSize = hiddenSize
      this.numLayers = numLayers
      this.numClass = numClass
      this.emb = layer(library, 'Embedding', inputSize, embeddingSize)
      this.rnn = layer(library, 'RNN', embeddingSize, hiddenSize, { numLayers, batchFirst: true })
      this.fc = layer(library, 'Linear', hiddenSize, numClass)
    }

    forward(input: X): unknown {
      const hidden = zeros([this.numLayers, input.size(0), this.hiddenSize], { device: input.device })
      const [x] = this.rnn(this.emb(input), hidden) as [unknown]
      return (this.fc(x) as X).view([-1, this.numClass])
    }
  } as unknown as Base
}

interface ClassifierOptions {
  nLayers?: number | undefined
  bidirectional?: boolean
}

function rnnClassifier(library: Library): Base {
  const Module = required(library, 'nn.Module') as unknown as Base
  const pack = required(library, 'nn.utils.rnn.packPaddedSequence')
  const zeros = required(library, 'zeros')
  const cat = required(library, 'cat')
  return class RNNClassifier extends Module {
    embedding: Layer
    gru: Layer
    fc: Layer
    hiddenSize: number
    nLayers: number
    nDirections: number

    constructor(inputSize: number, hiddenSize: number, outputSize: number, ...rest: (number | ClassifierOptions)[]) {
      super()
      const given = rest.at(-1)
      const { nLayers = 1, bidirectional = true }: ClassifierOptions =
        typeof given === 'object' ? given : { nLayers: given }
      this.hiddenSize = hiddenSize
      this.nLayers = nLayers
      this.nDirections = bidirectional ? 2 : 1
      this.embedding = layer(library, 'Embedding', inputSize, hiddenSize)
      this.gru = layer(library, 'GRU', hiddenSize, hiddenSize, { numLayers: nLayers, bidirectional })
      this.fc = layer(library, 'Linear', hiddenSize * this.nDirections, outputSize)
    }

    forward(names: X, lengths: X): unknown {
      const input = names.t()
      const hidden = zeros([this.nLayers * this.nDirections, input.size(1), this.hiddenSize], { device: input.device })
      const [, last] = this.gru(pack(this.embedding(input), lengths), hidden) as [unknown, X]
      return this.fc(this.nDirections === 2 ? cat([last.at(-1), last.at(-2)], { dim: 1 }) : last.at(-1))
    }
  } as unknown as Base
}
