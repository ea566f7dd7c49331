import { float32, ones, type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { load, save, serialize } from '../src/index.js'
import { openSource } from '../src/source.js'
import { ZipArchive } from '../src/zip/read.js'

class Model {
  stateDict(): object {
    return {}
  }
}

test('what Python has no counterpart of is refused, by its place', async () => {
  const loop: unknown[] = []
  const knot = Object.freeze([loop])
  loop.push(knot)
  const own: unknown[] = []
  own.push(own)
  Object.freeze(own)
  const deep = JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as unknown
  const wrong: [unknown, string][] = [
    [undefined, 'serialize(): cannot save undefined: expected tensors, numbers,'],
    [{ a: [1, () => 1] }, 'cannot save a function (without a name) (at a.1)'],
    [{ state: new Map([[0, { foo: Symbol('x') }]]) }, 'cannot save Symbol(x) (at state.0.foo)'],
    [{ model: new Model() }, 'cannot save a Model (at model): save its stateDict()'],
    [[new Date(0)], 'cannot save a Date (at 0)'],
    [{ x: new Float32Array(2) }, 'cannot save a Float32Array (at x)'],
    [{ x: { [Symbol('s')]: 1 } }, 'cannot save an object with the key Symbol(s) (at x)'],
    [new Array(2), 'cannot save undefined (at 0)'],
    [new Map([[[1], 2]]), 'cannot save an array as a key or an item of a set'],
    [{ x: new Set([{}]) }, 'cannot save an object as a key or an item of a set (at x)'],
    [new Map([[Object.freeze([[]]), 2]]), 'cannot save an array as a key'],
    [
      new Map<unknown, number>([
        [1, 1],
        [true, 2],
      ]),
      'cannot save two keys that are one in Python: true is 1',
    ],
    [
      new Map<unknown, number>([
        [1, 1],
        [1n, 2],
      ]),
      'cannot save two keys that are one in Python: 1 is 1',
    ],
    [new Set([own]), 'cannot save an array as a key or an item of a set'],
    [own, 'cannot save a frozen array (a tuple) that contains itself (at 0)'],
    [2n ** 2040n, 'cannot save an integer of more than 2040 bits'],
    [deep, 'cannot save what is nested more than 1000 levels deep'],
    [knot, 'cannot save a frozen array (a tuple) that contains itself (at 0.0)'],
  ]
  for (const [value, message] of wrong) expect(() => serialize(value)).toThrow(message)
  expect(() => serialize({ f: Math.max })).toThrow(TypeError)
  await expect(save({ f: Math.max }, 'nowhere')).rejects.toThrow('save(): cannot save a function (max) (at f)')
})

/** Bytes behind each opcode that PyTorch 2.13 reads with `weights_only=True`; texts and integers say their length themselves. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  '\x81': 0,
  R: 0,
  b: 0,
  a: 0,
  e: 0,
  s: 0,
  u: 0,
  '(': 0,
  t: 0,
  '\x85': 0,
  '\x86': 0,
  '\x87': 0,
  N: 0,
  '\x88': 0,
  '\x89': 0,
  ')': 0,
  ']': 0,
  '}': 0,
  '\x8f': 0,
  J: 4,
  K: 1,
  M: 2,
  G: 8,
  Q: 0,
  h: 1,
  j: 4,
  q: 1,
  r: 4,
  '\x80': 1,
  '.': 0,
}

/** The names in a pickle. @throws Error at an opcode that PyTorch does not read */
function namesIn(pickle: Uint8Array): Set<string> {
  const names = new Set<string>()
  const view = new DataView(pickle.buffer, pickle.byteOffset)
  for (let at = 0; at < pickle.length; ) {
    const op = String.fromCharCode(pickle[at++]!)
    if (op === 'X') at += 4 + view.getUint32(at, true)
    else if (op === '\x8a') at += 1 + pickle[at]!
    else if (op === 'c') {
      const end = pickle.indexOf(10, pickle.indexOf(10, at) + 1)
      names.add(new TextDecoder().decode(pickle.subarray(at, end)).replace('\n', '.'))
      at = end + 1
    } else if (op in ARGUMENTS) at += ARGUMENTS[op]!
    else throw new Error(`opcode ${op} at ${at - 1}`)
  }
  return names
}

test('the pickle has only opcodes and names that PyTorch reads with weights_only=True', async () => {
  const x = ones([2, 3])
  const value = {
    list: [1, 300, 70_000, -1, 2 ** 40, 1.5, true, false, null, 'ü', []],
    tuples: [
      Object.freeze([]),
      Object.freeze([1]),
      Object.freeze([1, 2]),
      Object.freeze([1, 2, 3]),
      Object.freeze([1, 2, 3, 4]),
    ],
    map: new Map([[1, new Set([1])]]),
    bytes: [Uint8Array.of(1), new Uint8Array(0)],
    tensors: [x, x.t(), x, ones([2], { dtype: 'int64' })],
    dtype: float32,
    many: Array.from({ length: 300 }, (_, i) => String(i)),
    again: Array.from({ length: 300 }, (_, i) => String(i)),
  }
  const archive = await ZipArchive.open(await openSource(serialize(value)))
  const names = ['data.pkl', 'byteorder', 'data/0', 'data/1', 'version'].map((name) => `archive/${name}`)
  expect([...archive.entries.keys()]).toEqual(names)
  const [pickle, byteOrder, , , version] = await Promise.all(
    names.map((name) => archive.read(archive.entries.get(name)!)),
  )
  expect([...namesIn(pickle!)].sort()).toEqual([
    '__builtin__.set',
    '_codecs.encode',
    'collections.OrderedDict',
    'torch.FloatStorage',
    'torch.LongStorage',
    'torch._utils._rebuild_tensor_v2',
    'torch.float32',
  ])
  expect(new TextDecoder().decode(byteOrder)).toBe('little')
  expect(new TextDecoder().decode(version)).toBe('3\n')
})

test('objects of another realm and without a prototype are plain', () => {
  const value = Object.assign(Object.create(Object.create(null)), { a: 1 }) as object
  expect(serialize(value)).toEqual(serialize({ a: 1 }))
})

test('x.data is a tensor, and integers of all lengths are written', async () => {
  const x: Tensor = tensor([1, 2])
  expect((await load<Tensor>(serialize(x.data))).tolist()).toEqual([1, 2])
  for (let bits = 1n; bits < 2040n; bits += 37n) {
    for (const integer of [2n ** bits - 1n, 2n ** bits, -(2n ** bits), -(2n ** bits) - 1n])
      expect(BigInt(await load<bigint>(serialize(integer)))).toBe(integer)
  }
})
