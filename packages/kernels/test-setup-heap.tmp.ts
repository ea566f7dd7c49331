import { referenceOverrides, referencePrimitives, registerBackend } from '@tsorch/core/backend'
import { HeapMemory } from './src/heap/index.ts'

const memory = new HeapMemory({
  memory: new WebAssembly.Memory({ initial: 64, maximum: 32768, shared: true }),
  base: 1024,
  mode: (process.env.MODE ?? 'weakref') as never,
  small: Number(process.env.SMALL ?? 0),
  poison: process.env.POISON !== '0',
  ...(process.env.GROWTH ? { growth: Number(process.env.GROWTH) } : {}),
})
registerBackend({
  device: 'cpu',
  set: 'heap-test',
  rank: 5,
  memory,
  primitives: referencePrimitives,
  overrides: referenceOverrides,
})
