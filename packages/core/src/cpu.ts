/** The device `cpu`, with the kernel set that works everywhere. Faster sets register themselves beside it. */
import { registerBackend } from './dispatch/registry.js'
import { tsMemory, tsPrimitives } from './kernels/index.js'
import { tsOverrides } from './kernels/overrides.js'

registerBackend({
  device: 'cpu',
  set: 'ts',
  rank: 0,
  memory: tsMemory,
  primitives: tsPrimitives,
  overrides: tsOverrides,
})
