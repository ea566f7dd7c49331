/** The functions where no recorded case reaches; numbers are those of torchvision 0.28.0 with Pillow 12.3.0. */
import { autograd, RuntimeError, rand, tensor, ValueError, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { transforms } from '../src/index.js'
import { checksum, testImage } from './images.js'

const F = transforms.functional

describe('images', () => {
  test.each([
    ['nearest', 908239, 551729],
    ['bilinear', 914004, 48559],
    ['bicubic', 870240, 436584],
    ['box', 290873, 793958],
    ['hamming', 629458, 184200],
    ['lanczos', 838524, 157536],
  ] as const)("are resized by Pillow's %s filter, colours weighed by their opacity", (mode, rgb, rgba) => {
    expect(checksum(F.resize(testImage(14, 11, 3), [5, 23], mode).data)).toBe(rgb)
    expect(checksum(F.resize(testImage(14, 11, 4), [5, 23], { interpolation: mode }).data)).toBe(rgba)
  })

  test('a very tall one is made lower first', () => {
    expect(checksum(F.resize(testImage(2, 300, 1), [20, 3]).data)).toBe(709996)
  })

  test('are turned as Pillow turns them', () => {
    const turned = F.rotate(testImage(14, 11, 3), 33, 'bicubic', true)
    expect([turned.width, turned.height, checksum(turned.data)]).toEqual([18, 17, 461156])
    expect(checksum(F.rotate(testImage(14, 11, 4), 33, 'bilinear').data)).toBe(439521)
    expect(checksum(F.rotate(testImage(14, 11, 1), 90, { expand: true }).data)).toBe(908663)
    expect(checksum(F.rotate(testImage(14, 11, 1), 270).data)).toBe(83209)
  })

  test('are enhanced as Pillow does it, their opacity left alone', () => {
    const image = testImage(14, 11, 4)
    const seen = [F.adjustBrightness(image, 1.5), F.adjustContrast(image, 1.5), F.adjustSharpness(image, 0.3)]
    expect(seen.map(({ data }) => checksum(data))).toEqual([826703, 895103, 758522])
    const hues = [0.3, -0.11].map((factor) => checksum(F.adjustHue(testImage(14, 11, 3), factor).data))
    expect(hues).toEqual([563056, 823155])
  })

  test('are warped as Pillow and torchvision do it', () => {
    const from = [
      [0, 0],
      [13, 0],
      [13, 10],
      [0, 10],
    ]
    const to = [
      [1, 2],
      [12, 1],
      [11, 9],
      [2, 8],
    ]
    const seen = F.perspective(testImage(14, 11, 3), from, to, 'bicubic', [1, 2, 3])
    expect(checksum(seen.data)).toBe(844232)
    const displacement = zeros([1, 11, 14, 2]).add(0.11)
    expect(checksum(F.elasticTransform(testImage(14, 11, 3), displacement, { fill: 7 }).data)).toBe(616269)
  })

  test('are left as they were', () => {
    const image = testImage(6, 5, 3)
    const before = image.data.slice()
    for (const change of [F.hflip, F.invert, F.equalize, F.autocontrast]) change(image)
    F.gaussianBlur(F.rotate(F.adjustHue(image, 0.2), 20), 3)
    expect(image.data).toEqual(before)
  })

  test('without pixels are images too', () => {
    const none = { width: 0, height: 3, channels: 3, data: new Uint8Array(0) }
    expect(F.hflip(none)).toEqual(none)
    expect(F.adjustContrast(none, 2).data.length).toBe(0)
    expect(F.pad(none, 1).data.length).toBe(2 * 5 * 3)
  })
})

describe('tensors', () => {
  test('are resized and mapped with gradients', () => {
    const x = rand([1, 2, 6, 5], { dtype: 'float64' }).requiresGrad_()
    for (const f of [
      (t: typeof x) => F.resize(t, [3, 7]),
      (t: typeof x) => F.affine(t, 20, [1, 0], 1.2, [5, 0], { interpolation: 'bilinear', fill: [0.5, 1] }),
      (t: typeof x) => F.gaussianBlur(t, [3, 5]),
      (t: typeof x) => F.pad(t, [1, 2], { paddingMode: 'symmetric' }),
      (t: typeof x) => F.crop(t, -1, 2, 5, 6),
    ])
      expect(autograd.gradcheck(f, [x])).toBe(true)
    const rgb = rand([3, 4, 5], { dtype: 'float64' }).requiresGrad_()
    expect(autograd.gradcheck((t: typeof x) => F.adjustSharpness(t, 0.5), [rgb])).toBe(true)
    expect(autograd.gradcheck((t: typeof x) => F.adjustContrast(t, 0.5), [rgb])).toBe(true)
  })

  test('are mapped the same with and without gradients', () => {
    const x = rand([2, 3, 9, 8])
    const far = (t: typeof x, mode: 'nearest' | 'bilinear') =>
      F.rotate(t, 37, { interpolation: mode, fill: [1, 2, 3], expand: true })
    for (const mode of ['nearest', 'bilinear'] as const) {
      const recorded = far(x.clone().requiresGrad_(), mode).detach()
      expect(far(x, mode).sub(recorded).abs().max().item()).toBeLessThan(1e-5)
    }
  })

  test('crops lie in the memory of the whole', () => {
    const x = zeros([1, 4, 4])
    F.crop(x, 1, 1, 2, 2).fill_(1)
    expect(x.sum().item()).toBe(4)
  })

  test('keep their dtype', () => {
    for (const dtype of ['uint8', 'int32', 'float16', 'float64'] as const) {
      const x = zeros([3, 6, 6], { dtype })
      for (const y of [F.resize(x, 3), F.rotate(x, 30), F.adjustBrightness(x, 0.5), F.gaussianBlur(x, 3), F.invert(x)])
        expect(y.dtype.name).toBe(dtype)
    }
    expect(F.invert(tensor([[[5]]], { dtype: 'int64' })).item()).toBe(9223372036854775802n)
  })
})

test('dimensions are told for both', () => {
  expect(F.getDimensions(testImage(4, 3, 1))).toEqual([1, 3, 4])
  expect(F.getDimensions(zeros([5, 3, 2, 4]))).toEqual([3, 2, 4])
  expect(F.getImageSize(zeros([2, 4]))).toEqual([4, 2])
  expect(F.getImageNumChannels(zeros([2, 4]))).toBe(1)
  expect(() => F.getDimensions(3 as never)).toThrow('Unexpected type 3')
})

test('tensors and images become each other', () => {
  const image = testImage(5, 4, 3)
  expect(F.toPilImage(F.pilToTensor(image))).toEqual(image)
  expect(F.toPilImage(F.toTensor(image))).toEqual(image)
  expect(F.toPilImage(tensor([[0, 1]], { dtype: 'float32' }))).toEqual({
    width: 2,
    height: 1,
    channels: 1,
    data: new Uint8Array([0, 255]),
  })
  expect(() => F.toPilImage(zeros([5, 1, 1]))).toThrow('pic should not have > 4 channels. Got 5 channels.')
  expect(() => F.toPilImage(zeros([1, 1, 1], { dtype: 'int32' }))).toThrow('Input type int32 is not supported')
  expect(() => F.toPilImage(zeros([3, 1, 1]), 'L')).toThrow('Incorrect mode (L)')
})

test.each([
  [() => F.resize(testImage(4, 4, 1), [1, 2, 3]), ValueError, 'not a 3 element tuple/list'],
  [() => F.resize(testImage(4, 4, 1), 2, { maxSize: 2 }), ValueError, 'max_size = 2 must be strictly greater'],
  [() => F.resize(testImage(4, 4, 1), [2, 2], { maxSize: 3 }), ValueError, 'max_size should only be passed'],
  [
    () => F.resize(zeros([1, 4, 4]), 2, 'lanczos'),
    ValueError,
    "Interpolation mode 'lanczos' is unsupported with Tensor input",
  ],
  [() => F.rotate(testImage(4, 4, 1), 3, 'box'), ValueError, "'box' cannot be used"],
  [() => F.resize({} as never, 2), TypeError, 'img should be an image'],
  [() => F.resize({ ...testImage(4, 4, 1), width: 5 }, 2), ValueError, 'needs 20 values, but its data has 16'],
  [() => F.hflip(tensor([1])), TypeError, 'Tensor is not a torch image.'],
  [() => F.adjustBrightness(testImage(1, 1, 1), -1), ValueError, 'brightness_factor (-1) is not non-negative.'],
  [() => F.adjustHue(testImage(1, 1, 3), 0.6), ValueError, 'hue_factor (0.6) is not in [-0.5, 0.5].'],
  [() => F.adjustGamma(testImage(1, 1, 3), -1), ValueError, 'Gamma should be a non-negative real number'],
  [() => F.adjustBrightness(zeros([2, 1, 1]), 1), TypeError, 'permitted channel values are [1, 3], but found 2'],
  [
    () => F.posterize(zeros([1, 1, 1]), 1),
    TypeError,
    'Only torch.uint8 image tensors are supported, but found torch.float32',
  ],
  [() => F.posterize(testImage(1, 1, 1), 9), ValueError, 'should be between 0 and 8. Got 9'],
  [() => F.solarize(zeros([1, 1, 1]), 2), TypeError, 'Threshold should be less than bound of img.'],
  [
    () => F.gaussianBlur(testImage(4, 4, 1), 4),
    ValueError,
    'kernel_size should have odd and positive integers. Got [4, 4]',
  ],
  [() => F.gaussianBlur(testImage(4, 4, 1), 9), RuntimeError, 'Padding size should be less than'],
  [() => F.gaussianBlur(testImage(4, 4, 1), 3, 0), ValueError, 'sigma should have positive values. Got [0, 0]'],
  [() => F.affine(testImage(4, 4, 1), 0, [0, 0], 0, 0), ValueError, 'Argument scale should be positive'],
  [() => F.affine(testImage(4, 4, 1), 0, [0], 1, 0), ValueError, 'Argument translate should be a sequence of length 2'],
  [() => F.rotate(testImage(4, 4, 3), 1, { fill: [1, 2] }), ValueError, 'channels of the image (2 != 3)'],
  [() => F.rotate(zeros([3, 4, 4]), 1, { fill: [1, 2] }), ValueError, 'channels of the image (2 != 3)'],
  [() => F.perspective(testImage(4, 4, 1), [], []), ValueError, 'exactly four corners, got 0 startpoints'],
  [() => F.fiveCrop(testImage(4, 4, 1), 5), ValueError, 'Requested crop size [5, 5] is bigger than input size (4, 4)'],
  [() => F.elasticTransform(testImage(4, 4, 1), zeros([1])), ValueError, 'displacement shape should be [1, 4, 4, 2]'],
  [() => F.erase(testImage(4, 4, 1) as never, 0, 0, 1, 1, 0), TypeError, 'img should be Tensor Image. Got Object'],
])("%s is refused in torchvision's words", (call, kind, message) => {
  expect(call).toThrow(kind)
  expect(call).toThrow(message)
})
