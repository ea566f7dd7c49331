import { runSet } from './run-set.js'

await runSet('native:avx512')
