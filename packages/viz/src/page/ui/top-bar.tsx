/** The bar at the top of the page. */
import type { JSX } from 'preact'
import { MEDIUM, NARROW, useApp } from './context.js'
import { EnvPicker } from './env-picker.js'
import { Icon } from './icons.js'
import { LayoutMenu } from './layout-menu.js'
import { Menu } from './menu.js'
import { PlotControls } from './plot-controls.js'
import { SearchField } from './search-field.js'
import { type Choice, Segments } from './segments.js'
import { ExportMenu, SettingsMenu } from './settings-menu.js'

export function TopBar(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const isPanes = app.tab.value === 'panes'
  const isNarrow = app.width.value < NARROW
  const isMedium = app.width.value < MEDIUM
  const tabs: readonly Choice<'panes' | 'runs'>[] = [
    { value: 'panes', label: text.panes },
    { value: 'runs', label: text.runs },
  ]
  return (
    <header class="top-bar">
      <EnvPicker />
      <Segments choices={tabs} chosen={app.tab} class="tabs" buttonClass="tab" />
      {isPanes && <SearchField search={app.settings.filter} label={text.filter} hint={text.filterHint} />}
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
