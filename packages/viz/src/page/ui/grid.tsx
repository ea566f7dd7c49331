/** The panes, on a grid that a user may change, or under one another where there is no room for that. */
import { type GridItemHTMLElement, GridStack } from 'gridstack'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { DrawnPanes } from '../state/drawn.js'
import { makeFilter } from '../state/filter.js'
import { BAR, GAP, ROW } from '../state/layout.js'
import { byPlace, COLUMNS, compact, type Place } from '../state/pack.js'
import type { Pane } from '../state/pane.js'
import { type App, NARROW, useApp } from './context.js'
import { PaneView } from './pane.js'

export function Panes(): JSX.Element {
  const app = useApp()
  const { store } = app
  const text = app.text.value
  const all = store.panes.value
  const passes = makeFilter(app.settings.filter.value)
  const panes = all.filter((pane) => passes(pane.title.value) || passes(pane.id))
  if (all.length === 0)
    return store.loaded.value ? (
      <div class="empty">
        <h2>{text.emptyTitle}</h2>
        <p>{text.emptyHint}</p>
        <OtherEnvs />
      </div>
    ) : (
      <div class="empty">
        <p>{text.loading}</p>
      </div>
    )
  if (panes.length === 0) return <p class="empty">{text.nothingFiltered}</p>
  return app.width.value < NARROW ? <Stack panes={panes} /> : <Grid all={all} panes={panes} />
}

/** Environments that are offered where the one that is shown is empty. */
const MAX_OFFERED = 12

function OtherEnvs(): JSX.Element | null {
  const { store } = useApp()
  const others = store.envs.value.filter((env) => !store.open.value.includes(env))
  if (others.length === 0) return null
  return (
    <p class="offered">
      {others.slice(0, MAX_OFFERED).map((env) => (
        <button key={env} type="button" class="button" onClick={() => store.openEnvs([env])}>
          {env}
        </button>
      ))}
    </p>
  )
}

interface ListProps {
  readonly panes: readonly Pane[]
}

/** Hears which panes are in sight. */
function useSight(panes: readonly Pane[], elements: ReadonlyMap<string, HTMLElement>): void {
  const drawn = useMemo(() => new DrawnPanes(), [])
  const watched = useRef(new Map<Element, Pane>())
  const observer = useRef<IntersectionObserver | null>(null)
  useEffect(() => {
    // what is about to be scrolled into sight is drawn already
    const options = { rootMargin: '300px 0px', scrollMargin: '300px 0px' }
    observer.current = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const pane = watched.current.get(target)
        if (pane !== undefined) drawn.setVisible(pane, isIntersecting)
      }
    }, options)
    return () => {
      observer.current?.disconnect()
      for (const pane of watched.current.values()) drawn.remove(pane)
      watched.current.clear()
    }
  }, [])
  useEffect(() => {
    const current = new Set<Element>()
    for (const pane of panes) {
      const element = elements.get(pane.id)
      if (element === undefined) continue
      current.add(element)
      if (watched.current.get(element) === pane) continue
      watched.current.set(element, pane)
      // asked anew, it tells at once
      observer.current!.unobserve(element)
      observer.current!.observe(element)
    }
    for (const [element, pane] of watched.current) {
      if (current.has(element)) continue
      watched.current.delete(element)
      observer.current!.unobserve(element)
      drawn.remove(pane)
    }
  }, [panes])
}

function Stack({ panes }: ListProps): JSX.Element {
  const app = useApp()
  const elements = useRef(new Map<string, HTMLElement>()).current
  useSight(panes, elements)
  const places = app.layout.arrange(
    app.store.panes.value.map(({ window }) => window),
    1280,
  )
  const sorted = [...panes].sort((a, b) => compareRead(places.get(a.id), places.get(b.id)))
  return (
    <div class="stack">
      {sorted.map((pane) => (
        <div
          key={pane.id}
          class="stack-item"
          ref={(element) => setElement(elements, pane.id, element)}
          style={{
            height: pane.collapsed.value ? undefined : `${Math.min((places.get(pane.id)?.h ?? 20) * ROW, 420)}px`,
          }}
        >
          <PaneView pane={pane} />
        </div>
      ))}
    </div>
  )
}

const compareRead = (a: Place | undefined, b: Place | undefined): number =>
  a === undefined || b === undefined ? 0 : byPlace(a, b)

function setElement(elements: Map<string, HTMLElement>, id: string, element: HTMLElement | null): void {
  if (element === null) elements.delete(id)
  else elements.set(id, element)
}

function Grid({ all, panes }: ListProps & { readonly all: readonly Pane[] }): JSX.Element {
  const app = useApp()
  const root = useRef<HTMLDivElement>(null)
  const elements = useRef(new Map<string, HTMLElement>()).current
  const board = useRef<Board | null>(null)
  useLayoutEffect(() => {
    board.current = new Board(app, root.current!)
    return () => board.current?.destroy()
  }, [])
  const collapsed = panes.filter((pane) => pane.collapsed.value).map(({ id }) => id)
  const arranged = app.arranged.value
  useLayoutEffect(() => {
    board.current!.show(all, panes, elements)
  }, [all, panes.map(({ id }) => id).join('\n'), collapsed.join('\n'), arranged])
  useSight(panes, elements)
  return (
    <div class="grid-stack" ref={root}>
      {panes.map((pane) => (
        <div key={pane.id} class="grid-stack-item" ref={(element) => setElement(elements, pane.id, element)}>
          <div class="grid-stack-item-content">
            <PaneView pane={pane} onMove={(move) => board.current?.move(pane.id, move)} />
          </div>
        </div>
      ))}
    </div>
  )
}

