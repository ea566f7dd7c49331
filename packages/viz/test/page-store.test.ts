/** What the page holds, after what the hub did. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { Store } from '../src/page/state/store.js'
import type { Link } from '../src/protocol/transport.js'
import type { JsonObject, PageMessage } from '../src/protocol/types.js'

const line = (win: string, y: readonly number[], eid = 'main'): JsonObject => ({
  win,
  eid,
  opts: { title: win },
  data: [{ type: 'scatter', name: 'a', x: y.map((_, i) => i), y }],
})
const note = (win: string, content: string, eid = 'main'): JsonObject => ({
  win,
  eid,
  data: [{ type: 'text', content }],
})

/** A store on a hub, with the means to lose messages and the connection. */
function makeStore(hub: Hub, envs?: readonly string[]) {
  const inner = hub.link()
  const posts: string[] = []
  let deliver: ((message: PageMessage) => void) | undefined
  let setState: ((state: 'online' | 'offline') => void) | undefined
  let drop: (message: PageMessage) => boolean = () => false
  let connection: { send(command: never): void; close(): void } | undefined
  const link: Link = {
    post(endpoint, body) {
      posts.push(endpoint)
      return inner.post(endpoint, body)
    },
    open(onMessage, onState) {
      deliver = onMessage
      setState = onState
      const connect = () => {
        connection = inner.open((message) => {
          if (!drop(message)) onMessage(message)
        }, onState)
      }
      connect()
      reconnect = connect
      return { send: (command) => connection?.send(command as never), close: () => connection?.close() }
    },
  }
  let reconnect = (): void => {}
  const store = new Store(link, envs)
  onTestFinished(() => store.destroy())
  return {
    store,
    posts,
    deliver: (message: PageMessage) => deliver!(message),
    dropWhere: (test: (message: PageMessage) => boolean) => {
      drop = test
    },
    breakConnection: () => {
      connection?.close()
      setState!('offline')
    },
    reconnect: () => reconnect(),
    ids: () => store.panes.value.map(({ id }) => id),
  }
}

const settle = async (): Promise<void> => {
  // a busy browser has few frames
  for (let i = 0; i < 5; i++) {
    if (typeof document !== 'undefined') await new Promise((resolve) => requestAnimationFrame(resolve))
    await new Promise((resolve) => setTimeout(resolve, 8))
  }
}

const contentOf = (store: Store, id: string): unknown => store.pane(id)?.window.content

