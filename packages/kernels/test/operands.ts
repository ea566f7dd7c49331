import { rand, randint, randn, type Tensor, tensor, where } from '@tsorch/core'
import fc from 'fast-check'

/** How a tensor lies in memory. */
export const layouts = ['dense', 'turned', 'every other', 'part', 'repeated', 'channels last'] as const
export type Layout = (typeof layouts)[number]

/** Random numbers of a shape that lie in memory as `layout` says. */
export function laidOut(layout: Layout, shape: readonly number[], make: (shape: readonly number[]) => Tensor): Tensor {
  const last = shape.length - 1
  switch (layout) {
    case 'dense':
      return make(shape)
    case 'turned':
      return make([...shape].reverse()).permute(shape.map((_, d) => last - d))
    case 'every other':
      return make([...shape.slice(0, last), shape[last]! * 2]).at('...', `::2`)
    case 'part':
      return make([shape[0]! + 2, ...shape.slice(1)]).narrow(0, 1, shape[0]!)
    case 'repeated':
      return make([1, ...shape.slice(1)]).expand([...shape])
    case 'channels last':
      return shape.length < 2
        ? make(shape)
        : make([shape[0]!, ...shape.slice(2), shape[1]!]).permute([0, last, ...shape.slice(2).map((_, d) => d + 1)])
  }
}

/** Small ones of several dimensions, and rows of up to 3000. */
export const shapes: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 90 })),
  fc.tuple(fc.integer({ min: 1, max: 3000 })),
)
export const layout: fc.Arbitrary<Layout> = fc.constantFrom(...layouts)

/** Numbers of which functions make something special. */
export const special: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1e-40,
  -3e38,
  88.8,
  -104,
]

/** Numbers of all sizes, among them {@link special} ones. */
export function numbers(shape: readonly number[]): Tensor {
  const x = randn(shape).mul(3)
  const some = tensor([...special], { dtype: 'float32' })
  const places = randint(0, special.length, shape)
  return where(rand(shape).lt(0.2), some.at(places), x)
}
