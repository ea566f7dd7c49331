/** A document that brings the page and its data along. */

import type { SavedEnv } from '../hub/index.js'
import { escapeHtml } from '../protocol/html.js'
import { pythonJson } from '../protocol/json.js'

/** The type of the script that holds the data. */
export const DATA_TYPE = 'application/vnd.tsorch.viz+json'

/** The data, as the page reads it. */
export interface SavedDocument {
  readonly title: string
  readonly envs: Readonly<Record<string, SavedEnv>>
  readonly open: readonly string[]
  readonly theme?: 'auto' | 'light' | 'dark' | undefined
  readonly locale?: 'en' | 'zh' | undefined
}

/** What {@link makeDocument} needs besides the data. */
export interface DocumentOptions {
  readonly title: string
  /** The page: one module without imports. */
  readonly source: string
  /** The environments that are shown at first. Default: the first one. */
  readonly open?: readonly string[] | undefined
  readonly theme?: 'auto' | 'light' | 'dark' | undefined
  readonly locale?: 'en' | 'zh' | undefined
}

/**
 * The document. It asks for nothing: a policy in it refuses all requests, and all scripts but the page.
 *
 * @param envs environments by their names
 */
export function makeDocument(envs: Readonly<Record<string, SavedEnv>>, options: DocumentOptions): string {
  const { title, source, open, theme, locale } = options
  const nonce = makeNonce()
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'media-src data: blob:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const saved: SavedDocument = { title, envs, open: open ?? Object.keys(envs).slice(0, 1), theme, locale }
  return `<!doctype html>
<html lang="${locale === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="app"></div>
<script type="${DATA_TYPE}">${escapeData(pythonJson(saved))}</script>
<script type="module" nonce="${nonce}">${escapeScript(source)}</script>
</body>
</html>
`
}

/** Nothing that an HTML parser looks for is left in JSON: such characters are only in its strings, where they may be escaped. */
function escapeData(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What would end a script, or make a parser overlook its end, can be in its strings and patterns only, where a backslash changes nothing. */
function escapeScript(source: string): string {
  return source.replace(/<(\/script|!--|script)/gi, (_, rest: string) =>
    rest.startsWith('s') || rest.startsWith('S') ? `\\x3c${rest}` : `<\\${rest}`,
  )
}

function makeNonce(): string {
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
