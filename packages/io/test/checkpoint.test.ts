import * as core from '@tsorch/core'
import { type DType, fromTypedArray, Generator, type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { load, serialize } from '../src/index.js'
import { archiveFile, legacyFile } from './checkpoint-files.js'

interface Recorded {
  model: Record<string, Tensor>
  optimizer: {
    state: Map<number, Record<string, Tensor>>
    param_groups: { lr: number; betas: readonly number[]; foreach: null; params: number[] }[]
  }
  base: Tensor
  column: Tensor
  [name: string]: unknown
}

const copy = async <T>(value: T): Promise<T> => load<T>(serialize(value))

/** What a tensor is, but for its values. */
const facts = (x: Tensor): string =>
  `${x.dtype.name} [${x.shape}] strides [${x.stride()}] at ${x.storageOffset()} of ${x.storage.numel}`

for (const [name, file] of [
  ['a file of PyTorch 2.13', archiveFile],
  ['a file in the format before 1.6', async () => legacyFile()],
] as const) {
  test(`${name} gives its values`, async () => {
    const { model, optimizer, base, column, bf16, flags, long, ...rest } = await load<Recorded>(await file())
    expect(Object.keys(model)).toEqual(['embed.weight', 'head.weight', 'scale'])
    expect(model['embed.weight']).toBe(model['head.weight'])
    expect(model['embed.weight']!.requiresGrad).toBe(true)
    expect(model['embed.weight']!.isLeaf).toBe(true)
    expect(model['embed.weight']!.tolist()).toEqual([
      [1.5, -2],
      [0.25, 4],
    ])
    expect(model.scale!.item()).toBe(3)
    expect(optimizer.state).toBeInstanceOf(Map)
    expect(optimizer.state.get(0)!.step!.item()).toBe(5)
    expect(optimizer.param_groups).toEqual([{ lr: 0.1, betas: [0.9, 0.999], foreach: null, params: [0, 1] }])
    expect(Object.isFrozen(optimizer.param_groups[0]!.betas)).toBe(true)
    expect(Object.isFrozen(optimizer.param_groups[0]!.params)).toBe(false)

    expect(facts(base)).toBe('float32 [2,3] strides [3,1] at 0 of 6')
    expect(facts(column)).toBe('float32 [2] strides [3] at 1 of 6')
    const transposed = optimizer.state.get(0)!.exp_avg!
    expect(facts(transposed)).toBe('float32 [3,2] strides [1,3] at 0 of 6')
    column.fill_(9)
    expect(base.tolist()).toEqual([
      [0, 9, 2],
      [3, 9, 5],
    ])
    expect(transposed.select(0, 1).tolist()).toEqual([9, 9])

    expect((bf16 as Tensor).dtype).toBe(core.bfloat16)
    expect((bf16 as Tensor).tolist()).toEqual([1, -2])
    expect((flags as Tensor).tolist()).toEqual([true, false])
    expect((long as Tensor).toTypedArray()).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)))
    expect(rest).toEqual({
      size: [2, 3],
      dtype: core.float16,
      device: 'cuda:1',
      layout: 'strided',
      bytes: Uint8Array.of(0, 255),
      array: Uint8Array.of(97, 98),
      set: new Set([1, 2]),
      big: 2n ** 70n,
      counter: { a: 2, b: 1 },
      bool: true,
    })
  })
}

test('all kinds of values come back as they were', async () => {
  const value = {
    ints: [0, 1, 255, 256, 65535, 65536, -1, -129, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53 - 1],
    bigints: [2n ** 53n, -(2n ** 63n), 2n ** 64n, 2n ** 2000n, -(2n ** 2039n), 127n * 2n ** 56n],
    floats: [0.1, -0, 1e300, 2 ** 53, Number.NaN, 1 / 0, -1 / 0, 5e-324],
    plain: [true, false, null, '', 'größer \u{1f600} \ud800!', '\udc00\ud800', 'x'.repeat(70_000)],
    tuples: [
      Object.freeze([]),
      Object.freeze([1]),
      Object.freeze([1, '2', Object.freeze([3])]),
      Object.freeze([1, 2, 3, 4]),
    ],
    bytes: [new Uint8Array(0), Uint8Array.from({ length: 5000 }, (_, i) => i)],
    set: new Set([1, 'one', null, Object.freeze([1, 2])]),
    map: new Map<unknown, unknown>([
      [1, 'int'],
      ['1', 'str'],
      [1.5, new Map([[null, []]])],
      [Object.freeze(['a', 1]), {}],
      [false, 2n ** 80n],
      [2n ** 2000n, null],
    ]),
    dtypes: [core.float32, core.bfloat16, core.int64, core.bool],
    many: Array.from({ length: 300 }, (_, i) => ({ [`key ${i}`]: i })),
  }
  expect(await copy(value)).toEqual(value)
  const { tuples, plain } = await copy(value)
  expect(tuples.map(Object.isFrozen)).toEqual([true, true, true, true])
  expect(plain).toEqual(value.plain)
  for (const single of [1, 'x', null, [1], Object.freeze([1]), new Uint8Array(3), 7n ** 60n])
    expect(await copy(single)).toEqual(single)
})

test('integers past 2^53 are bigints, smaller ones numbers', async () => {
  expect(await copy([5n, 2n ** 53n - 1n, 2n ** 53n])).toEqual([5, 2 ** 53 - 1, 2n ** 53n])
})

