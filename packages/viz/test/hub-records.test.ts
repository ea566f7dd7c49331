/** Keeping a hub: records that repeat it, environments that are saved and read. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Hub, type HubOptions, type SavedEnv } from '../src/hub/index.js'
import { pageCopy, parseJson, pythonJson } from '../src/protocol/json.js'
import { applyPatch } from '../src/protocol/patch.js'
import type { JsonObject, PageCommand, RunSummary, Window } from '../src/protocol/types.js'
import { anything, call, command } from './hub-arbitraries.js'

/** All that a hub holds. */
function stateOf(hub: Hub): string {
  return pythonJson([hub.layouts, hub.environments().map((name) => [name, hub.exportEnv(name)])])
}

const limits: HubOptions = { maxHistory: 3, maxTextLength: 60, maxWindows: 4, maxEnvironments: 4 }
const numRuns = import.meta.env.TSORCH_TEST === 'full' ? 1500 : 100

describe('properties', () => {
  test('records make the same hub, ids, times and all', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ arbitrary: call, weight: 5 }, command), { maxLength: 25 }), (steps) => {
        const [hub, again] = [new Hub(limits), new Hub(limits)]
        const page = hub.connectPage(() => {})
        const journal: string[] = []
        hub.onRecord((endpoint, body) => journal.push(pythonJson([endpoint, body])))
        for (const step of steps) {
          if (Array.isArray(step)) hub.handle(...step)
          else page.receive(step)
        }
        for (const line of journal) {
          const [endpoint, body] = parseJson(line) as unknown as [string, JsonObject]
          expect(again.handle(endpoint, body).status).toBe(200)
        }
        expect(stateOf(again)).toBe(stateOf(hub))
      }),
      { numRuns },
    )
  })

  test('a page that follows holds what the hub holds', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 25 }), (calls) => {
        const hub = new Hub(limits)
        const shown = new Map<string, Window>()
        hub.connectPage((message) => {
          const copy = pageCopy(message)
          if (copy.command === 'window') shown.set(copy.id, copy)
          else if (copy.command === 'close') shown.delete(copy.data)
          else if (copy.command === 'window_update') {
            expect(copy.version).toBe(shown.get(copy.win)!.version + 1)
            applyPatch(shown.get(copy.win)!, copy.content)
          }
        })
        for (const [endpoint, body] of calls) {
          if (endpoint !== 'delete_env') hub.handle(endpoint, body)
          const windows = hub.exportEnv('main')!.jsons
          expect(Object.fromEntries(shown)).toEqual(pageCopy(windows))
        }
      }),
      { numRuns },
    )
  })

  test('a call that is refused changes nothing and is not recorded', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 15 }), (calls) => {
        const hub = new Hub(limits)
        let records = 0
        hub.onRecord(() => records++)
        for (const [endpoint, body] of calls) {
          const [before, recorded] = [stateOf(hub), records]
          const { status, text } = hub.handle(endpoint, body)
          expect([200, 400], text).toContain(status)
          if (status === 400) expect([stateOf(hub), records]).toEqual([before, recorded])
        }
      }),
      { numRuns },
    )
  })

  test('no body and no command can break it', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 10 }), (values) => {
        const hub = new Hub(limits)
        const page = hub.connectPage((message) => pythonJson(message))
        hub.handle('events', { win: 'w', data: [{ type: 'scatter', x: [0], y: [0] }] })
        for (const value of values) {
          for (const endpoint of ENDPOINTS) {
            const { status, text } = hub.handle(endpoint, value as JsonObject)
            expect([200, 400], `${endpoint}: ${text}`).toContain(status)
          }
          page.receive(value as PageCommand)
        }
        expect(hub.handle('env_state', {}).status).toBe(200)
      }),
      { numRuns },
    )
  })
})

