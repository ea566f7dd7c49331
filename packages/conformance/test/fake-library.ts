/** A library of one dtype and one operation, to see what the runner makes of right and wrong answers. */

class FakeStorage {
  readonly values: Float64Array

  constructor(values: Float64Array) {
    this.values = values
  }

  shares(other: FakeStorage): boolean {
    return this === other
  }
}

export class Tensor {
  readonly storage: FakeStorage
  readonly shape: readonly number[]
  readonly dtype: { readonly name: string }
  readonly device = 'cpu'
  readonly strides: readonly number[]
  readonly offset: number
  requiresGrad = false

  constructor(
    values: Float64Array | FakeStorage,
    shape: readonly number[],
    dtype = 'float32',
    strides: readonly number[] = contiguous(shape),
    offset = 0,
  ) {
    this.storage = values instanceof FakeStorage ? values : new FakeStorage(values)
    this.shape = shape
    this.dtype = { name: dtype }
    this.strides = strides
    this.offset = offset
  }

  stride(): readonly number[] {
    return this.strides
  }

  storageOffset(): number {
    return this.offset
  }

  numel(): number {
    return this.shape.reduce((p, s) => p * s, 1)
  }

  toTypedArray(): Float64Array {
    return Float64Array.from({ length: this.numel() }, (_, i) => this.storage.values[this.position(i)]!)
  }

  asStrided(shape: readonly number[], strides: readonly number[], offset: number): Tensor {
    return new Tensor(this.storage, shape, this.dtype.name, strides, offset)
  }

  write(i: number, value: number): void {
    this.storage.values[this.position(i)] = value
  }

  private position(i: number): number {
    let [rest, p] = [i, this.offset]
    for (let k = this.shape.length - 1; k >= 0; k--) {
      p += (rest % this.shape[k]!) * this.strides[k]!
      rest = Math.floor(rest / this.shape[k]!)
    }
    return p
  }
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, k) => shape.slice(k + 1).reduce((p, s) => p * s, 1))
}

/** The library, with `neg` as given. */
export function fakeLibrary(neg?: (x: Tensor, options?: object) => unknown): Record<string, unknown> {
  return {
    Tensor,
    float32: 'float32',
    fromTypedArray: (values: Float32Array, shape: readonly number[]) => new Tensor(Float64Array.from(values), shape),
    ...(neg === undefined ? {} : { neg }),
  }
}

/** The right answer. */
export function negate(x: Tensor): Tensor {
  return new Tensor(
    x.toTypedArray().map((v) => -v),
    x.shape,
  )
}
