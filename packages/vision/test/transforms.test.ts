import { float32, float64, setDefaultDtype, type Tensor, tensor, ValueError } from '@tsorch/core'
import { Compose, type Image, Normalize, ToTensor, Transform, transforms } from '@tsorch/vision'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'

const grey: Image = { width: 3, height: 2, channels: 1, data: new Uint8Array([0, 1, 51, 102, 254, 255]) }
const rgb: Image = { width: 2, height: 1, channels: 3, data: new Uint8ClampedArray([0, 10, 20, 30, 40, 50]) }

afterEach(() => setDefaultDtype('float32'))

describe('ToTensor', () => {
  test('scales to [0, 1] in float32, with the values of torchvision', () => {
    const x = new ToTensor()(grey)
    expect(x.dtype).toBe(float32)
    expect(x.shape).toEqual([1, 2, 3])
    expect(x.tolist()).toEqual([
      [
        [0, 0.003921568859368563, 0.20000000298023224],
        [0.4000000059604645, 0.9960784316062927, 1],
      ],
    ])
  })

  test('puts channels first', () => {
    const x = transforms.functional.toTensor(rgb)
    expect(x.shape).toEqual([3, 1, 2])
    expect(x.flatten().tolist()).toEqual([0, 30, 10, 40, 20, 50].map((v) => Math.fround(v / 255)))
  })

  test('follows the default dtype', () => {
    setDefaultDtype('float64')
    const x = new ToTensor()(grey)
    expect(x.dtype).toBe(float64)
    expect(x.flatten().tolist()).toEqual([0, 1 / 255, 0.2, 0.4, 254 / 255, 1])
  })

  test('refuses what is no image', () => {
    expect(() => transforms.functional.toTensor(tensor([1]) as never)).toThrow(/pic should be an image .* Got Tensor/)
    expect(() => transforms.functional.toTensor(null as never)).toThrow(TypeError)
    expect(() => transforms.functional.toTensor({ ...grey, width: 4 })).toThrow(
      'pic of 2 x 4 pixels and 1 channel(s) needs 8 values, but its data has 6',
    )
    expect(() => transforms.functional.toTensor({ ...grey, height: 1.5 })).toThrow(ValueError)
  })
})

describe('Normalize', () => {
  // torchvision.transforms.functional.normalize of torchvision 0.28.0
  test('gives the values of torchvision', () => {
    const x = new Normalize([0.1307], [0.3081])(new ToTensor()(grey))
    expect(x.dtype).toBe(float32)
    expect(x.flatten().tolist()).toEqual([
      -0.4242129623889923, -0.4114847183227539, 0.22492696344852448, 0.8740668296813965, 2.808758497238159,
      2.821486711502075,
    ])
  })

  test('works channel by channel, in batches too', () => {
    const x = tensor(
      [
        [[[1]], [[2]]],
        [[[3]], [[4]]],
      ],
      { dtype: 'float32' },
    )
    expect(new Normalize([1, 2], [0.5, 4])(x).tolist()).toEqual([
      [[[0]], [[0]]],
      [[[4]], [[0.5]]],
    ])
  })

  test('leaves its input alone unless it is inplace', () => {
    const x = tensor([[[1, 3]]], { dtype: 'float32' })
    expect(new Normalize([1], [2])(x).tolist()).toEqual([[[0, 1]]])
    expect(x.tolist()).toEqual([[[1, 3]]])
    expect(new Normalize([1], [2], { inplace: true })(x)).toBe(x)
    expect(x.tolist()).toEqual([[[0, 1]]])
  })

  test('keeps the dtype, halves included', () => {
    for (const dtype of ['float16', 'bfloat16', 'float64'] as const) {
      const y = new Normalize([0.5], [0.25])(tensor([[[1, 0]]], { dtype }))
      expect(y.dtype.name).toBe(dtype)
      expect(y.tolist()).toEqual([[[2, -2]]])
    }
  })

  test("refuses what it cannot normalise, in torchvision's words", () => {
    const normalize = new Normalize([0.5], [0.5])
    expect(() => normalize(grey as never)).toThrow('img should be Tensor Image. Got Object')
    expect(() => normalize(tensor([[[1]]]))).toThrow('Input tensor should be a float tensor. Got torch.int64.')
    expect(() => normalize(tensor([0.5, 1]))).toThrow(
      'Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = [2]',
    )
    const x = tensor([[[0.5]]])
    expect(() => new Normalize([0.5], [0])(x)).toThrow('std evaluated to zero after conversion to torch.float32')
    expect(() => new Normalize([0.5], [1e-60])(x)).toThrow(ValueError)
    expect(() => new Normalize([0.5], [1e-9])(tensor([[[0.5]]], { dtype: 'float16' }))).toThrow(
      'std evaluated to zero after conversion to torch.float16',
    )
    expect(new Normalize([0.5], [1e-60])(tensor([[[0.5]]], { dtype: 'float64' })).tolist()).toEqual([[[0]]])
  })
})

describe('Compose', () => {
  const pipeline = new Compose([new ToTensor(), new Normalize([0.5], [0.5])])

  test('runs its transforms in order', () => {
    expect(pipeline({ ...grey, data: grey.data.map((v) => (v > 51 ? 255 : 0)) }).tolist()).toEqual([
      [
        [-1, -1, -1],
        [1, 1, 1],
      ],
    ])
  })

  test('is typed from its first input to its last output', () => {
    expectTypeOf(pipeline).parameter(0).toEqualTypeOf<Image>()
    expectTypeOf(pipeline).returns.toEqualTypeOf<Tensor>()
    const shape = new Compose([new ToTensor(), (x: Tensor) => x.shape.length])
    expectTypeOf(shape).returns.toEqualTypeOf<number>()
    expect(shape(grey)).toBe(3)
  })

  test('prints as in torchvision', () => {
    expect(String(pipeline)).toBe('Compose(\n    ToTensor()\n    Normalize(mean=[0.5], std=[0.5])\n)')
  })

  test('refuses what is not a function', () => {
    expect(() => new Compose([new ToTensor(), 3 as never])).toThrow('transforms or functions, but got 3')
  })
})

test('transforms are functions and instances of their class', () => {
  class Invert extends Transform<Image, Image> {
    forward(image: Image): Image {
      return { ...image, data: image.data.map((v) => 255 - v) }
    }
  }
  const invert = new Invert()
  expect([...invert(grey).data]).toEqual([255, 254, 204, 153, 1, 0])
  expect([grey].map(invert)[0]!.data[0]).toBe(255)
  expect(invert.call(null, grey).data[5]).toBe(0)
  expect(invert).toBeInstanceOf(Invert)
  expect(invert).toBeInstanceOf(Transform)
  expect(invert).not.toBeInstanceOf(ToTensor)
  expect(typeof invert).toBe('function')
})
