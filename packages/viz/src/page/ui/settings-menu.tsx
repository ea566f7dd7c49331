/** How the page looks, its language, and what can be saved of it. */
import type { JSX } from 'preact'
import { exportHTML, exportJSON } from '../export/environment.js'
import type { Locale, Theme } from '../state/settings.js'
import { useApp } from './context.js'
import { Icon } from './icons.js'
import { Menu, MenuItem } from './menu.js'
import { type Choice, Segments } from './segments.js'

const LANGUAGES: readonly Choice<Locale>[] = [
  { value: 'en', label: 'English', lang: 'en' },
  { value: 'zh', label: '中文', lang: 'zh' },
]

export function SettingsMenu(): JSX.Element {
  const {
    settings,
    text: { value: text },
  } = useApp()
  const themes: readonly Choice<Theme>[] = [
    { value: 'auto', label: text.auto },
    { value: 'light', label: text.light },
    { value: 'dark', label: text.dark },
  ]
  return (
    <Menu label={text.settings} button={<Icon name="gear" />} class="icon-menu" align="right">
      {() => (
        <div class="settings">
          <p class="menu-title">{text.theme}</p>
          <Segments choices={themes} chosen={settings.theme} label={text.theme} />
          <Segments choices={LANGUAGES} chosen={settings.locale} label="Language / 语言" />
        </div>
      )}
    </Menu>
  )
}

export function ExportMenu(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const run = (action: () => Promise<void>, close: () => void): void => {
    close()
    action().catch((error: unknown) => app.store.report(error))
  }
  return (
    <Menu label={text.exportAll} button={<Icon name="download" />} class="icon-menu" align="right">
      {(close) => (
        <>
          <MenuItem onClick={() => run(() => exportJSON(app), close)}>{text.exportJSON}</MenuItem>
          <MenuItem onClick={() => run(() => exportHTML(app), close)}>{text.exportHTML}</MenuItem>
        </>
      )}
    </Menu>
  )
}
