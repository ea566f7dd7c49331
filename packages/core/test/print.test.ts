import { afterEach, describe, expect, test } from 'vitest'
import { ValueError } from '../src/errors.js'
import { formatTensor, getPrintoptions, type PrintOptions, printoptions, setPrintoptions } from '../src/print/format.js'
import { formatExponential, formatFixed } from '../src/print/number.js'
import recorded from './fixtures/print.json' with { type: 'json' }

type Element = number | bigint | boolean | string

/** A plain tensor for printing. JSON has no nan, inf and -0: these are strings. */
function describeTensor(values: readonly Element[], shape: readonly number[], dtype: string) {
  const special: Record<string, number> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity, '-0': -0 }
  const value = (i: number) => {
    if (!(i >= 0 && i < values.length)) throw new Error(`element ${i} of ${values.length} was read`)
    const v = values[i]!
    if (typeof v === 'string') return special[v]!
    return dtype === 'float32' && typeof v === 'number' ? Math.fround(v) : v
  }
  return { shape, dtype, value, device: 'cpu', requiresGrad: false, gradFn: null as string | null }
}

const iota = (n: number) => Array.from({ length: n }, (_, i) => i)

function print(values: readonly Element[], options?: PrintOptions, dtype = 'float32', shape = [values.length]): string {
  return formatTensor(describeTensor(values, shape, dtype), options)
}

afterEach(() => setPrintoptions({ profile: 'default' }))

describe("PyTorch's own output", () => {
  const tensors: Record<string, { dtype: string; shape: number[]; values: Element[] | string }> = recorded.tensors
  const filled = (kind: string, shape: number[]): number[] => {
    const numel = shape.reduce((a, b) => a * b, 1)
    return kind === 'arange' ? iota(numel) : new Array<number>(numel).fill(0)
  }
  test.each(recorded.cases)('$id of $tensor', ({ tensor, text, ...given }) => {
    const { dtype, shape, values } = tensors[tensor]!
    const input = describeTensor(typeof values === 'string' ? filled(values, shape) : values, shape, dtype)
    input.requiresGrad = 'requiresGrad' in given
    input.gradFn = 'gradFn' in given ? (given.gradFn ?? null) : null
    expect(formatTensor(input, 'options' in given ? given.options : {})).toBe(text)
  })
})

describe('more of what PyTorch 2.13 prints', () => {
  test('no edge items: the size says what is hidden', () => {
    expect(print(iota(10), { threshold: 5, edgeitems: 0 })).toBe('tensor([...], size=(10,))')
    expect(print(iota(16), { threshold: 5, edgeitems: 0 }, 'float32', [4, 4])).toBe('tensor([...], size=(4, 4))')
    expect(print([1, 1], { edgeitems: 0 })).toBe('tensor([1., 1.], size=(2,))')
  })

  test('a summary of four dimensions', () => {
    const input = describeTensor(
      iota(48).map((v) => v / 8),
      [2, 2, 3, 4],
      'float16',
    )
    expect(formatTensor(input, { threshold: 10, edgeitems: 1 })).toBe(
      [
        'tensor([[[[0.0000,  ..., 0.3750],',
        '          ...,',
        '          [1.0000,  ..., 1.3750]],',
        '',
        '         [[1.5000,  ..., 1.8750],',
        '          ...,',
        '          [2.5000,  ..., 2.8750]]],',
        '',
        '',
        '        [[[3.0000,  ..., 3.3750],',
        '          ...,',
        '          [4.0000,  ..., 4.3750]],',
        '',
        '         [[4.5000,  ..., 4.8750],',
        '          ...,',
        '          [5.5000,  ..., 5.8750]]]], dtype=torch.float16)',
      ].join('\n'),
    )
  })

  test('bfloat16, bool, int64 beyond 2^53, 0-d and empty tensors', () => {
    expect(print([0.10009765625, 2.5, -3], {}, 'bfloat16')).toBe(
      'tensor([ 0.1001,  2.5000, -3.0000], dtype=torch.bfloat16)',
    )
    expect(print([true, false], { linewidth: 20 }, 'bool')).toBe('tensor([ True,\n        False])')
    expect(print([-(2n ** 63n), 5n], {}, 'int64')).toBe('tensor([-9223372036854775808,                    5])')
    expect(print(['nan'], {}, 'float32', [])).toBe('tensor(nan)')
    expect(print(['-0'], {}, 'float32', [])).toBe('tensor(-0.)')
    expect(print([])).toBe('tensor([])')
    expect(print([], {}, 'bool', [0, 3])).toBe('tensor([], size=(0, 3), dtype=torch.bool)')
  })

  test('ties go to the even digit, large integers are written out', () => {
    expect(print([0.03125, 0.09375, -0.03125, 1])).toBe('tensor([ 0.0312,  0.0938, -0.0312,  1.0000])')
    expect(print([0.5, 1.5, 2.5, 3.5], { precision: 0 })).toBe('tensor([0, 2, 2, 4])')
    expect(print([1e30, 2.5e30], { sciMode: false })).toBe(
      'tensor([1000000015047466219876688855040., 2499999962060801823777398718464.])',
    )
  })

  test('suffixes that do not fit start lines of their own', () => {
    const input = { ...describeTensor([1, 1], [2], 'float64'), gradFn: 'MulBackward0' }
    const lines = ['tensor([1., 1.],', '       dtype=torch.float64,', '       grad_fn=<MulBackward0>)']
    expect(formatTensor(input, { linewidth: 30 })).toBe(lines.join('\n'))
    expect(formatTensor({ ...input, defaultDtype: 'float64' })).toBe('tensor([1., 1.], grad_fn=<MulBackward0>)')
  })

  test('a device is named unless it is the default one', () => {
    const input = { ...describeTensor([1, 2], [2], 'int64'), device: 'gpu' }
    expect(formatTensor(input)).toBe("tensor([1, 2], device='gpu')")
    expect(formatTensor({ ...input, defaultDevice: 'gpu' })).toBe('tensor([1, 2])')
  })
})

