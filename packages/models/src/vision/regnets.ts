/** The RegNets by name: X without, Y with squeeze and excitation; the number is how many operations an image takes. */
import { RegNet, type RegNetOptions } from './regnet.js'

/** RegNet Y 400 MF: 4.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_400mf.html */
export function regnetY400mf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 16, w0: 48, wa: 27.89, wm: 2.09, groupWidth: 8, seRatio: 0.25 }, options)
}

/** RegNet Y 800 MF: 6.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_800mf.html */
export function regnetY800mf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 14, w0: 56, wa: 38.84, wm: 2.4, groupWidth: 16, seRatio: 0.25 }, options)
}

/** RegNet Y 1.6 GF: 11.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_1_6gf.html */
export function regnetY1_6gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 27, w0: 48, wa: 20.71, wm: 2.65, groupWidth: 24, seRatio: 0.25 }, options)
}

/** RegNet Y 3.2 GF: 19.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_3_2gf.html */
export function regnetY3_2gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 21, w0: 80, wa: 42.63, wm: 2.66, groupWidth: 24, seRatio: 0.25 }, options)
}

/** RegNet Y 8 GF: 39.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_8gf.html */
export function regnetY8gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 17, w0: 192, wa: 76.82, wm: 2.19, groupWidth: 56, seRatio: 0.25 }, options)
}

/** RegNet Y 16 GF: 83.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_16gf.html */
export function regnetY16gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 18, w0: 200, wa: 106.23, wm: 2.48, groupWidth: 112, seRatio: 0.25 }, options)
}

/** RegNet Y 32 GF: 145 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_32gf.html */
export function regnetY32gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 20, w0: 232, wa: 115.89, wm: 2.53, groupWidth: 232, seRatio: 0.25 }, options)
}

/** RegNet Y 128 GF: 644.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_y_128gf.html */
export function regnetY128gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 27, w0: 456, wa: 160.83, wm: 2.52, groupWidth: 264, seRatio: 0.25 }, options)
}

/** RegNet X 400 MF: 5.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_400mf.html */
export function regnetX400mf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 22, w0: 24, wa: 24.48, wm: 2.54, groupWidth: 16 }, options)
}

/** RegNet X 800 MF: 7.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_800mf.html */
export function regnetX800mf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 16, w0: 56, wa: 35.73, wm: 2.28, groupWidth: 16 }, options)
}

/** RegNet X 1.6 GF: 9.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_1_6gf.html */
export function regnetX1_6gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 18, w0: 80, wa: 34.01, wm: 2.25, groupWidth: 24 }, options)
}

/** RegNet X 3.2 GF: 15.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_3_2gf.html */
export function regnetX3_2gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 25, w0: 88, wa: 26.31, wm: 2.25, groupWidth: 48 }, options)
}

/** RegNet X 8 GF: 39.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_8gf.html */
export function regnetX8gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 23, w0: 80, wa: 49.56, wm: 2.88, groupWidth: 120 }, options)
}

/** RegNet X 16 GF: 54.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_16gf.html */
export function regnetX16gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 22, w0: 216, wa: 55.59, wm: 2.1, groupWidth: 128 }, options)
}

/** RegNet X 32 GF: 107.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.regnet_x_32gf.html */
export function regnetX32gf(options: RegNetOptions = {}): RegNet {
  return new RegNet({ depth: 23, w0: 320, wa: 69.86, wm: 2, groupWidth: 168 }, options)
}
