/** Digits of 8 x 8 pixels: small enough to train on in a second. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { FloatTensor, type Tensor } from 'tsorch'

/** 1,797 digits as rows of 64 pixels from 0 to 1, float32, and which digits they are, int64. */
export function readSmallDigits(): [pixels: Tensor, labels: Tensor] {
  const file = new URL('../../data/digits/digits.csv.gz', import.meta.url)
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split(/\r?\n/)
  // the last column is the label
  const table = FloatTensor(lines.map((line) => line.split(',').map(Number)))
  return [table.at(':', ':-1').div(16), table.at(':', -1).long()]
}
