/**
 * The classes and functions that a checkpoint may name: what PyTorch's `weights_only=True` accepts, and two that it leaves out,
 * frozenset and (for empty ones) bytes.
 */
import { bfloat16, bool, type DType, float16, float32, float64, int8, int16, int32, int64, uint8 } from '@tsorch/core'
import { Dict, Global, PickleError, PySet, pythonType, Tuple } from '../pickle/values.js'
import { asBoolean, asDict, asItems, asSize, asSizes, asStorage, asString, asTensor, checkCount } from './arguments.js'
import { StorageType, storageTypes, TensorRef } from './storages.js'

type Call = (args: readonly unknown[], name: string) => unknown

const REBUILD = 'torch._utils._rebuild_tensor'

function rebuildTensor(args: readonly unknown[], name: string): TensorRef {
  // the first version knew no gradients, and the eighth argument of later ones marks what is conjugated or negated lazily
  checkCount(name, args, name === REBUILD ? 4 : 6, name === REBUILD ? 4 : 7)
  const [storage, offset, size, stride, requiresGrad = false, hooks = new Dict(), metadata = null] = args
  asDict(hooks, `backward_hooks of ${name}`)
  if (metadata !== null && asDict(metadata, `metadata of ${name}`).entries.size > 0)
    throw new PickleError('a tensor that is conjugated or negated lazily has no counterpart here')
  return new TensorRef(
    asStorage(storage, `storage of ${name}`),
    asSize(offset, `storage_offset of ${name}`),
    asSizes(size, `size of ${name}`),
    asSizes(stride, `stride of ${name}`),
    asBoolean(requiresGrad, `requires_grad of ${name}`),
  )
}

function rebuildParameter(args: readonly unknown[], name: string): TensorRef {
  checkCount(name, args, 3, 4)
  return asTensor(args[0], `data of ${name}`).withGrad(asBoolean(args[1], `requires_grad of ${name}`))
}

/** A tensor with attributes in Python, or of a class derived from Tensor: the tensor alone. */
function rebuildFromType(args: readonly unknown[], name: string): unknown {
  checkCount(name, args, 4)
  const [rebuild, type, inner] = args
  if (!(rebuild instanceof Global) || rebuild.call === null)
    throw new PickleError(`${pythonType(rebuild)} cannot be called`)
  if (!(type instanceof Global)) throw new PickleError(`${name} got ${pythonType(type)} as a class`)
  return asTensor(rebuild.call(asItems(inner, `arguments of ${name}`)), `result of ${rebuild.name}`)
}

function dict(args: readonly unknown[], name: string): Dict {
  checkCount(name, args, 0, 1)
  const made = new Dict()
  const [content] = args
  if (content instanceof Dict) for (const [key, value] of content.entries) made.entries.set(key, value)
  else if (content !== undefined) {
    for (const pair of asItems(content, `argument of ${name}`)) {
      const items = asItems(pair, `an item of ${name}`)
      if (items.length !== 2) throw new PickleError(`an item of ${name} must be a pair, but has ${items.length} parts`)
      made.entries.set(items[0], items[1])
    }
  }
  return made
}

function set(args: readonly unknown[], name: string): PySet {
  checkCount(name, args, 0, 1)
  return new PySet(args.length === 0 ? [] : [...asItems(args[0], `argument of ${name}`)])
}

/** `_codecs.encode`: how protocol 2 writes bytes, as text in which every character is a byte. */
function encode(args: readonly unknown[], name: string): Uint8Array {
  checkCount(name, args, 2)
  const text = asString(args[0], `argument of ${name}`)
  const encoding = asString(args[1], `encoding of ${name}`)
  if (!/^(latin-?1|iso-8859-1)$/i.test(encoding))
    throw new PickleError(`bytes are written in latin1, not in ${encoding}`)
  return Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0)!
    if (code > 0xff) throw new PickleError(`bytes are written in latin1, which has no character ${code}`)
    return code
  })
}

function byteArray(args: readonly unknown[], name: string): Uint8Array {
  checkCount(name, args, 0, 2)
  if (args.length === 2) return encode(args, name)
  if (args.length === 0) return new Uint8Array(0)
  if (args[0] instanceof Uint8Array) return args[0].slice()
  throw new PickleError(`argument of ${name} must be bytes, but is ${pythonType(args[0])}`)
}