const ENDPOINTS = [
  ...['events', 'update', 'close', 'win_exists', 'win_data', 'env/a', 'compare/a+b', 'save', 'fork_env', 'delete_env'],
  ...['env_state', 'runs', 'save_layouts', 'layout_item_update', 'pop_embeddings_pane', '', 'toString', '__proto__'],
]

describe('bodies', () => {
  test('nested deeper than any plot are refused', () => {
    let deep: JsonObject = { type: 'text', content: '' }
    for (let i = 0; i < 50_000; i++) deep = { a: deep }
    const answer = new Hub().handle('events', { data: [deep] })
    expect(answer).toEqual({ status: 400, text: 'lists and objects are nested more than 100 deep' })
  })

  test.each([
    [new Float32Array(2), 'Float32Array'],
    [new Map(), 'Map'],
    [() => 1, 'function'],
    [10n, 'bigint'],
  ])('with %s in them are refused', (value, name) => {
    const body = { data: [{ type: 'scatter', y: value }] } as unknown as JsonObject
    const { status, text } = new Hub().handle('events', body)
    expect(status).toBe(400)
    expect(text).toContain(`JSON has no ${name}`)
  })

  test.each([
    ['', 'the name of an environment should not be empty'],
    ['a\nb', 'the name of an environment should not have control characters, but got "a\\nb"'],
    ['\ud800', 'the name of an environment should not have control characters, but got "\\ud800"'],
    ['x'.repeat(201), 'the name of an environment should have at most 200 characters, but got 201'],
    [5, 'the name of an environment should be text, but got 5'],
  ])('an environment can’t be named %j', (eid, text) => {
    const hub = new Hub()
    const data = [{ type: 'text', content: '' }]
    for (const endpoint of ['events', 'update', 'env/x', 'win_data'])
      expect(hub.handle(endpoint, { eid, win: 'w', data, append: true }).text, endpoint).toBe(text)
    expect(hub.environments()).toEqual(['main'])
  })

  test('with names that objects have anyway are like any other', () => {
    const hub = new Hub()
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    for (const name of names) {
      const body = parseJson(
        `{"win": "${name}", "eid": "${name}", "data": [{"type": "scatter", "name": "${name}", "x": [0], "y": [0],
          "${name}": {"polluted": 1}}], "layout": {"${name}": {"polluted": 1}}, "opts": {"${name}": {"polluted": 1}}}`,
      ) as JsonObject
      expect(hub.handle('win_exists', body).text).toBe('false')
      expect(hub.handle('events', body)).toEqual({ status: 200, text: name })
      expect(hub.handle('update', { ...body, name, append: true })).toEqual({ status: 200, text: name })
      expect(hub.handle('layout_item_update', { win: name, eid: name, data: {} }).text).toBe(name)
      expect(Object.keys(JSON.parse(hub.handle('win_data', { eid: name, win: null }).text))).toEqual([name])
    }
    expect(hub.environments()).toEqual(['main', ...names])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    const again = new Hub()
    for (const name of names) again.importEnv(name, parseJson(pythonJson(hub.exportEnv(name))) as unknown as SavedEnv)
    expect(stateOf(again)).toBe(stateOf(hub))
  })
})

describe('limits', () => {
  const body = (eid: string, win: string) => ({ eid, win, data: [{ type: 'text', content: '' }] })

  test('of windows and environments are told', () => {
    const hub = new Hub({ maxWindows: 2, maxEnvironments: 2 })
    for (const win of ['a', 'b', 'a']) expect(hub.handle('events', body('main', win)).status).toBe(200)
    expect(hub.handle('events', body('main', 'c'))).toEqual({
      status: 400,
      text: "environment 'main' may have 2 windows, and more are not kept: close some",
    })
    hub.handle('close', { win: 'a' })
    expect(hub.handle('events', body('main', 'c')).status).toBe(200)
    expect(hub.handle('events', body('x', 'a')).status).toBe(200)
    for (const [endpoint, more] of [
      ['events', body('y', 'a')],
      ['env/y', { eid: 'y' }],
      ['fork_env', { prev_eid: 'x', eid: 'y' }],
      ['win_data', { eid: 'y', win: null, data: '{}' }],
    ] as const)
      expect(hub.handle(endpoint, more).text).toBe('there are 2 environments, and more are not kept: delete some')
    hub.handle('delete_env', { eid: 'x' })
    expect(hub.handle('events', body('y', 'a')).status).toBe(200)
  })

  test('make sense', () => {
    expect(() => new Hub({ maxWindows: 0 })).toThrow('maxWindows should be an integer of at least 1, but got 0')
    expect(() => new Hub({ maxHistory: 1.5 })).toThrow(RangeError)
  })
})

