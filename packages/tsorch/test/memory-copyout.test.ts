import { memorySuite } from './memory-suite.js'

await memorySuite('copyout')
