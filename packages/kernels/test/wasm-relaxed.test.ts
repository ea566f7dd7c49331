import { runSet } from './run-set.js'

await runSet('wasm:relaxed')
