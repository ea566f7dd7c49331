import { fromTypedArray, type Tensor, ValueError } from '@tsorch/core'

/** From one pure colour to the next in so many steps, of which one channel rises or falls. */
const sectors = [
  { steps: 15, full: 0, moves: 1, rises: true },
  { steps: 6, full: 1, moves: 0, rises: false },
  { steps: 4, full: 1, moves: 2, rises: true },
  { steps: 11, full: 2, moves: 1, rises: false },
  { steps: 13, full: 2, moves: 0, rises: true },
  { steps: 6, full: 0, moves: 2, rises: false },
] as const

/** Colours of the directions, from the right and around. */
const wheel: readonly (readonly number[])[] = sectors.flatMap(({ steps, full, moves, rises }) =>
  Array.from({ length: steps }, (_, i) => {
    const color = [0, 0, 0]
    const part = Math.floor((255 * i) / steps)
    color[full] = 255
    color[moves] = rises ? part : 255 - part
    return color
  }),
)

/**
 * Optical flow as an image: the hue says where to, the saturation how far.
 *
 * @param flow float32, shape (2, H, W) or (N, 2, H, W)
 * @returns uint8, shape (3, H, W) or (N, 3, H, W)
 * @throws ValueError for another dtype or shape
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.flow_to_image.html
 */
export function flowToImage(flow: Tensor): Tensor {
  if (flow.dtype.name !== 'float32') throw new ValueError(`Flow should be of dtype torch.float, got ${flow.dtype}.`)
  const { shape } = flow
  if ((shape.length !== 3 && shape.length !== 4) || shape.at(-3) !== 2)
    throw new ValueError(`Input flow should have shape (2, H, W) or (N, 2, H, W), got [${shape.join(', ')}].`)
  const values = flow.detach().toTypedArray() as Float32Array
  const plane = shape.at(-1)! * shape.at(-2)!
  const out = new Uint8Array((values.length / 2) * 3)
  let longest = 0
  const each = (visit: (dx: number, dy: number, at: number) => void): void => {
    for (let n = 0; n < values.length / (2 * plane); n++)
      for (let i = 0; i < plane; i++)
        visit(values[2 * n * plane + i]!, values[(2 * n + 1) * plane + i]!, 3 * n * plane + i)
  }
  each((dx, dy) => {
    longest = Math.max(longest, Math.hypot(dx, dy))
  })
  const scale = longest + 2 ** -23
  each((dx, dy, at) => {
    const length = Math.hypot(dx, dy) / scale
    const place = ((Math.atan2(-dy, -dx) / Math.PI + 1) / 2) * (wheel.length - 1)
    const first = Math.floor(place)
    const rest = place - first
    for (let c = 0; c < 3; c++) {
      const color = ((1 - rest) * wheel[first]![c]! + rest * wheel[(first + 1) % wheel.length]![c]!) / 255
      out[at + c * plane] = Math.floor(255 * (1 - length * (1 - color)))
    }
  })
  return fromTypedArray(out, [...shape.slice(0, -3), 3, ...shape.slice(-2)]).to(flow.device)
}