describe('windows', () => {
  test('they come in their order, change with patches, and go', async () => {
    const hub = new Hub()
    hub.handle('events', line('loss', [3, 2]))
    const { store, ids } = makeStore(hub)
    await settle()
    expect(store.state.value).toBe('online')
    expect(ids()).toEqual(['loss'])
    const ops: number[] = []
    store.pane('loss')!.listen((batch) => ops.push(batch.length))
    hub.handle('events', note('log', 'hello'))
    for (let i = 2; i < 102; i++)
      hub.handle('update', { win: 'loss', eid: 'main', append: true, name: 'a', data: [{ x: [i], y: [1 / i] }] })
    await settle()
    expect(ids()).toEqual(['loss', 'log'])
    const { data } = contentOf(store, 'loss') as { data: { y: number[] }[] }
    expect(data[0]!.y).toEqual([3, 2, ...Array.from({ length: 100 }, (_, i) => 1 / (i + 2))])
    // a hundred updates are shown at once, not one after the other
    expect(ops.length).toBeLessThan(10)
    expect(ops.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(200)
    hub.handle('close', { win: 'loss', eid: 'main' })
    await settle()
    expect(ids()).toEqual(['log'])
  })

  test('a value that is not finite is seen in a plot that was not drawn yet', async () => {
    const hub = new Hub()
    hub.handle('events', line('before', [1, Number.NaN]))
    hub.handle('events', line('later', [1, 2]))
    hub.handle('events', line('fine', [1, 2]))
    const { store } = makeStore(hub)
    await settle()
    const flagged = () => store.flagged.value.map(({ id, flag }) => [id, flag.value?.trace, flag.value?.reason])
    expect(flagged()).toEqual([['before', 'a', 'not finite']])
    for (const [win, y] of [['later', Number.NEGATIVE_INFINITY] as const, ['fine', 1] as const])
      hub.handle('update', { win, eid: 'main', append: true, data: [{ x: [2], y: [y] }] })
    await settle()
    expect(flagged()).toEqual([
      ['before', 'a', 'not finite'],
      ['later', 'a', 'not finite'],
    ])
    hub.handle('events', line('before', [1, 2]))
    await settle()
    expect(flagged().map(([id]) => id)).toEqual(['later'])
  })

  test('a window whose type changes is another pane', async () => {
    const hub = new Hub()
    hub.handle('events', line('a', [1]))
    const { store } = makeStore(hub)
    await settle()
    const before = store.pane('a')
    hub.handle('events', note('a', 'text now'))
    await settle()
    expect(store.pane('a')).not.toBe(before)
    expect(store.panes.value.map(({ window }) => window.type)).toEqual(['text'])
  })

  test('after a lost update the windows come anew, and only what differs is drawn again', async () => {
    const hub = new Hub()
    hub.handle('events', line('a', [1, 2, 3, 4, 5, 6, 7, 8]))
    hub.handle('events', line('b', [1]))
    const { store, dropWhere, posts } = makeStore(hub)
    await settle()
    const [a, b] = [store.pane('a')!, store.pane('b')!]
    const revision = b.revision.value
    let dropped = 0
    dropWhere((message) => message.command === 'window_update' && dropped++ === 0)
    for (const y of [9, 10]) hub.handle('update', { win: 'a', eid: 'main', append: true, data: [{ x: [y], y: [y] }] })
    const asked = () => posts.filter((post) => post === 'env/main')
    await vi.waitFor(() => expect(asked()).toHaveLength(2), { timeout: 20_000 })
    await settle()
    expect(dropped).toBeGreaterThan(1)
    expect(asked()).toHaveLength(2)
    expect((contentOf(store, 'a') as { data: { y: number[] }[] }).data[0]!.y).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(store.pane('a')).toBe(a)
    expect(b.revision.value).toBe(revision)
  })

  test('an update that is older than the window is passed over', async () => {
    const hub = new Hub()
    hub.handle('events', note('a', 'x'))
    const { store, deliver, posts } = makeStore(hub)
    await settle()
    deliver({
      command: 'window_update',
      win: 'a',
      env: 'main',
      version: 1,
      content: [{ op: 'replace', path: '/content', value: 'old' }],
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(contentOf(store, 'a')).toBe('x')
    expect(posts).toEqual(['env/main'])
  })

  test('after a break of the connection the same panes go on', async () => {
    const hub = new Hub()
    hub.handle('events', note('a', '1'))
    hub.handle('events', note('gone', '1'))
    const { store, breakConnection, reconnect, ids } = makeStore(hub)
    await settle()
    const pane = store.pane('a')
    breakConnection()
    expect(store.state.value).toBe('offline')
    hub.handle('update', { win: 'a', eid: 'main', append: true, data: [{ type: 'text', content: '2' }] })
    hub.handle('close', { win: 'gone', eid: 'main' })
    hub.handle('events', note('new', '3'))
    reconnect()
    await settle()
    expect(store.state.value).toBe('online')
    expect(ids()).toEqual(['a', 'new'])
    expect(store.pane('a')).toBe(pane)
    expect(contentOf(store, 'a')).toBe('1<br>2')
  })
})

describe('environments', () => {
  test('only the windows of the one that was opened last are shown', async () => {
    const hub = new Hub()
    for (const eid of ['a', 'b', 'c']) hub.handle('events', note(`in ${eid}`, eid, eid))
    const { store, ids } = makeStore(hub, ['a'])
    store.openEnvs(['b'])
    store.openEnvs(['c'])
    await settle()
    expect(ids()).toEqual(['in c'])
    store.openEnvs(['b'])
    // meant for the one before
    hub.handle('events', note('late', 'c', 'c'))
    await settle()
    expect(ids()).toEqual(['in b'])
    expect(store.envs.value).toEqual(['a', 'b', 'c', 'main'])
  })

  test('one that does not exist is empty, and filled when it comes up', async () => {
    const hub = new Hub()
    const { store, ids } = makeStore(hub, ['later'])
    await settle()
    expect([store.loaded.value, ids()]).toEqual([true, []])
    hub.handle('events', note('first', 'x', 'later'))
    await settle()
    expect(ids()).toEqual(['first'])
  })

  test('several are compared, live', async () => {
    const hub = new Hub()
    hub.handle('events', line('loss', [3, 2], 'a'))
    hub.handle('events', line('loss', [4, 1], 'b'))
    const { store } = makeStore(hub, ['a'])
    await settle()
    store.openEnvs(['a', 'b'])
    await settle()
    const lines = () => {
      const pane = store.panes.value.find(({ window }) => window.type === 'plot')!
      return (pane.window.content as { data: { name: string; y: number[] }[] }).data.map(({ name, y }) => [name, y])
    }
    expect(lines()).toEqual([
      ['0_a', [3, 2]],
      ['1_a', [4, 1]],
    ])
    hub.handle('update', { win: 'loss', eid: 'b', append: true, data: [{ x: [2], y: [0.5] }] })
    await settle()
    expect(lines()[1]).toEqual(['1_a', [4, 1, 0.5]])
  })

  test('where nobody said which, an empty main gives way to what comes up', async () => {
    const hub = new Hub()
    const { store, ids } = makeStore(hub)
    await settle()
    expect(store.open.value).toEqual(['main'])
    hub.handle('events', note('first', 'x', 'run_1'))
    await settle()
    expect([store.open.value, ids()]).toEqual([['run_1'], ['first']])
    hub.handle('events', note('other', 'x', 'run_2'))
    await settle()
    expect(store.open.value).toEqual(['run_1'])
  })

  test('where somebody said main, it stays', async () => {
    const hub = new Hub()
    hub.handle('events', note('first', 'x', 'run_1'))
    const { store } = makeStore(hub, ['main'])
    await settle()
    expect(store.open.value).toEqual(['main'])
  })

  test('what can not be opened is told', async () => {
    const { store } = makeStore(new Hub())
    await settle()
    store.openEnvs(['no', 'such'])
    await settle()
    expect(store.notice.value).toMatch(/none of the environments/)
  })
})

test('a page that only shows sends nothing', async () => {
  const hub = new Hub()
  hub.handle('events', note('a', 'x'))
  const sent: unknown[] = []
  const inner = hub.link()
  const store = new Store(
    {
      post: inner.post,
      open: (onMessage, onState) => {
        const connection = inner.open(
          (message) => onMessage(message.command === 'register' ? { ...message, readonly: true } : message),
          onState,
        )
        return { send: (command) => sent.push(command), close: () => connection.close() }
      },
    },
    ['main'],
  )
  onTestFinished(() => store.destroy())
  await settle()
  const pane = store.pane('a')!
  store.tell(pane, { event_type: 'KeyPress', key: 'a', key_code: 65 })
  store.closePane(pane)
  expect(sent).toEqual([])
  expect(store.pane('a')).toBe(pane)
})
