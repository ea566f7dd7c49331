/** How the page looks, its language, and what can be saved of it. */
import type { JSX } from 'preact'
import { exportHTML, exportJSON } from '../export/environment.js'
import type { Theme } from '../state/settings.js'
import { useApp } from './context.js'
import { Icon } from './icons.js'
import { Menu, MenuItem } from './menu.js'

export function SettingsMenu(): JSX.Element {
  const {
    settings,
    text: { value: text },
  } = useApp()
  const themes: readonly [Theme, string][] = [
    ['auto', text.auto],
    ['light', text.light],
    ['dark', text.dark],
  ]
  return (
    <Menu label={text.settings} button={<Icon name="gear" />} class="icon-menu" align="right">
      {() => (
        <div class="settings">
          <p class="menu-title">{text.theme}</p>
          <fieldset class="segments" aria-label={text.theme}>
            {themes.map(([theme, label]) => (
              <button
                key={theme}
                type="button"
                aria-pressed={settings.theme.value === theme}
                onClick={() => {
                  settings.theme.value = theme
                }}
              >
                {label}
              </button>
            ))}
          </fieldset>
          <fieldset class="segments" aria-label="Language / 语言">
            {(['en', 'zh'] as const).map((locale) => (
              <button
                key={locale}
                type="button"
                lang={locale}
                aria-pressed={settings.locale.value === locale}
                onClick={() => {
                  settings.locale.value = locale
                }}
              >
                {locale === 'en' ? 'English' : '中文'}
              </button>
            ))}
          </fieldset>
        </div>
      )}
    </Menu>
  )
}

export function ExportMenu(): JSX.Element {
  const app = useApp()
  const { store } = app
  const text = app.text.value
  const run = (action: () => Promise<void>, close: () => void): void => {
    close()
    action().catch((error: unknown) => {
      store.notice.value = error instanceof Error ? error.message : String(error)
    })
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
