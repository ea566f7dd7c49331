import { runSet } from './run-set.js'

await runSet('native:neon')
