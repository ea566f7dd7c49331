/** How bodies reach a server that is slow, away, or refuses them, and what their users hear of it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Visdom, VisdomError } from '../src/client/index.js'
import { Hub } from '../src/hub/index.js'
import { type Transport, TransportError } from '../src/protocol/transport.js'
import type { JsonObject, PlotContent, VisEvent } from '../src/protocol/types.js'
import { client, FakeServer } from './visdom-calls.js'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A server that can be taken away. */
class Flapping extends FakeServer {
  isThere = true
  readonly tries: number[] = []

  override async post(endpoint: string, body: JsonObject): Promise<string> {
    this.tries.push(Date.now())
    await pause(0)
    if (!this.isThere) throw new TransportError('connect ECONNREFUSED')
    return super.post(endpoint, body)
  }
}

describe('a server that is away', () => {
  test('gets everything in its order when it is back', async () => {
    const server = new Flapping()
    const { viz, errors } = client(server)
    for (let i = 0; i < 30; i++) {
      server.isThere = i % 7 < 3
      viz.rawSend({ win: `${i}`, data: [{ type: 'text', content: `${i}` }] })
      await pause(i % 3)
    }
    server.isThere = true
    await viz.flush()
    expect(server.plots.map(([, { win }]) => win)).toEqual(Array.from({ length: 30 }, (_, i) => `${i}`))
    const messages = errors.map(({ message }) => message)
    expect(messages[0]).toMatch(/cannot be reached, plots wait until it can: connect ECONNREFUSED/)
    expect(messages[1]).toMatch(/can be reached again/)
    await viz.disconnect()
  })

  test('is asked more and more rarely', async () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const server = new Flapping()
    server.isThere = false
    const { viz } = client(server, { exitGrace: 0 })
    viz.text('x')
    await vi.advanceTimersByTimeAsync(120_000)
    const waits = server.tries.slice(1).map((time, i) => time - server.tries[i]!)
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(waits[i - 1] ?? 0)
    expect(waits[0]).toBeLessThan(1000)
    // and never so rarely that one waits long for a server that is there again
    expect(waits.at(-1)).toBeGreaterThanOrEqual(4000)
    expect(waits.at(-1)).toBeLessThan(15_000)
    await viz.disconnect()
  })

  test('is told by flush, and what waits is kept', async () => {
    const server = new Flapping()
    server.isThere = false
    const { viz } = client(server)
    viz.text('x', { win: 'w' })
    const error = await viz.flush({ timeout: 60 }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(VisdomError)
    expect((error as Error).message).toMatch(/^2 bodies still wait for the server in this program, .*ECONNREFUSED/)
    server.isThere = true
    await viz.flush()
    expect(server.plots).toHaveLength(1)
    await viz.disconnect()
  })

  test('answers no questions, but is told later what was to be done', async () => {
    const server = new Flapping()
    server.isThere = false
    const { viz } = client(server)
    const closed = viz.close('w')
    expect(await viz.winExists('w')).toBe(null)
    await expect(viz.getEnvList()).rejects.toThrow(/^env_state: the server in this program cannot be reached/)
    expect(await viz.checkConnection()).toBe(false)
    server.isThere = true
    await closed
    expect(server.plots.map(([endpoint]) => endpoint)).toEqual(['close'])
    expect(await viz.checkConnection()).toBe(true)
    await viz.disconnect()
  })

  test('does not stop the end, which tells what is lost', async () => {
    const server = new Flapping()
    server.isThere = false
    const { viz, errors } = client(server, { exitGrace: 30 })
    for (let i = 0; i < 5; i++) viz.text(`${i}`)
    const saved = viz.save(['main'])
    await viz.disconnect()
    expect(errors.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^7 calls could not be delivered to .*: they are lost \(connect ECONNREFUSED\)/),
    )
    await expect(saved).rejects.toThrow(VisdomError)
    expect(() => viz.text('x')).toThrow('the client has been disconnected')
  })

  test('leaves no flush behind when the client ends', async () => {
    const server = new Flapping()
    server.isThere = false
    const { viz } = client(server, { exitGrace: 30 })
    viz.text('x')
    const flushed = viz.flush({ timeout: 60_000 }).catch((error: unknown) => error)
    await viz.disconnect()
    expect(await flushed).toBeInstanceOf(VisdomError)
  })

  test('checkConnection waits for it', async () => {
    const server = new Flapping()
    server.isThere = false
    const { viz } = client(server, { exitGrace: 0 })
    setTimeout(() => {
      server.isThere = true
    }, 50)
    expect(await viz.checkConnection({ timeoutSeconds: 5 })).toBe(true)
    await viz.disconnect()
  })
})

