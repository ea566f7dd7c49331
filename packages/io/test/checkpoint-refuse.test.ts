import { tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { CheckpointError, load, serialize, serializeSafetensors } from '../src/index.js'
import { archiveFile, checkpointOf, latin1, legacyFile, zipOf } from './checkpoint-files.js'

async function refusal(file: Uint8Array): Promise<string> {
  const error = await load(file).then(
    () => new Error('it was loaded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CheckpointError)
  return (error as Error).message.replace('the given bytes: ', '')
}

const STORAGE = '(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0aX\u0003\0\0\0cpuK\u0004tQ'
const REBUILD = 'ctorch._utils\n_rebuild_tensor_v2\n'
const HOOKS = 'ccollections\nOrderedDict\n)R'
const data = { 'x/data/a': new Uint8Array(16) }

/** A checkpoint of one tensor on a storage of four float32. */
const tensorOf = (rest: string): Uint8Array => checkpointOf(`${REBUILD}(${STORAGE}${rest}tR`, data)

test('what a pickle names is looked up, not run', async () => {
  const globals: Record<string, string> = {
    'cos\nsystem\nX\u0002\0\0\0ls\x85R': 'it names os.system',
    'c__builtin__\neval\nX\u0001\0\0\x001\x85R': 'it names builtins.eval',
    'cposix\nsystem\n': 'it names posix.system',
    'cconstructor\nconstructor\n': 'it names constructor.constructor',
    'c__proto__\n__proto__\n': 'it names __proto__.__proto__',
    'c__main__\nConfig\n)\x81}b': 'it names __main__.Config',
    'cdatetime\ndate\n': 'it names datetime.date',
    'ctorch.nn.modules.linear\nLinear\n)\x81': 'a whole model (torch.nn.modules.linear.Linear)',
    'cbuiltins\ncomplex\n': 'a complex number, which has no counterpart here (builtins.complex)',
    'ctorch\nComplexFloatStorage\n': 'a complex tensor',
    'ctorch._utils\n_rebuild_sparse_tensor\n': 'a sparse tensor',
    'ctorch._utils\n_rebuild_tensor_v3\n': 'a tensor of a dtype like uint16 or float8',
    'ctorch\nfloat8_e5m2\n': 'a dtype, which has no counterpart here (torch.float8_e5m2)',
    'ctorch\nTensor\n)R': 'torch.Tensor cannot be called',
    'ctorch\nTensor\n': 'it holds torch.Tensor itself',
    '\x8c\u0002os\x8c\u0006system\x93': 'it names os.system',
    'K\u0001K\u0002\x93': 'a class is named by two strings, not by int and int',
    'X\u0004\0\0\0evalX\u0001\0\0\x001\x85R': 'str cannot be called',
    'ccollections\nOrderedDict\nK\u0001R': 'collections.OrderedDict is called with int instead of a tuple',
    ']}b': 'attributes cannot be set on list',
    'i__main__\nConfig\n': 'opcode 0x69 at byte 2 is not supported',
    'P1\n': 'opcode 0x50',
    '\x82\u0001': 'opcode 0x82',
  }
  for (const [pickle, message] of Object.entries(globals))
    expect(await refusal(checkpointOf(pickle))).toContain(message)
})

test('calls of what may be named are checked', async () => {
  const calls: Record<string, string> = {
    'ctorch\nSize\nK\u0001\x85R': 'argument of torch.Size must be a tuple, but is 1',
    'ctorch\nSize\n(J\xff\xff\xff\xfft\x85R': 'an item of argument of torch.Size must be an integer >= 0, but is -1',
    'ctorch\nSize\n))\x86R': 'torch.Size takes 0 to 1 arguments, but got 2',
    'c_codecs\nencode\nX\u0001\0\0\0aX\u0005\0\0\0utf-8\x86R': 'bytes are written in latin1, not in utf-8',
    'c_codecs\nencode\nX\u0003\0\0\0\xe2\x82\xacX\u0006\0\0\0latin1\x86R':
      'bytes are written in latin1, which has no character 8364',
    'ccollections\nOrderedDict\n]K\u0001a\x85R': 'an item of collections.OrderedDict must be a tuple, but is 1',
    'c__builtin__\nset\nK\u0001\x85R': 'argument of builtins.set must be a tuple, but is 1',
    'ctorch._tensor\n_rebuild_from_type_v2\n(NNNNtR': 'None cannot be called',
    'X\u0005\0\0\0thing\x85Q': 'only storages lie outside of the pickle, but it refers to tuple',
    '(X\u0007\0\0\0storageNX\u0001\0\0\0aX\u0003\0\0\0cpuK\u0004tQ': 'None is no class of storages',
    '(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0aX\u0003\0\0\0cpuG@\u0010\0\0\0\0\0\0tQN\x86':
      'the record data/a of a storage is missing',
  }
  for (const [pickle, message] of Object.entries(calls)) expect(await refusal(checkpointOf(pickle))).toContain(message)
})

test('a tensor lies within its storage, and is one that can be', async () => {
  expect((await load(tensorOf(`K\0K\u0002\x85K\u0001\x85\x89${HOOKS}`))) as object).toMatchObject({ shape: [2] })
  const tensors: Record<string, string> = {
    [`K\0K\u0005\x85K\u0001\x85\x89${HOOKS}`]:
      'a tensor of shape [5], strides [1] and offset 0 reaches beyond its storage of 4 elements',
    [`K\u0004K\u0001\x85K\u0001\x85\x89${HOOKS}`]: 'shape [1], strides [1] and offset 4 reaches beyond',
    [`K\0K\u0002\x85K\u0004\x85\x89${HOOKS}`]: 'reaches beyond its storage',
    [`K\0K\u0002\x85)\x89${HOOKS}`]: 'has not as many strides as sizes',
    [`K\0J\xff\xff\xff\xff\x85K\u0001\x85\x89${HOOKS}`]:
      'size of torch._utils._rebuild_tensor_v2 must be an integer >= 0, but is -1',
    [`J\xff\xff\xff\xffK\u0001\x85K\u0001\x85\x89${HOOKS}`]: 'storage_offset of torch._utils._rebuild_tensor_v2',
    [`K\0(${'J\xff\xff\xff\x7f'.repeat(3)}tK\0K\0K\0\x87\x89${HOOKS}`]: 'reaches beyond its storage',
    [`K\0K\u0002\x85K\u0001\x85K\u0001${HOOKS}`]:
      'requires_grad of torch._utils._rebuild_tensor_v2 must be a bool, but is 1',
    'K\0K\u0002\x85K\u0001\x85': '_rebuild_tensor_v2 takes 6 to 7 arguments, but got 4',
  }
  for (const [rest, message] of Object.entries(tensors)) expect(await refusal(tensorOf(rest))).toContain(message)
  const integer = `${REBUILD}(${STORAGE.replace('Float', 'Int')}K\0K\u0002\x85K\u0001\x85\x88${HOOKS}tR`
  expect(await refusal(checkpointOf(integer, data))).toContain(
    'only tensors of floating point dtype can require gradients',
  )
  const twice = `${STORAGE}${STORAGE.replace('Float', 'Int')}\x86`
  expect(await refusal(checkpointOf(twice, data))).toContain('storage a is referred to as 4 elements of torch.int32')
})

test('storages are those of their records', async () => {
  const pickle = `${STORAGE}K\u0001\x86`
  expect(await load(checkpointOf(pickle, data))).toEqual([expect.objectContaining({ shape: [4] }), 1])
  expect(await refusal(checkpointOf(pickle))).toBe('the record data/a of a storage is missing')
  expect(await refusal(checkpointOf(pickle, { 'x/data/a': new Uint8Array(15) }))).toBe(
    'the record data/a has 15 bytes, but its storage of 4 elements takes 16',
  )
  const order = latin1('middle')
  expect(await refusal(checkpointOf('N', { 'x/byteorder': order }))).toBe('unknown byte order "middle"')
})

test('a file of a big-endian machine is turned round', async () => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setFloat32(4, 1.5, false)
  const file = checkpointOf(`${REBUILD}(${STORAGE}K\0K\u0004\x85K\u0001\x85\x89${HOOKS}tR`, {
    'x/data/a': bytes,
    'x/byteorder': latin1('big'),
  })
  const before = file.slice()
  expect((await load<{ tolist(): unknown }>(file)).tolist()).toEqual([0, 1.5, 0, 0])
  expect(file).toEqual(before)
})

test('a damaged pickle is told where it is', async () => {
  const damaged: Record<string, string> = {
    '': 'the stack is empty',
    K: 'the pickle ends inside of a value, at byte 4',
    'X\u0010\0\0\0abc': 'a value of 16 bytes reaches beyond the end of the pickle',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xff': 'bytes reaches beyond the end of the pickle',
    'X\u0001\0\0\0\xff': 'a string is not valid UTF-8',
    e: 'there is no mark',
    s: 'the stack is empty',
    '}K\u0001(u': 'items can only be set in a dict, not in int',
    '}(K\u0001u': 'a dict has a key without a value',
    '}]Ns': 'list cannot be the key of a dict',
    ']K\u0001K\u0002s': 'items can only be set in a dict, not in list',
    '}K\u0001a': 'items can only be appended to a list, not to dict',
    ']\x90': 'there is no mark',
    'h\u0005': 'value 5 is referred to',
    NN: 'the pickle ends with values left over',
    cos: 'the pickle ends inside of a name',
    '\x8b\xff\xff\xff\x7f': 'reaches beyond the end of the pickle',
  }
  for (const [pickle, message] of Object.entries(damaged))
    expect(await refusal(checkpointOf(pickle))).toContain(message)
  expect(await refusal(checkpointOf(new Uint8Array(0)))).toContain('ends inside of a value')
  expect(await refusal(checkpointOf(latin1('(dp0\n.')))).toBe('it does not begin as a pickle of protocol 2 or later')
  expect(await refusal(checkpointOf(latin1('\x80\u0006N.')))).toContain('pickle protocol 6 is unknown')
  expect(await refusal(checkpointOf(`${']'.repeat(5000)}${'a'.repeat(4999)}`))).toContain(
    'nested more than 1000 levels deep',
  )
})

test('a small file does not keep the reader busy', async () => {
  const list = `](${'K\u0001'.repeat(10_000)}eq\x00`
  const again = 'c__builtin__\nset\nh\0\x85R0'
  expect(await load(checkpointOf(`${list}${again.repeat(20)}`))).toHaveLength(10_000)
  expect(await refusal(checkpointOf(`${list}${again.repeat(5000)}`))).toBe(
    'builtins.set is called with the same arguments over and over',
  )
  const dims = `(${'K\u0001'.repeat(65)}tq\0`
  expect(await refusal(tensorOf(`K\0${dims}h\0\x89${HOOKS}`))).toBe('a tensor cannot have 65 dimensions, at most 64')
})

test('the opcodes of all protocols from 2 to 5', async () => {
  const read = (pickle: string): Promise<unknown> =>
    load(checkpointOf(latin1(`\x80\u0005\x95\0\0\0\0\0\0\0\0${pickle}.`)))
  expect(await read(']\x94(\x8c\u0001ah\0e')).toMatchObject(['a', expect.any(Array)])
  expect(await read('\x8f\x94(K\u0001K\u0002\x90')).toEqual(new Set([1, 2]))
  expect(await read('(K\u0001K\u0001\x91')).toEqual(new Set([1]))
  expect(await read('C\u0002ab')).toEqual(latin1('ab'))
  expect(await read('B\u0001\0\0\0a')).toEqual(latin1('a'))
  expect(await read('\x8e\u0001\0\0\0\0\0\0\0a')).toEqual(latin1('a'))
  expect(await read('\x96\u0001\0\0\0\0\0\0\0a')).toEqual(latin1('a'))
  expect(await read('\x8d\u0001\0\0\0\0\0\0\0a')).toBe('a')
  expect(await read('T\u0001\0\0\0aU\u0001b\x86')).toEqual(['a', 'b'])
  expect(await read('(K\u0001NdK\u00020')).toEqual(new Map([[1, null]]))
  expect(await read('(K\u0001K\u0002l(K\u00031')).toEqual([1, 2])
  expect(await read('\x8a\0\x8a\u0001\xff\x8b\u0002\0\0\0\0\x80\x87')).toEqual([0, -1, -32768])
})

test('other files are called by their names', async () => {
  const others: Record<string, Uint8Array> = {
    'it is empty': new Uint8Array(0),
    'it is a NumPy array (.npy)': latin1('\x93NUMPY\u0001\0v\0{}'),
    'it is an archive of NumPy arrays (.npz)': zipOf({ 'arr_0.npy': latin1('\x93NUMPY') }),
    'it is a safetensors file: read it with loadSafetensors()': serializeSafetensors({ x: tensor([1]) }),
    'it is an HDF5 file, as Keras writes it': latin1('\x89HDF\r\n\u001a\n'),
    'it is compressed by gzip: unpack it first': latin1('\u001f\x8b\u0008'),
    'it is a web page or XML: the download went wrong': latin1('<!doctype html>'),
    'it is a Git LFS pointer, not the file itself: fetch it with git lfs pull': latin1(
      'version https://git-lfs.github.com/spec/v1\n',
    ),
    'it is an ONNX model': latin1('\u0008\u0007\u0012\u0007pytorch'),
    'it is a pickle, but none that torch.save wrote': latin1('\x80\u0004\x95\0\0\0\0\0\0\0\0N.'),
    'it is a tar archive, as PyTorch wrote before version 0.1.10': latin1(`${'a'.padEnd(257, '\0')}ustar`),
    'it is no file of PyTorch': latin1('hello'),
    'it is a TorchScript program, which holds code: save its state_dict() instead': zipOf({
      'm/data.pkl': latin1('N'),
      'm/constants.pkl': latin1('N'),
    }),
    'it is a zip archive, but none that torch.save wrote: it has no data.pkl': zipOf({ 'a.txt': latin1('a') }),
    'the zip archive has no directory at its end: the file is cut short': serialize(1).subarray(0, -1),
  }
  for (const [message, file] of Object.entries(others)) expect(await refusal(file)).toBe(message)
})

test('the older format is checked as well', async () => {
  const file = legacyFile()
  expect(await refusal(file.subarray(0, -1))).toMatch(/^the file ends inside of storage \d+$/)
  expect(await refusal(file.subarray(0, 500))).toContain('the pickle ends inside of')
  const protocol = file.slice()
  protocol[file.indexOf(0x4d) + 1] = 0xe8
  expect(await refusal(protocol)).toBe('unknown protocol version 1000, expected 1001')
})

test('a record that is damaged is noticed', async () => {
  const file = await archiveFile()
  const intact = file.slice()
  const at = file.findIndex((_, i) => new DataView(file.buffer, i, 4).getFloat32(0, true) === 5)
  file[at]! ^= 1
  expect(await refusal(file)).toMatch(/^record .*data\/\d+ is damaged: its checksum differs$/)
  await expect(load(intact)).resolves.toBeDefined()
})
