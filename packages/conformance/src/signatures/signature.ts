import { signatures } from './table.js'

/** One parameter of a PyTorch call. */
export interface Parameter {
  readonly name: string
  /** What it takes: `T` tensor, `n` number, `i` int, `f` float, `b` bool, `s` string, `D` dtype, `V` device, `_` anything; with `[]` a list. */
  readonly kind: string
  /** Whether a single item does for the list. */
  readonly single: boolean
  /** Whether None is one of its values. */
  readonly nullable: boolean
  /** Its default as Python spells it, undefined if it is required. */
  readonly fallback: string | undefined
  readonly keywordOnly: boolean
}

/** One way to call a function, method or constructor. */
export interface Signature {
  readonly parameters: readonly Parameter[]
  /** Name of the parameter that takes all further positional arguments (`*tensors`). */
  readonly variadic: string | undefined
}

/** Parses `T self, T other, *, n alpha=1`; commas within brackets belong to a default. */
export function parseSignature(text: string): Signature {
  const parameters: Parameter[] = []
  let variadic: string | undefined
  let keywordOnly = false
  for (const part of text.split(/, (?=\* ?,|\*$|\*\w|[A-Za-z_][[\]1?]* \w+(?:=|,|$))/)) {
    if (part === '') continue
    if (part.startsWith('*')) {
      variadic = part === '*' ? variadic : part.slice(1)
      keywordOnly = true
      continue
    }
    const [, letter = '_', list, nullable, name = '', fallback] =
      /^([A-Za-z_])(\[1?\])?(\?)? (\w+)(?:=(.*))?$/.exec(part) ?? []
    if (name === '') throw new Error(`signature: cannot read '${part}' of '${text}'`)
    parameters.push({
      name,
      kind: list === undefined ? letter : `${letter}[]`,
      single: list === '[1]',
      nullable: nullable !== undefined || fallback === 'None',
      fallback,
      keywordOnly,
    })
  }
  return { parameters, variadic }
}

const parsed = new Map<string, readonly Signature[]>()

/**
 * The signatures of a call by its Python path: `torch.add`, `Tensor.add_`, `torch.nn.Linear`. A method has those of the
 * function of its name, without the tensor itself. Empty if the path is unknown.
 */
export function signaturesOf(path: string): readonly Signature[] {
  let found = parsed.get(path)
  if (found === undefined) {
    const method = path.startsWith('Tensor.')
    const texts = signatures[path] ?? (method ? signatures[`torch.${path.slice(7)}`] : undefined) ?? []
    found = texts.map(parseSignature)
    if (method) found = found.map(withoutSelf)
    parsed.set(path, found)
  }
  return found
}

function withoutSelf(signature: Signature): Signature {
  const self = Math.max(
    0,
    signature.parameters.findIndex((p) => p.name === 'self'),
  )
  return { ...signature, parameters: signature.parameters.filter((_, i) => i !== self) }
}
