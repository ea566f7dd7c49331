/** The data sets of the lectures, from the files kept in the repository. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { MNIST, transforms } from '@tsorch/vision'
import { data, FloatTensor, type Tensor } from 'tsorch'

/** A path below `examples/data`, from the sources and from the compiled programs alike. */
function dataPath(name: string): string {
  return fileURLToPath(new URL(`../../data/${name}`, import.meta.url))
}

/** The rows of a gzipped CSV file without quotes or header. */
function readRows(name: string): string[][] {
  const text = gunzipSync(readFileSync(dataPath(name))).toString('utf8')
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','))
}

/** 759 patients: eight measurements, and whether they are free of diabetes, as float32 of shapes [759, 8] and [759, 1]. */
export function readDiabetes(): [x: Tensor, y: Tensor] {
  const xy = FloatTensor(readRows('diabetes/diabetes.csv.gz').map((row) => row.map(Number)))
  return [xy.at(':', ':-1'), xy.at(':', [-1])]
}

/** The patients as the course's data set: one at a time. */
export class DiabetesDataset extends data.Dataset<[x: Tensor, y: Tensor]> {
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

/** A digit as a tensor of shape [1, 28, 28], normalised, and its label. */
export type Digits = MNIST<Tensor>

/** 2,000 digits to train on, or 1,000 to test with. */
export function readDigits(train: boolean): Digits {
  const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
  return new MNIST(dataPath('mnist2000'), { train, transform })
}

/** Surnames and the languages they come from. */
export class NameDataset extends data.Dataset<[name: string, language: number]> {
  /** The languages, in alphabetical order. */
  readonly languages: readonly string[]
  private readonly rows: readonly (readonly [name: string, language: number])[]

  /** Two rows of three are for training, the third for testing; `every` and `most` thin them out further. */
  constructor(train: boolean, { every = 1, most = Number.POSITIVE_INFINITY } = {}) {
    super()
    const all = readRows('names/names_faker.csv.gz') as [string, string][]
    this.languages = [...new Set(all.map(([, language]) => language))].sort()
    const places = new Map(this.languages.map((language, i) => [language, i]))
    this.rows = all
      .filter((_, k) => (k % 3 !== 2) === train)
      .filter((_, k) => k % every === 0)
      .slice(0, most)
      .map(([name, language]) => [name, places.get(language)!])
  }

  get length(): number {
    return this.rows.length
  }

  getItem(index: number): [string, number] {
    return [...this.rows[index]!]
  }
}
