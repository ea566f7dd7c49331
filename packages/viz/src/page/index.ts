/** The page: windows of environments, shown live in a browser. */
import { startSaved } from './start.js'

export { type WebSocketLinkOptions, webSocketLink } from './links/websocket.js'
export { mount } from './mount.js'
export { start } from './start.js'
export type { PageHandle, PageOptions, PageState } from './types.js'

// a document that was saved with its data shows it; everywhere else this does nothing
if (typeof document !== 'undefined') startSaved()
