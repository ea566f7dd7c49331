/** What a page knows: the environments there are, and the windows of those it shows. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Link, LinkConnection } from '../../protocol/transport.js'
import type { JsonObject, PageCommand, PageMessage, VisEvent, Window } from '../../protocol/types.js'
import { messageOf } from '../message.js'
import { atNextFrame } from './frame.js'
import { EnvOpener } from './opener.js'
import { byName } from './order.js'
import { Pane } from './pane.js'

export type ConnectionState = 'connecting' | 'online' | 'offline'

export class Store {
  readonly link: Link
  readonly state: Signal<ConnectionState> = signal('connecting')
  /** Whether the server takes changes of this page. */
  readonly readonly: Signal<boolean> = signal(false)
  /** All environments. */
  readonly envs: Signal<readonly string[]> = signal([])
  /** Those that are shown: one, or several that are compared. */
  readonly open: Signal<readonly string[]> = signal([])
  /** The windows in their order. */
  readonly panes: Signal<readonly Pane[]> = signal([])
  /** Whether the windows of the open environments have come. */
  readonly loaded: Signal<boolean> = signal(false)
  /** Where the server says that windows are, by their ids. */
  readonly places: Signal<JsonObject> = signal({})
  /** The layouts that were saved by name, as text. */
  readonly views: Signal<string> = signal('')
  /** What could not be done, for the user to read. */
  readonly notice: Signal<string | null> = signal(null)
  readonly flagged: ReadonlySignal<readonly Pane[]> = computed(() =>
    this.panes.value.filter((pane) => pane.flag.value !== null),
  )

  /** What may run along x in one pane at least. */
  readonly columns: ReadonlySignal<{ readonly hasTime: boolean; readonly hasEpoch: boolean }> = computed(() => {
    let [hasTime, hasEpoch] = [false, false]
    for (const { traits } of this.panes.value) {
      hasTime ||= traits.value.hasTime
      hasEpoch ||= traits.value.hasEpoch
    }
    return { hasTime, hasEpoch }
  })

  readonly #byId = new Map<string, Pane>()
  readonly #dirty = new Set<Pane>()
  readonly #opener: EnvOpener
  readonly #connection: LinkConnection
  #seen = new Set<string>()
  #latest: string | undefined
  #listChanged = false
  #cancelFrame: (() => void) | null = null
  #closed = false

  /** Nobody said what to show: as long as nothing is in it, what comes up is shown. */
  #isUndecided: boolean

  /** @param envs what is shown; without it `main`, or if nothing is in that the environment that was made last */
  constructor(link: Link, envs: readonly string[] | undefined) {
    this.link = link
    this.open.value = envs ?? ['main']
    this.#isUndecided = envs === undefined
    this.#opener = new EnvOpener(link, { onError: (error) => this.report(error) })
    this.#connection = link.open(
      (message) => {
        if (!this.#closed) this.#receive(message)
      },
      (state) => {
        if (this.#closed) return
        this.state.value = state
        if (state === 'offline') this.#opener.disconnect()
      },
    )
  }

  get isCompare(): boolean {
    return this.open.value.length > 1
  }

  /** Whether the lines of a pane are smoothed. Runs that are laid over each other are no curves of functions. */
  isSmooth(pane: Pane): boolean {
    return pane.smooth.value ?? (this.isCompare || pane.isSmooth)
  }

  /** Shows an environment, or several in comparison. */
  openEnvs(envs: readonly string[]): void {
    const names = [...new Set(envs)]
    if (names.length === 0) return
    this.#isUndecided = false
    this.open.value = names
    this.loaded.value = false
    this.#opener.open(names)
  }

  pane(id: string): Pane | undefined {
    return this.#byId.get(id)
  }

  send(command: PageCommand): void {
    if (!this.readonly.value) this.#connection.send(command)
  }

  /** Tells programs what the user did in a window. */
  tell(pane: Pane, event: Omit<VisEvent, 'target' | 'eid'> & { readonly event_type: string }): void {
    this.send({ cmd: 'forward_to_vis', data: { target: pane.id, eid: this.envOf(), ...event } as VisEvent })
  }

  /** The environment that changes are meant for. */
  envOf(): string {
    return this.open.value[0] ?? 'main'
  }

  closePane(pane: Pane): void {
    if (this.readonly.value) return
    this.#remove(pane.id)
    this.flush()
    if (!this.isCompare) this.send({ cmd: 'close', data: pane.id, eid: this.envOf() })
  }

  async post(endpoint: string, body: JsonObject): Promise<string | undefined> {
    try {
      return await this.link.post(endpoint, body)
    } catch (error) {
      this.report(error)
      return undefined
    }
  }

  /** Tells the user what could not be done. */
  report(error: unknown): void {
    this.notice.value = messageOf(error)
  }

  destroy(): void {
    this.#closed = true
    this.#opener.disconnect()
    this.#connection.close()
    this.#cancelFrame?.()
  }

  #receive(message: PageMessage): void {
    switch (message.command) {
      case 'register':
        this.readonly.value = message.readonly
        this.loaded.value = false
        this.#opener.connect(message.data, this.open.value)
        return
      case 'env_update':
        this.envs.value = [...message.data].sort(byName)
        this.#latest = message.data.at(-1)
        this.#decide()
        return
      case 'layout_update':
        this.views.value = message.data
        return
      case 'reload':
        if (this.#opener.isOpening) this.#begin(message.data)
        return
      case 'layout':
        if (this.#opener.isOpening) this.#end()
        return
      case 'window':
        if (this.#opener.isSettled) this.#take(message)
        return
      case 'window_update':
        if (this.#opener.isSettled) this.#patch(message)
        return
      case 'close':
        if (!this.#opener.isSettled) return
        this.#remove(message.data)
        this.#schedule()
    }
  }

  /** The windows of an environment begin to come. */
  #begin(places: JsonObject): void {
    const isSame = this.#opener.begin()
    this.#seen = new Set()
    if (!isSame) this.#clear()
    this.places.value = places
  }

  /** All windows have come; those that did not are gone. */
  #end(): void {
    // there is no such environment (yet): nothing came
    if (!this.#opener.hasBegun) this.#begin({})
    for (const id of [...this.#byId.keys()]) if (!this.#seen.has(id)) this.#remove(id)
    this.flush()
    this.loaded.value = true
    this.#opener.end()
    this.#decide()
  }

  #decide(): void {
    const latest = this.#latest
    if (!this.#isUndecided || !this.loaded.value || this.#byId.size > 0) return
    if (latest !== undefined && latest !== this.envOf()) this.openEnvs([latest])
  }

  #take(window: Window): void {
    this.#seen.add(window.id)
    const pane = this.#byId.get(window.id)
    if (pane === undefined || pane.window.type !== window.type) {
      this.#remove(window.id)
      this.#add(new Pane(window))
    } else if (pane.window.contentID !== window.contentID || pane.window.version !== window.version) {
      pane.replace(window)
      this.#dirty.add(pane)
    }
    this.#schedule()
  }

  #patch(message: Extract<PageMessage, { command: 'window_update' }>): void {
    const pane = this.#byId.get(message.win)
    if (pane === undefined || message.version <= pane.window.version) return
    try {
      if (message.version !== pane.window.version + 1) throw new RangeError('an update is missing')
      pane.patch(message.content)
    } catch {
      // the window is not what the server has: whatever differs comes anew
      pane.window = { ...pane.window, contentID: '' }
      this.#opener.reopen()
      return
    }
    this.#dirty.add(pane)
    this.#schedule()
  }

  #add(pane: Pane): void {
    this.#byId.set(pane.id, pane)
    this.#dirty.add(pane)
    this.#listChanged = true
  }

  #remove(id: string): void {
    const pane = this.#byId.get(id)
    if (pane === undefined) return
    this.#byId.delete(id)
    this.#dirty.delete(pane)
    this.#listChanged = true
  }

  #clear(): void {
    this.#byId.clear()
    this.#dirty.clear()
    this.#listChanged = true
    this.flush()
  }

  /** Shows what has come with the next frame. */
  #schedule(): void {
    this.#cancelFrame ??= atNextFrame(() => this.flush())
  }

  flush(): void {
    this.#cancelFrame?.()
    this.#cancelFrame = null
    batch(() => {
      if (this.#listChanged) {
        this.#listChanged = false
        this.panes.value = [...this.#byId.values()].sort((a, b) => a.window.i - b.window.i)
      }
      for (const pane of this.#dirty) pane.flush()
      this.#dirty.clear()
    })
  }
}
