/** Arranges panes, and keeps arrangements by name. */
import type { JSX } from 'preact'
import { toItem } from '../state/layout.js'
import { byPlace, type Place } from '../state/pack.js'
import { columnsOf, type View, type ViewItem, viewsOf, withView } from '../state/views.js'
import { type App, useApp } from './context.js'
import { Icon, IconButton } from './icons.js'
import { Menu, MenuItem } from './menu.js'

export function LayoutMenu(): JSX.Element {
  const app = useApp()
  const { store } = app
  const text = app.text.value
  const env = store.envOf()
  const views = viewsOf(store.views.value, env)
  return (
    <Menu label={text.layout} button={<Icon name="grid" />} class="icon-menu" align="right">
      {(close) => (
        <>
          <MenuItem onClick={() => closing(close, () => arrange(app, keepSizes(app)))}>{text.arrange}</MenuItem>
          <MenuItem onClick={() => closing(close, () => arrange(app, new Map()))}>{text.arrangeSizes}</MenuItem>
          {views.size > 0 && <hr />}
          {[...views].map(([name, view]) => (
            <div class="menu-row" key={name}>
              <MenuItem onClick={() => closing(close, () => applyView(app, view))}>{name}</MenuItem>
              {!store.readonly.value && (
                <IconButton
                  icon="close"
                  label={text.deleteLayout(name)}
                  onClick={() =>
                    store.send({ cmd: 'save_layouts', data: withView(store.views.value, env, name, null) })
                  }
                />
              )}
            </div>
          ))}
          {!store.readonly.value && (
            <>
              <hr />
              <MenuItem
                onClick={() => {
                  close()
                  app.dialog.value = {
                    message: text.layoutName,
                    value: '',
                    onConfirm: (name) =>
                      store.send({ cmd: 'save_layouts', data: withView(store.views.value, env, name, readView(app)) }),
                  }
                }}
              >
                {text.saveLayout}
              </MenuItem>
            </>
          )}
        </>
      )}
    </Menu>
  )
}

function closing(close: () => void, action: () => void): void {
  close()
  action()
}

type Sizes = ReadonlyMap<string, readonly [number, number]>

/** Places all panes anew, in their order. */
function arrange(app: App, sizes: Sizes, order?: (id: string) => number): void {
  const { layout, store } = app
  const windows = store.panes.peek().map(({ window }) => window)
  if (order !== undefined) windows.sort((a, b) => order(a.id) - order(b.id))
  layout.repack(windows, app.width.peek(), sizes)
  layout.save()
  app.sendPlaces(placesOf(app, windows))
  app.arranged.value++
}

/** Where windows or panes are, as far as that is known. */
function placesOf(app: App, windows: readonly { readonly id: string }[]): [id: string, place: Place][] {
  return windows.flatMap(({ id }): [string, Place][] => {
    const place = app.layout.get(id)
    return place === undefined ? [] : [[id, place]]
  })
}

function keepSizes(app: App): Sizes {
  return new Map(placesOf(app, app.store.panes.peek()).map(([id, { w, h }]) => [id, [w, h] as const]))
}

function applyView(app: App, view: View): void {
  const sizes = new Map([...view].map(([id, [, h, w]]) => [id, [columnsOf(w), h] as const]))
  arrange(app, sizes, (id) => view.get(id)?.[0] ?? Number.MAX_SAFE_INTEGER)
}

function readView(app: App): View {
  const placed = placesOf(app, app.store.panes.peek()).sort(([, a], [, b]) => byPlace(a, b))
  return new Map(
    placed.map(([id, place], order): [string, ViewItem] => [id, [order, place.h, toItem(id, place).w as number]]),
  )
}
