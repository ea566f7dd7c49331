/** What the endpoints of a hub share. */
import type { JsonObject } from '../protocol/types.js'
import { BadRequest } from './body.js'
import { Connections } from './connections.js'
import { Environment, readEnvironment, type SavedEnv } from './environment.js'
import { type HubLimits, type HubOptions, randomId, readLimits } from './options.js'

/** Hears of each call that changed something, with all in it that makes the call repeatable. */
export type RecordListener = (endpoint: string, body: JsonObject) => void

/** The parts of a record that a hub chooses. */
export interface Stamp {
  readonly contentID: string
  readonly time: number
}

export class HubState {
  /** Environments in the order in which they were made; those that were not needed yet are functions that read them. */
  readonly environments: Map<string, Environment | (() => SavedEnv)> = new Map([['main', new Environment()]])
  readonly connections: Connections
  readonly listeners: Set<RecordListener> = new Set()
  readonly limits: HubLimits
  readonly makeId: () => string
  readonly warn: (message: string) => void
  readonly #clock: () => number
  layouts = ''

  constructor(options: HubOptions) {
    this.limits = readLimits(options)
    this.makeId = options.makeId ?? randomId
    this.warn = options.onWarning ?? (() => {})
    this.#clock = options.clock ?? (() => Date.now() / 1000)
    this.connections = new Connections(this.warn)
  }

  names(): string[] {
    return [...this.environments.keys()]
  }

  /** @throws BadRequest if the environment can't be read */
  find(name: string): Environment | undefined {
    const found = this.environments.get(name)
    if (typeof found !== 'function') return found
    let environment: Environment
    try {
      environment = readEnvironment(found(), this.makeId, this.warn)
    } catch (error) {
      throw new BadRequest(`environment '${name}' can't be read: ${error instanceof Error ? error.message : error}`)
    }
    this.environments.set(name, environment)
    return environment
  }

  /** @throws BadRequest if there is no such environment */
  mustFind(name: string): Environment {
    const environment = this.find(name)
    if (environment === undefined) throw new BadRequest(`environment '${name}' does not exist`)
    return environment
  }

  /**
   * An environment, which is made if there is none.
   *
   * @throws BadRequest if there are too many
   */
  findOrMake(name: string): Environment {
    return this.find(name) ?? this.put(name, new Environment())
  }

  /** @throws BadRequest if there are too many */
  put(name: string, environment: Environment): Environment {
    const { maxEnvironments } = this.limits
    if (!this.environments.has(name) && this.environments.size >= maxEnvironments)
      throw new BadRequest(`there are ${maxEnvironments} environments, and more are not kept: delete some`)
    this.environments.set(name, environment)
    return environment
  }

  /** @throws BadRequest if there is no room for so many more windows */
  checkRoom(name: string, environment: Environment | undefined, more: number): void {
    const { maxWindows } = this.limits
    if ((environment?.windows.size ?? 0) + more > maxWindows)
      throw new BadRequest(`environment '${name}' may have ${maxWindows} windows, and more are not kept: close some`)
  }

  tellNames(): void {
    this.connections.toPages({ command: 'env_update', data: this.names() })
  }

  /** What a body that is a record brings, else what is chosen now. */
  stamp({ contentID, time }: JsonObject): Stamp {
    return {
      contentID: typeof contentID === 'string' && contentID !== '' ? contentID.slice(0, 100) : this.makeId(),
      time: typeof time === 'number' && Number.isFinite(time) ? time : this.#clock(),
    }
  }

  record(endpoint: string, body: JsonObject): void {
    for (const listener of this.listeners) {
      try {
        listener(endpoint, body)
      } catch (error) {
        this.warn(`what was done could not be recorded: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
}