describe('a server that refuses', () => {
  const refusing: Transport = {
    async post(endpoint, { win }) {
      if (win === 'bad') return 'win does not exist'
      if (win === 'worse') throw new TransportError('the server failed (status 500)', 500)
      return endpoint === 'win_exists' ? 'true' : String(win ?? '')
    },
  }

  test('is told through onError and flush, and the rest goes on', async () => {
    const { viz, errors } = client(refusing)
    viz.line([1], { X: [1], win: 'bad', update: 'replace' })
    viz.text('x', { win: 'worse' })
    viz.text('x', { win: 'good' })
    const error = (await viz.flush().catch((error: unknown) => error)) as AggregateError
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.message).toBe("the server refused 2 plots: update of window 'bad': win does not exist")
    expect(error.errors).toEqual(errors)
    expect(errors[1]).toMatchObject({ endpoint: 'events', win: 'worse', env: 'main', status: 500 })
    expect(viz.stats).toMatchObject({ sent: 3, refused: 2, waiting: 0 })
    // what has been told is over
    await viz.flush()
    await viz.disconnect()
  })

  test('a transport that is broken is an error too', async () => {
    const broken: Transport = { post: () => Promise.reject(new TypeError('oops')) }
    const { viz } = client(broken)
    viz.text('x', { win: 'w' })
    await expect(viz.flush()).rejects.toThrow('the server refused 2 plots: env/main: oops')
    await viz.disconnect()
  })
})

describe('with a hub', () => {
  test('the window data, environments and windows are those of the hub', async () => {
    const hub = new Hub()
    const { viz, errors } = client(hub, { env: 'run' })
    viz.line([1], { X: [0], win: 'loss', update: 'append', opts: { title: 'T', xlabel: 'x' } })
    viz.line([2], { X: [1], win: 'loss', update: 'append' })
    const window = await viz.getWindowData('loss')
    expect(window).toMatchObject({ title: 'T', content: { data: [{ x: [0, 1], y: [1, 2] }] } })
    expect((window.content as PlotContent).layout).toMatchObject({ title: 'T', xaxis: { title: 'x' } })
    expect(await viz.winExists('loss')).toBe(true)
    expect(await viz.winExists('loss', { env: 'main' })).toBe(false)
    expect(await viz.forkEnv('run', 'a/b')).toBe('a_b')
    expect(await viz.getEnvList()).toEqual(expect.arrayContaining(['a_b', 'run']))
    await viz.deleteEnv('a_b')
    expect(await viz.getEnvList()).not.toContain('a_b')
    await viz.setWindowData(window, { win: 'copy' })
    expect(Object.keys(await viz.getWindowData())).toEqual(['loss', 'copy'])
    await viz.close()
    expect(await viz.getWindowData()).toEqual({})
    // as with Python's client: a window that was closed is made anew, with its title
    viz.line([3], { X: [2], win: 'loss', update: 'append', opts: { title: 'again' } })
    expect((await viz.getWindowData('loss')).content).toMatchObject({ data: [{ x: [2] }], layout: { title: 'again' } })
    await expect(viz.getWindowData('none')).rejects.toThrow(VisdomError)
    expect(errors).toEqual([])
    await viz.disconnect()
  })

  test('the environment is there from the start', async () => {
    const hub = new Hub()
    const { viz } = client(hub, { env: 'from the start' })
    await viz.flush()
    expect(hub.environments()).toContain('from the start')
    await viz.disconnect()
  })

  test('handlers hear what users do in their windows, and one that fails does no harm', async () => {
    const hub = new Hub()
    const { viz, errors } = client(hub)
    const heard: VisEvent[] = []
    const form = viz.properties([{ type: 'number', name: 'lr', value: 0.1 }])
    viz.registerEventHandler(() => {
      throw new Error('oops')
    }, form)
    viz.registerEventHandler((event) => heard.push(event), form)
    await viz.flush()
    const page = hub.connectPage(() => {})
    const event = { event_type: 'PropertyUpdate', target: form, eid: 'main', propertyId: 0, value: '0.5' }
    page.receive({ cmd: 'forward_to_vis', data: event })
    page.receive({ cmd: 'forward_to_vis', data: { ...event, target: 'other' } })
    await pause(0)
    expect(heard).toMatchObject([{ event_type: 'PropertyUpdate', value: '0.5' }])
    expect(errors.map(({ message }) => message)).toEqual([`the handler of '${form}' failed: oops`])
    viz.clearEventHandlers(form)
    page.receive({ cmd: 'forward_to_vis', data: event })
    await pause(0)
    expect(heard).toHaveLength(1)
    await viz.disconnect()
  })

  test('a client without incoming socket refuses handlers', () => {
    const { viz } = client(new Hub(), { useIncomingSocket: false, exitGrace: 0 })
    expect(() => viz.registerEventHandler(() => {}, 'w')).toThrow(/hears nothing/)
  })
})

