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

class CallableTransform {
  constructor() {
    // The instance has to be a function to be callable, so the constructor hands one out in place of `this`.
    const call = (input: unknown): unknown => (call as unknown as Transform<unknown, unknown>).forward(input)
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return Object.setPrototypeOf(call, new.target.prototype)
  }
}
// so that instances keep `call`, `apply` and `bind`
Object.setPrototypeOf(CallableTransform.prototype, Function.prototype)

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
