import { currentKernelSet, manualSeed, randn, type Tensor, useKernelSet } from '@tsorch/core'
import { convolutionInputGradOp, convolutionOp, convolutionWeightGradOp } from '@tsorch/core/backend'
import { describe, expect, test } from 'vitest'

/** What the plain TypeScript set answers in float64. */
function exactly(run: () => Tensor): Tensor {
  const set = currentKernelSet('cpu')
  useKernelSet('cpu', 'ts')
  try {
    return run()
  } finally {
    useKernelSet('cpu', set)
  }
}

/** The largest error, relative to the largest element. */
function errorOf(actual: Tensor, exact: Tensor): number {
  expect(actual.shape).toEqual(exact.shape)
  return actual.double().sub(exact).abs().max().div(exact.abs().max()).item() as number
}

/** 3x3 and 5x5 convolutions in steps of one, at sizes where Winograd's tiles are the fastest. */
export function winogradSuite(): void {
  describe('convolutions by tiles stay as exact as they are said to be', () => {
    test.each<[string, number, number, number, number, number, number, number]>([
      ['few channels', 3, 3, 16, 24, 12, 12, 1],
      ['no padding', 3, 2, 24, 20, 15, 13, 0],
      ['padding of two', 3, 2, 20, 24, 9, 14, 2],
      ['channels that fill no vector', 3, 2, 19, 37, 16, 16, 1],
      ['rows that are cut into parts', 3, 1, 16, 16, 6, 210, 1],
      ['several blocks', 3, 2, 64, 64, 28, 28, 1],
      ['more weights than pixels', 3, 3, 160, 96, 4, 4, 1],
      ['tiles of 2x2', 3, 8, 64, 64, 5, 5, 1],
      ['many channels', 3, 1, 256, 256, 14, 14, 1],
      ['5x5', 5, 4, 16, 24, 12, 12, 2],
      ['5x5, no padding', 5, 5, 10, 20, 12, 12, 0],
      ['5x5, odd sizes', 5, 3, 21, 37, 13, 16, 1],
      ['5x5, all that the padding can be', 5, 2, 12, 16, 9, 11, 4],
      ['5x5, one row of tiles', 5, 4, 24, 24, 6, 30, 0],
      ['5x5, long rows', 5, 1, 16, 16, 7, 210, 2],
      ['5x5, several blocks', 5, 2, 64, 40, 27, 27, 2],
      ['5x5, more weights than pixels', 5, 2, 96, 64, 7, 7, 0],
    ])('%s', (_name, kernel, batch, channels, outChannels, height, width, pad) => {
      manualSeed(channels)
      const geometry = { stride: [1, 1], padding: [pad, pad], dilation: [1, 1], groups: 1 }
      const x = randn([batch, channels, height, width])
      const w = randn([outChannels, channels, kernel, kernel])
      const b = randn([outChannels])
      const g = randn([batch, outChannels, height + 2 * pad + 1 - kernel, width + 2 * pad + 1 - kernel])
      const [x64, w64, g64] = [x.double(), w.double(), g.double()]
      const exact = exactly(() => convolutionOp(x64, w64, b.double(), geometry))
      // the second time the weight may be laid out already
      for (let time = 0; time < 3; time++) expect(errorOf(convolutionOp(x, w, b, geometry), exact)).toBeLessThan(6e-6)
      const inputGrad = exactly(() => convolutionInputGradOp(g64, w64, x.shape, geometry))
      for (let time = 0; time < 3; time++)
        expect(errorOf(convolutionInputGradOp(g, w, x.shape, geometry), inputGrad)).toBeLessThan(6e-6)
      const weightGrad = exactly(() => convolutionWeightGradOp(g64, x64, w.shape, geometry))
      // long sums, as PyTorch's: its own error is up to 4.4e-6 at such sizes
      expect(errorOf(convolutionWeightGradOp(g, x, w.shape, geometry), weightGrad)).toBeLessThan(8e-6)
    })
  })
}
