import type { ImageOrTensor } from '../image.js'

/** A function of one input, as every place that takes a transform accepts. */
export type TransformFunction<In, Out> = (input: In) => Out

/** An instance of {@link Transform}: an object that is called like a function. */
export interface Transform<In, Out> {
  (input: In): Out
  /** What the call does; subclasses write this. */
  forward(input: In): Out
  /** The transform as torchvision prints it: `Normalize(mean=[0.5], std=[0.5])`. */
  toString(): string
}

/** What data loaders look for on a class whose instances are functions: how to make one without running its constructor. */
const bareInstance: unique symbol = Symbol.for('tsorch.bareInstance')

class CallableTransform {
  constructor() {
    // The instance has to be a function to be callable, so the constructor hands one out in place of `this`.
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return callable(new.target.prototype)
  }

  static [bareInstance](this: { readonly prototype: object }): CallableTransform {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this
    return callable(this.prototype)
  }
}
// so that instances keep `call`, `apply` and `bind`
Object.setPrototypeOf(CallableTransform.prototype, Function.prototype)

function callable(prototype: object): CallableTransform {
  const call = (input: unknown): unknown => (call as unknown as Transform<unknown, unknown>).forward(input)
  return Object.setPrototypeOf(call, prototype)
}

/**
 * Base class of transforms. `transform(x)` runs `forward(x)`.
 *
 * @example
 * ```ts
 * import { type Image, transforms } from '@tsorch/vision'
 *
 * class Invert extends transforms.Transform<Image, Image> {
 *   forward(image: Image): Image {
 *     return { ...image, data: image.data.map((v) => 255 - v) }
 *   }
 * }
 * const inverted = new Invert()({ width: 1, height: 1, channels: 1, data: new Uint8Array([55]) }) // data: [200]
 * ```
 * @see https://docs.pytorch.org/vision/stable/transforms.html
 */
export const Transform: TransformClass = CallableTransform as unknown as TransformClass

/** The constructor that `class X extends Transform<In, Out>` builds on. */
export type TransformClass = abstract new <In, Out>() => Transform<In, Out>

/** An instance of {@link ImageTransform}. */
export interface ImageTransform {
  <T extends ImageOrTensor>(img: T): T
  /** What the call does; subclasses write this. */
  forward<T extends ImageOrTensor>(img: T): T
  /** The transform as torchvision prints it. */
  toString(): string
}

/** {@link Transform} of images into images and of tensors into tensors. */
export const ImageTransform: ImageTransformClass = CallableTransform as unknown as ImageTransformClass

/** The constructor that `class X extends ImageTransform` builds on. */
export type ImageTransformClass = abstract new () => ImageTransform
