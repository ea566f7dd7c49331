/** Who is told what: pages, programs, comparisons; and the ways in for both in one program. */
import { describe, expect, test } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { pageCopy } from '../src/protocol/json.js'
import { applyPatch } from '../src/protocol/patch.js'
import { TransportError } from '../src/protocol/transport.js'
import type { Json, JsonObject, PageCommand, PageMessage, PlotContent, Window } from '../src/protocol/types.js'

/** A page, which keeps what it was sent, and the windows that follow from that. */
function connect(hub: Hub, options: { readonly?: boolean } = {}) {
  const messages: PageMessage[] = []
  const windows = new Map<string, Window>()
  const connection = hub.connectPage((message) => {
    const copy = pageCopy(message)
    messages.push(copy)
    if (copy.command === 'window') windows.set(copy.id, copy)
    else if (copy.command === 'window_update') {
      const window = windows.get(copy.win)!
      expect(copy.version).toBe(window.version + 1)
      applyPatch(window, pageCopy(copy.content))
    } else if (copy.command === 'close') windows.delete(copy.data)
  }, options)
  const look = (name: string) => {
    messages.length = 0
    windows.clear()
    return hub.handle(name.includes('+') ? `compare/${name}` : `env/${name}`, { sid: connection.sid })
  }
  return { ...connection, messages, windows, look, commands: () => messages.map(({ command }) => command) }
}

const text = (win: string, content: string, eid = 'main'): JsonObject => ({
  win,
  eid,
  data: [{ type: 'text', content }],
})
const plot = (eid: string, win: string, title: string, ...traces: [name: string, y: number[]][]): JsonObject => ({
  eid,
  win,
  data: traces.map(([name, y]) => ({ type: 'scatter', name, x: y.map((_, i) => i), y })),
  layout: { title },
  opts: { title },
})

describe('pages', () => {
  test('are told who they are, the layouts and the environments', () => {
    const hub = new Hub()
    hub.layouts = '{"main": {}}'
    const page = connect(hub)
    expect(page.messages).toEqual([
      { command: 'register', data: page.sid, readonly: false },
      { command: 'layout_update', data: '{"main": {}}' },
      { command: 'env_update', data: ['main'] },
    ])
    expect(connect(hub).sid).not.toBe(page.sid)
  })

  test('hear of the environment that they look at', () => {
    const hub = new Hub()
    const [one, other] = [connect(hub), connect(hub)]
    hub.handle('events', text('b', '1', 'run/1'))
    hub.handle('events', text('a', '2', 'run_1'))
    expect(other.look('run_1')).toEqual({ status: 200, text: '' })
    expect(other.messages).toEqual([
      { command: 'reload', data: {} },
      expect.objectContaining({ command: 'window', id: 'b', i: 0 }),
      expect.objectContaining({ command: 'window', id: 'a', i: 1 }),
      { command: 'layout' },
    ])
    one.messages.length = 0
    hub.handle('events', text('b', '3', 'run_1'))
    hub.handle('close', { win: 'a', eid: 'run_1' })
    expect([...other.windows.values()]).toMatchObject([{ id: 'b', content: '3', i: 0 }])
    expect(one.messages).toEqual([])
    hub.handle('events', text('c', '4'))
    expect(one.commands()).toEqual(['window'])
    other.look('nothing there')
    expect(other.messages).toEqual([{ command: 'layout' }])
  })

  test('that closed or broke are sent nothing more, and don’t hinder others', () => {
    const warnings: string[] = []
    const hub = new Hub({ onWarning: (message) => warnings.push(message) })
    hub.connectPage((message) => {
      if (message.command === 'window') throw new Error('the socket is closed')
    })
    const [gone, page] = [connect(hub), connect(hub)]
    gone.close()
    hub.handle('events', text('a', '1'))
    expect(page.windows.size).toBe(1)
    expect(gone.windows.size).toBe(0)
    expect(warnings).toEqual(['a message could not be sent: the socket is closed'])
    gone.receive({ cmd: 'close', data: 'a', eid: 'main' })
    expect(page.windows.size).toBe(1)
  })

  test('are given one object that the hub does not change later', () => {
    const hub = new Hub()
    const seen: PageMessage[][] = [[], []]
    for (const messages of seen) hub.connectPage((message) => messages.push(message))
    hub.handle('events', text('a', '1'))
    const [one, other] = seen.map((messages) => messages.at(-1)) as [Window, Window]
    expect(one).toBe(other)
    hub.handle('update', text('a', '2'))
    expect(one.version).toBe(1)
  })
})