describe('environments', () => {
  test('are saved as visdom does, with times, and read again', () => {
    const hub = new Hub({ clock: () => 1000 })
    hub.handle('events', { win: 'w', data: [{ type: 'scatter', x: [0], y: [Number.NaN] }] })
    const saved = parseJson(pythonJson(hub.exportEnv('main'))) as unknown as SavedEnv
    expect(saved).toMatchObject({ jsons: { w: { id: 'w' } }, reload: {}, started: 1000, updated: 1000 })
    const other = new Hub()
    const messages: string[] = []
    other.connectPage(({ command }) => messages.push(command))
    other.importEnv('main', saved)
    expect(pythonJson(other.exportEnv('main'))).toBe(pythonJson(saved))
    expect(messages.slice(-3)).toEqual(['reload', 'window', 'layout'])
    expect(hub.exportEnv('gone')).toBeUndefined()
  })

  test('are read when they are needed', () => {
    const hub = new Hub()
    let reads = 0
    const read = () => {
      reads++
      return { jsons: {}, reload: {} }
    }
    hub.importEnv('late', read)
    hub.importEnv('broken', () => {
      throw new Error('unexpected end of file')
    })
    expect(hub.handle('env_state', {}).text).toBe('["main", "late", "broken"]')
    expect(reads).toBe(0)
    hub.handle('events', { win: 'a', eid: 'late', data: [{ type: 'text', content: '' }] })
    hub.handle('win_exists', { win: 'a', eid: 'late' })
    expect(reads).toBe(1)
    const text = "environment 'broken' can't be read: unexpected end of file"
    expect(hub.handle('win_exists', { win: 'a', eid: 'broken' })).toEqual({ status: 400, text })
    expect(JSON.parse(hub.handle('runs', {}).text).map(({ env }: RunSummary) => env)).toEqual(['main', 'late'])
  })

  test('with windows that are damaged are read without them, with a warning', () => {
    const warnings: string[] = []
    const hub = new Hub({ onWarning: (message) => warnings.push(message) })
    const saved = {
      jsons: {
        a: { type: 'plot', content: { data: 5 } },
        b: { type: 'text', content: 5, i: 'x', title: null, version: 'y' },
        c: null,
        d: { type: 'image_history', content: [{ src: '' }, { src: '' }] },
        e: { type: 'table', content: { rows: [] }, version: 3 },
      },
    }
    hub.importEnv('main', saved as unknown as SavedEnv)
    const { jsons } = hub.exportEnv('main')!
    expect(Object.keys(jsons)).toEqual(['b', 'd', 'e'])
    expect(jsons.b).toMatchObject({ id: 'b', title: '', version: 1, i: 0, content: '5', command: 'window' })
    expect(jsons.d).toMatchObject({ selected: 1 })
    expect(jsons.e).toMatchObject({ type: 'table', version: 3, content: { rows: [] } })
    expect(warnings).toHaveLength(2)
    expect(() => hub.importEnv('x', 5 as unknown as SavedEnv)).toThrow('an environment should be an object with jsons')
  })

  test('windows that are set are as if they had been made', () => {
    const hub = new Hub()
    const shown: string[] = []
    hub.connectPage((message) => shown.push(message.command === 'window' ? message.id : message.command))
    hub.handle('events', { win: 'w', data: [{ type: 'scatter', x: [0], y: [0] }] })
    const { text } = hub.handle('win_data', { win: 'w' })
    expect(hub.handle('win_data', { win: 'copy', data: text })).toEqual({ status: 200, text: '' })
    expect(hub.handle('update', { win: 'copy', data: [{ x: [1], y: [1] }], append: true }).text).toBe('copy')
    expect(JSON.parse(hub.handle('win_data', { win: 'w' }).text).content.data[0].x).toEqual([0])
    expect(hub.handle('win_data', { win: null, data: `{"copy": ${text}}` }).status).toBe(200)
    expect(shown.slice(-3)).toEqual(['env_update', 'close', 'copy'])
    for (const data of ['{', '[]', '5', '{"a": 5}', '{"a": {"type": "plot"}}', 5])
      expect(hub.handle('win_data', { win: null, data }).status).toBe(400)
    expect(Object.keys(hub.exportEnv('main')!.jsons)).toEqual(['copy'])
  })

  test('a listener that fails hinders nobody', () => {
    const warnings: string[] = []
    const hub = new Hub({ onWarning: (message) => warnings.push(message) })
    let heard = 0
    hub.onRecord(() => {
      throw new Error('no space left on device')
    })
    const end = hub.onRecord(() => heard++)
    hub.handle('env/a', { eid: 'a' })
    end()
    hub.handle('env/b', { eid: 'b' })
    expect(heard).toBe(1)
    expect(warnings[0]).toBe('what was done could not be recorded: no space left on device')
  })
})

