/** The server: shows plots in a browser. */
export type { ServeOptions } from './options.js'
export { serve, type VizServer } from './serve.js'
