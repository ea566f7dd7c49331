/** A JSON value; objects are Maps, so that a key like `__proto__` is a key like any other. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>

/** Deeper than any header, and shallow enough for every stack. */
const MAX_DEPTH = 16

/** What is wrong with a JSON text, and where. */
export class JsonError extends Error {
  override name = 'JsonError'
}

/**
 * Reads strict JSON, and refuses what `JSON.parse` silently accepts: a repeated key, of which it keeps the last, and nesting
 * without end.
 *
 * @throws JsonError
 */
export function parseJson(text: string): Json {
  const parser = new Parser(text)
  const value = parser.value(0)
  parser.end()
  return value
}

class Parser {
  readonly text: string
  at: number

  constructor(text: string) {
    this.text = text
    this.at = 0
  }

  fail(message: string): JsonError {
    return new JsonError(`${message} at character ${this.at}`)
  }

  end(): void {
    this.space()
    if (this.at < this.text.length) throw this.fail('unexpected text after the value')
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw this.fail('nested too deep')
    this.space()
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.array(depth)
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? '.')) this.at++
  }

  /** Steps over a character if it is the next one. */
  private accept(character: string): boolean {
    this.space()
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private expect(character: string): void {
    if (!this.accept(character)) {
      const found = this.at < this.text.length ? `'${this.text[this.at]}'` : 'the end'
      throw this.fail(`expected '${character}' but found ${found}`)
    }
  }

  private object(depth: number): Map<string, Json> {
    const members = new Map<string, Json>()
    this.expect('{')
    if (this.accept('}')) return members
    do {
      this.space()
      if (this.text[this.at] !== '"') throw this.fail('expected a key')
      const key = this.string()
      if (members.has(key)) throw this.fail(`duplicate key ${JSON.stringify(key)}`)
      this.expect(':')
      members.set(key, this.value(depth + 1))
    } while (this.accept(','))
    this.expect('}')
    return members
  }

  private array(depth: number): Json[] {
    const items: Json[] = []
    this.expect('[')
    if (this.accept(']')) return items
    do items.push(this.value(depth + 1))
    while (this.accept(','))
    this.expect(']')
    return items
  }

  private string(): string {
    const start = this.at
    let end = start + 1
    while (this.text[end] !== '"') {
      if (end >= this.text.length) throw this.fail('unterminated string')
      end += this.text[end] === '\\' ? 2 : 1
    }
    let value: string
    try {
      value = JSON.parse(this.text.slice(start, end + 1)) as string
    } catch {
      throw this.fail('invalid string')
    }
    if (/\p{Surrogate}/u.test(value)) throw this.fail('half a surrogate pair in a string')
    this.at = end + 1
    return value
  }

  private number(): number {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    pattern.lastIndex = this.at
    const [literal] = pattern.exec(this.text) ?? []
    if (literal === undefined) throw this.fail('expected a value')
    this.at += literal.length
    return Number(literal)
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.fail('expected a value')
    this.at += word.length
    return value
  }
}