describe('runs', () => {
  test('are summarized, as they grow', () => {
    let time = 100
    const hub = new Hub({ clock: () => time })
    const eid = 'run'
    const line = (name: string, ...y: unknown[]) => ({ type: 'scatter', name, x: y.map((_, i) => i * 10), y })
    const summary = () => (JSON.parse(hub.handle('runs', { data: [eid, 'gone'] }).text) as RunSummary[])[0]!
    const property = (name: string, value: number) => ({ type: 'number', name, value })
    const content = [property('lr', 0.1), property('__proto__', 1)]
    hub.handle('events', { eid, win: 'hparams', data: [{ type: 'properties', content }] })
    hub.handle('events', {
      eid,
      win: 'a',
      opts: { title: 'loss' },
      data: [line('train', 3, null, 1), line('val', 2)],
    } as JsonObject)
    time = 160
    hub.handle('events', { eid, win: 'acc', data: [line('x', 0.5)] } as JsonObject)
    const train = { count: 2, last: 1, lastStep: 20, min: 1, max: 3, notFinite: 0 }
    expect(summary()).toEqual({
      env: 'run',
      hparams: Object.fromEntries([
        ['lr', 0.1],
        ['__proto__', 1],
      ]),
      metrics: {
        'loss/train': train,
        'loss/val': { count: 1, last: 2, lastStep: 0, min: 2, max: 2, notFinite: 0 },
        acc: { count: 1, last: 0.5, lastStep: 0, min: 0.5, max: 0.5, notFinite: 0 },
      },
      started: 100,
      updated: 160,
    })
    hub.handle('update', { eid, win: 'a', name: 'train', append: true, data: [{ x: [30, 40], y: [-1, Number.NaN] }] })
    expect(summary().metrics['loss/train']).toEqual({
      ...train,
      count: 4,
      last: 'NaN',
      lastStep: 40,
      min: -1,
      notFinite: 1,
    })
    hub.handle('update', { eid, win: 'a', name: 'train', data: [{ x: [], y: [7] }] })
    hub.handle('update', { eid, win: 'a', name: 'train', data: [{ x: [5], y: [7] }] })
    expect(summary().metrics['loss/train']).toEqual({ count: 1, last: 7, lastStep: 5, min: 7, max: 7, notFinite: 0 })
    expect(JSON.parse(hub.handle('runs', {}).text)).toHaveLength(2)
  })
})
