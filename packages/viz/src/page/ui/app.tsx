/** The whole page. */
import type { JSX } from 'preact'
import { Runs } from '../runs/runs.js'
import { type App, AppContext, useApp } from './context.js'
import { Dialog } from './dialog.js'
import { Panes } from './grid.js'
import { IconButton } from './icons.js'
import { TopBar } from './top-bar.js'

export function AppView({ app }: { readonly app: App }): JSX.Element {
  return (
    <AppContext.Provider value={app}>
      <Frame />
    </AppContext.Provider>
  )
}

function Frame(): JSX.Element {
  const app = useApp()
  const { dialog, store, tab } = app
  const { locale } = app.settings
  return (
    <div class={`page ${app.dark.value ? 'dark' : 'light'}`} lang={locale.value === 'zh' ? 'zh-CN' : 'en'}>
      <TopBar />
      {store.notice.value !== null && <Notice message={store.notice.value} />}
      <main class="main">
        {/* kept while the runs are looked at, so that plots stay as they were zoomed */}
        <div class="scroll" hidden={tab.value !== 'panes'}>
          <Panes />
        </div>
        {tab.value === 'runs' && (
          <div class="scroll">
            <Runs />
          </div>
        )}
      </main>
      {dialog.value !== null && <Dialog request={dialog.value} />}
    </div>
  )
}

function Notice({ message }: { readonly message: string }): JSX.Element {
  const app = useApp()
  return (
    <p class="notice" role="alert">
      <span>{message}</span>
      <IconButton
        icon="close"
        label={app.text.value.dismiss}
        onClick={() => {
          app.store.notice.value = null
        }}
      />
    </p>
  )
}
