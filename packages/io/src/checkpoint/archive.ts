/** Checkpoints as PyTorch has written them since version 1.6: a zip archive with a pickle and a record for each storage. */
import type { Storage } from '@tsorch/core'
import { readPickle } from '../pickle/reader.js'
import type { ByteSource } from '../source.js'
import { ZipArchive, type ZipEntry } from '../zip/read.js'
import { decode } from './decode.js'
import { CheckpointError } from './error.js'
import { checkpointGlobal } from './globals.js'
import { StorageRefs } from './storage-refs.js'
import { makeStorage, type StorageRef, swapped } from './storages.js'

/** The value of a checkpoint. Everything is checked before the first storage is read. */
export async function loadArchive(file: ByteSource, device: string): Promise<unknown> {
  const archive = await ZipArchive.open(file)
  const folder = folderOf(archive)
  const find = (name: string): ZipEntry | undefined => archive.entries.get(`${folder}/${name}`)
  const isBigEndian = await readByteOrder(archive, find('byteorder'))
  const refs = new StorageRefs(5)
  const pickle = await archive.read(find('data.pkl')!)
  const { value } = readPickle(pickle, { global: checkpointGlobal, persistent: (id) => refs.resolve(id) })
  const entries = new Map([...refs.all()].map((ref) => [ref, storageEntry(ref, find(`data/${ref.key}`))]))
  const storages = new Map<StorageRef, Storage>()
  for (const [ref, entry] of entries) {
    const bytes = await archive.read(entry)
    storages.set(ref, makeStorage(ref, isBigEndian ? swapped(bytes, ref.dtype.itemsize) : bytes, device))
  }
  return decode(value, storages)
}

/** The folder that everything is in: that of the first record. */
function folderOf({ entries }: ZipArchive): string {
  const names = [...entries.keys()]
  const [folder = ''] = names[0]?.split('/') ?? []
  if (entries.has(`${folder}/constants.pkl`))
    throw new CheckpointError('it is a TorchScript program, which holds code: save its state_dict() instead')
  if (entries.has(`${folder}/data.pkl`)) return folder
  if (names.length > 0 && names.every((name) => name.endsWith('.npy')))
    throw new CheckpointError('it is an archive of NumPy arrays (.npz)')
  throw new CheckpointError('it is a zip archive, but none that torch.save wrote: it has no data.pkl')
}

async function readByteOrder(archive: ZipArchive, entry: ZipEntry | undefined): Promise<boolean> {
  // older files do not say, and are little-endian
  if (entry === undefined) return false
  const order = new TextDecoder().decode(await archive.read(entry))
  if (order !== 'little' && order !== 'big') throw new CheckpointError(`unknown byte order ${JSON.stringify(order)}`)
  return order === 'big'
}

function storageEntry(ref: StorageRef, entry: ZipEntry | undefined): ZipEntry {
  if (entry === undefined) throw new CheckpointError(`the record data/${ref.key} of a storage is missing`)
  if (entry.size < ref.nbytes)
    throw new CheckpointError(
      `the record data/${ref.key} has ${entry.size} bytes, but its storage of ${ref.numel} elements takes ${ref.nbytes}`,
    )
  return entry
}
