import type { Encoded, EncodedArgs } from '../cases/encoded.js'
import { NotCovered } from '../library.js'

/** A constructor or function call, its arguments encoded as the fixtures encode them. */
export interface ParsedCall {
  readonly name: string
  readonly args: readonly Encoded[]
  readonly kwargs: EncodedArgs
}

/**
 * Parses the name of a module case: `Conv2d(4,8,3,groups=2,bias=False)`, `LSTM(5,6,2,bidirectional)`, `Linear(5,2,float64)`,
 * `TransformerEncoder(layer(8,2,16),2)`.
 *
 * @throws NotCovered for a name of another form
 */
export function parseModule(text: string): ParsedCall {
  const [, name, inner] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  if (name === undefined || inner === undefined) throw new NotCovered(`a module called ${text}`)
  const args: Encoded[] = []
  const kwargs: Record<string, Encoded> = {}
  for (const part of splitArguments(inner)) {
    const [, key, value] = /^(\w+)=(.+)$/.exec(part) ?? []
    if (key !== undefined && value !== undefined) kwargs[key] = literal(value)
    else if (/^float(32|64)$/.test(part)) kwargs.dtype = { dtype: part }
    else if (/^layer\(/.test(part)) {
      const layer = parseModule(part.replace('layer', `${name}Layer`))
      args.push({ module: `torch.nn.${layer.name}`, args: layer.args, kwargs: layer.kwargs as Record<string, Encoded> })
    } else if (/^[a-z_]+$/.test(part)) kwargs[part] = true
    else args.push(literal(part))
  }
  return { name, args, kwargs }
}

/** Words that an initialisation's name uses for the values of its options. */
const WORDS: Readonly<Record<string, readonly [option: string, value: string]>> = {
  fan_in: ['mode', 'fan_in'],
  fan_out: ['mode', 'fan_out'],
  linear: ['nonlinearity', 'linear'],
  relu: ['nonlinearity', 'relu'],
  tanh: ['nonlinearity', 'tanh'],
  sigmoid: ['nonlinearity', 'sigmoid'],
  selu: ['nonlinearity', 'selu'],
  leaky: ['nonlinearity', 'leaky_relu'],
}

/** What a gain or slope is called by. */
const GAINS: Readonly<Record<string, number>> = {
  relu: Math.SQRT2,
  tanh: 5 / 3,
  sqrt2: Math.SQRT2,
  sqrt5: Math.sqrt(5),
  selu: 0.75,
}

/**
 * Parses the name of an initialisation: `uniform_(-2,3) (3,5)`, `kaiming_uniform_ a=sqrt5 fan_out (8,3,3,3)`,
 * `sparse_ .3 (10,4)`. The size is that of the recorded tensor.
 *
 * @throws NotCovered for a name of another form
 */
export function parseInit(text: string): ParsedCall {
  const [, name, inner, words = ''] = /^([a-z_]+_)(?:\(([^)]*)\))?((?: [^ (]+)*)(?: \([\d,]*\))?$/.exec(text) ?? []
  if (name === undefined) throw new NotCovered(`an initialisation called ${text}`)
  const args = inner === undefined || inner === '' ? [] : splitArguments(inner).map(literal)
  const kwargs: Record<string, Encoded> = {}
  for (const word of words.split(' ').filter((w) => w !== '')) {
    const [, key, value] = /^(\w+)=(\S+)$/.exec(word) ?? []
    const known = WORDS[word]
    if (key !== undefined && value !== undefined)
      kwargs[key] = value in GAINS ? { float: GAINS[value]! } : literal(value)
    else if (known !== undefined) kwargs[known[0]] = known[1]
    else if (Number.isFinite(Number(word))) {
      // the number after `leaky` is the slope, that of sparse_ the share of zeros
      if (name === 'sparse_') args.push(literal(word))
      else kwargs.a = literal(word)
    } else throw new NotCovered(`an initialisation called ${text}`)
  }
  return { name, args, kwargs }
}

function literal(text: string): Encoded {
  if (text === 'True' || text === 'False') return text === 'True'
  const x = Number(text)
  if (Number.isNaN(x)) return text
  return Number.isInteger(x) && !text.includes('.') ? x : { float: x }
}

/** Splits at commas outside parentheses. */
function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if ((text[i] === ',' || i === text.length) && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  return parts.filter((p) => p !== '')
}
