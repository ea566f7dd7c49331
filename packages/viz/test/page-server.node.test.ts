/** The page as a server gives it, in a browser. */
import type { Browser, BrowserContext, Page, Request } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findChromium } from '../../../scripts/chromium.js'
import type { JsonObject } from '../src/protocol/types.js'
import type { VizServer } from '../src/server/index.js'
import { buildPage } from './built-page.js'
import { launchBrowser } from './launch-browser.js'
import { line, makeFolder, makeServer, post, text } from './server-helpers.js'

const found = findChromium()
const isFull = import.meta.env.TSORCH_TEST === 'full'

let browser: Browser

beforeAll(async () => {
  if (found.path === undefined) return
  await buildPage()
  browser = await launchBrowser(found.path)
}, 60_000)

afterAll(() => browser?.close())

interface Visit {
  readonly page: Page
  /** What went wrong in the page, or was refused there. */
  readonly complaints: string[]
  /** What was asked for; what the policy of a document refuses is not. */
  requests(): string[]
}

async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage()
  const complaints: string[] = []
  const sent: Request[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => sent.push(request))
  await page.goto(url)
  const requests = (): string[] =>
    sent.filter((request) => request.failure()?.errorText !== 'csp').map((request) => request.url())
  return { page, complaints, requests }
}

async function makeContext(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options })
  onTestFinished(() => context.close())
  return context
}

const titles = (page: Page): Promise<string[]> => page.locator('.pane-title').allTextContents()
const paneOf = (page: Page, id: string) => page.locator(`[data-window="${id}"]`)

async function fill(server: VizServer, ...bodies: object[]): Promise<void> {
  for (const body of bodies) expect((await post(server, '/events', body)).status).toBe(200)
}

