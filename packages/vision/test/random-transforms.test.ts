/** Transforms that draw random numbers: with the same seed they do to an image what torchvision does to PIL's. */
import { arange, manualSeed, rand, type Tensor, tensor, ValueError } from '@tsorch/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Image, transforms } from '../src/index.js'
import { checksum, testImage } from './images.js'

const {
  AugMix,
  AutoAugment,
  CenterCrop,
  ColorJitter,
  Compose,
  GaussianBlur,
  Lambda,
  Pad,
  RandAugment,
  RandomAffine,
  RandomApply,
  RandomChoice,
  RandomCrop,
  RandomErasing,
  RandomHorizontalFlip,
  RandomOrder,
  RandomResizedCrop,
  RandomRotation,
  Resize,
  ToTensor,
} = transforms

// torchvision 0.28.0 with Pillow 12.3.0 and the seeds 0, 1, 2, 3: checksums of the images, and the next random number after the last
const drawn: [name: keyof typeof transforms, args: unknown[], checksums: number[], next: number][] = [
  ['RandomCrop', [6, { padding: 2 }], [331399, 699567, 985916, 588025], 0.285842],
  ['RandomCrop', [[20, 9], { padIfNeeded: true, paddingMode: 'reflect' }], [780024, 863963, 732999, 716101], 0.285842],
  ['RandomResizedCrop', [8], [203770, 852994, 107922, 78906], 0.471614],
  [
    'RandomResizedCrop',
    [[7, 5], { scale: [0.5, 1], ratio: [0.2, 0.3], interpolation: 'bicubic' }],
    [393884, 393884, 393884, 393884],
    0.64831,
  ],
  ['RandomHorizontalFlip', [], [207555, 537665, 537665, 207555], 0.105569],
  ['RandomVerticalFlip', [0.6], [266482, 537665, 537665, 266482], 0.105569],
  ['RandomGrayscale', [{ p: 0.5 }], [195259, 537665, 537665, 195259], 0.105569],
  ['RandomInvert', [], [814298, 537665, 537665, 814298], 0.105569],
  ['RandomPosterize', [3], [127917, 537665, 537665, 127917], 0.105569],
  ['RandomSolarize', [128], [37670, 537665, 537665, 37670], 0.105569],
  ['RandomAdjustSharpness', [2], [815206, 537665, 537665, 815206], 0.105569],
  ['RandomAutocontrast', [], [373482, 537665, 537665, 373482], 0.105569],
  ['RandomEqualize', [], [537665, 537665, 537665, 537665], 0.105569],
  ['ColorJitter', [0.4, 0.4, 0.4, 0.1], [274187, 167480, 829772, 998627], 0.743699],
  ['RandomRotation', [30], [537665, 239757, 131273, 656597], 0.105569],
  [
    'RandomRotation',
    [[10, 50], { interpolation: 'bicubic', expand: true, fill: [9, 99, 199] }],
    [589184, 718309, 453956, 852751],
    0.105569,
  ],
  [
    'RandomAffine',
    [20, { translate: [0.2, 0.1], scale: [0.7, 1.2], shear: [-5, 5, -10, 10], interpolation: 'bilinear' }],
    [561549, 317612, 91855, 522023],
    0.771866,
  ],
  ['RandomPerspective', [0.6, 0.9], [251847, 974702, 435387, 443646], 0.887857],
  ['GaussianBlur', [[3, 5]], [589933, 452163, 39200, 537665], 0.105569],
  ['AutoAugment', [], [537665, 537665, 58831, 885], 0.060116],
  ['AutoAugment', [{ policy: 'cifar10', fill: 50 }], [537665, 648158, 537665, 373482], 0.060116],
  ['AutoAugment', ['svhn', 'bilinear'], [814298, 60801, 684008, 670331], 0.060116],
  ['RandAugment', [], [41421, 627089, 513400, 99339], 0.285842],
  ['RandAugment', [{ numOps: 3, magnitude: 20 }], [800570, 660351, 309330, 850370], 0.471614],
  ['TrivialAugmentWide', [], [0, 568056, 980710, 373482], 0.105569],
]

