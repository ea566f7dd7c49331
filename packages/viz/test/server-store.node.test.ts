import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonPieces, snapshot } from '../src/server/store/env-file.js'
import { distinctFileNameOf, envOf, fileNameOf } from '../src/server/store/names.js'
import { eventually, line, makeFolder, makeServer, post, TestSocket, text, textsIn } from './server-helpers.js'

type Saved = { jsons: Record<string, { content: unknown }>; reload: Record<string, unknown>; journal: number }

const read = (folder: string, env: string): Saved => JSON.parse(readFileSync(join(folder, `${env}.json`), 'utf8'))

async function contentOf(server: Parameters<typeof post>[0], win: string, eid = 'main'): Promise<unknown> {
  const { text: json } = await post(server, '/win_data', { win, eid })
  return JSON.parse(json.replaceAll('NaN', '"NaN"')).content
}

test('what was plotted is there after a restart', async () => {
  const envPath = makeFolder()
  const first = await makeServer({ envPath })
  await post(first, '/events', line('loss', [1], [0.5]))
  for (let i = 2; i < 20; i++)
    await post(first, '/update', { win: 'loss', eid: 'main', append: true, name: '1', data: [{ x: [i], y: [1 / i] }] })
  await post(first, '/events', text('note', 'größer', 'other/env'))
  await post(first, '/events', '{"win": "nan", "data": [{"type": "bar", "y": [NaN, 1]}], "layout": {}}')
  await post(first, '/events', text('gone', 'x'))
  await post(first, '/close', { win: 'gone', eid: 'main' })
  await first.close()
  expect(readdirSync(envPath).sort()).toEqual(['cookie-secret', 'journal', 'main.json', 'other_env.json', 'view'])
  expect(readdirSync(join(envPath, 'journal'))).toEqual([])

  const second = await makeServer({ envPath })
  expect(JSON.parse((await post(second, '/env_state', {})).text)).toEqual(['main', 'other_env'])
  const { data } = (await contentOf(second, 'loss')) as { data: { x: number[]; y: number[] }[] }
  expect(data[0]!.x).toEqual(Array.from({ length: 19 }, (_, i) => i + 1))
  expect(await contentOf(second, 'note', 'other/env')).toBe('größer')
  expect(await contentOf(second, 'nan')).toMatchObject({ data: [{ y: ['NaN', 1] }] })
  expect((await post(second, '/win_exists', { win: 'gone', eid: 'main' })).text).toBe('false')
})

test('a server that was killed comes back with all but the last moment', async () => {
  const envPath = makeFolder()
  const server = await makeServer({ envPath })
  await post(server, '/events', line('loss', [0], [0]))
  await server.flush()
  for (let i = 1; i <= 100; i++)
    await post(server, '/update', { win: 'loss', eid: 'main', append: true, name: '1', data: [{ x: [i], y: [i] }] })
  await post(server, '/fork_env', { prev_eid: 'main', eid: 'copy' })
  await post(server, '/update', { win: 'loss', eid: 'copy', append: true, name: '1', data: [{ x: [-1], y: [-1] }] })
  // written without being asked to
  const written = (name: string, end: string): boolean => textsIn(envPath, name).some((text) => text.includes(end))
  await eventually(() => written('main', '100]') && written('copy', '-1]'))
  // what a killed server would leave
  const left = join(makeFolder(), 'left')
  cpSync(envPath, left, { recursive: true })
  rmSync(join(left, 'lock'))
  const next = await makeServer({ envPath: left })
  const pointsOf = async (eid: string): Promise<number[]> =>
    ((await contentOf(next, 'loss', eid)) as { data: { x: number[] }[] }).data[0]!.x
  expect(await pointsOf('main')).toHaveLength(101)
  expect((await pointsOf('copy')).slice(-2)).toEqual([100, -1])
  expect(next.warnings).toEqual([])
})

