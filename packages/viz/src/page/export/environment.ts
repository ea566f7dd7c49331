/** Saves what is shown as a whole. */

import { makeDocument } from '../../html/document.js'
import type { SavedEnv } from '../../hub/index.js'
import { parseJson, pythonJson } from '../../protocol/json.js'
import type { JsonObject, Window } from '../../protocol/types.js'
import { toItem } from '../state/layout.js'
import type { App } from '../ui/context.js'
import { download } from './download.js'

/** As visdom saves environments. */
export async function exportJSON(app: App): Promise<void> {
  for (const [env, saved] of Object.entries(await readEnvs(app)))
    download(`${env}.json`, pythonJson(saved), 'application/json')
}

/** As a page that shows it without a server. */
export async function exportHTML(app: App): Promise<void> {
  const envs = await readEnvs(app)
  const title = Object.keys(envs).join(' + ')
  const page = makeDocument(envs, {
    title,
    open: Object.keys(envs),
    source: await app.loadSource(),
    locale: app.settings.locale.peek(),
    theme: app.settings.theme.peek(),
  })
  download(`${title}.html`, page, 'text/html')
}

async function readEnvs(app: App): Promise<Record<string, SavedEnv>> {
  const envs: Record<string, SavedEnv> = {}
  for (const env of app.store.open.peek()) envs[env] = await readEnv(app, env)
  return envs
}

/** Asks for the windows: the page has strings for numbers that are not finite. */
async function readEnv(app: App, env: string): Promise<SavedEnv> {
  const jsons = parseJson(await app.store.link.post('win_data', { win: null, eid: env })) as unknown as Record<
    string,
    Window
  >
  const reload: Record<string, JsonObject> = {}
  if (!app.store.isCompare)
    for (const id of Object.keys(jsons)) {
      const place = app.layout.get(id)
      if (place !== undefined) reload[id] = toItem(id, place)
    }
  return { jsons, reload }
}
