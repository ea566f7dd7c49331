/** The columns of a table, built cell by cell. */
import { bool, type DType } from '@tsorch/core'
import { badCell, misfit, numberOf, type Place, truthOf } from './cells.js'

/** Numbers; NaN where the value is missing. */
export interface NumberColumn {
  readonly kind: 'number'
  values: Float64Array
  /** What was asked for, null where the cells decided. */
  readonly dtype: DType | null
}

/** Texts; null where the value is missing. */
export interface TextColumn {
  readonly kind: 'text'
  values: (string | null)[]
  /** The first cell that is no number, null where text was asked for. */
  readonly why: { readonly row: number; readonly text: string } | null
}

/** Indices into `names`; -1 where the value is missing. */
export interface CategoryColumn {
  readonly kind: 'category'
  values: Int32Array
  readonly names: readonly string[]
}

export type Column = NumberColumn | TextColumn | CategoryColumn

/** Takes the cells of a column one after the other; null is a missing one. */
export interface ColumnBuilder {
  add(text: string | null, row: number): void
  finish(): Column
}

/** Numbers that grow in number. */
class Numbers {
  private values: Float64Array = new Float64Array(1024)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(2 * this.length)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  finish(): Float64Array {
    return this.values.slice(0, this.length)
  }
}

/** A column of numbers of a dtype that was asked for. */
export class NumberBuilder implements ColumnBuilder {
  private readonly numbers = new Numbers()
  private readonly dtype: DType
  private readonly place: Omit<Place, 'row'>

  constructor(dtype: DType, place: Omit<Place, 'row'>) {
    this.dtype = dtype
    this.place = place
  }

  add(text: string | null, row: number): void {
    this.numbers.push(text === null ? Number.NaN : this.valueOf(text, row))
  }

  private valueOf(text: string, row: number): number {
    const { dtype, place } = this
    const value = dtype === bool ? truthOf(text) : numberOf(text)
    const wrong = value !== null ? misfit(value, dtype) : dtype === bool ? 'is not a boolean value' : 'is not a number'
    if (wrong !== null) throw badCell({ ...place, row }, text, wrong)
    return value!
  }

  finish(): NumberColumn {
    return { kind: 'number', values: this.numbers.finish(), dtype: this.dtype }
  }
}

/** A column of texts. */
export class TextBuilder implements ColumnBuilder {
  protected readonly values: (string | null)[] = []

  add(text: string | null): void {
    this.values.push(text)
  }

  finish(): TextColumn {
    return { kind: 'text', values: this.values, why: null }
  }
}

/** A column of categories. */
export class CategoryBuilder implements ColumnBuilder {
  private readonly codes: number[] = []
  private readonly indices: Map<string, number>
  private readonly isOpen: boolean
  private readonly place: Omit<Place, 'row'>

  /** @param names - all that there are, in their order; null takes them from the cells, sorted */
  constructor(names: readonly string[] | null, place: Omit<Place, 'row'>) {
    this.indices = new Map(names?.map((name, i) => [name, i]))
    this.isOpen = names === null
    this.place = place
  }

  add(text: string | null, row: number): void {
    if (text === null) {
      this.codes.push(-1)
      return
    }
    let code = this.indices.get(text)
    if (code === undefined) {
      if (!this.isOpen) {
        const names = [...this.indices.keys()]
        const shown = names.length > 10 ? `${names.slice(0, 10).join(', ')}, ...` : names.join(', ')
        throw badCell({ ...this.place, row }, text, `is none of the categories ${shown}`)
      }
      code = this.indices.size
      this.indices.set(text, code)
    }
    this.codes.push(code)
  }

  finish(): CategoryColumn {
    const names = [...this.indices.keys()]
    if (!this.isOpen) return { kind: 'category', values: Int32Array.from(this.codes), names }
    const sorted = names.slice().sort(names.every((name) => numberOf(name) !== null) ? byNumber : undefined)
    const places = new Map(sorted.map((name, i) => [name, i]))
    const moved = names.map((name) => places.get(name)!)
    return {
      kind: 'category',
      values: Int32Array.from(this.codes, (code) => (code < 0 ? -1 : moved[code]!)),
      names: sorted,
    }
  }
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b)
}

/** The categories of texts. */
export function categoriesOf(column: TextColumn): CategoryColumn {
  const builder = new CategoryBuilder(null, { file: '', column: '' })
  for (const [i, text] of column.values.entries()) builder.add(text, i)
  return builder.finish()
}

/** How many texts of numbers are packed into one. */
const BLOCK = 1024

/** A column of which only its cells tell what it is: numbers if all are, else text, or truth values. */
export class InferredBuilder implements ColumnBuilder {
  private numbers: Numbers | null = new Numbers()
  /** The texts of the numbers, should one turn up that is none; packed, they take less room than the strings. */
  private packed: string[] = []
  private block: string[] = []
  private texts: (string | null)[] = []
  private missing: number[] = []
  private why: TextColumn['why'] = null

  add(text: string | null, row: number): void {
    if (this.numbers === null) {
      this.texts.push(text)
      return
    }
    const value = text === null ? Number.NaN : numberOf(text)
    if (value === null) {
      this.turnToText()
      this.why = { row, text: text! }
      this.texts.push(text)
      return
    }
    if (text === null) this.missing.push(this.numbers.length)
    this.numbers.push(value)
    this.block.push(text ?? '')
    if (this.block.length < BLOCK) return
    this.packed.push(this.block.join('\0'))
    this.block = []
  }

  private turnToText(): void {
    this.texts = this.packed.flatMap((block) => block.split('\0')).concat(this.block) as (string | null)[]
    for (const i of this.missing) this.texts[i] = null
    this.numbers = null
    this.packed = []
    this.block = []
  }

  finish(): NumberColumn | TextColumn {
    if (this.numbers !== null) return { kind: 'number', values: this.numbers.finish(), dtype: null }
    const { texts, why } = this
    if (texts.every((text) => text === null || /^(true|false)$/i.test(text)))
      return {
        kind: 'number',
        values: Float64Array.from(texts, (text) => (text === null ? Number.NaN : truthOf(text)!)),
        dtype: bool,
      }
    return { kind: 'text', values: texts, why }
  }
}
