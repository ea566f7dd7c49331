/** Logs in files: what is in them after disks that are full, programs that were killed, and ends of programs. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Visdom } from '../src/client/index.js'
import { Hub } from '../src/hub/index.js'
import { client, FakeServer } from './visdom-calls.js'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: join(root, 'src/client/index.ts'),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { external: ['ws'], output: { entryFileNames: 'client.mjs' } },
    },
  })
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('logToFilename', () => {
  test('writes what visdom writes, line by line', async () => {
    const path = join(folder, 'made', 'offline.jsonl')
    const viz = new Visdom({ offline: true, logToFilename: path })
    viz.line([1], { X: [0], win: 'l' })
    viz.line([0.5], { X: [1], win: 'l', update: 'append' })
    viz.text('hi', { win: 't' })
    await viz.disconnect()
    const base = { markersymbol: 'dot', markersize: 10, markerborderwidth: 0.5 }
    const opts = { markers: false, fillarea: false, mode: 'lines', ...base }
    const trace = {
      name: '1',
      type: 'scatter',
      mode: 'lines',
      textposition: 'right',
      line: {},
      marker: { size: 10, symbol: 'dot', line: { color: '#000000', width: 0.5 } },
    }
    const layout = { showlegend: false, margin: { l: 60, r: 60, t: 60, b: 60 } }
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      ['events', { data: [{ x: [0], y: [1], ...trace }], win: 'l', eid: 'main', layout, opts }],
      [
        'update',
        { data: [{ x: [1], y: [0.5], ...trace }], win: 'l', eid: 'main', layout: {}, opts, name: null, append: true },
      ],
      ['events', { data: [{ content: 'hi', type: 'text' }], win: 't', eid: 'main', opts: {} }],
    ])
  })

  test('has each call, whatever became of it on the way to the server', async () => {
    const path = join(folder, 'online.jsonl')
    const { viz } = client(new FakeServer(), { logToFilename: path })
    for (let i = 0; i < 500; i++) viz.line([i], { X: [i], win: 'l', update: 'append', opts: { title: 'T' } })
    await viz.disconnect()
    const hub = new Hub()
    const { viz: replay } = client(hub)
    expect(await replay.replayLog(path)).toBe(500)
    expect(await replay.getWindowData('l')).toMatchObject({
      title: 'T',
      content: { data: [{ x: { length: 500 } }], layout: { title: 'T' } },
    })
    await replay.disconnect()
  })

  test('goes on after a program that was killed within a line', async () => {
    const path = join(folder, 'torn.jsonl')
    writeFileSync(path, '["events", {"data": [{"type": "text", "content": "1"}], "win": "a"}]\n["events", {"da')
    const viz = new Visdom({ offline: true, logToFilename: path })
    viz.text('2', { win: 'b' })
    await viz.disconnect()
    const { viz: replay, errors } = client(new Hub())
    expect(await replay.replayLog(path)).toBe(2)
    expect(Object.keys(await replay.getWindowData())).toEqual(['a', 'b'])
    expect(errors).toHaveLength(1)
    await replay.disconnect()
  })

  test('tells of a full disk once, and the program goes on', async () => {
    if (!existsSync('/dev/full')) return
    const { viz, errors } = client(new FakeServer(), { logToFilename: '/dev/full' })
    for (let round = 0; round < 3; round++) {
      viz.text('x')
      await viz.flush()
    }
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^\/dev\/full: could not be written.*ENOSPC/),
    ])
    expect(viz.stats.sent).toBe(4)
    await viz.disconnect()
    expect(errors.at(-1)!.message).toBe('/dev/full: 3 lines could not be written, and are lost')
  })

  test('that cannot be opened is an error at once', () => {
    const path = join(folder, 'file')
    appendFileSync(path, 'x')
    expect(() => new Visdom({ offline: true, logToFilename: join(path, 'log') })).toThrow(/ENOTDIR|EEXIST/)
  })
})

/** Runs a program that plots, and ends. */
async function run(program: string): Promise<{ errors: string; code: number | null }> {
  const path = join(folder, `program-${Math.random()}.mjs`)
  writeFileSync(path, `import { Visdom } from './client.mjs'\n${program}\n`)
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += String(data)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { errors, code }
}

describe('a program that ends', () => {
  test('sends what waits, also to a slow server', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        seen.push(...[body].filter(() => request.url === '/update'))
        setTimeout(() => response.end(request.url === '/win_exists' ? 'true' : 'l'), 150)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { code, errors } = await run(`
      const viz = new Visdom({ server: 'http://127.0.0.1:${port}' })
      for (let i = 0; i < 100; i++) viz.line([i], { X: [i], win: 'l', update: 'append' })`)
    server.close()
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const x = seen.flatMap((body) => (JSON.parse(body) as { data: { x: number[] }[] }).data[0]!.x)
    expect(x).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('is not held up by one that is away, and the log has all', async () => {
    const path = join(folder, 'away.jsonl')
    const { code, errors } = await run(`
      const viz = new Visdom({ server: 'http://127.0.0.1:9', exitGrace: 300, logToFilename: ${JSON.stringify(path)} })
      for (let i = 0; i < 100; i++) viz.line([i], { X: [i], win: 'l', update: 'append' })`)
    expect(code).toBe(0)
    expect(errors).toMatch(/cannot be reached, plots wait until it can/)
    expect(errors).toMatch(/101 calls could not be delivered to http:\/\/127.0.0.1:9\/: they are in the log/)
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(100)
  })

  test('is not held up by one that never answers, or by a handler', async () => {
    const sockets = createServer(() => {})
    await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve))
    const { port } = sockets.address() as AddressInfo
    const { code } = await run(`
      const viz = new Visdom({ server: 'http://127.0.0.1', port: ${port}, exitGrace: 300 })
      viz.text('x')`)
    sockets.closeAllConnections()
    sockets.close()
    expect(code).toBe(0)
  })

  test('waits for answers to its questions', async () => {
    const server = createServer((_, response) => setTimeout(() => response.end('true'), 200))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { code, errors } = await run(`
      const viz = new Visdom({ server: 'http://127.0.0.1', port: ${port}, exitGrace: 50 })
      if (!(await viz.checkConnection())) throw new Error('no connection')
      if ((await viz.winExists('w')) !== true) throw new Error('no answer')`)
    server.close()
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  test('by process.exit() still has its log', async () => {
    const path = join(folder, 'exit.jsonl')
    const { code } = await run(`
      const viz = new Visdom({ offline: true, logToFilename: ${JSON.stringify(path)} })
      for (let i = 0; i < 10; i++) viz.text(String(i))
      process.exit(3)`)
    expect(code).toBe(3)
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(10)
  })
})