test.each(drawn)('%s(%j) draws as torchvision does', (name, args, checksums, next) => {
  const Class = transforms[name] as unknown as new (...args: unknown[]) => (image: Image) => Image
  const seen = checksums.map((_, seed) => {
    manualSeed(seed)
    return checksum(new Class(...args)(testImage(14, 11, 3)).data)
  })
  expect(seen).toEqual(checksums)
  expect(rand([1]).item()).toBeCloseTo(next, 6)
})

test('AugMix draws its weights as torchvision does', () => {
  const seen = [0, 1, 2, 3].map((seed) => {
    manualSeed(seed)
    return checksum(new AugMix()(testImage(14, 11, 3)).data)
  })
  expect(seen).toEqual([340640, 223117, 844514, 23122])
})

test('RandomErasing draws the place first, then the noise', () => {
  const x = arange(60, { dtype: 'float32' }).reshape(2, 5, 6).div(60)
  const sums = [0, 1, 2, 3].map((seed) => {
    manualSeed(seed)
    return new RandomErasing({ p: 0.8, value: 'random', scale: [0.1, 0.4] })(x).sum().item() as number
  })
  const wanted = [31.164690017700195, 26.181095123291016, 19.96607780456543, 25.85293960571289]
  for (const [i, sum] of sums.entries()) expect(sum).toBeCloseTo(wanted[i]!, 4)
  manualSeed(0)
  const erased = new RandomErasing(1, { value: [1, 2] })(x)
  expect(erased.max().item()).toBe(2)
  expect(x.max().item()).toBeLessThan(1)
})

describe('choices among transforms', () => {
  const add = (n: number) => (x: number) => x * 10 + n
  test('RandomApply does all or nothing', () => {
    manualSeed(0)
    const seen = Array.from({ length: 40 }, () => new RandomApply<number>([add(1), add(2)], 0.5)(0))
    expect(new Set(seen)).toEqual(new Set([0, 12]))
    expect(new RandomApply<number>([add(1)], { p: 1 })(0)).toBe(1)
    expect(new RandomApply<number>([add(1)], { p: 0 })(0)).toBe(0)
  })

  test('RandomOrder does all, each once', () => {
    manualSeed(0)
    const seen = new Set(Array.from({ length: 60 }, () => new RandomOrder<number>([add(1), add(2), add(3)])(0)))
    expect([...seen].sort()).toEqual([123, 132, 213, 231, 312, 321])
  })

  test('RandomChoice does one, as often as its weight says', () => {
    manualSeed(0)
    const choice = new RandomChoice<number>([add(1), add(2), add(3)], [3, 0, 1])
    const seen = Array.from({ length: 400 }, () => choice(0))
    expect(new Set(seen)).toEqual(new Set([1, 3]))
    expect(seen.filter((v) => v === 1).length).toBeGreaterThan(260)
    expect(seen.filter((v) => v === 1).length).toBeLessThan(340)
    expect(() => new RandomChoice([add(1)], [1, 2])).toThrow(ValueError)
  })

  test('all refuse what is no function', () => {
    expect(() => new RandomApply([1 as never])).toThrow('transforms or functions, but got 1')
    expect(() => new RandomOrder(1 as never)).toThrow('Argument transforms should be a sequence')
    expect(() => new Lambda(1 as never)).toThrow('Argument lambd should be callable, got number')
  })
})

