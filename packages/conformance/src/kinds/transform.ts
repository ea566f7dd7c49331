import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import { type Encoded, type EncodedArgs, items, type TensorRecord, type Tolerance } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame, expectShape, show } from '../compare/results.js'
import { type Callable, isTensor, Mismatch, read, required, type TensorLike } from '../library.js'

/** What is transformed: PIL's image as [H, W, C], or a tensor [C, H, W]. */
interface TransformInput {
  readonly backend: 'pil' | 'tensor_u8' | 'tensor_f32'
  readonly data: TensorRecord
}

/** A call of `torchvision.transforms.functional`. */
export interface TransformCase extends Case {
  readonly call: string
  readonly input: TransformInput
  readonly kwargs: EncodedArgs
  readonly output: Encoded
  /** `outliers`: how much of the values may be anything, which come from places between two pixels. */
  readonly tol: Tolerance & { readonly outliers?: number }
}

/** Transforms without chance, one after the other. */
export interface PipelineCase extends Omit<TransformCase, 'call' | 'kwargs'> {
  readonly steps: readonly { readonly class: string; readonly kwargs: EncodedArgs }[]
}

/** The counterpart of PIL's image: 8-bit values, channels interleaved. */
interface ImageLike {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: ArrayLike<number>
}

/** Runs a function on an image or a tensor. */
export async function runTransform(bench: Bench, c: TransformCase): Promise<void> {
  const decoder = new Decoder(bench)
  decoder.variables.set('img', inputOf(decoder, c.input))
  const got = invoke(decoder, { kind: 'function', call: c.call, args: [{ var: 'img' }], kwargs: c.kwargs })
  await expectOutput(bench, got, c.output, 'output', c)
}

/** Runs a `Compose`. */
export async function runPipeline(bench: Bench, c: PipelineCase): Promise<void> {
  const decoder = new Decoder(bench)
  const steps = c.steps.map((step) => decoder.construct(step.class, [], step.kwargs))
  const Compose = required(bench.library, 'transforms.Compose') as unknown as new (steps: unknown[]) => Callable
  await expectOutput(bench, new Compose(steps)(inputOf(decoder, c.input)), c.output, 'output', c)
}

function inputOf(decoder: Decoder, { backend, data }: TransformInput): TensorLike | ImageLike {
  if (backend !== 'pil') return decoder.tensor(data)
  const [height, width, channels] = data.shape as [number, number, number]
  return { width, height, channels, data: Uint8Array.from(decoder.bench.group.values(data) as Float64Array) }
}

async function expectOutput(
  bench: Bench,
  got: unknown,
  want: Encoded,
  path: string,
  owner: Pick<TransformCase, 'tol'>,
): Promise<void> {
  const list = items(want)
  if (list !== undefined) {
    if (!Array.isArray(got)) throw new Mismatch(`${path} is ${show(got)} instead of a list of ${list.length}`)
    expectSame(got.length, list.length, `length of ${path}`)
    for (const [i, item] of list.entries()) await expectOutput(bench, got[i], item, `${path}.${i}`, owner)
    return
  }
  const record = want as TensorRecord
  const values = isTensor(bench.library, got)
    ? await read(expectShape(bench, got, record, path))
    : imageValues(got as ImageLike, record, path)
  const wanted = bench.group.values(record)
  const { rtol, atol, outliers = 0 } = owner.tol
  const wrong: number[] = []
  for (let i = 0; i < wanted.length; i++) {
    const b = Number(wanted[i])
    // integers too: a level more or less is a matter of rounding
    if (!(Math.abs(Number(values[i]) - b) <= atol + rtol * Math.abs(b))) wrong.push(i)
  }
  if (values.length === wanted.length && wrong.length <= outliers * wanted.length) return
  const [first = 0] = wrong
  throw new Mismatch(
    `${path}[${first}] is ${values[first]} instead of ${wanted[first]}, ${wrong.length} of ${wanted.length} values are wrong (${record.dtype} [${record.shape}])`,
  )
}

function imageValues(got: ImageLike, { dtype, shape }: TensorRecord, path: string): ArrayLike<number> {
  const { height, width, channels, data } = got
  if (!(data instanceof Uint8Array)) throw new Mismatch(`${path} is ${show(got)} instead of an image`)
  expectSame({ dtype: 'uint8', shape: [height, width, channels] }, { dtype, shape: [...shape] }, path)
  return data
}
