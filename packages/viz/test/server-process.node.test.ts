import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readArguments } from '../src/server/arguments.js'
import type { VizServer } from '../src/server/index.js'
import { line, makeFolder, pause, post, textsIn } from './server-helpers.js'

const isFull = import.meta.env.TSORCH_TEST === 'full'
const root = fileURLToPath(new URL('..', import.meta.url))

/** The command, made of the sources: a package of its own. */
let place: string

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
  writeFileSync(join(place, 'package.json'), readFileSync(join(root, 'package.json')))
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'), 'dir')
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: join(root, 'src/server/cli.ts'),
      outDir: join(place, 'dist/server'),
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { external: ['ws'], output: { entryFileNames: 'cli.js' } },
    },
  })
}, 60_000)

afterAll(() => rmSync(place, { recursive: true, force: true }))

const cli = (): string => join(place, 'dist/server/cli.js')

interface Started {
  readonly process: ChildProcess
  readonly server: VizServer
  readonly line: string
  readonly ended: Promise<[code: number | null, signal: string | null]>
}

/** Starts the command and waits until it says where it is. */
async function start(...args: string[]): Promise<Started> {
  const process = spawn(globalThis.process.execPath, [cli(), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    process.kill('SIGKILL')
  })
  const ended = new Promise<[number | null, string | null]>((resolve) => process.on('exit', (...how) => resolve(how)))
  const line = await new Promise<string>((resolve) => process.stdout!.once('data', (data) => resolve(String(data))))
  const port = Number(/:(\d+)\//.exec(line)![1])
  return { process, server: { port } as VizServer, line, ended }
}

test('the command explains itself, and refuses what it does not know', () => {
  const run = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [cli(), ...args], { encoding: 'utf8' })
  const help = run('--help')
  expect(help.status).toBe(0)
  for (const flag of [
    '--port',
    '--host',
    '--env-path',
    '--logdir',
    '--token',
    '--username',
    '--readonly',
    '--base-url',
    '--open',
  ])
    expect(help.stdout).toContain(flag)
  expect(run('--version').stdout).toBe(`${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`)
  const unknown = run('--prot', '1')
  expect(unknown.status).toBe(2)
  expect(unknown.stderr).toContain("Unknown option '--prot'")
  expect(run('--port', 'x').stderr).toContain("--port: expected a number from 0 to 65535, but got 'x'")
  expect(run('folder').status).toBe(2)
})

test('it says where it is in one line, and saves when it is told to end', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const envPath = makeFolder()
    const { process, server, line: said, ended } = await start('--env-path', envPath)
    expect(said).toBe(`tsorch-viz is at http://localhost:${server.port}/ (Ctrl+C ends it)\n`)
    await post(server, '/events', line('loss', [1], [2]))
    process.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(JSON.parse(readFileSync(join(envPath, 'main.json'), 'utf8')).jsons.loss.content.data[0].x).toEqual([1])
    expect(readdirSync(envPath)).not.toContain('lock')
  }
})

test('a server that is killed under 200 updates a second comes back with all but the last moment', {
  timeout: 60_000,
}, async () => {
  const envPath = makeFolder()
  let started = await start('--env-path', envPath)
  await post(started.server, '/events', line('loss', [], []))
  for (let round = 1; round <= (isFull ? 5 : 1); round++) {
    const from = (await points(started.server)).length
    let sent = from
    // when the server had taken each
    const taken: number[] = []
    // it writes while updates come, again and again
    const writes = new Set<number>()
    while (sent < from + 20 || writes.size < (isFull ? 10 : 4)) {
      const x = [sent++]
      await post(started.server, '/update', { win: 'loss', eid: 'main', append: true, name: '1', data: [{ x, y: x }] })
      taken.push(Date.now())
      writes.add(lastWritten(envPath))
      await pause(3)
    }
    const written = lastWritten(envPath)
    const killed = Date.now()
    started.process.kill('SIGKILL')
    await started.ended
    started = await start('--env-path', envPath)
    const kept = await points(started.server)
    expect(kept).toEqual(kept.map((_, i) => i))
    expect(kept.length).toBeGreaterThan(written)
    expect(kept.length).toBeLessThanOrEqual(sent)
    // the promise: whatever was taken more than a second ago is there
    expect(kept.length - from).toBeGreaterThanOrEqual(taken.filter((at) => killed - at > 1000).length)
  }
})

/** The last point that is in a file; -1 if there is none. */
function lastWritten(envPath: string): number {
  const points = textsIn(envPath, 'main').flatMap((text) => [...text.matchAll(/(\d+)\],"y"/g)])
  return Math.max(-1, ...points.map(([, x]) => Number(x)))
}

async function points(server: VizServer): Promise<number[]> {
  const { text } = await post(server, '/win_data', { win: 'loss', eid: 'main' })
  return JSON.parse(text).content.data[0].x
}

test('arguments become options, in our words and in those of visdom', () => {
  const read = (args: string[], env = {}): unknown => readArguments(args, env)
  expect(
    read(['--port=9000', '--host', '0.0.0.0', '--allow-host', 'a', '--allow-host', 'b', '--open', '--readonly']),
  ).toEqual({
    kind: 'serve',
    isOpened: true,
    options: {
      port: 9000,
      host: '0.0.0.0',
      allowedHosts: ['a', 'b'],
      logdir: null,
      token: null,
      username: null,
      password: null,
      readonly: true,
    },
  })
  expect(read(['-port', '9000', '-env_path', '/x', '-base_url', '/viz', '-readonly'])).toMatchObject({
    options: { port: 9000, envPath: '/x', baseUrl: '/viz', readonly: true },
  })
  const login = { VISDOM_USERNAME: 'alice', VISDOM_PASSWORD: 'secret' }
  expect(read([], login)).toMatchObject({ options: { username: 'alice', password: 'secret' } })
  expect(read(['--username', 'bob', '--password', 'x'], login)).toMatchObject({
    options: { username: 'bob', password: 'x' },
  })
  expect(read([], { VISDOM_PASSWORD: 'secret' })).toMatchObject({ options: { username: null, password: null } })
})
