/** The modules that Inception v3 is made of. Field names are PyTorch's keys, and keep its underscores. */
import { cat, flatten, type Tensor } from '@tsorch/core'
import { functional as F, Layer, Linear } from '@tsorch/nn'
import { BasicConv2d } from '../layers/basic-conv2d.js'

/** 35 x 35: 1x1, 5x5, two of 3x3 and pooling. */
export class InceptionA extends Layer {
  branch1x1: BasicConv2d
  branch5x5_1: BasicConv2d
  branch5x5_2: BasicConv2d
  branch3x3dbl_1: BasicConv2d
  branch3x3dbl_2: BasicConv2d
  branch3x3dbl_3: BasicConv2d
  branch_pool: BasicConv2d

  constructor(inChannels: number, poolFeatures: number) {
    super()
    this.branch1x1 = new BasicConv2d(inChannels, 64, 1)
    this.branch5x5_1 = new BasicConv2d(inChannels, 48, 1)
    this.branch5x5_2 = new BasicConv2d(48, 64, 5, { padding: 2 })
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, 1)
    this.branch3x3dbl_2 = new BasicConv2d(64, 96, 3, { padding: 1 })
    this.branch3x3dbl_3 = new BasicConv2d(96, 96, 3, { padding: 1 })
    this.branch_pool = new BasicConv2d(inChannels, poolFeatures, 1)
  }

  override forward(x: Tensor): Tensor {
    const branch5x5 = this.branch5x5_2(this.branch5x5_1(x))
    const branch3x3dbl = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)))
    const pooled = this.branch_pool(F.avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([this.branch1x1(x), branch5x5, branch3x3dbl, pooled], 1)
  }
}

/** From 35 x 35 to 17 x 17. */
export class InceptionB extends Layer {
  branch3x3: BasicConv2d
  branch3x3dbl_1: BasicConv2d
  branch3x3dbl_2: BasicConv2d
  branch3x3dbl_3: BasicConv2d

  constructor(inChannels: number) {
    super()
    this.branch3x3 = new BasicConv2d(inChannels, 384, 3, { stride: 2 })
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, 1)
    this.branch3x3dbl_2 = new BasicConv2d(64, 96, 3, { padding: 1 })
    this.branch3x3dbl_3 = new BasicConv2d(96, 96, 3, { stride: 2 })
  }

  override forward(x: Tensor): Tensor {
    const branch3x3dbl = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)))
    return cat([this.branch3x3(x), branch3x3dbl, F.maxPool2d(x, 3, { stride: 2 })], 1)
  }
}

const alongRow = { padding: [0, 3] } as const
const alongColumn = { padding: [3, 0] } as const

/** 17 x 17: kernels of 7x7, as one along the row and one along the column. */
export class InceptionC extends Layer {
  branch1x1: BasicConv2d
  branch7x7_1: BasicConv2d
  branch7x7_2: BasicConv2d
  branch7x7_3: BasicConv2d
  branch7x7dbl_1: BasicConv2d
  branch7x7dbl_2: BasicConv2d
  branch7x7dbl_3: BasicConv2d
  branch7x7dbl_4: BasicConv2d
  branch7x7dbl_5: BasicConv2d
  branch_pool: BasicConv2d

  constructor(inChannels: number, channels7x7: number) {
    super()
    const c7 = channels7x7
    this.branch1x1 = new BasicConv2d(inChannels, 192, 1)
    this.branch7x7_1 = new BasicConv2d(inChannels, c7, 1)
    this.branch7x7_2 = new BasicConv2d(c7, c7, [1, 7], alongRow)
    this.branch7x7_3 = new BasicConv2d(c7, 192, [7, 1], alongColumn)
    this.branch7x7dbl_1 = new BasicConv2d(inChannels, c7, 1)
    this.branch7x7dbl_2 = new BasicConv2d(c7, c7, [7, 1], alongColumn)
    this.branch7x7dbl_3 = new BasicConv2d(c7, c7, [1, 7], alongRow)
    this.branch7x7dbl_4 = new BasicConv2d(c7, c7, [7, 1], alongColumn)
    this.branch7x7dbl_5 = new BasicConv2d(c7, 192, [1, 7], alongRow)
    this.branch_pool = new BasicConv2d(inChannels, 192, 1)
  }