describe('commands', () => {
  test('close, place, save, fork and delete', () => {
    const hub = new Hub()
    const [page, other] = [connect(hub), connect(hub)]
    hub.handle('events', text('a', '1'))
    hub.handle('events', text('b', '2'))
    page.receive({ cmd: 'close', data: 'a', eid: 'main' })
    expect(other.windows.has('a')).toBe(false)
    const place = { i: 'b', x: 1, y: 2, w: 3, h: 4 }
    page.receive({ cmd: 'layout_item_update', eid: 'main', win: 'b', data: place })
    page.receive({ cmd: 'layout_item_update', eid: 'main', win: 'a', data: place })
    expect(hub.exportEnv('main')!.reload).toEqual({ b: place })
    page.receive({ cmd: 'save', data: { b: { ...place, x: 9 } }, prev_eid: 'main', eid: 'copy/1' })
    expect(hub.exportEnv('copy_1')).toMatchObject({ jsons: { b: { content: '2' } }, reload: { b: { x: 9 } } })
    expect(hub.exportEnv('main')!.reload).toEqual({ b: place })
    hub.handle('update', text('b', '3', 'copy_1'))
    expect(page.windows.get('b')!.content).toBe('2<br>3')
    expect(other.windows.get('b')!.content).toBe('2')
    page.receive({ cmd: 'save', data: {}, prev_eid: 'main', eid: 'main' })
    expect(hub.exportEnv('main')).toMatchObject({ jsons: { b: { content: '2' } }, reload: {} })
    page.receive({ cmd: 'delete_env', prev_eid: 'main', eid: 'copy_1' })
    expect(other.messages.at(-1)).toEqual({ command: 'env_update', data: ['main'] })
  })

  test('layouts go to all pages', () => {
    const hub = new Hub()
    const [page, other] = [connect(hub), connect(hub)]
    page.receive({ cmd: 'save_layouts', data: '{"main":1}' })
    expect(other.messages.at(-1)).toEqual({ command: 'layout_update', data: '{"main":1}' })
    expect(hub.layouts).toBe('{"main":1}')
  })

  test('events go to programs, with what is in the window', () => {
    const hub = new Hub()
    const heard: JsonObject[] = []
    const program = hub.connectClient((message) => heard.push(pageCopy(message)))
    expect(heard).toEqual([{ command: 'alive', data: 'vis_alive' }])
    heard.length = 0
    hub.handle('events', text('a', '1'))
    const page = connect(hub)
    const key = { event_type: 'KeyPress', target: 'a', eid: 'main', key: 'x' }
    page.receive({ cmd: 'forward_to_vis', data: key })
    page.receive({ cmd: 'forward_to_vis', data: { ...key, pane_data: false } })
    page.receive({ cmd: 'forward_to_vis', data: { ...key, target: 'gone' } })
    page.receive({ cmd: 'close', data: 'a', eid: 'main' })
    expect(heard).toMatchObject([
      { ...key, pane_data: { id: 'a', content: '1' } },
      { ...key, pane_data: false },
      { ...key, target: 'gone', pane_data: null },
      { event_type: 'close', target: 'a', eid: 'main', pane_data: { id: 'a' } },
    ])
    heard.length = 0
    const echo: PageCommand = { cmd: 'echo', a: [1] }
    program.receive(echo)
    page.receive(echo)
    expect(heard).toEqual([echo])
    program.close()
    hub.connectClient(() => {}).receive(echo)
    expect(heard).toHaveLength(1)
  })

  test('a program may send them too', () => {
    const hub = new Hub()
    const page = connect(hub)
    hub.handle('events', text('a', '1'))
    hub.connectClient(() => {}).receive({ cmd: 'close', data: 'a', eid: 'main' })
    expect(page.windows.size).toBe(0)
  })

  test('a readonly page only looks', () => {
    const hub = new Hub()
    hub.handle('events', text('a', '1'))
    const page = connect(hub, { readonly: true })
    expect(page.messages[0]).toMatchObject({ command: 'register', readonly: true })
    page.receive({ cmd: 'close', data: 'a', eid: 'main' })
    page.receive({ cmd: 'save_layouts', data: 'x' })
    page.receive({ cmd: 'delete_env', prev_eid: 'main', eid: 'main' })
    hub.connectClient(() => {}, { readonly: true }).receive({ cmd: 'close', data: 'a', eid: 'main' })
    page.look('main')
    expect(page.windows.size).toBe(1)
    expect(hub.layouts).toBe('')
  })

  test.each<[unknown, number]>([
    [null, 0],
    ['close', 0],
    [[], 0],
    [{}, 0],
    [{ cmd: 'toString' }, 0],
    [{ cmd: 'close', eid: 'main' }, 0],
    [{ cmd: 'close', eid: 5, data: 'a' }, 1],
    [{ cmd: 'save', eid: 'b', prev_eid: 'gone', data: {} }, 1],
    [{ cmd: 'save', eid: 'b', prev_eid: 'main', data: 5 }, 1],
    [{ cmd: 'delete_env' }, 1],
    [{ cmd: 'delete_env', eid: 'gone' }, 1],
    [{ cmd: 'save_layouts', data: {} }, 1],
    [{ cmd: 'layout_item_update', eid: 'gone', win: 'a', data: {} }, 1],
    [{ cmd: 'forward_to_vis' }, 0],
    [{ cmd: 'pop_embeddings_pane', data: { eid: 'main', target: 'a' } }, 0],
  ])('%j does no harm', (command, told) => {
    const warnings: string[] = []
    const hub = new Hub({ onWarning: (message) => warnings.push(message) })
    hub.handle('events', text('a', '1'))
    const page = connect(hub)
    page.receive(command as PageCommand)
    expect(hub.environments()).toEqual(['main'])
    expect(Object.keys(hub.exportEnv('main')!.jsons)).toEqual(['a'])
    expect(warnings).toHaveLength(told)
  })
})