test('transforms keep the kind of what they get', () => {
  const image = testImage(6, 5, 3)
  expectTypeOf(new RandomHorizontalFlip()(image)).toEqualTypeOf<Image>()
  expectTypeOf(new Resize(3)(tensor([[[1]]]))).toEqualTypeOf<Tensor>()
  const pipeline = new Compose([new Resize([4, 4]), new ToTensor()])
  expectTypeOf(pipeline).returns.toEqualTypeOf<Tensor>()
  expect(pipeline(image).shape).toEqual([3, 4, 4])
  // @ts-expect-error there is no such mode
  expect(() => new Resize(3, { interpolation: 'linear' })).toThrow("should be one of 'nearest'")
})

test('they print as in torchvision', () => {
  const printed = [
    new RandomResizedCrop(8),
    new ColorJitter(0.4, [0.2, 1.5], 0, 0.1),
    new RandomRotation(30),
    new RandomAffine(10, { shear: 3 }),
    new Resize(5),
    new Pad(2),
    new RandomErasing(),
    new AutoAugment(),
    new RandAugment(),
    new AugMix(),
    new GaussianBlur(3),
    new RandomApply([new CenterCrop(3)], 0.3),
    new RandomChoice([new CenterCrop(3)], [1]),
    new RandomOrder([new CenterCrop(3)]),
    new RandomHorizontalFlip(1),
  ].map(String)
  expect(printed).toEqual([
    'RandomResizedCrop(size=(8, 8), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, antialias=True)',
    'ColorJitter(brightness=(0.6, 1.4), contrast=(0.2, 1.5), saturation=None, hue=(-0.1, 0.1))',
    'RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, fill=0)',
    'RandomAffine(degrees=[-10.0, 10.0], shear=[-3.0, 3.0])',
    'Resize(size=5, interpolation=bilinear, max_size=None, antialias=True)',
    'Pad(padding=2, fill=0, padding_mode=constant)',
    'RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)',
    'AutoAugment(policy=AutoAugmentPolicy.IMAGENET, fill=None)',
    'RandAugment(num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None)',
    'AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True, interpolation=InterpolationMode.BILINEAR, fill=None)',
    'GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))',
    'RandomApply(\n    p=0.3\n    CenterCrop(size=(3, 3))\n)',
    'RandomChoice(\n    CenterCrop(size=(3, 3))\n)(p=[1])',
    'RandomOrder(\n    CenterCrop(size=(3, 3))\n)',
    'RandomHorizontalFlip(p=1.0)',
  ])
})

test.each([
  [() => new Resize([1, 2, 3]), 'If size is a sequence, it should have 1 or 2 values'],
  [() => new CenterCrop([1, 2, 3]), 'Please provide only two dimensions (h, w) for size.'],
  [() => new Pad([1, 2, 3]), 'Padding must be an int or a 1, 2, or 4 element tuple, not a 3 element tuple'],
  [
    () => new Pad(1, { paddingMode: 'wrap' as never }),
    'Padding mode should be either constant, edge, reflect or symmetric',
  ],
  [() => new ColorJitter(-1), 'If brightness is a single number, it must be non negative.'],
  [() => new ColorJitter({ hue: 0.7 }), 'hue values should be between (-0.5, 0.5), but got [-0.7, 0.7].'],
  [() => new RandomRotation(-3), 'If degrees is a single number, it must be positive.'],
  [() => new RandomAffine(3, { translate: [2, 0] }), 'translation values should be between 0 and 1'],
  [() => new RandomAffine(3, { scale: [0, 1] }), 'scale values should be positive'],
  [() => new GaussianBlur(4), 'Kernel size value should be an odd and positive number.'],
  [() => new RandomErasing(2), 'Random erasing probability should be between 0 and 1'],
  [() => new AugMix(11), 'The severity must be between [1, 10]. Got 11 instead.'],
  [() => new AutoAugment('mnist' as never), 'The provided policy mnist is not recognized.'],
  [() => new RandomCrop(9)(testImage(8, 9, 1)), 'Required crop size (9, 9) is larger than input image size (9, 8)'],
])("%s is refused in torchvision's words", (make, message) => {
  expect(make).toThrow(message)
})