function isAt(element: GridItemHTMLElement, { x, y, w, h }: Place): boolean {
  const node = element.gridstackNode
  return node?.x === x && node.y === y && node.w === w && node.h === h
}

/** Rows of a pane of which only the bar is shown. */
const COLLAPSED_ROWS = Math.ceil((BAR + GAP) / ROW)

/** A step of a pane by the keyboard, in columns and rows. */
export interface Move {
  readonly x?: number
  readonly y?: number
  readonly w?: number
  readonly h?: number
}

/** Gridstack, and what it is told and tells. */
class Board {
  readonly #app: App
  readonly #grid: GridStack
  readonly #shown = new Map<string, HTMLElement>()
  #isSetting = false
  /** A pane is in the user's hand. */
  #isHeld = false
  /** What is to be shown when it is let go. */
  #waiting: (() => void) | null = null
  #all: readonly Pane[] = []
  #isFiltered = false

  constructor(app: App, root: HTMLElement) {
    this.#app = app
    const animate = !matchMedia('(prefers-reduced-motion: reduce)').matches
    const grid = GridStack.init(
      {
        auto: false,
        column: COLUMNS,
        cellHeight: ROW,
        margin: GAP / 2,
        animate,
        draggable: { handle: '.pane-bar', cancel: 'button, .menu' },
        resizable: { handles: 'e,se,s,sw,w' },
      },
      root,
    )
    if (grid === null) throw new Error('the panes could not be laid out')
    this.#grid = grid
    this.#grid.on('change', () => {
      if (!this.#isSetting) this.#save()
    })
    // frames would take the pointer
    this.#grid.on('dragstart resizestart', () => {
      this.#isHeld = true
      root.classList.add('busy')
    })
    this.#grid.on('dragstop resizestop', () => {
      root.classList.remove('busy')
      // the change is told after this event
      setTimeout(() => this.#release())
    })
  }

  show(all: readonly Pane[], panes: readonly Pane[], elements: ReadonlyMap<string, HTMLElement>): void {
    if (this.#isHeld) {
      this.#waiting = () => this.show(all, panes, elements)
      return
    }
    const { layout, width } = this.#app
    this.#all = all
    this.#isFiltered = panes.length !== all.length
    const arranged = layout.arrange(
      all.map(({ window }) => window),
      width.peek(),
    )
    const wanted = new Map<string, Place>()
    for (const { id, collapsed } of panes) {
      const place = arranged.get(id)!
      wanted.set(id, collapsed.peek() ? { ...place, h: COLLAPSED_ROWS } : place)
    }
    this.#set(compact(wanted), elements)
  }

  #release(): void {
    this.#isHeld = false
    this.#waiting?.()
    this.#waiting = null
  }

  #set(places: ReadonlyMap<string, Place>, elements: ReadonlyMap<string, HTMLElement>): void {
    this.#isSetting = true
    const grid = this.#grid
    grid.batchUpdate()
    for (const [id, element] of this.#shown) {
      if (elements.get(id) === element && places.has(id)) continue
      grid.removeWidget(element, false, false)
      this.#shown.delete(id)
    }
    const isMoved = [...this.#shown].some(([id, element]) => !isAt(element, places.get(id)!))
    if (isMoved) {
      // moved one after the other, they would push each other away
      grid.removeAll(false, false)
      this.#shown.clear()
    }
    for (const [id, place] of places) {
      const element = elements.get(id)
      if (element !== undefined && !this.#shown.has(id)) {
        grid.makeWidget(element, { id, ...place, minW: 2, minH: COLLAPSED_ROWS })
        this.#shown.set(id, element)
      }
    }
    grid.batchUpdate(false)
    this.#isSetting = false
  }

  move(id: string, { x = 0, y = 0, w = 0, h = 0 }: Move): void {
    const element = this.#shown.get(id)
    const node = this.#grid.engine.nodes.find((one) => one.id === id)
    if (element === undefined || node === undefined) return
    const width = Math.min(Math.max((node.w ?? 1) + w, 2), COLUMNS)
    this.#grid.update(element, {
      x: Math.min(Math.max((node.x ?? 0) + x, 0), COLUMNS - width),
      y: Math.max((node.y ?? 0) + y, 0),
      w: width,
      h: Math.max((node.h ?? 1) + h, COLLAPSED_ROWS),
    })
  }

  /** Keeps what the user made, here and on the server. */
  #save(): void {
    const { layout } = this.#app
    // places among some of the panes are no places among all
    if (this.#isFiltered) return
    const places = new Map<string, Place>()
    for (const { id, x = 0, y = 0, w = 1, h = 1 } of this.#grid.engine.nodes) {
      if (id === undefined) continue
      const isCollapsed = this.#all.find((pane) => pane.id === id)?.collapsed.peek() ?? false
      places.set(id, { x, y, w, h: isCollapsed ? (layout.get(id)?.h ?? h) : h })
    }
    this.#app.sendPlaces(layout.update(places))
  }

  destroy(): void {
    this.#isSetting = true
    this.#waiting = null
    this.#grid.destroy(false)
  }
}
