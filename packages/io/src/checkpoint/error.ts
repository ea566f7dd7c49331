import { ValueError } from '@tsorch/core'

/** A file that is no checkpoint, is damaged, or asks for what a checkpoint must not. */
export class CheckpointError extends ValueError {
  override name = 'CheckpointError'
}
