/** The document in the frame of a text window. */

const policy = [
  "default-src 'none'",
  'img-src data: blob:',
  'media-src data: blob:',
  'font-src data:',
  "style-src 'unsafe-inline'",
].join('; ')

/**
 * A document around HTML from anywhere. The policy comes first, so that nothing in the text is read without it: no scripts, no requests. Links would open
 * elsewhere, which the frame may not: they lead nowhere, rather than to a page in place of the text.
 *
 * @param options.atEnd whether its end is in sight at first
 */
export function textDocument(html: string, options: { readonly dark: boolean; readonly atEnd: boolean }): string {
  const { dark, atEnd } = options
  const colors = dark
    ? ':root{color-scheme:dark;--text:#e4e6eb;--line:#3a3f49;--link:#74b0ff}'
    : ':root{color-scheme:light;--text:#1d2129;--line:#d8dbe2;--link:#1864ab}'
  // what grows upwards from the bottom is scrolled to the bottom at first
  const scroll = atEnd ? 'body{display:flex;flex-direction:column-reverse;height:100vh;overflow:auto}' : ''
  return `<!doctype html><html><head><meta charset="utf-8"><base target="_blank"><meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${colors}
html{font:13px/1.5 system-ui,sans-serif;color:var(--text);overflow-wrap:break-word}
body{margin:0}body>div{padding:8px 12px}${scroll}
a{color:var(--link)}img,svg,video{max-width:100%;height:auto}audio{max-width:100%}
table{border-collapse:collapse}td,th{padding:2px 8px;border:1px solid var(--line);text-align:left}
pre,code{font-family:ui-monospace,monospace;font-size:12px}pre{overflow-x:auto}h1,h2,h3{line-height:1.25;margin:.4em 0}
</style></head><body><div>${html}</div></body></html>`
}
