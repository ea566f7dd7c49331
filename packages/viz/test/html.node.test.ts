/** Environments as documents, and in notebooks. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../../scripts/chromium.js'
import { display, toHTML } from '../src/html/index.js'
import { jupyterDisplay } from '../src/html/notebook.js'
import { Hub, type SavedEnv } from '../src/hub/index.js'
import { parseJson } from '../src/protocol/json.js'
import type { JsonObject } from '../src/protocol/types.js'
import { buildPage } from './built-page.js'
import { launchBrowser } from './launch-browser.js'
import { makeFolder } from './server-helpers.js'

const found = findChromium()

beforeAll(buildPage, 60_000)

const line = (win: string, y: readonly (number | null)[], eid = 'main'): JsonObject => ({
  win,
  eid,
  opts: { title: win },
  data: [{ type: 'scatter', name: 'a', mode: 'lines', x: y.map((_, i) => i), y }],
})

/** What ends scripts, comments and attributes, and what is no line end in JSON but was one in scripts. */
const NASTY = `</script><script>globalThis.attacked = 1</script><!--<script>"'&amp;\u2028\u2029\u0000 é 中文 ]]>`

function makeHub(): Hub {
  const hub = new Hub()
  const bodies: JsonObject[] = [
    line('loss', [3, Number.NaN, Number.POSITIVE_INFINITY, 1]),
    line('loss', [4, 2], 'other'),
  ]
  bodies.push({ win: 'note <&"', eid: 'main', opts: { title: NASTY }, data: [{ type: 'text', content: NASTY }] })
  for (const body of bodies) expect(hub.handle('events', body)).toMatchObject({ status: 200 })
  return hub
}

/** The data in a document, as a parser of HTML finds it. */
function dataOf(html: string): { title: string; open: string[]; envs: Record<string, SavedEnv> } {
  const [, text] = /<script type="application\/vnd\.tsorch\.viz\+json">(.*?)<\/script>/s.exec(html)!
  return parseJson(text!) as never
}

describe('toHTML', () => {
  test('brings all environments of a hub along, numbers that are not finite too', () => {
    const hub = makeHub()
    const data = dataOf(toHTML(hub, { title: 'my run' }))
    expect(data.title).toBe('my run')
    expect(data.open).toEqual(['main'])
    expect(data.envs).toEqual({
      main: hub.exportEnv('main'),
      other: hub.exportEnv('other'),
    })
    const { y } = (data.envs.main!.jsons.loss!.content as { data: { y: number[] }[] }).data[0]!
    expect(y).toEqual([3, Number.NaN, Number.POSITIVE_INFINITY, 1])
  })

  test('takes what is asked for: some environments, a saved one, who has a hub', () => {
    const hub = makeHub()
    expect(Object.keys(dataOf(toHTML(hub, { env: 'other' })).envs)).toEqual(['other'])
    const both = dataOf(toHTML({ hub }, { env: ['other', 'main'], compare: true }))
    expect([Object.keys(both.envs), both.open]).toEqual([
      ['other', 'main'],
      ['other', 'main'],
    ])
    const saved = dataOf(toHTML(hub.exportEnv('other')!, { env: 'mine' }))
    expect(saved.envs).toEqual({ mine: hub.exportEnv('other') })
  })

  test('allows one script and no request', () => {
    const html = toHTML(makeHub(), { title: NASTY })
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!
    expect(policy).toContain("default-src 'none'")
    const [, nonce] = /script-src 'nonce-([0-9a-f]{32})'/.exec(policy!)!
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html.match(/<\/script/g)).toHaveLength(2)
    expect(html).not.toContain('<!--')
    expect(html).toContain(`<script type="module" nonce="${nonce}">`)
    expect(toHTML(makeHub())).not.toContain(nonce)
    expect(html.slice(0, html.indexOf('<script'))).not.toMatch(/\bhttps?:/)
  })

  test.each([
    [null, TypeError, /should be a hub, a server or a saved environment, but got null/],
    ['main', TypeError, /but got string/],
    [{}, TypeError, /should be a hub/],
    [{ jsons: null }, TypeError, /should be a hub/],
  ])('%j is refused', (source, type, message) => {
    const act = () => toHTML(source as never)
    expect(act).toThrow(type)
    expect(act).toThrow(message)
  })

  test('an environment that is not there is named, with those that are', () => {
    expect(() => toHTML(makeHub(), { env: 'nope' })).toThrow(/no environment 'nope', only main, other/)
  })
})

describe('in notebooks', () => {
  test("Deno's kernel finds a method, others take the text", () => {
    const shown = display(makeHub(), { height: 300, title: 'a "run"' })
    expect(jupyterDisplay).toBe(Symbol.for('Jupyter.display'))
    const bundle = shown[jupyterDisplay]()
    expect(bundle['text/html']).toBe(shown.html)
    expect(bundle['text/plain']).toBe('a "run"')
    expect(shown.html).toMatch(
      /^<iframe sandbox="allow-scripts allow-downloads" style="[^"]*height:300px[^"]*" title="a &#34;run&#34;" srcdoc="[^"<>]*"><\/iframe>$/,
    )
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a height of %d is refused', (height) => {
    expect(() => display(makeHub(), { height })).toThrow(RangeError)
  })
})

test.skipIf(found.path === undefined)(
  'a document shows its windows from a file, without a network, and in a frame of a notebook',
  async () => {
    const folder = makeFolder()
    const hub = makeHub()
    writeFileSync(join(folder, 'run.html'), toHTML(hub, { title: NASTY, locale: 'en' }))
    writeFileSync(join(folder, 'notebook.html'), `<!doctype html><body>${display(hub, { locale: 'en' }).html}`)
    const browser = await launchBrowser(found.path!)
    try {
      const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 800 } })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.goto(pathToFileURL(join(folder, 'run.html')).href)
      await page.locator('[data-window="loss"] canvas').first().waitFor()
      expect(await page.locator('.pane').count()).toBe(2)
      expect(await page.locator('[data-window="loss"] .flag').count()).toBe(1)
      expect(await page.locator('.connection').textContent()).toBe('Read only')
      await page.getByRole('button', { name: 'Runs' }).click()
      await expect.poll(() => page.locator('tbody tr').count()).toBe(2)
      expect(await page.evaluate(() => (globalThis as { attacked?: number }).attacked)).toBeUndefined()
      expect(complaints).toEqual([])
      await page.goto(pathToFileURL(join(folder, 'notebook.html')).href)
      await page.frameLocator('iframe').first().locator('[data-window="loss"] canvas').first().waitFor()
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  },
  60_000,
)
