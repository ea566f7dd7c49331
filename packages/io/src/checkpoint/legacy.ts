/** Checkpoints as PyTorch wrote them before version 1.6: pickles one after the other, then the storages. */
import type { Storage } from '@tsorch/core'
import { type PickleContext, readPickle } from '../pickle/reader.js'
import { Dict } from '../pickle/values.js'
import type { ByteSource } from '../source.js'
import { viewOf } from '../zip/format.js'
import { asItems, asString } from './arguments.js'
import { decode } from './decode.js'
import { CheckpointError } from './error.js'
import { checkpointGlobal } from './globals.js'
import { StorageRefs } from './storage-refs.js'
import { makeStorage, type StorageRef } from './storages.js'

/** A pickle that holds the magic number 0x1950a86a20f9469cfc6c. */
const MAGIC = Uint8Array.of(0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e)
const PROTOCOL = 1001
/** In front of each storage: how many elements it has. */
const COUNT_BYTES = 8

/** Whether the first bytes are those of such a file. */
export function isLegacy(start: Uint8Array): boolean {
  if (start[0] !== 0x80) return false
  // behind the protocol, and a frame from protocol 4 on
  return [2, 11].some((at) => MAGIC.every((byte, i) => start[at + i] === byte))
}

/** The value of a checkpoint. Everything is checked before a tensor is made. */
export async function loadLegacy(file: ByteSource, device: string): Promise<unknown> {
  // where one pickle ends and the next begins is known only by reading them
  const bytes = await file.read(0, file.size)
  const refs = new StorageRefs(6)
  const context: PickleContext = { global: checkpointGlobal, persistent: (id) => refs.resolve(id) }
  let at = 0
  const next = (): unknown => {
    const { value, end } = readPickle(bytes, context, at)
    at = end
    return value
  }
  next()
  const protocol = next()
  if (protocol !== PROTOCOL)
    throw new CheckpointError(`unknown protocol version ${String(protocol)}, expected ${PROTOCOL}`)
  // of the machine that wrote it; what follows does not depend on it
  if (!(next() instanceof Dict)) throw new CheckpointError('the description of the machine that wrote it is missing')
  const value = next()
  const keys = asItems(next(), 'the list of storages').map((key) => asString(key, 'the key of a storage'))
  return decode(value, readStorages(bytes.subarray(at), keys, refs, device))
}

function readStorages(
  bytes: Uint8Array,
  keys: readonly string[],
  refs: StorageRefs,
  device: string,
): Map<StorageRef, Storage> {
  const found = new Map<StorageRef, Uint8Array>()
  const byKey = new Map([...refs.all()].map((ref) => [ref.key, ref]))
  const view = viewOf(bytes)
  let at = 0
  for (const key of keys) {
    const ref = byKey.get(key)
    if (ref === undefined) throw new CheckpointError(`storage ${key} belongs to no tensor`)
    const end = at + COUNT_BYTES + ref.nbytes
    if (end > bytes.length) throw new CheckpointError(`the file ends inside of storage ${key}`)
    if (view.getBigUint64(at, true) !== BigInt(ref.numel))
      throw new CheckpointError(`storage ${key} has ${view.getBigUint64(at, true)} elements instead of ${ref.numel}`)
    found.set(ref, bytes.subarray(at + COUNT_BYTES, end))
    at = end
  }
  for (const ref of byKey.values()) if (!found.has(ref)) throw new CheckpointError(`storage ${ref.key} is missing`)
  return new Map([...found].map(([ref, content]) => [ref, makeStorage(ref, content, device)]))
}
