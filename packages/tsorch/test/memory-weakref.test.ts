import { memorySuite } from './memory-suite.js'

await memorySuite('weakref')