/** A device is its name. */
function device(args: readonly unknown[], name: string): string {
  checkCount(name, args, 1, 2)
  const type = asString(args[0], `type of ${name}`)
  return args.length === 1 || args[1] === null ? type : `${type}:${asSize(args[1], `index of ${name}`)}`
}

function layout(args: readonly unknown[], name: string): string {
  checkCount(name, args, 1)
  return asString(args[0], `argument of ${name}`).replace(/^torch\./, '')
}

function size(args: readonly unknown[], name: string): Tuple {
  checkCount(name, args, 0, 1)
  return new Tuple(args.length === 0 ? [] : asSizes(args[0], `argument of ${name}`))
}

const calls: Readonly<Record<string, Call>> = {
  [REBUILD]: rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  'torch.Size': size,
  'torch.device': device,
  'torch.serialization._get_layout': layout,
  'collections.OrderedDict': dict,
  'collections.Counter': dict,
  'builtins.set': set,
  'builtins.frozenset': set,
  'builtins.bytearray': byteArray,
  'builtins.bytes': byteArray,
  '_codecs.encode': encode,
}

/** Names that mean nothing but themselves. */
const classes: readonly string[] = ['torch.Tensor', 'torch.nn.parameter.Parameter']

const dtypes: readonly DType[] = [float32, float64, float16, bfloat16, int8, uint8, int16, int32, int64, bool]

const known: ReadonlyMap<string, Global | DType> = new Map<string, Global | DType>([
  ...Object.entries(calls).map(([name, call]) => [name, new Global(name, (args) => call(args, name))] as const),
  ...classes.map((name) => [name, new Global(name)] as const),
  ...dtypes.map((dtype) => [`torch.${dtype.name}`, dtype] as const),
  ...[...storageTypes].flatMap(([name, dtype]) =>
    ['torch', 'torch.cuda'].map(
      (module) => [`${module}.${name}`, new StorageType(`${module}.${name}`, dtype)] as const,
    ),
  ),
  ['torch.storage.UntypedStorage', new StorageType('torch.storage.UntypedStorage', uint8)],
])

/** Harmless, but of a kind that does not exist here. */
const foreign: readonly (readonly [path: RegExp, what: string])[] = [
  [/^builtins\.complex$/, 'a complex number'],
  [/^torch\._utils\._rebuild_tensor_v3$/, 'a tensor of a dtype like uint16 or float8'],
  [/^torch\._utils\._rebuild_sparse_tensor$/, 'a sparse tensor'],
  [/^torch\._utils\._rebuild_qtensor$/, 'a quantized tensor'],
  [/^torch\._utils\._rebuild_nested_tensor$/, 'a nested tensor'],
  [/^torch\._utils\._rebuild_meta_tensor_no_storage$/, 'a tensor without values'],
  [/^torch\._utils\._rebuild_(device|wrapper)_\w+$/, 'a tensor of a special device'],
  [/^torch\.(cuda\.)?Complex\w+Storage$/, 'a complex tensor'],
  [/^torch\.(cuda\.)?\w+(Storage|Tensor)$/, 'a tensor of another kind'],
  [/^torch\.(complex|uint|int|float|quint|qint|bits)\w+$/, 'a dtype'],
]

/** What a name means in a checkpoint. @throws PickleError, naming it, if it must not be named */
export function checkpointGlobal(module: string, name: string): Global | DType {
  const path = `${module}.${name}`
  const found = known.get(path)
  if (found !== undefined) return found
  const kind = foreign.find(([pattern]) => pattern.test(path))
  if (kind !== undefined) throw new PickleError(`it holds ${kind[1]}, which has no counterpart here (${path})`)
  if (/^(torch\.nn\.modules|torchvision\.models)\./.test(path))
    throw new PickleError(`it holds a whole model (${path}), whose code is Python's: save model.state_dict() instead`)
  throw new PickleError(`it names ${path}, and may name only what PyTorch's weights_only=True accepts`)
}
