import type { Hub, HubAnswer } from '../hub/index.js'
import { type Transport, TransportError } from '../protocol/transport.js'
import type { JsonObject } from '../protocol/types.js'
import type { Keeper } from './keeper.js'

/** Endpoints that only read. */
const reading: ReadonlySet<string> = new Set(['win_exists', 'env_state', 'runs'])

/** What comes in from outside, before it reaches the hub: environments that show others' files are not written to. */
export class Gate {
  readonly #hub: Hub
  readonly #keeper: Keeper | null
  readonly #isShown: (env: string) => boolean

  constructor(hub: Hub, keeper: Keeper | null, isShown: (env: string) => boolean) {
    this.#hub = hub
    this.#keeper = keeper
    this.#isShown = isShown
  }

  /** Does what a body asks for. If something is to be saved, it is when the answer comes. */
  async handle(endpoint: string, body: JsonObject): Promise<HubAnswer> {
    const answer = this.handleNow(endpoint, body)
    if (this.#keeper === null || !slow.has(endpoint) || answer.status !== 200) return answer
    try {
      await this.#keeper.settled()
    } catch (error) {
      return { status: 500, text: `it could not be saved: ${(error as Error).message}` }
    }
    return answer
  }

  handleNow(endpoint: string, body: JsonObject): HubAnswer {
    const env = nameOf(body.eid)
    if (isWriting(endpoint, body) && this.#isShown(env))
      return { status: 400, text: `the environment '${env}' shows a log directory and cannot be written to` }
    return this.#hub.handle(endpoint, body)
  }

  /** Whether a page or client may ask for something over its socket. */
  allows(command: JsonObject): boolean {
    const { cmd, prev_eid: from } = command
    const env = nameOf(command.eid)
    if (!this.#isShown(env)) return true
    return cmd !== 'close' && cmd !== 'delete_env' && (cmd !== 'save' || nameOf(from) === env)
  }

  /** For a client in the same program. */
  transport(): Transport {
    const direct = this.#hub.transport()
    return {
      ...(direct.listen && { listen: (listener) => direct.listen!(listener) }),
      post: async (endpoint, body) => {
        const { status, text } = await this.handle(endpoint, body)
        if (status === 200) return text
        throw new TransportError(text, status)
      },
      close: () => direct.close?.(),
    }
  }
}

/** The environment that is meant, as the hub takes it. */
function nameOf(eid: unknown): string {
  return typeof eid === 'string' ? eid.replaceAll('/', '_') : 'main'
}

/** Endpoints after which a file is written or removed. */
const slow: ReadonlySet<string> = new Set(['save', 'fork_env', 'delete_env'])

/** Whether a call changes something. */
export function isWriting(endpoint: string, body: JsonObject): boolean {
  if (reading.has(endpoint) || endpoint.startsWith('env/') || endpoint.startsWith('compare/')) return false
  return endpoint !== 'win_data' || body.data !== undefined
}
