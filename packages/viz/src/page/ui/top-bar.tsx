/** The bar at the top of the page. */
import type { JSX } from 'preact'
import { MEDIUM, NARROW, useApp } from './context.js'
import { EnvPicker } from './env-picker.js'
import { Icon } from './icons.js'
import { LayoutMenu } from './layout-menu.js'
import { Menu } from './menu.js'
import { PlotControls } from './plot-controls.js'
import { ExportMenu, SettingsMenu } from './settings-menu.js'

export function TopBar(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const isPanes = app.tab.value === 'panes'
  const isNarrow = app.width.value < NARROW
  const isMedium = app.width.value < MEDIUM
  return (
    <header class="top-bar">
      <EnvPicker />
      <fieldset class="tabs">
        <Tab name="panes" label={text.panes} />
        <Tab name="runs" label={text.runs} />
      </fieldset>
      {isPanes && <FilterField />}
      <span class="spacer" />
      <Alerts />
      {isPanes && !isMedium && <PlotControls />}
      {isPanes && isMedium && (
        <Menu label={text.plotSettings} button={<Icon name="sliders" />} class="icon-menu" align="right">
          {() => <PlotControls />}
        </Menu>
      )}
      {isPanes && !isNarrow && <LayoutMenu />}
      <ExportMenu />
      <SettingsMenu />
      <Connection />
    </header>
  )
}

function Tab({ name, label }: { readonly name: 'panes' | 'runs'; readonly label: string }): JSX.Element {
  const { tab } = useApp()
  return (
    <button
      type="button"
      class="tab"
      aria-pressed={tab.value === name}
      onClick={() => {
        tab.value = name
      }}
    >
      {label}
    </button>
  )
}

function FilterField(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const { filter } = app.settings
  return (
    <label class="filter">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        value={filter.value}
        placeholder={text.filter}
        aria-label={text.filter}
        title={text.filterHint}
        onInput={(event) => {
          filter.value = event.currentTarget.value
        }}
      />
    </label>
  )
}

/** Tells of plots that need a look, and goes to them. */
function Alerts(): JSX.Element {
  const app = useApp()
  const flagged = app.store.flagged.value
  const text = app.text.value
  const show = (event: MouseEvent): void => {
    app.tab.value = 'panes'
    const root = (event.currentTarget as HTMLElement).getRootNode() as ShadowRoot
    const pane = root.querySelector<HTMLElement>(`[data-window="${CSS.escape(flagged[0]!.id)}"]`)
    // once the tab is there
    requestAnimationFrame(() => {
      pane?.scrollIntoView({ block: 'center' })
      pane?.focus({ preventScroll: true })
    })
  }
  return (
    <span role="status" class="alerts">
      {flagged.length > 0 && (
        <button
          type="button"
          class="button alert"
          onClick={show}
          title={flagged.map(({ title }) => title.value).join('\n')}
        >
          <Icon name="warning" />
          <span class="alert-text">{text.alerts(flagged.length)}</span>
        </button>
      )}
    </span>
  )
}

function Connection(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const { state, readonly } = app.store
  const label = text[state.value]
  return (
    <span
      class={`connection ${state.value}`}
      role="status"
      title={readonly.value ? `${label} · ${text.readonly}` : label}
    >
      <span class="dot" aria-hidden="true" />
      <span class="connection-text">{readonly.value ? text.readonly : label}</span>
    </span>
  )
}
