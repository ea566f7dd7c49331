/** The client over the network: to servers of this package, and to some that are slow, silent, or come and go. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { VisdomOptions } from '../src/client/index.js'
import { parseJson } from '../src/protocol/json.js'
import type { JsonObject, VisEvent } from '../src/protocol/types.js'
import { makeServer } from './server-helpers.js'
import { client as makeClient } from './visdom-calls.js'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function client(server: string, options: VisdomOptions = {}): ReturnType<typeof makeClient> {
  const made = makeClient(server, { exitGrace: 50, ...options })
  onTestFinished(() => made.viz.disconnect())
  return made
}

interface Seen {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly port: number | undefined
}

/** A server that does what it is told with each request. */
async function plainServer(
  answer: (seen: Seen) => { status?: number; text?: string; cookie?: string; after?: number } | null,
) {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', async () => {
      const one = { path: request.url!, headers: request.headers, body, port: request.socket.remotePort }
      seen.push(one)
      const reply = answer(one)
      if (reply === null) return
      if (reply.after !== undefined) await pause(reply.after)
      response.writeHead(reply.status ?? 200, reply.cookie === undefined ? {} : { 'Set-Cookie': reply.cookie })
      response.end(reply.text ?? String((parseJson(body) as JsonObject).win ?? ''))
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  onTestFinished(stop)
  return { url: `http://127.0.0.1:${port}`, port, seen, stop, start: () => listen(port) }
}

describe('requests', () => {
  test('go over one connection, with what is not finite as Python writes it', async () => {
    const { url, seen } = await plainServer(() => ({}))
    const { viz } = client(url)
    viz.bar([1, Number.NaN, Number.POSITIVE_INFINITY], { win: 'b', opts: { title: 'Größe' } })
    await viz.flush()
    viz.text('x', { win: 't' })
    await viz.flush()
    expect(seen.map(({ path }) => path)).toEqual(['/env/main', '/events', '/events'])
    expect(seen[1]!.body).toContain('"y":[1,NaN,Infinity]')
    expect(seen[1]!.body).toContain('Größe')
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1)
  })

  test('go to the path and port of the server, and any environment has a path', async () => {
    const { url, port, seen } = await plainServer(() => ({}))
    for (const options of [
      { server: `${url}/base`, env: 'a b?c#d/e%+é' },
      { server: '127.0.0.1', port, baseUrl: '/base', env: '..' },
    ]) {
      const { viz } = client(options.server, options)
      if (options.env === '..') viz.text('x')
      await viz.flush()
    }
    expect(seen.map(({ path }) => path)).toEqual(['/base/env/a%20b%3Fc%23d/e%25+%C3%A9', '/base/events'])
  })

  test('carry a token', async () => {
    const { url, seen } = await plainServer(() => ({}))
    await client(url, { token: 'secret word' }).viz.flush()
    await client(`${url}/?token=abc%20def`).viz.flush()
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret word', 'Bearer abc def'])
  })
})

describe('a login', () => {
  test('sends the name, a digest of the password, and then the cookie, also to a server that has forgotten it', async () => {
    let session = 1
    const { url, seen } = await plainServer(({ path, headers }) => {
      if (path === '/') return { cookie: `user_password="${session}"; Path=/` }
      return headers.cookie === `user_password="${session}"` ? {} : { status: 400, text: '' }
    })
    const { viz } = client(url, { username: 'ada', password: 'pw' })
    await viz.flush()
    session = 2
    viz.text('x', { win: 'w' })
    await viz.flush()
    expect(seen.map(({ path }) => path)).toEqual(['/', '/env/main', '/events', '/', '/events'])
    expect(JSON.parse(seen[0]!.body)).toEqual({
      username: 'ada',
      password: '30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4',
    })
  })

  test('that is refused is told', async () => {
    const { url } = await plainServer(({ path }) => ({ status: path === '/' ? 400 : 500, text: '' }))
    const { viz } = client(url, { username: 'ada', password: 'wrong' })
    viz.text('x', { win: 'w' })
    await expect(viz.flush()).rejects.toThrow("the server refuses user 'ada' (status 400)")
  })

  test('that is missing is told', async () => {
    const server = await makeServer({ username: 'ada', password: 'pw' })
    const { viz } = client(`http://127.0.0.1:${server.port}`)
    viz.text('x', { win: 'w' })
    await expect(viz.flush()).rejects.toThrow('the server wants a login')
  })
})