describe('compare', () => {
  const traces = (window: Window | undefined) =>
    (window?.content as PlotContent | undefined)?.data.map(({ name, y }) => [name, y])

  function setUp() {
    const hub = new Hub()
    hub.handle('events', plot('b', 'w1', 'loss', ['train', [1]], ['val', [2]]))
    hub.handle('events', plot('b', 'w2', 'only b', ['train', [1]]))
    hub.handle('events', plot('a', 'v', 'loss', ['train', [3]]))
    hub.handle('events', plot('a', 'u', '', ['train', [3]]))
    const page = connect(hub)
    return { hub, page }
  }

  test('shows plots of the same title together, in the order in which environments were named', () => {
    const { page } = setUp()
    expect(page.look('b+a+gone')).toEqual({ status: 200, text: '' })
    expect(page.commands()).toEqual(['reload', 'window', 'window', 'layout'])
    expect([...page.windows.keys()]).toEqual(['w1', 'window_compare_legend'])
    const { w1, window_compare_legend: legend } = Object.fromEntries(page.windows)
    expect(traces(w1)).toEqual([
      ['0_train', [1]],
      ['0_val', [2]],
      ['1_train', [3]],
    ])
    expect(w1).toMatchObject({ title: 'loss', has_compare: true, content: { layout: { showlegend: true } } })
    expect(legend!.content).toContain('<tr><td>b</td><td>0</td></tr><tr><td>a</td><td>1</td></tr>')
  })

  test('follows the environments, point by point', () => {
    const { hub, page } = setUp()
    page.look('b+a')
    page.messages.length = 0
    const more = (y: number) => ({ data: [{ type: 'scatter', x: [1], y: [y] }], name: 'train', append: true })
    hub.handle('update', { win: 'v', eid: 'a', ...more(4) })
    hub.handle('update', { win: 'w1', eid: 'b', ...more(5) })
    hub.handle('update', { win: 'w2', eid: 'b', ...more(6) })
    expect(page.commands()).toEqual(['window_update', 'window_update'])
    expect(traces(page.windows.get('w1'))).toEqual([
      ['0_train', [1, 5]],
      ['0_val', [2]],
      ['1_train', [3, 4]],
    ])
    hub.handle('update', { win: 'v', eid: 'a', ...more(7), name: 'new' })
    expect(traces(page.windows.get('w1'))).toContainEqual(['1_new', [7]])
    hub.handle('update', { win: 'v', eid: 'a', ...more(8), name: 'new' })
    expect(traces(page.windows.get('w1'))).toContainEqual(['1_new', [7, 8]])
    hub.handle('close', { win: 'v', eid: 'a' })
    expect([...page.windows.keys()]).toEqual(['window_compare_legend'])
    hub.handle('events', plot('a', 'x', 'only b', ['train', [9]]))
    expect(traces(page.windows.get('w2'))).toEqual([
      ['0_train', [1, 6]],
      ['1_train', [9]],
    ])
    hub.handle('update', { win: 'x', eid: 'a', opts: { title: 'loss' } })
    expect(page.windows.has('w2')).toBe(false)
    expect(traces(page.windows.get('w1'))).toHaveLength(3)
    hub.handle('events', text('t', 'in main'))
    page.look('main')
    hub.handle('update', { win: 'x', eid: 'a', ...more(10) })
    expect([...page.windows.keys()]).toEqual(['t'])
  })

  test('takes a name with a plus, and names as text', () => {
    const { hub, page } = setUp()
    hub.handle('events', plot('c+d', 'w', 'loss', ['<b>', [0]]))
    page.look('a+c+d')
    expect(traces(page.windows.get('v'))).toEqual([
      ['0_train', [3]],
      ['1_<b>', [0]],
    ])
    hub.handle('fork_env', { prev_eid: 'a', eid: '<img src=x>' })
    page.look('a+<img src=x>')
    expect(page.windows.get('window_compare_legend')!.content).not.toContain('<img')
  })

  test('refuses what is not there, and too much', () => {
    const { page } = setUp()
    expect(page.look('x+y')).toEqual({ status: 400, text: 'none of the environments "x+y" exists' })
    expect(page.look('a+'.repeat(100)).text).toBe('100 environments may be compared, but got 101')
  })
})