  override forward(x: Tensor): Tensor {
    const branch7x7 = this.branch7x7_3(this.branch7x7_2(this.branch7x7_1(x)))
    let branch7x7dbl = this.branch7x7dbl_3(this.branch7x7dbl_2(this.branch7x7dbl_1(x)))
    branch7x7dbl = this.branch7x7dbl_5(this.branch7x7dbl_4(branch7x7dbl))
    const pooled = this.branch_pool(F.avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([this.branch1x1(x), branch7x7, branch7x7dbl, pooled], 1)
  }
}

/** From 17 x 17 to 8 x 8. */
export class InceptionD extends Layer {
  branch3x3_1: BasicConv2d
  branch3x3_2: BasicConv2d
  branch7x7x3_1: BasicConv2d
  branch7x7x3_2: BasicConv2d
  branch7x7x3_3: BasicConv2d
  branch7x7x3_4: BasicConv2d

  constructor(inChannels: number) {
    super()
    this.branch3x3_1 = new BasicConv2d(inChannels, 192, 1)
    this.branch3x3_2 = new BasicConv2d(192, 320, 3, { stride: 2 })
    this.branch7x7x3_1 = new BasicConv2d(inChannels, 192, 1)
    this.branch7x7x3_2 = new BasicConv2d(192, 192, [1, 7], alongRow)
    this.branch7x7x3_3 = new BasicConv2d(192, 192, [7, 1], alongColumn)
    this.branch7x7x3_4 = new BasicConv2d(192, 192, 3, { stride: 2 })
  }

  override forward(x: Tensor): Tensor {
    const branch3x3 = this.branch3x3_2(this.branch3x3_1(x))
    const branch7x7x3 = this.branch7x7x3_4(this.branch7x7x3_3(this.branch7x7x3_2(this.branch7x7x3_1(x))))
    return cat([branch3x3, branch7x7x3, F.maxPool2d(x, 3, { stride: 2 })], 1)
  }
}

/** 8 x 8: kernels of 3x3, split into one along the row beside one along the column. */
export class InceptionE extends Layer {
  branch1x1: BasicConv2d
  branch3x3_1: BasicConv2d
  branch3x3_2a: BasicConv2d
  branch3x3_2b: BasicConv2d
  branch3x3dbl_1: BasicConv2d
  branch3x3dbl_2: BasicConv2d
  branch3x3dbl_3a: BasicConv2d
  branch3x3dbl_3b: BasicConv2d
  branch_pool: BasicConv2d

  constructor(inChannels: number) {
    super()
    this.branch1x1 = new BasicConv2d(inChannels, 320, 1)
    this.branch3x3_1 = new BasicConv2d(inChannels, 384, 1)
    this.branch3x3_2a = new BasicConv2d(384, 384, [1, 3], { padding: [0, 1] })
    this.branch3x3_2b = new BasicConv2d(384, 384, [3, 1], { padding: [1, 0] })
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 448, 1)
    this.branch3x3dbl_2 = new BasicConv2d(448, 384, 3, { padding: 1 })
    this.branch3x3dbl_3a = new BasicConv2d(384, 384, [1, 3], { padding: [0, 1] })
    this.branch3x3dbl_3b = new BasicConv2d(384, 384, [3, 1], { padding: [1, 0] })
    this.branch_pool = new BasicConv2d(inChannels, 192, 1)
  }

  override forward(x: Tensor): Tensor {
    const h = this.branch3x3_1(x)
    const branch3x3 = cat([this.branch3x3_2a(h), this.branch3x3_2b(h)], 1)
    const d = this.branch3x3dbl_2(this.branch3x3dbl_1(x))
    const branch3x3dbl = cat([this.branch3x3dbl_3a(d), this.branch3x3dbl_3b(d)], 1)
    const pooled = this.branch_pool(F.avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([this.branch1x1(x), branch3x3, branch3x3dbl, pooled], 1)
  }
}

/** A classifier on the way, which trains the layers before it. */
export class InceptionAux extends Layer {
  conv0: BasicConv2d
  conv1: BasicConv2d
  fc: Linear

  constructor(inChannels: number, numClasses: number) {
    super()
    this.conv0 = new BasicConv2d(inChannels, 128, 1)
    this.conv1 = new BasicConv2d(128, 768, 5)
    this.fc = new Linear(768, numClasses)
  }

  override forward(input: Tensor): Tensor {
    const x = this.conv1(this.conv0(F.avgPool2d(input, 5, { stride: 3 })))
    return this.fc(flatten(F.adaptiveAvgPool2d(x, [1, 1]), 1))
  }
}
