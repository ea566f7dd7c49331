/** The diabetes data of lectures 7 and 8. */
import type { Tensor } from '@tsorch/core'
import { Dataset, loadtxt, portable } from '@tsorch/data'

const xy = await loadtxt(new URL('../../data/diabetes/diabetes.csv.gz', import.meta.url), {
  delimiter: ',',
  dtype: 'float32',
})

/** 759 patients: eight measurements, and whether they are free of diabetes, as float32 of shapes [759, 8] and [759, 1]. */
export function readDiabetes(): [x: Tensor, y: Tensor] {
  return [xy.at(':', ':-1'), xy.at(':', [-1])]
}

/** The patients as the course's data set: one at a time. */
export class DiabetesDataset extends Dataset<[x: Tensor, y: Tensor]> {
  private readonly x: Tensor
  private readonly y: Tensor

  constructor() {
    super()
    ;[this.x, this.y] = readDiabetes()
  }

  get length(): number {
    return this.x.size(0)
  }

  getItem(index: number): [Tensor, Tensor] {
    return [this.x.at(index), this.y.at(index)]
  }
}

// so that the workers of a DataLoader find the class: they import this module, which loads no more than it needs
portable(import.meta.url, { DiabetesDataset })
