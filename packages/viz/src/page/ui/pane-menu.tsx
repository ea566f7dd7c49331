/** What can be done with one pane. */
import type { JSX } from 'preact'
import { download } from '../export/download.js'
import type { Pane } from '../state/pane.js'
import { useApp } from './context.js'
import { Icon } from './icons.js'
import { Menu, MenuItem } from './menu.js'

export function PaneMenu({ pane }: { readonly pane: Pane }): JSX.Element {
  const app = useApp()
  const text = app.text.value
  return (
    <Menu label={text.more} button={<Icon name="more" />} class="icon-menu" align="right">
      {(close) => <PaneMenuItems pane={pane} close={close} />}
    </Menu>
  )
}

function PaneMenuItems({ pane, close }: { readonly pane: Pane; readonly close: () => void }): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const { csv, svg, png, html } = pane.exports.value
  const isSmooth = app.store.isSmooth(pane)
  const name = pane.title.value === '' ? pane.id : pane.title.value
  const save = (make: () => Promise<unknown> | unknown): void => {
    close()
    Promise.resolve()
      .then(make)
      .catch((error: unknown) => app.store.report(error))
  }
  return (
    <>
      {pane.window.type === 'plot' && (
        <>
          <MenuItem
            checked={pane.logY.value ?? app.settings.logY.value}
            onClick={() => {
              pane.logY.value = !(pane.logY.value ?? app.settings.logY.value)
            }}
          >
            {text.logY}
          </MenuItem>
          <MenuItem
            checked={pane.logX.value ?? false}
            onClick={() => {
              pane.logX.value = !(pane.logX.value ?? false)
            }}
          >
            {text.logX}
          </MenuItem>
          {hasLines(pane) && (
            <MenuItem checked={isSmooth} onClick={() => (pane.smooth.value = !isSmooth)}>
              {text.smoothing}
            </MenuItem>
          )}
          {hasHistograms(pane) && (
            <MenuItem
              checked={pane.histograms.value === 'heat'}
              onClick={() => {
                pane.histograms.value = pane.histograms.value === 'heat' ? 'ridges' : 'heat'
              }}
            >
              {text.heat}
            </MenuItem>
          )}
          <hr />
        </>
      )}
      {png !== undefined && (
        <MenuItem
          onClick={() =>
            save(async () => {
              const picture = await png()
              download(`${name}.${extensionOf(picture)}`, picture)
            })
          }
        >
          {text.downloadAs(pane.window.type.startsWith('image') ? text.image : 'PNG')}
        </MenuItem>
      )}
      {svg !== undefined && (
        <MenuItem onClick={() => save(() => download(`${name}.svg`, svg(), 'image/svg+xml'))}>
          {text.downloadAs('SVG')}
        </MenuItem>
      )}
      {csv !== undefined && (
        <MenuItem onClick={() => save(() => download(`${name}.csv`, csv(), 'text/csv'))}>
          {text.downloadAs('CSV')}
        </MenuItem>
      )}
      {html !== undefined && (
        <MenuItem onClick={() => save(() => download(`${name}.html`, html(), 'text/html'))}>
          {text.downloadAs('HTML')}
        </MenuItem>
      )}
      <MenuItem
        onClick={() => save(() => download(`${name}.json`, JSON.stringify(pane.window, null, 1), 'application/json'))}
      >
        {text.downloadAs('JSON')}
      </MenuItem>
      <p class="menu-note">{text.moveHint}</p>
    </>
  )
}

function hasLines(pane: Pane): boolean {
  const { data } = pane.window.content as { data?: readonly { type?: string; mode?: string }[] }
  return (
    data?.some(({ type = 'scatter', mode = 'lines' }) => /^scatter(gl)?$/.test(type) && mode.includes('lines')) ?? false
  )
}

function hasHistograms(pane: Pane): boolean {
  const { data } = pane.window.content as { data?: readonly { type?: string }[] }
  return data?.some(({ type }) => type === 'histograms') ?? false
}

const extensionOf = ({ type }: Blob): string => /^image\/(\w+)/.exec(type)?.[1] ?? 'png'
