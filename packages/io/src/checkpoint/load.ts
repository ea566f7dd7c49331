import { bindOptions, deviceOf } from '@tsorch/core'
import type { LoadOptions } from '../load.js'
import { PickleError } from '../pickle/values.js'
import { type ByteSource, openSource, type Source } from '../source.js'
import { ZipError } from '../zip/format.js'
import { loadArchive } from './archive.js'
import { CheckpointError } from './error.js'
import { isLegacy, loadLegacy } from './legacy.js'
import { RECOGNISED_BYTES, recognise } from './recognise.js'

/**
 * Reads a checkpoint that `torch.save` or {@link save} wrote, in PyTorch's format of today or in that before version 1.6.
 *
 * A pickle is a program; this one is read by an interpreter that executes nothing and knows only the classes and functions that
 * PyTorch's `weights_only=True` accepts. A file that names others, such as a whole model or a datetime, is refused.
 *
 * Dicts whose keys are all strings become plain objects, other dicts Maps, with keys of their own type; OrderedDicts are dicts.
 * Lists become arrays, tuples and `torch.Size` frozen arrays, sets Sets, bytes Uint8Arrays, None null; ints past 2^53 become
 * bigints; a `torch.device` becomes its name and a `torch.dtype` the dtype of that name. Tensors keep dtype, strides, offset and
 * whether they require a gradient, Parameters are tensors, and what shared memory shares it again.
 *
 * @param source path, URL, Blob, ArrayBuffer or typed array of bytes
 * @typeParam T what the checkpoint is known to hold; it is not checked
 * @throws CheckpointError, naming the file, if it is damaged, is no checkpoint, or holds what it must not; nothing is half loaded
 * @example
 * ```ts
 * const { epoch, model: state } = await load<{ epoch: number; model: StateDict }>('checkpoint.pt')
 * model.loadStateDict(state)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.load.html
 */
export async function load<T = unknown>(source: Source, options?: LoadOptions): Promise<T> {
  const { device = 'cpu' } = bindOptions<LoadOptions>('load', ['device'], [options])
  deviceOf(device)
  const file = await openSource(source)
  try {
    return (await loadFrom(file, device)) as T
  } catch (error) {
    if (!(error instanceof PickleError || error instanceof ZipError || error instanceof CheckpointError)) throw error
    throw new CheckpointError(`${file.name}: ${error.message}`)
  } finally {
    await file.close()
  }
}

async function loadFrom(file: ByteSource, device: string): Promise<unknown> {
  const start = await file.read(0, Math.min(RECOGNISED_BYTES, file.size))
  if (start[0] === 0x50 && start[1] === 0x4b) return loadArchive(file, device)
  if (isLegacy(start)) return loadLegacy(file, device)
  throw new CheckpointError(recognise(start))
}
