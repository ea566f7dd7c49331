// Saves one checkpoint after the other to the path that it is given, each full of its own number, until it is killed.
import { full } from '@tsorch/core'
import { save } from '../src/index.js'

const path = process.argv[2]!
for (let step = 1; ; step++) {
  await save({ step, parts: Array.from({ length: 16 }, () => full([2 ** 16], step)) }, path)
  console.log(step)
}