async function append(server: VizServer, win: string, x: number, y: unknown): Promise<void> {
  await post(server, '/update', { win, eid: 'main', append: true, data: [{ x: [x], y: [y] }] })
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

/** Milliseconds of the tasks on main threads of pages, the shortest first. */
function mainThreadTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`
  const main = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  )
  return traceEvents
    .filter((event) => event.name === 'RunTask' && event.dur !== undefined && main.has(threadOf(event)))
    .map(({ dur }) => dur! / 1000)
    .sort((a, b) => a - b)
}

describe.skipIf(found.path === undefined)('the page of a server', () => {
  test('shows what is plotted, live, and asks for nothing elsewhere', async () => {
    const server = await makeServer()
    await fill(server, line('loss', [0, 1, 2], [3, 2, 1]), text('log', '<b>hello</b>'))
    const { page, complaints, requests } = await visit(await makeContext(), server.url)
    await paneOf(page, 'loss').locator('canvas').first().waitFor()
    await fill(server, text('later', 'world'))
    await paneOf(page, 'later').waitFor()
    await expect.poll(() => page.frames().length).toBe(3)
    const contents = await Promise.all(page.frames().map((frame) => frame.locator('body').textContent()))
    expect(contents.join()).toMatch(/hello.*world|world.*hello/)
    const { origin } = new URL(server.url)
    for (const url of requests().filter((one) => /^(http|ws)/.test(one))) expect(new URL(url).origin).toBe(origin)
    expect(complaints).toEqual([])
  })

  test.runIf(isFull)(
    'panes and their places survive a reload and a new server',
    async () => {
      const folder = makeFolder()
      const first = await makeServer({ envPath: folder })
      await fill(first, line('a', [0, 1], [1, 2]), line('b', [0, 1], [1, 2]), text('c', 'text'))
      const context = await makeContext()
      const { page } = await visit(context, first.url)
      await paneOf(page, 'a').waitFor()
      const bar = (await paneOf(page, 'a').locator('.pane-title').boundingBox())!
      await page.mouse.move(bar.x + 20, bar.y + 8)
      await page.mouse.down()
      await page.mouse.move(bar.x + 60, bar.y + 20, { steps: 4 })
      await page.mouse.move(bar.x + 470, bar.y + 10, { steps: 12 })
      await page.mouse.up()
      const place = () => paneOf(page, 'a').evaluate((pane) => Math.round(pane.getBoundingClientRect().left / 10))
      await expect.poll(place).toBeGreaterThan(35)
      await expect.poll(() => first.hub.exportEnv('main')!.reload.a).toMatchObject({ y: 0 })
      const moved = await place()
      await page.reload()
      await paneOf(page, 'a').waitFor()
      await expect.poll(place).toBe(moved)
      expect((await titles(page)).length).toBe(3)
      await first.flush()
      await first.close()

      const second = await makeServer({ envPath: folder })
      const { page: other } = await visit(await makeContext(), second.url)
      await paneOf(other, 'a').waitFor()
      await expect
        .poll(() => paneOf(other, 'a').evaluate((pane) => Math.round(pane.getBoundingClientRect().left / 10)))
        .toBe(moved)
      expect((await titles(other)).length).toBe(3)
    },
    60_000,
  )

  test.runIf(isFull)(
    'goes on when the server comes back',
    async () => {
      const folder = makeFolder()
      const first = await makeServer({ envPath: folder })
      await fill(first, text('before', 'x'))
      const { page } = await visit(await makeContext(), first.url)
      await paneOf(page, 'before').waitFor()
      await first.flush()
      await first.close()
      await page.locator('.connection.offline').waitFor()
      const second = await makeServer({ envPath: folder, port: first.port })
      await fill(second, text('after', 'y'))
      await paneOf(page, 'after').waitFor()
      await page.locator('.connection.online').waitFor()
      expect(await paneOf(page, 'before').count()).toBe(1)
    },
    60_000,
  )

  test.runIf(isFull)(
    'two browsers agree',
    async () => {
      const server = await makeServer()
      await fill(server, line('a', [0, 1], [1, 2]), text('b', 'text'))
      const one = await visit(await makeContext(), server.url)
      const two = await visit(await makeContext(), server.url)
      for (const { page } of [one, two]) await paneOf(page, 'b').waitFor()
      await paneOf(one.page, 'b').hover()
      await paneOf(one.page, 'b').getByRole('button', { name: 'Close' }).click()
      await paneOf(two.page, 'b').waitFor({ state: 'detached' })
      await fill(server, text('c', 'text'))
      for (const { page } of [one, two]) {
        await paneOf(page, 'c').waitFor()
        expect(await page.locator('.pane').count()).toBe(2)
      }
      expect(server.hub.exportEnv('main')!.jsons).not.toHaveProperty('b')
    },
    60_000,
  )

  test('a hostile text window reaches neither the page nor the server', async () => {
    const server = await makeServer()
    const hostile = `
      <script>fetch('/close', { method: 'POST', body: '{"win":null,"eid":"main"}' }); top.document.title = 'taken'</script>
      <img src="/page/icon.svg?leak" onerror="top.document.title='taken'"><img src="http://127.0.0.1:9/leak">
      <meta http-equiv="refresh" content="0; url=/env/taken">
      <form id="f" action="/close" method="post" target="_top"><button autofocus>x</button></form>
      <a href="/env/taken" target="_top">top</a><iframe src="/env/taken"></iframe><svg onload="top.x=1"></svg>
      <style>@import '/leak.css'; body { background: url(/leak.png) }</style><video src="/leak.mp4" autoplay></video>`
    await fill(server, text('evil', hostile), text('good', 'still here'))
    const { page, requests } = await visit(await makeContext(), server.url)
    await paneOf(page, 'good').locator('iframe').waitFor()
    await page.waitForTimeout(400)
    const frame = page.frames().find((one) => one !== page.mainFrame() && one.parentFrame() === page.mainFrame())!
    await frame
      .locator('a')
      .click({ timeout: 2000 })
      .catch(() => {})
    await frame
      .locator('button')
      .click({ timeout: 2000 })
      .catch(() => {})
    await page.waitForTimeout(300)
    expect(page.url()).toMatch(/^http:\/\/[^/]+\/(\?|$|env\/main)/)
    expect(await page.title()).toBe('main – tsorch viz')
    expect(requests().filter((url) => /leak|close|taken/.test(url))).toEqual([])
    expect(await page.locator('.pane').count()).toBe(2)
    expect(Object.keys(server.hub.exportEnv('main')!.jsons)).toEqual(['evil', 'good'])
  }, 60_000)

  test.runIf(isFull)(
    'where no WebSocket gets through, it asks',
    async () => {
      const server = await makeServer()
      await fill(server, text('a', 'x'))
      const context = await makeContext()
      await context.addInitScript(() => {
        // as a proxy does that knows no upgrade
        class Blocked extends EventTarget {
          onclose: (() => void) | null = null
          constructor() {
            super()
            setTimeout(() => this.onclose?.(), 5)
          }
          close(): void {}
        }
        Object.assign(globalThis, { WebSocket: Blocked })
      })
      const { page } = await visit(context, server.url)
      await paneOf(page, 'a').waitFor()
      await fill(server, text('b', 'y'))
      await paneOf(page, 'b').waitFor()
      await paneOf(page, 'a').hover()
      await paneOf(page, 'a').getByRole('button', { name: 'Close' }).click()
      await expect.poll(() => Object.keys(server.hub.exportEnv('main')!.jsons)).toEqual(['b'])
    },
    60_000,
  )

  test.runIf(isFull)('a page that only shows has no buttons that change something', async () => {
    const server = await makeServer({ readonly: true })
    server.hub.handle('events', text('a', 'x') as JsonObject)
    const { page } = await visit(await makeContext(), server.url)
    await paneOf(page, 'a').waitFor()
    expect(await paneOf(page, 'a').getByRole('button', { name: 'Close' }).count()).toBe(0)
    expect(await page.locator('.connection').textContent()).toBe('Read only')
    await page.locator('.env-menu > button').click()
    expect(await page.locator('.env-actions').count()).toBe(0)
  })

  test('the address says which environments are shown', async () => {
    const server = await makeServer({ baseUrl: '/viz' })
    for (const run of ['run_1', 'run_2']) {
      const { win, eid, data } = line('loss', [0, 1], [1, 2], run) as Record<string, JsonObject[string]>
      server.hub.handle('events', { win, eid, data, opts: { title: 'loss' } })
    }
    const { page } = await visit(await makeContext(), new URL('/viz/env/run_2', server.url).href)
    await paneOf(page, 'loss').waitFor()
    expect(await page.title()).toBe('run_2 – tsorch viz')
    await page.locator('.env-menu > button').click()
    await page.getByRole('checkbox', { name: 'Select run_1' }).check()
    await page.getByRole('button', { name: 'Compare 2' }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/viz/compare/run_2+run_1')
    await page.goBack()
    await expect.poll(() => page.title()).toBe('run_2 – tsorch viz')
    await page.reload()
    await paneOf(page, 'loss').waitFor()
    expect(await page.title()).toBe('run_2 – tsorch viz')
  }, 60_000)

  test.runIf(isFull)(
    'saves an environment as JSON and as a page of its own',
    async () => {
      const server = await makeServer()
      await fill(server, line('loss', [0, 1, 2], [3, 2, 1]), text('log', 'hello'))
      await append(server, 'loss', 3, null)
      const context = await makeContext({ acceptDownloads: true })
      const { page } = await visit(context, server.url)
      await paneOf(page, 'log').waitFor()
      const save = async (name: string) => {
        await page.getByRole('button', { name: 'Export' }).click()
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
        return { name: file.suggestedFilename(), path: await file.path() }
      }
      const json = await save('Environment as JSON')
      expect(json.name).toBe('main.json')
      const { readFileSync } = await import('node:fs')
      const saved = JSON.parse(readFileSync(json.path, 'utf8'))
      expect(saved.jsons.loss.content.data[0].y).toEqual([3, 2, 1, null])
      expect(Object.keys(saved.reload).sort()).toEqual(['log', 'loss'])
      const html = await save('Environment as a web page')
      const offline = await makeContext({ offline: true })
      const document = await offline.newPage()
      const complaints: string[] = []
      document.on('pageerror', (error) => complaints.push(String(error)))
      await document.setContent(readFileSync(html.path, 'utf8'))
      await paneOf(document, 'loss').locator('canvas').first().waitFor()
      expect(await titles(document)).toHaveLength(2)
      expect(complaints).toEqual([])
    },
    60_000,
  )

  test.runIf(isFull)(
    '200 updates a second of a line with 100,000 points leave the page fluid',
    async () => {
      const server = await makeServer()
      const n = 100_000
      const steps = Array.from({ length: n }, (_, i) => i)
      await fill(
        server,
        line(
          'loss',
          steps,
          steps.map((i) => Math.exp(-i / 3e4) + 0.05 * Math.sin(i)),
        ),
      )
      const { page } = await visit(await makeContext(), server.url)
      await paneOf(page, 'loss').locator('canvas').first().waitFor()
      await page.waitForTimeout(1000)
      const session = await page.context().newCDPSession(page)
      await session.send('Performance.enable')
      const busy = async (): Promise<number> => {
        const { metrics } = await session.send('Performance.getMetrics')
        return metrics.find(({ name }) => name === 'TaskDuration')!.value
      }
      await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] })
      const before = await busy()
      const updates = 1000
      const start = performance.now()
      for (let i = 0; i < updates; i++) {
        server.hub.handle('update', { win: 'loss', eid: 'main', append: true, data: [{ x: [n + i], y: [0.1] }] })
        const wait = start + (i + 1) * 5 - performance.now()
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      }
      const perUpdate = (((await busy()) - before) * 1000) / updates
      expect(perUpdate).toBeLessThan(16)
      const tasks = mainThreadTasks(await browser.stopTracing())
      expect(tasks.length).toBeGreaterThan(updates / 4)
      // what blocks the page at once
      expect(tasks[Math.floor(tasks.length * 0.99)]).toBeLessThan(16)
    },
    60_000,
  )
})