describe('in one program', () => {
  test('a transport posts, throws what is refused, and hears events', async () => {
    const hub = new Hub()
    const transport = hub.transport()
    const heard: Json[] = []
    const end = transport.listen!((event) => heard.push(event.event_type))
    expect(await transport.post('events', text('a', '1'))).toBe('a')
    await expect(transport.post('win_data', { win: 'b' })).rejects.toThrow(
      new TransportError("Window b doesn't exist in env main", 400),
    )
    await expect(transport.post('win_data', { win: 'b' })).rejects.toMatchObject({ status: 400 })
    const page = connect(hub)
    page.receive({ cmd: 'close', data: 'a', eid: 'main' })
    end()
    page.receive({ cmd: 'close', data: 'a', eid: 'main' })
    expect(heard).toEqual(['close'])
  })

  test('a link brings messages later, in their order, and nothing shared', async () => {
    const hub = new Hub()
    const link = hub.link()
    const states: string[] = []
    const messages: PageMessage[] = []
    const connection = link.open(
      (message) => messages.push(message),
      (state) => states.push(state),
    )
    hub.handle('events', { win: 'w', data: [{ type: 'scatter', x: [0], y: [Number.NaN] }] })
    hub.handle('update', { win: 'w', data: [{ type: 'scatter', x: [1], y: [1] }], append: true })
    expect(messages).toEqual([])
    await Promise.resolve()
    expect(states).toEqual(['online'])
    expect(messages.map(({ command }) => command)).toEqual([
      'register',
      'layout_update',
      'env_update',
      'window',
      'window_update',
    ])
    expect((messages[3] as Window).content).toMatchObject({ data: [{ x: [0], y: ['NaN'] }] })
    connection.send({ cmd: 'close', data: 'w', eid: 'main' })
    await Promise.resolve()
    expect(messages.at(-1)).toEqual({ command: 'close', data: 'w' })
    hub.handle('events', text('a', '1'))
    connection.close()
    await Promise.resolve()
    expect(messages).toHaveLength(6)
    expect(await link.post('win_exists', { win: 'a' })).toBe('true')
  })

  test('a page that answers while it is told keeps the order', async () => {
    const hub = new Hub()
    const commands: string[] = []
    hub.link().open(
      (message) => {
        commands.push(message.command)
        if (message.command === 'register') hub.handle('env/main', { sid: message.data })
      },
      () => {},
    )
    await Promise.resolve()
    expect(commands).toEqual(['register', 'layout_update', 'env_update', 'reload', 'layout'])
  })
})
