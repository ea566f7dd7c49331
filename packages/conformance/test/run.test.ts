import { expect, test } from 'vitest'
import { Group } from '../src/cases/group.js'
import { runGroup } from '../src/run.js'
import { fakeLibrary, negate, Tensor } from './fake-library.js'

class NotImplementedError extends Error {
  override name = 'NotImplementedError'
}
class RuntimeError extends Error {
  override name = 'RuntimeError'
}

const input = { tensor: 'x', dtype: 'float32', shape: [2, 2], strides: [1, 2], offset: 1 }
const output = { tensor: 'y', dtype: 'float32', shape: [2, 2] }
const call = { id: 'neg/0', op: 'neg', kind: 'function', call: 'torch.neg', args: [input], kwargs: {} }

/** A group of one case over x = [[1, 3], [2, 4]] and y = -x. */
function group(c: object, drift?: ConstructorParameters<typeof Group>[2]): Group {
  const header = JSON.stringify({
    x: { dtype: 'F32', shape: [5], data_offsets: [0, 20] },
    y: { dtype: 'F32', shape: [4], data_offsets: [20, 36] },
  })
  const file = new Uint8Array(8 + header.length + 36)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(new TextEncoder().encode(header), 8)
  file.set(new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, -1, -3, -2, -4).buffer), 8 + header.length)
  const manifest = { group: 'test', default_tol: { float32: { rtol: 1e-6, atol: 1e-6 } }, cases: [c as { id: string }] }
  return new Group(manifest, file, drift)
}

async function run(c: object, neg?: (x: Tensor, options?: object) => unknown) {
  const [result] = await runGroup(group(c), { library: fakeLibrary(neg) })
  return result!
}

test('a right answer passes', async () => {
  expect(await run({ ...call, output }, negate)).toEqual({
    group: 'test',
    id: 'neg/0',
    subject: 'neg',
    status: 'passed',
  })
})

test.each<[string, (x: Tensor) => unknown, string]>([
  [
    'value',
    (x) =>
      new Tensor(
        x.toTypedArray().map((v) => (v === 4 ? 4 : -v)),
        x.shape,
      ),
    '[3] is 4 instead of -4',
  ],
  ['shape', (x) => new Tensor(negate(x).toTypedArray(), [4]), 'shape of output'],
  ['dtype', (x) => new Tensor(negate(x).toTypedArray(), x.shape, 'float64'), 'dtype float64'],
  ['kind', () => 3, 'instead of a tensor'],
  ['list', (x) => [negate(x)], 'instead of a tensor'],
])('a wrong %s fails', async (_, neg, message) => {
  const result = await run({ ...call, output }, neg)
  expect(result.status).toBe('failed')
  expect(result.message).toContain(message)
})

test('a call that writes to its input fails', async () => {
  const result = await run({ ...call, output }, (x) => {
    const y = negate(x)
    x.write(2, 77)
    return y
  })
  expect(result.message).toContain('the call changed args.0')
})

test('a view where PyTorch copies fails, and the other way round', async () => {
  const same = { ...call, output: { ...output, tensor: 'x', strides: [1, 2], offset: 1 } }
  expect((await run(same, (x) => x)).message).toContain('is a view of args.0')
  const view = { ...same, output: { ...same.output, view_of: 'args.0', result_strides: [1, 2] } }
  expect((await run(view, (x) => x)).status).toBe('passed')
  expect((await run(view, (x) => new Tensor(x.toTypedArray(), x.shape))).message).toContain('is a copy')
  const other = { ...view, output: { ...view.output, result_strides: [2, 1] } }
  expect((await run(other, (x) => x)).message).toContain('stride of output')
})

test('what does not exist is not covered, and named', async () => {
  expect(await run({ ...call, output })).toMatchObject({ status: 'not covered', message: 'torch.neg' })
  const method = { ...call, kind: 'method', call: 'neg_', output }
  expect(await run(method, negate)).toMatchObject({ status: 'not covered', message: 'Tensor.neg_' })
  const half = { ...call, args: [{ ...input, dtype: 'float16' }], output }
  expect(await run(half, negate)).toMatchObject({ status: 'not covered', message: 'dtype float16' })
  expect(await run({ id: 'm', kind: 'unheard of' })).toMatchObject({ status: 'not covered' })
})

test('what the library says it cannot do yet is not covered', async () => {
  const later = () => {
    throw new NotImplementedError('not yet')
  }
  expect(await run({ ...call, output }, later)).toMatchObject({ status: 'not covered', message: 'torch.neg: not yet' })
  const option = () => {
    throw new TypeError("neg(): unknown option 'out', expected dim")
  }
  expect(await run({ ...call, output }, option)).toMatchObject({
    status: 'not covered',
    message: 'torch.neg: option out',
  })
})

test('any other error fails', async () => {
  const broken = () => {
    throw new TypeError('x is undefined')
  }
  expect(await run({ ...call, output }, broken)).toMatchObject({
    status: 'failed',
    message: 'TypeError: x is undefined',
  })
})

test('an error that has to come must come, and leave the inputs alone', async () => {
  const wanted = { ...call, error: { type: 'RuntimeError', message: 'neg wants no 4' } }
  const refuse = () => {
    throw new RuntimeError('neg wants no 4')
  }
  expect((await run(wanted, refuse)).status).toBe('passed')
  expect((await run(wanted, negate)).message).toContain('instead of throwing a RuntimeError')
  const late = (x: Tensor) => {
    x.write(0, 9)
    return refuse()
  }
  expect((await run(wanted, late)).message).toContain('the call changed args.0')
})

test('a case that 2.x answers differently is not judged by the recorded answer', async () => {
  const drifted = (what: string) => group({ ...call, output }, { cases: { 'neg/0': { what } } })
  const run2 = async (what: string, neg: (x: Tensor) => unknown) =>
    (await runGroup(drifted(what), { library: fakeLibrary(neg) }))[0]
  expect(await run2('output: values differ', () => 0)).toMatchObject({ status: 'superseded' })
  // where 2.x throws, it has to throw
  const refuse = () => {
    throw new RuntimeError('neg wants no 4')
  }
  expect(await run2('RuntimeError: neg wants no 4', refuse)).toMatchObject({ status: 'passed' })
  expect(await run2('RuntimeError: neg wants no 4', negate)).toMatchObject({ status: 'failed' })
})