test('a line that was cut short is left out, wherever it was cut', async () => {
  const envPath = makeFolder()
  const server = await makeServer({ envPath })
  await post(server, '/events', line('loss', [0], [0]))
  for (let i = 1; i < 5; i++)
    await post(server, '/update', { win: 'loss', eid: 'main', append: true, name: '1', data: [{ x: [i], y: [i] }] })
  await server.flush()
  const [name] = readdirSync(join(envPath, 'journal'))
  const journal = readFileSync(join(envPath, 'journal', name!))
  const ends = [...journal.keys()].filter((at) => journal[at] === 10)
  for (const cut of [
    0,
    1,
    ends[0]!,
    ends[0]! + 1,
    ends[1]! + 1,
    ends[1]! + 30,
    ends[3]!,
    journal.length - 1,
    journal.length,
  ]) {
    const left = join(makeFolder(), 'left')
    mkdirSync(join(left, 'journal'), { recursive: true })
    writeFileSync(join(left, 'journal', name!), journal)
    truncateSync(join(left, 'journal', name!), cut)
    const next = await makeServer({ envPath: left })
    // the first line is a title
    const whole = ends.filter((end) => end < cut).length - 1
    if (whole < 1) expect((await post(next, '/win_exists', { win: 'loss', eid: 'main' })).text).toBe('false')
    else {
      const { data } = (await contentOf(next, 'loss')) as { data: { x: number[] }[] }
      expect(data[0]!.x, `cut at ${cut}`).toHaveLength(whole)
      // it goes on from there, and comes back again
      await post(next, '/update', { win: 'loss', eid: 'main', append: true, name: '1', data: [{ x: [9], y: [9] }] })
      await next.flush()
      const again = join(makeFolder(), 'again')
      cpSync(left, again, { recursive: true })
      rmSync(join(again, 'lock'))
      const third = await makeServer({ envPath: again })
      const { data: more } = (await contentOf(third, 'loss')) as { data: { x: number[] }[] }
      expect(more[0]!.x).toEqual([...data[0]!.x, 9])
      await third.close()
    }
    await next.close()
  }
})

test("visdom's files are read, and stay readable for visdom", async () => {
  const envPath = makeFolder()
  const window = {
    command: 'window',
    version: 1,
    id: 'w',
    title: 'T',
    inflate: true,
    width: null,
    height: null,
    contentID: 'c',
    content: 'hi',
    type: 'text',
    i: 0,
  }
  const saved = JSON.stringify({ jsons: { w: window }, reload: { w: { x: 1 } } })
  for (const name of ['main', 'exp_1', 'with space', '50% off', 'a%20b', 'ünïcode', '-x'])
    writeFileSync(join(envPath, `${name}.json`), saved)
  mkdirSync(join(envPath, 'view'))
  writeFileSync(join(envPath, 'view', 'layouts.json'), '{"main": {}}')
  writeFileSync(join(envPath, 'damaged.json'), '{"jsons": ')
  const server = await makeServer({ envPath })
  const envs = JSON.parse((await post(server, '/env_state', {})).text)
  expect(envs.sort()).toEqual(['-x', '50% off', 'a%20b', 'damaged', 'exp_1', 'main', 'with space', 'ünïcode'])
  for (const eid of envs.filter((name: string) => name !== 'damaged'))
    expect(await contentOf(server, 'w', eid)).toBe('hi')
  expect((await post(server, '/win_exists', { win: 'w', eid: 'damaged' })).text).toBe('false')
  expect(server.warnings).toEqual([expect.stringContaining('damaged.json is damaged')])
  const page = new TestSocket(server, '/socket')
  expect((await page.until('layout_update')).at(-1)!.data).toBe('{"main": {}}')
  page.send({ cmd: 'save_layouts', data: '{"main": {"view": {}}}' })
  await page.until('layout_update')
  await post(server, '/events', text('n', 'new', 'a%20b'))
  expect((await post(server, '/save', { data: ['a%20b', 'nothing'] })).text).toBe('["a%20b"]')
  // to the same file
  expect(read(envPath, 'a%20b')).toMatchObject({
    jsons: { w: { content: 'hi' }, n: { content: 'new' } },
    reload: { w: { x: 1 } },
  })
  await server.close()
  expect(readFileSync(join(envPath, 'view', 'layouts.json'), 'utf8')).toBe('{"main": {"view": {}}}')
  expect(readdirSync(envPath).filter((name) => name.includes('.json'))).toHaveLength(8)
})