describe('a log', () => {
  test('has the calls of an offline client, and its replay makes the same windows', async () => {
    const log: [string, JsonObject][] = []
    const viz = new Visdom({ offline: true, onLog: (...line) => log.push(line) })
    viz.line([1], { X: [0], win: 'l' })
    viz.line([0.5], { X: [1], win: 'l', update: 'append' })
    viz.line([7], { X: [0], win: 'first append', update: 'append', opts: { title: 'T', ylabel: 'y' } })
    viz.text('hi', { win: 't' })
    for (const value of [0, 1]) viz.image([[value]], { win: 'i', opts: { store_history: true } })
    expect(log.map(([endpoint]) => endpoint)).toEqual(['events', 'update', 'update', 'events', 'events', 'update'])
    expect(await viz.getEnvList()).toEqual(['main'])
    expect(await viz.winExists('l')).toBe(null)
    await expect(viz.getWindowData('l')).rejects.toThrow('the client is offline')
    expect(() => viz.registerEventHandler(() => {}, 'l')).toThrow(/offline/)

    const hub = new Hub()
    const { viz: online, errors } = client(hub)
    expect(await online.replayLog(log)).toBe(6)
    expect(await online.getWindowData('l')).toMatchObject({ content: { data: [{ x: [0, 1], y: [1, 0.5] }] } })
    expect(await online.getWindowData('first append')).toMatchObject({
      title: 'T',
      content: { layout: { title: 'T', yaxis: { title: 'y' } } },
    })
    expect((await online.getWindowData('i')).content).toHaveLength(2)
    expect(errors).toEqual([])
    await online.disconnect()
  })

  test('of text leaves out what is no line of it', async () => {
    const hub = new Hub()
    const { viz, errors } = client(hub)
    const line =
      '["events", {"data": [{"type": "custom", "x": [NaN, 1], "y": [1, -Infinity]}], "win": "w", "layout": {}}]'
    expect(await viz.replayLog([line, '', '["events", {"data"', '5', '["events", 5]'])).toBe(1)
    expect(await viz.getWindowData('w')).toMatchObject({ content: { data: [{ x: [Number.NaN, 1] }] } })
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/^replayLog: 3 lines are no/)])
    await viz.disconnect()
  })

  test('may be longer than what may wait', async () => {
    const hub = new Hub()
    const { viz } = client(hub, { maxEntries: 1000 })
    const log = Array.from({ length: 3000 }, (_, i): [string, JsonObject] => [
      'events',
      { win: `w${i}`, data: [{ type: 'text', content: 'x' }] },
    ])
    expect(await viz.replayLog(log)).toBe(3000)
    expect(viz.stats).toMatchObject({ dropped: 0, refused: 0, sent: 3001 })
    await viz.disconnect()
  })
})
