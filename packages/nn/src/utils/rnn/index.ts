/** `nn.utils.rnn`: batches of sequences of different lengths. */
export {
  type PackOptions,
  type PadPackedOptions,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
} from './pack.js'
export { invertPermutation, PackedSequence } from './packed-sequence.js'
export { type PadOptions, padSequence, unpadSequence } from './pad.js'
