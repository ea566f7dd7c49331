/** The data sets of the lectures, from the files kept in the repository. */
import { fileURLToPath } from 'node:url'
import { MNIST, transforms } from '@tsorch/vision'
import { data, type Tensor } from 'tsorch'

/** A path below `examples/data`, from the sources and from the compiled programs alike. */
function dataPath(name: string): string {
  return fileURLToPath(new URL(`../../data/${name}`, import.meta.url))
}

/** A digit as a tensor of shape [1, 28, 28], normalised, and its label. */
export type Digits = MNIST<Tensor>

/** 2,000 digits to train on, or 1,000 to test with. */
export function readDigits(train: boolean): Digits {
  const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
  return new MNIST(dataPath('mnist2000'), { train, transform })
}

/** No surname stands for a missing one, whatever it is. */
const surnames = await data.loadCsv(dataPath('names/names_faker.csv.gz'), {
  names: ['name', 'language'],
  header: false,
  dtypes: 'string',
  missingTexts: [],
})

/** Surnames and the languages they come from. */
export class NameDataset extends data.Dataset<[name: string, language: number]> {
  /** The languages, in alphabetical order. */
  readonly languages: readonly string[]
  private readonly rows: readonly (readonly [name: string, language: number])[]

  /** Two rows of three are for training, the third for testing; `every` and `most` thin them out further. */
  constructor(train: boolean, { every = 1, most = Number.POSITIVE_INFINITY } = {}) {
    super()
    const [names, languages] = ['name', 'language'].map((column) => surnames.column(column) as string[])
    const all = names!.map((name, i) => [name, languages![i]!] as const)
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
