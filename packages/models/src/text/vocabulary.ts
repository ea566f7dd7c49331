import { type Tensor, tensor, ValueError } from '@tsorch/core'

/**
 * The characters that a model knows, in the order of their indices.
 *
 * @throws ValueError if there are none, or one comes twice
 * @example
 * ```ts
 * const vocabulary = Vocabulary.of('hello') // e, h, l, o
 * vocabulary.encode('hole') // tensor([1, 3, 2, 0])
 * vocabulary.decode([1, 3, 2, 0]) // 'hole'
 * ```
 */
export class Vocabulary {
  readonly characters: readonly string[]
  private readonly indices: ReadonlyMap<string, number>

  constructor(characters: Iterable<string>) {
    this.characters = [...characters]
    this.indices = new Map(this.characters.map((character, i) => [character, i]))
    if (this.characters.length === 0) throw new ValueError('a vocabulary needs at least one character')
    if (this.indices.size !== this.characters.length)
      throw new ValueError('the characters of a vocabulary must be different from each other')
  }

  /** The characters of a text, each once and sorted, as Python's `sorted(set(text))`. */
  static of(text: string): Vocabulary {
    return new Vocabulary([...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!))
  }

  get size(): number {
    return this.characters.length
  }

  /**
   * The indices of the characters of a text: int64 tensor of shape [length].
   *
   * @throws ValueError for a character that is not among them
   */
  encode(text: string): Tensor {
    const indices = Array.from(text, (character) => {
      const index = this.indices.get(character)
      if (index === undefined)
        throw new ValueError(`the vocabulary of ${this.size} characters does not have ${JSON.stringify(character)}`)
      return index
    })
    return tensor(indices, { dtype: 'int64' })
  }

  /** The text of indices. @throws ValueError for one that is out of range */
  decode(indices: Iterable<number>): string {
    return Array.from(indices, (index) => {
      const character = this.characters[index]
      if (character === undefined)
        throw new ValueError(`index ${index} is out of range for a vocabulary of ${this.size} characters`)
      return character
    }).join('')
  }
}
