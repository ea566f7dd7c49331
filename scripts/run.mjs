// Builds a private workspace with all that it depends on, then becomes the named program:
//   node scripts/run.mjs examples/dist/mnist.js --full
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from './build.mjs'

const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) {
  console.error('usage: node scripts/run.mjs WORKSPACE/dist/PROGRAM.js [arguments]')
  process.exit(2)
}
build(entry.split('/')[0])

// Imported, not spawned: arguments, Ctrl-C and the exit code are the program's own, with nobody in between.
const program = fileURLToPath(new URL(`../${entry}`, import.meta.url))
process.argv = [process.execPath, program, ...args]
await import(pathToFileURL(program).href)
