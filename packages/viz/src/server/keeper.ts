import type { Hub, SavedEnv } from '../hub/index.js'
import { escapeHtml } from '../protocol/html.js'
import { pythonJson } from '../protocol/json.js'
import type { JsonObject } from '../protocol/types.js'
import { Store } from './store/store.js'

/** The window that tells pages that they will not be there after a restart. */
const NOTICE = 'tsorch_viz_storage'

/** Keeps what happens in a hub: it brings back what was kept, and hands every change to the store. */
export class Keeper {
  readonly #hub: Hub
  readonly #store: Store
  readonly #isShown: (env: string) => boolean
  readonly #stopRecording: () => void
  /** what was asked to be saved or removed and is not yet */
  #pending: Promise<void> = Promise.resolve()
  #trouble: string | null = null
  readonly #noticed = new Set<string>()
  #isMuted = false

  private constructor(hub: Hub, store: Store, isShown: (env: string) => boolean, warn: (line: string) => void) {
    this.#hub = hub
    this.#store = store
    this.#isShown = isShown
    for (const env of store.scan()) {
      try {
        hub.importEnv(env, () => store.load(env) ?? { jsons: {}, reload: {} })
      } catch (error) {
        // a file that someone put there
        warn(`the environment ${JSON.stringify(env)} is left out: ${(error as Error).message}`)
      }
    }
    const layouts = store.readLayouts()
    if (layouts !== '') hub.layouts = layouts
    this.#stopRecording = hub.onRecord((endpoint, body) => {
      if (!this.#isMuted) this.#record(endpoint, body)
    })
  }

  /**
   * @param isShown whether an environment only shows files of others, and is not kept
   * @throws Error if another server uses the folder
   */
  static async open(
    hub: Hub,
    folder: string,
    isShown: (env: string) => boolean,
    warn: (line: string) => void,
  ): Promise<Keeper> {
    let keeper: Keeper | null = null
    let early: string | null = null
    const onTrouble = (trouble: string | null): void => {
      if (keeper === null) early = trouble
      else keeper.#onTrouble(trouble)
    }
    const store = await Store.open({ folder, read: (env) => withoutNotice(hub.exportEnv(env)), warn, onTrouble })
    keeper = new Keeper(hub, store, isShown, warn)
    if (early !== null) keeper.#onTrouble(early)
    return keeper
  }

  /** Resolves when what was asked to be saved is. @throws Error from the file system */
  async settled(): Promise<void> {
    const pending = this.#pending
    this.#pending = Promise.resolve()
    await pending
  }

  flush(): Promise<void> {
    return this.#store.flush()
  }

  async close(): Promise<void> {
    await this.#pending.catch(() => {})
    await this.#store.close()
    this.#stopRecording()
  }

  #record(endpoint: string, body: JsonObject): void {
    if (endpoint === 'save_layouts') this.#store.saveLayouts(this.#hub.layouts)
    else if (endpoint === 'save') {
      const envs = (body.data as readonly string[]).filter((env) => !this.#isShown(env))
      this.#await(this.#store.save(envs))
    } else {
      const env = endpoint.startsWith('env/') ? endpoint.slice('env/'.length) : String(body.eid ?? 'main')
      if (!this.#isShown(env)) this.#recordChange(env, endpoint, body)
    }
  }

  #recordChange(env: string, endpoint: string, body: JsonObject): void {
    if (endpoint === 'delete_env') this.#await(this.#store.remove(env))
    else if (endpoint === 'fork_env' && body.prev_eid !== env) {
      // a line would need the other environment as it was then
      this.#store.replace(env)
      this.#await(this.#store.save([env]))
    } else this.#store.append(env, pythonJson([endpoint, body]))
    if (this.#trouble !== null && !this.#noticed.has(env)) queueMicrotask(() => this.#notice(env))
  }

  #await(act: Promise<void>): void {
    const both = Promise.all([this.#pending, act]).then(() => {})
    // whoever waits hears of it
    both.catch(() => {})
    this.#pending = both
  }

  #onTrouble(trouble: string | null): void {
    this.#trouble = trouble
    if (trouble !== null) for (const env of this.#store.unsaved()) this.#notice(env)
    else {
      for (const eid of this.#noticed) this.#quietly('close', { win: NOTICE, eid })
      this.#noticed.clear()
    }
  }

  #notice(env: string): void {
    if (this.#trouble === null || this.#noticed.has(env) || !this.#hub.environments().includes(env)) return
    this.#noticed.add(env)
    const content = `<b>These plots are not being saved.</b> ${escapeHtml(this.#trouble)}<br>They go on, and are saved when that is possible again.`
    this.#quietly('events', { win: NOTICE, eid: env, data: [{ type: 'text', content }], opts: { title: 'Not saved' } })
  }

  #quietly(endpoint: string, body: JsonObject): void {
    this.#isMuted = true
    try {
      this.#hub.handle(endpoint, body)
    } finally {
      this.#isMuted = false
    }
  }
}

function withoutNotice(saved: SavedEnv | undefined): SavedEnv | undefined {
  if (saved === undefined || !Object.hasOwn(saved.jsons, NOTICE)) return saved
  const { [NOTICE]: _, ...jsons } = saved.jsons
  return { ...saved, jsons }
}
