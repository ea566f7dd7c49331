import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import type { TensorRecord } from '../cases/encoded.js'
import { argumentRecords } from '../cases/group.js'
import { expectTensor, show } from '../compare/results.js'
import { toNumbers } from '../compare/values.js'
import { Mismatch, NotCovered, read } from '../library.js'
import type { OpCase } from './op.js'
import { expectUnchanged, snapshot } from './snapshot.js'

/**
 * Runs the in-place form of an operation on detached inputs: self becomes the output (`same`), the output in self's dtype
 * (`cast`), or the call fails and changes nothing (`error`).
 */
export async function expectInplace(bench: Bench, c: OpCase, form: string): Promise<void> {
  const decoder = new Decoder(bench, true)
  const inputs = new Map([...argumentRecords(c.args, c.kwargs)].map(([path, record]) => [path, decoder.tensor(record)]))
  const self = inputs.get('args.0')
  if (self === undefined) return
  const before = await snapshot(inputs)
  const call = form.startsWith('kwarg:')
    ? { ...c, kwargs: { ...c.kwargs, [form.slice(6).split('=')[0]!]: true } }
    : { kind: 'method', call: form, args: c.args, kwargs: c.kwargs }
  const name = form.startsWith('kwarg:') ? `${c.op} in place` : form
  let result: unknown
  try {
    result = invoke(decoder, call)
  } catch (error) {
    if (error instanceof NotCovered || c.inplace !== 'error') throw error
    return expectUnchanged(before)
  }
  if (c.inplace === 'error') throw new Mismatch(`${name} did not throw, PyTorch's does`)
  if (result !== self) throw new Mismatch(`${name} returned ${show(result)} instead of the tensor itself`)
  await expectUnchanged(before, new Set(['args.0']))
  const want = c.output as TensorRecord
  if (c.inplace === 'same') return expectTensor(bench, self, want, name, c)
  const got = toNumbers(await read(self))
  const wanted = toNumbers(bench.group.values(want))
  const tolerance = bench.group.tolerance(c, self.dtype.name)
  const slack = bench.group.tolerance(c, want.dtype)
  const convert = conversion(self.dtype.name)
  for (const [i, w] of wanted.entries()) {
    // within the result's own tolerance rounding may fall to either side
    const margin = Number.isFinite(w) ? slack.atol + slack.rtol * Math.abs(w) : 0
    const near = [w, w - margin, w + margin].some((x) => {
      const y = convert(x)
      return Object.is(y, got[i]) || Math.abs(y - got[i]!) <= tolerance.atol + tolerance.rtol * Math.abs(y)
    })
    if (!near) throw new Mismatch(`${name}: [${i}] is ${got[i]}, the result was ${w}`)
  }
}

/** What storing a number in a dtype makes of it, up to the dtype's own rounding. */
function conversion(dtype: string): (x: number) => number {
  if (dtype === 'bool') return (x) => Number(x !== 0)
  if (dtype === 'uint8') return (x) => Math.trunc(x) & 255
  const bits = /^int(8|16|32)$/.exec(dtype)?.[1]
  if (bits !== undefined) return (x) => (Math.trunc(x) << (32 - Number(bits))) >> (32 - Number(bits))
  return dtype === 'int64' ? Math.trunc : (x) => x
}
