export { SafetensorError, type SafetensorsEntry } from './header.js'
export { type LoadOptions, loadSafetensors, parseSafetensors, type SafetensorsView } from './load.js'
export { type NamedTensors, type SaveOptions, saveSafetensors, serializeSafetensors } from './save.js'
export type { Source } from './source.js'
