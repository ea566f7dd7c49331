/** Every program of the course, the tutorial and the extras runs to its end and prints what it found. */
import { expect, test, vi } from 'vitest'
import { type ProgramOptions, programs } from '../src/course/programs.js'

/** What each program prints last. Numbers are those of PyTorch, where nothing but the seed decides them. */
const lastLines: Readonly<Record<string, RegExp>> = {
  '02': /^the loss is least at w = 2\.0$/,
  '03': /^prediction for 4 after training: 7\.99977/,
  '04': /^prediction for 4 after training: 7\.9999/,
  '05': /^prediction for 4: 7\.99935/,
  '06': /^4 hours: passes with p = 0\.8523$/,
  '07': /^accuracy 76\.8 %$/,
  '08': /^accuracy 76\.4 %$/,
  '09': /^epoch 1: .* test accuracy (8|9)\.\d %$/,
  '10': /^epoch 1: .* test accuracy (49|50)\.\d %$/,
  '11': /^epoch 1: .* test accuracy 68\.\d %$/,
  '12': /^ {2}epoch 40: ohlol, loss = 0\.0/,
  '13': /^Rossi: [A-Z][a-z]+$/,
  'polynomial/tensor': /^Result: y = /,
  'polynomial/autograd': /^Result: y = /,
  'polynomial/function': /^Result: y = .* \* P3\(/,
  'polynomial/nn': /^Result: y = .* x\^3$/,
  'polynomial/optim': /^Result: y = .* x\^3$/,
  'polynomial/module': /^Result: y = .* x\^3$/,
  'polynomial/dynamic': /^Result: y = .* x\^5 \?$/,
  'two-layer-net/tensor': /^100 \d/,
  'two-layer-net/function': /^100 \d/,
  'two-layer-net/nn': /^100 \d/,
  'two-layer-net/module': /^100 \d/,
  'extras/char-language-model': /^to be, or not to be, that is the question: whether 'tis nobler in the mind to su$/,
  'extras/sequence-dropout': /^23\d of 256 right$/,
  'extras/schedules': /^34\d of 360 test digits are right$/,
  'extras/autoencoder': /^error of all digits: 0\.031\d$/,
  'extras/transformer': /^\d+\.\d % of the tokens are right$/,
  'extras/vae': /^\n([ .:\-=+*#@]{16}\n){7}[ .:\-=+*#@]{16}$/,
}

/** Programs that train for more than a few seconds: the full suite runs a part of them. */
const long: readonly [name: RegExp, options: ProgramOptions][] = [
  [/^(09|10|11)$/, { epochs: 1 }],
  [/^13$/, { steps: 10 }],
  [/^two-layer-net/, { steps: 100 }],
  [/^extras\/char/, {}],
]

test('every program is known here', () => {
  expect(Object.keys(programs)).toEqual(Object.keys(lastLines))
})

for (const [name, load] of Object.entries(programs)) {
  const part = long.find(([pattern]) => pattern.test(name))?.[1]
  if (part !== undefined && import.meta.env.TSORCH_TEST !== 'full') continue
  test(name, async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      // threads run compiled programs only: resume.node.test.ts runs those
      await (await load()).main({ ...part, workers: 0 })
      const printed = print.mock.calls.map((values) => values.join(' '))
      expect(printed.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
      expect(printed.at(-1)).toMatch(lastLines[name]!)
    } finally {
      print.mockRestore()
    }
  }, 600_000)
}