test('environments can be forked, saved with a layout, and deleted', async () => {
  const envPath = makeFolder()
  const server = await makeServer({ envPath })
  await post(server, '/events', text('t', 'x', 'a'))
  expect((await post(server, '/fork_env', { prev_eid: 'a', eid: 'b' })).text).toBe('b')
  expect(read(envPath, 'b').jsons.t!.content).toBe('x')
  await post(server, '/delete_env', { eid: 'b' })
  expect(existsSync(join(envPath, 'b.json'))).toBe(false)
  const page = new TestSocket(server, '/socket')
  await page.until('env_update')
  page.send({ cmd: 'save', data: { t: { x: 7 } }, prev_eid: 'a', eid: 'a' })
  page.send({ cmd: 'save', data: { t: { x: 8 } }, prev_eid: 'a', eid: 'c' })
  await eventually(() => existsSync(join(envPath, 'c.json')) && existsSync(join(envPath, 'a.json')))
  expect(read(envPath, 'a').reload).toEqual({ t: { x: 7 } })
  expect(read(envPath, 'c').reload).toEqual({ t: { x: 8 } })
  // one of the same name begins anew
  await post(server, '/delete_env', { eid: 'a' })
  await post(server, '/events', text('u', 'y', 'a'))
  await server.close()
  const next = await makeServer({ envPath })
  expect(Object.keys(JSON.parse((await post(next, '/win_data', { win: null, eid: 'a' })).text))).toEqual(['u'])
  // deleted before anybody looked at it
  await post(next, '/delete_env', { eid: 'c' })
  await next.close()
  expect(existsSync(join(envPath, 'c.json'))).toBe(false)
  expect(existsSync(join(envPath, 'a.json'))).toBe(true)
})

test('no name leads out of the folder', async () => {
  const outer = makeFolder()
  const envPath = join(outer, 'inner', 'envs')
  const server = await makeServer({ envPath })
  const names = [
    '../../evil',
    '..',
    '.',
    '..\\..\\evil',
    '/etc/evil',
    'a\u0000b',
    'CON',
    'nul.txt',
    '.hidden',
    'x'.repeat(200),
    '語'.repeat(150),
    'lock',
    'view',
    'journal/x',
    '%2e%2e%2fevil',
    'C:evil',
    '',
  ]
  const kept = new Set<string>()
  for (const eid of names) {
    const { status } = await post(server, '/events', text('t', eid, eid))
    if (status === 200) kept.add(eid)
  }
  expect(kept.size).toBeGreaterThan(12)
  expect((await post(server, `/env/${encodeURIComponent('../../evil2')}`, { eid: '../../evil2' })).status).toBe(200)
  await server.close()
  expect(readdirSync(outer)).toEqual(['inner'])
  expect(readdirSync(join(outer, 'inner'))).toEqual(['envs'])
  const next = await makeServer({ envPath })
  for (const eid of kept) expect(await contentOf(next, 't', eid), eid).toBe(eid)
  expect(next.warnings).toEqual([])
})

test('links are not followed', async () => {
  const outside = makeFolder()
  writeFileSync(
    join(outside, 'secret.json'),
    JSON.stringify({ jsons: { w: { type: 'text', content: 'secret' } }, reload: {} }),
  )
  const envPath = makeFolder()
  symlinkSync(join(outside, 'secret.json'), join(envPath, 'linked.json'))
  symlinkSync(join(outside, 'secret.json'), join(envPath, 'main.json'))
  const server = await makeServer({ envPath })
  expect((await post(server, '/env_state', {})).text).toBe('["main"]')
  expect((await post(server, '/win_exists', { win: 'w', eid: 'main' })).text).toBe('false')
  await post(server, '/events', text('t', 'x'))
  await post(server, '/events', text('t', 'x', 'linked'))
  await server.close()
  expect(readFileSync(join(outside, 'secret.json'), 'utf8')).toContain('secret')
  expect(read(envPath, 'linked').jsons.t!.content).toBe('x')
})

test('folders in the folder are no links', async () => {
  for (const name of ['journal', 'view']) {
    const envPath = makeFolder()
    const outside = makeFolder()
    symlinkSync(outside, join(envPath, name))
    await expect(makeServer({ envPath })).rejects.toThrow(`${name} should be a folder, but is a link`)
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(envPath)).not.toContain('lock')
  }
})

