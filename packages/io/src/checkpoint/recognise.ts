/** What else a file may be that is given as a checkpoint. */

/** Formats that are mistaken for one: the first bytes, a character each, and what to do about it. */
const formats: readonly (readonly [start: string, message: string])[] = [
  ['\u0093NUMPY', 'it is a NumPy array (.npy)'],
  ['\u0089HDF\r\n', 'it is an HDF5 file, as Keras writes it'],
  ['\u001f\u008b', 'it is compressed by gzip: unpack it first'],
  ['version https://git-lfs', 'it is a Git LFS pointer, not the file itself: fetch it with git lfs pull'],
  ['<', 'it is a web page or XML: the download went wrong'],
  ['\u0080', 'it is a pickle, but none that torch.save wrote'],
]

/** Bytes that {@link recognise} looks at. */
export const RECOGNISED_BYTES = 512

/** A header's length in eight bytes, then JSON. */
function isSafetensors(start: string): boolean {
  return start.slice(5, 9) === '\0\0\0{'
}

/** A protobuf that begins with the version of the format and the producer's name. */
function isOnnx(start: string): boolean {
  return start[0] === '\u0008' && start[1]! < '\u0020' && start[2] === '\u0012'
}

/** What a file is that is neither of PyTorch's formats, judged by its first bytes. */
export function recognise(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty'
  const start = String.fromCharCode(...bytes)
  if (isSafetensors(start)) return 'it is a safetensors file: read it with loadSafetensors()'
  if (isOnnx(start)) return 'it is an ONNX model'
  const known = formats.find(([first]) => start.startsWith(first))
  if (known !== undefined) return known[1]
  // a tar archive says so in the middle of its first block
  if (start.slice(257, 262) === 'ustar') return 'it is a tar archive, as PyTorch wrote before version 0.1.10'
  return 'it is no file of PyTorch'
}
