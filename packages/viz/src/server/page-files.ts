/** What a browser is given: the page, its files, and the page that asks for a password. */

import { createHash } from 'node:crypto'
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { escapeHtml } from '../protocol/html.js'

/** A file for a browser. */
export interface Asset {
  readonly type: string
  readonly bytes: Buffer
  /** the same, smaller; `null` if that is not worth it */
  readonly gzipped: Buffer | null
  /** changes with the bytes */
  readonly tag: string
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  json: 'application/json',
  png: 'image/png',
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#d9480f"/>
<path d="M5 8v19h22" fill="none" stroke="#fff" stroke-width="2.5"/><path d="M8 11c4 9 7 12 18 12" fill="none" stroke="#fff" stroke-width="3"/></svg>`

/** The files of the page, by the names under which they are asked for; only those that were there at the start are given. */
export class PageFiles {
  readonly #assets = new Map<string, Asset | (() => Promise<Asset>)>()
  readonly #folder: string | null
  readonly #styleSheets: string[] = []

  /** @param places where the built page may be: built, this file lies beside its folder */
  constructor(places: readonly string[] = ['../page/', '../../dist/page/'].map(beside)) {
    this.#folder = places.find((place) => existsSync(join(place, 'page.js'))) ?? null
    for (const entry of this.#folder === null
      ? []
      : readdirSync(this.#folder, { recursive: true, withFileTypes: true }))
      this.#add(this.#folder!, entry)
    this.#assets.set('start.js', asset('js', START))
    this.#assets.set('icon.svg', asset('svg', ICON))
    this.#assets.set('login.css', asset('css', LOGIN_STYLE))
    if (!this.#assets.has('plotly.js')) this.#addPlotly()
  }

  #add(folder: string, entry: Dirent): void {
    const ending = entry.name.split('.').at(-1)!
    if (!entry.isFile() || types[ending] === undefined) return
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length).replaceAll('\\', '/')
    if (ending === 'css') this.#styleSheets.push(name)
    this.#assets.set(name, () => readAsset(path, ending))
  }

  /** Plotly is the user's to install; the page asks for it when there is a plot that needs it. */
  #addPlotly(): void {
    try {
      const path = createRequire(import.meta.url).resolve('plotly.js-strict-dist-min')
      this.#assets.set('plotly.js', () => readAsset(path, 'js'))
    } catch {
      // not installed
    }
  }

  async asset(name: string): Promise<Asset | null> {
    const found = this.#assets.get(name)
    if (typeof found !== 'function') return found ?? null
    const loaded = await found()
    this.#assets.set(name, loaded)
    return loaded
  }

  /** The page; it reads from its address which environment it shows. */
  index(baseUrl: string): string {
    if (this.#folder === null)
      return document(baseUrl, '', '<p>The page is not built: run <code>npm run build</code> in packages/viz.</p>')
    const head = [
      ...this.#styleSheets.map((name) => `<link rel="stylesheet" href="${baseUrl}/page/${name}">`),
      `<script type="module" src="${baseUrl}/page/start.js"></script>`,
    ]
    return document(baseUrl, head.join('\n'), '<div id="app"></div><noscript>This page needs JavaScript.</noscript>')
  }

  /** A form that works without scripts. */
  login(
    baseUrl: string,
    options: { readonly hasLogin: boolean; readonly isWrong: boolean; readonly next: string },
  ): string {
    const { hasLogin, isWrong, next } = options
    const fields = hasLogin
      ? `<label>Name <input name="username" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>`
      : '<label>Token <input name="password" type="password" autocomplete="off" required autofocus></label>'
    return document(
      baseUrl,
      `<link rel="stylesheet" href="${baseUrl}/page/login.css">`,
      `<form method="post" action="${baseUrl}/login">
<h1>tsorch viz</h1>
${isWrong ? '<p role="alert">That was not right.</p>' : ''}
${fields}
<input type="hidden" name="next" value="${escapeHtml(next)}">
<button>Log in</button>
${hasLogin ? '' : '<p>The token was printed when the server was started.</p>'}
</form>`,
    )
  }
}

const START = `import { start } from './page.js'

start(document.getElementById('app'))
`

const LOGIN_STYLE = `:root { color-scheme: light dark; font: 16px system-ui, sans-serif }
form { max-width: 20rem; margin: 15vh auto 0; padding: 0 1rem; display: grid; gap: 1rem }
h1 { font-size: 1.4rem; margin: 0 } label { display: grid; gap: .3rem } input, button { font: inherit; padding: .5rem }
p { margin: 0 } [role=alert] { color: #d9480f }
`

function document(baseUrl: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="tsorch-viz-base" content="${escapeHtml(baseUrl)}">
<title>tsorch viz</title>
<link rel="icon" href="${baseUrl}/page/icon.svg">
${head}
</head>
<body>
${body}
</body>
</html>
`
}

function beside(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

async function readAsset(path: string, ending: string): Promise<Asset> {
  const bytes = await readFile(path)
  return { ...asset(ending, bytes), gzipped: bytes.length < 4096 ? null : await promisify(gzip)(bytes) }
}

function asset(ending: string, content: string | Buffer): Asset {
  const bytes = Buffer.from(content)
  const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { type: types[ending]!, bytes, gzipped: null, tag }
}

/** The user's own style: visdom's two places, one of the user's settings and one beside the environments. */
export function readUserStyle(envPath: string | null): string {
  const settings =
    process.platform === 'win32'
      ? process.env.APPDATA
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Preferences')
        : (process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'))
  const paths = [settings && join(settings, 'visdom', 'style.css'), envPath && join(envPath, 'style.css')]
  return paths.map((path) => (path ? readIfThere(path) : '')).join('')
}

function readIfThere(path: string): string {
  try {
    return `\n${readFileSync(path, 'utf8')}`
  } catch {
    return ''
  }
}
