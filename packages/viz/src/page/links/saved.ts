/** What a page of a saved environment shows: the windows that it brings along. */
import { Hub, type SavedEnv } from '../../hub/index.js'
import type { Link } from '../../protocol/transport.js'

/**
 * A way to environments that were saved: all can be looked at, nothing can be changed.
 *
 * @throws BadRequest if what is given is no saved environment
 */
export function savedLink(envs: Readonly<Record<string, SavedEnv>>): Link {
  const hub = new Hub()
  for (const [name, saved] of Object.entries(envs)) hub.importEnv(name, saved)
  const link = hub.link()
  return {
    post: (endpoint, body) => link.post(endpoint, body),
    open: (onMessage, onState) => {
      const connection = link.open(
        (message) => onMessage(message.command === 'register' ? { ...message, readonly: true } : message),
        onState,
      )
      return { send() {}, close: () => connection.close() }
    },
  }
}