test('names become file names and back', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 100 })
  fc.assert(
    fc.property(name, (env) => {
      for (const file of [fileNameOf(env), distinctFileNameOf(env)]) {
        expect(file).not.toMatch(/[/\\\p{Cc}:*?"<>|]|^\.|[. ]$|^$/u)
        expect(Buffer.byteLength(file)).toBeLessThanOrEqual(200)
        if (!file.startsWith('%~')) expect(envOf(file)).toBe(env)
      }
    }),
  )
  fc.assert(
    fc.property(name, name, (a, b) => {
      if (a !== b) expect(fileNameOf(a)).not.toBe(fileNameOf(b))
    }),
  )
  expect([fileNameOf('ResNet_1'), fileNameOf('a b'), fileNameOf('größe')]).toEqual(['ResNet_1', 'a b', 'größe'])
  expect(fileNameOf('\ud800')).not.toBe(fileNameOf('\ud801'))
  expect(distinctFileNameOf('Main')).toBe('%4Dain')
})

test('names that differ in case only have files of their own', async () => {
  const envPath = makeFolder()
  const server = await makeServer({ envPath })
  for (const eid of ['Main', 'main', 'MAIN', 'É', 'é', 'E\u0301']) await post(server, '/events', text('t', eid, eid))
  await server.close()
  const files = readdirSync(envPath).filter((name) => name.endsWith('.json'))
  expect(new Set(files.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(6)
  const next = await makeServer({ envPath })
  for (const eid of ['Main', 'main', 'MAIN', 'É', 'é', 'E\u0301']) expect(await contentOf(next, 't', eid)).toBe(eid)
})

test('a folder has one server', async () => {
  const envPath = makeFolder()
  const server = await makeServer({ envPath })
  await expect(makeServer({ envPath })).rejects.toThrow(/another server \(process \d+\) uses the folder .*--env-path/)
  await server.close()
  // one that was killed has left its lock
  writeFileSync(
    join(envPath, 'lock'),
    JSON.stringify({ pid: 2 ** 22 + 1, host: (await import('node:os')).hostname(), started: null, id: 'x' }),
  )
  await (await makeServer({ envPath })).close()
  expect(existsSync(join(envPath, 'lock'))).toBe(false)
})

test('a folder that cannot be written to is told about once, and saving goes on when it can', async () => {
  const outer = makeFolder()
  const envPath = join(outer, 'envs')
  // as little a folder as a full disk is
  writeFileSync(envPath, '')
  const server = await makeServer({ envPath })
  const page = new TestSocket(server, '/socket')
  const { data: sid } = await page.next()
  await page.until('env_update')
  await post(server, '/env/main', { sid })
  await page.until('layout')
  for (let i = 0; i < 5; i++) {
    expect((await post(server, '/events', text('t', `${i}`))).text).toBe('t')
    await eventually(() => server.warnings.length > 0)
    await server.flush()
  }
  expect(server.warnings).toEqual([expect.stringContaining('plots are not being saved')])
  const seen: unknown[] = []
  while (!seen.includes('tsorch_viz_storage')) seen.push((await page.next()).id)
  expect((await post(server, '/save', { data: ['main'] })).status).toBe(500)
  rmSync(envPath)
  await eventually(() => server.warnings.length === 2)
  expect(server.warnings[1]).toBe('plots are being saved again')
  const messages = await page.until('close')
  expect(messages.at(-1)!.data).toBe('tsorch_viz_storage')
  await server.close()
  expect(Object.keys(read(envPath, 'main').jsons)).toEqual(['t'])
})

test('a folder that someone removes is made again', async () => {
  const envPath = join(makeFolder(), 'envs')
  const server = await makeServer({ envPath })
  await post(server, '/events', text('t', '1'))
  await server.flush()
  rmSync(envPath, { recursive: true })
  await post(server, '/events', text('u', '2'))
  await server.close()
  const next = await makeServer({ envPath })
  expect(await contentOf(next, 'u')).toBe('2')
  expect(await contentOf(next, 't')).toBe('1')
})

test('pieces of JSON are those of the whole, and a snapshot does not change', () => {
  const json = fc.jsonValue()
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse([...jsonPieces(value as never)].join(''))).toEqual(JSON.parse(JSON.stringify(value)))
      expect(snapshot(value)).toEqual(value)
    }),
    { numRuns: 50 },
  )
  const many = Array.from({ length: 10_000 }, (_, i) => (i % 1000 === 0 ? [i] : i))
  expect(JSON.parse([...jsonPieces({ many, none: [] })].join(''))).toEqual({ many, none: [] })
  const live = { a: [1, 2], b: [{ c: [3] }] }
  const copy = snapshot(live)
  live.a.push(9)
  live.b[0]!.c.push(9)
  expect(copy).toEqual({ a: [1, 2], b: [{ c: [3] }] })
})
