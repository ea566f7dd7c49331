/** How points in space come onto the screen. */

export interface Camera {
  /** around the upright axis, in radians */
  readonly azimuth: number
  /** above the horizon, in radians */
  readonly elevation: number
  /** larger is nearer */
  readonly zoom: number
}

export const START: Camera = { azimuth: -0.95, elevation: 0.5, zoom: 1 }

/** Distance of the eye from the middle of the cube, whose sides are 2 long. */
const EYE = 7

export class Projection {
  readonly #cosA: number
  readonly #sinA: number
  readonly #cosE: number
  readonly #sinE: number
  readonly #scale: number
  readonly #x: number
  readonly #y: number

  /** @param radius - pixels that a half side of the cube takes, about */
  constructor(camera: Camera, x: number, y: number, radius: number) {
    this.#cosA = Math.cos(camera.azimuth)
    this.#sinA = Math.sin(camera.azimuth)
    this.#cosE = Math.cos(camera.elevation)
    this.#sinE = Math.sin(camera.elevation)
    this.#scale = radius * camera.zoom * EYE
    this.#x = x
    this.#y = y
  }

  /** How near a point is: the larger, the nearer. */
  depth(x: number, y: number, z: number): number {
    return (x * this.#cosA + y * this.#sinA) * this.#cosE + z * this.#sinE
  }

  /** Writes the pixel of a point into `out` at `i`. */
  project(x: number, y: number, z: number, out: { [index: number]: number }, i: number): void {
    const along = x * this.#cosA + y * this.#sinA
    const right = y * this.#cosA - x * this.#sinA
    const up = z * this.#cosE - along * this.#sinE
    const factor = this.#scale / (EYE - (along * this.#cosE + z * this.#sinE))
    out[i] = this.#x + right * factor
    out[i + 1] = this.#y - up * factor
  }

  point(x: number, y: number, z: number): readonly [number, number] {
    const out: [number, number] = [0, 0]
    this.project(x, y, z, out, 0)
    return out
  }
}