describe('print options', () => {
  test('are set, read and reset', () => {
    setPrintoptions({ precision: 2, sciMode: true })
    expect(print([1.5])).toBe('tensor([1.50e+00])')
    const saved = getPrintoptions()
    setPrintoptions({ profile: 'short', edgeitems: 1 })
    expect(getPrintoptions()).toEqual({ precision: 2, threshold: 1000, edgeitems: 1, linewidth: 80, sciMode: null })
    expect(print(iota(1001))).toBe('tensor([   0.,  ..., 1000.])')
    setPrintoptions(saved)
    expect(getPrintoptions()).toEqual(saved)
  })

  test('hold inside printoptions() only, also when it throws', () => {
    const before = getPrintoptions()
    expect(printoptions({ precision: 1 }, () => print([0.25]))).toBe('tensor([0.2])')
    expect(() =>
      printoptions({ profile: 'full' }, () => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(getPrintoptions()).toEqual(before)
  })

  test('are checked before any is changed', () => {
    const before = getPrintoptions()
    expect(() => setPrintoptions({ linewidth: 40, precision: -1 })).toThrow(ValueError)
    expect(() => setPrintoptions({ precision: 2.5 })).toThrow('precision must be an integer in [0, 100], but got 2.5')
    expect(() => setPrintoptions({ threshold: Number.NaN })).toThrow('threshold must be a number >= 0, but got NaN')
    expect(() => setPrintoptions({ profile: 'long' as 'full' })).toThrow("one of default, short, full, but got 'long'")
    expect(() => setPrintoptions({ digits: 3 } as object)).toThrow(/unknown option 'digits', expected precision/)
    expect(getPrintoptions()).toEqual(before)
  })
})

// format(value, '.{precision}f') and format(value, '.{precision}e') of Python 3.11
test.each([
  [0.5, 0, '0', '5e-01'],
  [1.5, 0, '2', '2e+00'],
  [9.5, 0, '10', '1e+01'],
  [-0, 2, '-0.00', '-0.00e+00'],
  [0.125, 2, '0.12', '1.25e-01'],
  [1.005, 2, '1.00', '1.00e+00'],
  [12345, 3, '12345.000', '1.234e+04'],
  [12355, 3, '12355.000', '1.236e+04'],
  [1e22, 2, '10000000000000000000000.00', '1.00e+22'],
  [5e-324, 4, '0.0000', '4.9407e-324'],
  [Number.NaN, 4, 'nan', 'nan'],
  [-Infinity, 4, '-inf', '-inf'],
] as const)('%d with %d digits', (value, precision, fixed, exponential) => {
  expect(formatFixed(value, precision)).toBe(fixed)
  expect(formatExponential(value, precision)).toBe(exponential)
})