describe('a server of this package', () => {
  test.each([
    ['without more', {}, {}],
    ['with a token', { token: 'long-enough' }, { token: 'long-enough' }],
    ['with a login', { username: 'ada', password: 'pw' }, { username: 'ada', password: 'pw' }],
  ])('%s takes plots and gives events', async (_, serverOptions, options) => {
    const server = await makeServer(serverOptions)
    for (const usePolling of [false, true]) {
      const { viz, errors } = client(`http://127.0.0.1:${server.port}`, {
        ...options,
        usePolling,
        env: `e${usePolling}`,
      })
      viz.line([1], { X: [1], win: 'l', update: 'append', opts: { title: 'T' } })
      viz.line([2], { X: [2], win: 'l', update: 'append' })
      const heard: VisEvent[] = []
      viz.registerEventHandler((event) => heard.push(event), 'l')
      expect(await viz.getWindowData('l')).toMatchObject({ title: 'T', content: { data: [{ y: [1, 2] }] } })
      const page = server.hub.connectPage(() => {})
      while (heard.length === 0) {
        page.receive({ cmd: 'forward_to_vis', data: { event_type: 'KeyPress', target: 'l', eid: viz.env, key: 'a' } })
        await pause(20)
      }
      expect(heard[0]).toMatchObject({ event_type: 'KeyPress', key: 'a' })
      expect(errors).toEqual([])
      await viz.disconnect()
    }
  })

  test('its own address with its token will do', async () => {
    const server = await makeServer({ token: 'long-enough' })
    const { viz, errors } = client(server.url)
    viz.text('x', { win: 'w' })
    await viz.flush()
    expect(errors).toEqual([])
    expect(server.hub.handle('win_exists', { win: 'w', eid: 'main' }).text).toBe('true')
  })
})

describe('a bad day', () => {
  test('a slow server gets few requests, which bring all that was plotted meanwhile', async () => {
    const { url, seen } = await plainServer(({ path }) => ({ after: 100, text: path === '/win_exists' ? 'true' : 'w' }))
    const { viz } = client(url)
    for (let i = 0; i < 2000; i++) viz.line([i], { X: [i], win: 'w', update: 'append' })
    await viz.flush()
    expect(seen.length).toBeLessThanOrEqual(5)
    const x = seen
      .filter(({ path }) => path === '/update')
      .flatMap(({ body }) => (JSON.parse(body) as { data: { x: number[] }[] }).data[0]!.x)
    expect(x).toEqual(Array.from({ length: 2000 }, (_, i) => i))
  })

  test('a server that comes and goes loses nothing', async () => {
    const taken: string[] = []
    const server = await plainServer(({ path, body }) => {
      if (path === '/events') taken.push((JSON.parse(body) as { win: string }).win)
      return {}
    })
    const { viz } = client(server.url)
    for (let i = 0; i < 60; i++) {
      viz.text('x', { win: `${i}` })
      if (i % 20 === 5) await server.stop()
      if (i % 20 === 15) await server.start()
      await pause(4)
    }
    await viz.flush()
    // what the server had taken when it went away, without an answer, came twice
    expect([...new Set(taken)]).toEqual(Array.from({ length: 60 }, (_, i) => `${i}`))
  })

  test('a server that never answers is given up after the timeout', async () => {
    const { url } = await plainServer(() => null)
    const { viz, errors } = client(url, { timeout: 60 })
    viz.text('x', { win: 'w' })
    await expect(viz.flush({ timeout: 400 })).rejects.toThrow(/no answer for 0.06 s/)
    expect(errors[0]!.message).toMatch(/cannot be reached, plots wait until it can: no answer/)
  })

  test('a server on the way that is out of order is asked again', async () => {
    let count = 0
    const { url, seen } = await plainServer(() => (count++ < 2 ? { status: 503, text: '' } : {}))
    const { viz } = client(url)
    viz.text('x', { win: 'w' })
    await viz.flush()
    expect(seen.map(({ path }) => path)).toEqual(['/env/main', '/env/main', '/env/main', '/events'])
  })
})