test('a Map with nothing but strings as keys is an object, and any key is safe', async () => {
  expect(await copy(new Map([['a', 1]]))).toEqual({ a: 1 })
  const loaded = await copy(
    new Map([
      ['__proto__', { polluted: true }],
      ['constructor', 2 as unknown],
    ]) as unknown,
  )
  expect(Object.keys(loaded as object)).toEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype)
  expect((loaded as { polluted?: unknown }).polluted).toBeUndefined()
  expect(await copy(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
})

test('every dtype comes back bit for bit, also NaN, infinities and the ends of int64', async () => {
  const bits = Uint16Array.of(0, 0x8000, 1, 0x7c00, 0xfc00, 0x7e01, 0x3c00)
  const tensors: Record<string, Tensor> = {
    float32: fromTypedArray(Float32Array.of(Number.NaN, -0, 1 / 0)),
    float64: fromTypedArray(Float64Array.of(Number.NaN, -0, 5e-324)),
    float16: fromTypedArray(bits, [7], { dtype: 'float16' }),
    bfloat16: fromTypedArray(bits, [7], { dtype: 'bfloat16' }),
    int8: fromTypedArray(Int8Array.of(-128, 127)),
    uint8: fromTypedArray(Uint8Array.of(0, 255)),
    int16: fromTypedArray(Int16Array.of(-32768, 32767)),
    int32: fromTypedArray(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    int64: fromTypedArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
    bool: fromTypedArray(Uint8Array.of(1, 0, 1), [3], { dtype: 'bool' }),
    scalar: tensor(1.5),
    empty: core.zeros([2, 0, 3]),
    large: core.arange(5_000, { dtype: 'int64' }),
  }
  const bytes = (x: Tensor): Uint8Array => {
    const words = x.storage.device.memory.readSync(x)!
    return new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice()
  }
  const loaded = await copy(tensors)
  for (const [name, x] of Object.entries(tensors)) {
    expect(facts(loaded[name]!)).toBe(facts(x))
    expect(bytes(loaded[name]!)).toEqual(bytes(x))
  }
})

test('views keep strides, offset and the memory that they share', async () => {
  const base = core.arange(24, { dtype: 'float32' }).reshape([4, 6])
  const apart = tensor([1, 2, 3])
  const value = {
    base,
    row: base.select(0, 1),
    inner: base.narrow(0, 1, 2).narrow(1, 2, 3),
    transposed: base.t(),
    step: base.at('::2', '1::2') as Tensor,
    expanded: apart.expand([2, 3]),
    data: base.data,
    nested: [{ again: base }],
  }
  const loaded = await copy(value)
  for (const name of ['base', 'row', 'inner', 'transposed', 'step', 'expanded', 'data'] as const) {
    expect(facts(loaded[name])).toBe(facts(value[name]))
    expect(loaded[name].tolist()).toEqual(value[name].tolist())
    expect(loaded[name].storage.shares(loaded.base.storage)).toBe(name !== 'expanded')
  }
  expect(loaded.nested[0]!.again).toBe(loaded.base)
  // what is shared is stored once, with all of it
  expect(serialize(value).length).toBeLessThan(serialize(value.base).length + serialize(value.expanded).length + 600)
  expect(facts((await copy({ row: value.row })).row)).toBe('float32 [6] strides [1] at 6 of 24')
})

test('whether a gradient is wanted is kept, the history is not', async () => {
  const w = tensor([1, 2], { dtype: 'float32', requiresGrad: true })
  const loaded = await copy({ w, product: w.mul(2), detached: w.detach() })
  expect([loaded.w.requiresGrad, loaded.product.requiresGrad, loaded.detached.requiresGrad]).toEqual([
    true,
    true,
    false,
  ])
  expect(loaded.product.isLeaf).toBe(true)
  loaded.w.mul(3).sum().backward()
  expect(loaded.w.grad!.tolist()).toEqual([3, 3])
})

test('what is one object stays one, also in a circle', async () => {
  const list: unknown[] = [1, 2]
  const circle: Record<string, unknown> = { list, again: list, map: new Map([[1, list]]) }
  circle.self = circle
  circle.tuple = Object.freeze([circle])
  const loaded = await copy(circle)
  expect(loaded.list).toBe(loaded.again)
  expect((loaded.map as Map<number, unknown>).get(1)).toBe(loaded.list)
  expect(loaded.self).toBe(loaded)
  expect((loaded.tuple as unknown[])[0]).toBe(loaded)
})

test('the state of a generator goes on where it was', async () => {
  const generator = new Generator().manualSeed(7)
  core.randn([5], { generator })
  const { rng } = await copy({ rng: fromTypedArray(generator.getState()) })
  expect(facts(rng)).toBe('uint8 [5056] strides [1] at 0 of 5056')
  const other = new Generator().setState(rng.toTypedArray() as Uint8Array)
  expect(core.randn([8], { generator: other }).tolist()).toEqual(core.randn([8], { generator }).tolist())
})

test('the same value gives the same file', () => {
  const value = { step: 1, w: tensor([1, 2, 3]) }
  expect(serialize(value)).toEqual(serialize({ step: 1, w: tensor([1, 2, 3]) }))
})

test('a type can be given to what is loaded, and an option must be known', async () => {
  const { epoch } = await load<{ epoch: number; dtype: DType }>(serialize({ epoch: 3 }), { device: 'cpu' })
  expect(epoch.toFixed(1)).toBe('3.0')
  // @ts-expect-error PyTorch's name
  await expect(load(serialize(1), { mapLocation: 'cpu' })).rejects.toThrow(
    "unknown option 'mapLocation', expected device",
  )
  await expect(load(serialize(1), { device: 'tpu' })).rejects.toThrow("device 'tpu' is not available")
})
