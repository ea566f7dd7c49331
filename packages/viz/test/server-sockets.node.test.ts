import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { Gate } from '../src/server/gate.js'
import { MessageEncoder } from '../src/server/outbox.js'
import { PollSessions } from '../src/server/polling.js'
import { eventually, line, makeServer, post, send, TestSocket, text } from './server-helpers.js'

const isFull = import.meta.env.TSORCH_TEST === 'full'

test('a page is greeted, asks for an environment and hears of what happens in it', async () => {
  const server = await makeServer()
  await post(server, '/events', line('loss', [1, 2], [0.5, Number.NaN]))
  const page = new TestSocket(server, '/socket')
  const { data: sid } = await page.next()
  expect((await page.until('env_update')).map(({ command }) => command)).toEqual(['layout_update', 'env_update'])
  await post(server, '/env/main', { sid })
  const [reload, window, layout] = await page.until('layout')
  expect([reload!.command, layout!.command]).toEqual(['reload', 'layout'])
  expect(window).toMatchObject({ command: 'window', id: 'loss' })
  await post(
    server,
    '/update',
    '{"win": "loss", "eid": "main", "append": true, "name": "1", "data": [{"x": [3], "y": [NaN]}]}',
  )
  const update = await page.next()
  expect(update).toMatchObject({ command: 'window_update', win: 'loss', env: 'main' })
  // pages read strict JSON
  expect(update.content).toContainEqual({ op: 'add', path: '/content/data/0/y/2', value: 'NaN' })
})

test('clients hear what users do', async () => {
  const server = await makeServer()
  await post(server, '/events', text('t', 'x'))
  const client = new TestSocket(server, '/vis_socket')
  expect(await client.next()).toEqual({ command: 'alive', data: 'vis_alive' })
  const page = new TestSocket(server, '/socket')
  await page.until('env_update')
  for (const nonsense of ['{', '[]', 'null', '"x"', '{"cmd": 5}', '{"cmd": "forward_to_vis"}']) page.send(nonsense)
  page.socket.send(Buffer.from([1, 2, 3]))
  page.send({ cmd: 'forward_to_vis', data: { event_type: 'KeyPress', key: 'a', target: 't', eid: 'main' } })
  expect(await client.next()).toMatchObject({ event_type: 'KeyPress', key: 'a', pane_data: { id: 't', content: 'x' } })
})

test('messages that are too large end the connection, and only that', async () => {
  const server = await makeServer()
  const page = new TestSocket(server, '/socket')
  await page.until('env_update')
  const closed = new Promise((resolve) => page.socket.on('close', resolve))
  page.send('x'.repeat(2 ** 24 + 1))
  expect(await closed).toBe(1009)
  expect((await post(server, '/env_state', {})).status).toBe(200)
})

test('polling brings the messages in their order', async () => {
  const server = await makeServer()
  const poll = async (path: string, body: object): Promise<{ sid?: string; messages?: string[]; reason?: string }> =>
    JSON.parse((await post(server, path, body)).text)
  const { sid } = JSON.parse((await send(server, 'GET', '/socket_wrap')).text)
  const query = { message_type: 'query', sid }
  const first = (await poll('/socket_wrap', query)).messages!.map((message) => JSON.parse(message).command)
  expect(first).toEqual(['register', 'layout_update', 'env_update'])
  await post(server, '/env/main', { sid })
  await post(server, '/events', text('a', '1'))
  await post(server, '/events', text('b', '2'))
  const messages = (await poll('/socket_wrap', query)).messages!.map((message) => JSON.parse(message))
  expect(messages.map(({ command, id }) => id ?? command)).toEqual(['reload', 'layout', 'a', 'b'])
  expect((await poll('/socket_wrap', query)).messages).toEqual([])

  const client = await poll('/vis_socket_wrap', { message_type: 'init' })
  const command = { cmd: 'forward_to_vis', data: { event_type: 'Click', target: 'a', eid: 'main' } }
  expect(await poll('/socket_wrap', { message_type: 'send', sid, message: JSON.stringify(command) })).toEqual({
    success: true,
  })
  const heard = await poll('/vis_socket_wrap', { message_type: 'query', sid: client.sid })
  expect(heard.messages!.map((message) => JSON.parse(message))).toMatchObject([
    { command: 'alive' },
    { event_type: 'Click' },
  ])

  expect(await poll('/socket_wrap', { message_type: 'query', sid: 'other' })).toEqual({
    success: false,
    reason: 'closed',
  })
  expect(await poll('/socket_wrap', { message_type: 'send', sid })).toEqual({ success: false, reason: 'no msg' })
  expect(await poll('/socket_wrap', { message_type: 'dance', sid })).toEqual({ success: false, reason: 'invalid' })
  expect((await post(server, '/socket_wrap', { message_type: 'send', sid, message: '{' })).status).toBe(400)
})

test('those who no longer poll are forgotten, and those who poll too slowly', () => {
  const hub = new Hub()
  const polls = PollSessions.ofPages(hub, new Gate(hub, null, () => false), MessageEncoder.forPages(), false)
  const { sid } = polls.open() as { sid: string }
  polls.sweep(Date.now() + 14_000)
  expect(polls.size).toBe(1)
  polls.sweep(Date.now() + 16_000)
  expect(polls.size).toBe(0)
  expect(polls.answer({ message_type: 'query', sid })).toEqual({ success: false, reason: 'closed' })

  const slow = polls.open() as { sid: string }
  polls.answer({ message_type: 'query', sid: slow.sid })
  const large = 'x'.repeat(2 ** 22)
  for (let i = 0; i < 10; i++) hub.handle('events', text('t', large) as never)
  expect(polls.size).toBe(0)

  // what a page asks for itself may be larger than that, but once
  const page = polls.open() as { sid: string }
  for (let i = 0; i < 10; i++) hub.handle('events', text(`t${i}`, large, 'big') as never)
  polls.sendWhole(page.sid, () => hub.handle('env/big', { sid: page.sid }))
  expect(polls.size).toBe(1)
  polls.sendWhole(page.sid, () => hub.handle('env/big', { sid: page.sid }))
  expect(polls.size).toBe(0)
})

/** A page that takes nothing from its socket. */
async function openDeaf(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const key = Buffer.from('0123456789abcdef').toString('base64')
  socket.write(
    `GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  socket.on('error', () => {})
  return socket
}

test('a page that does not read is dropped before it fills the memory, and the others go on', async () => {
  const server = await makeServer()
  const deaf = await openDeaf(server.port)
  const page = new TestSocket(server, '/socket')
  await page.until('env_update')
  const large = 'x'.repeat(2 ** 22)
  for (let i = 0; i < 12; i++) {
    await post(server, '/events', text('t', `${i}${large}`))
    expect(String((await page.next()).content).startsWith(`${i}x`)).toBe(true)
  }
  const ended = new Promise((resolve) => deaf.once('close', resolve))
  deaf.resume()
  await ended
  expect(page.socket.readyState).toBe(page.socket.OPEN)
})

test('connections beyond the most are refused with a reason', async () => {
  const server = await makeServer({ maxConnections: 3 })
  const pages = [
    new TestSocket(server, '/socket'),
    new TestSocket(server, '/socket'),
    new TestSocket(server, '/vis_socket'),
  ]
  for (const page of pages) await page.next()
  expect(await TestSocket.refusal(server, '/socket')).toBe(503)
  expect(await send(server, 'GET', '/socket_wrap')).toMatchObject({
    status: 503,
    text: expect.stringMatching(/3 pages and clients are connected/),
  })
  pages[0]!.socket.close()
  await eventually(async () => (await TestSocket.refusal(server, '/socket')) === 0)
})

test('many pages see every change', { timeout: 60_000 }, async () => {
  const server = await makeServer()
  const count = isFull ? 1000 : 100
  const pages = Array.from({ length: count }, () => new TestSocket(server, '/socket'))
  await Promise.all(pages.map((page) => page.until('env_update')))
  for (let i = 0; i < 3; i++) await post(server, '/events', text('t', `${i}`))
  const seen = await Promise.all(pages.map(async (page) => [await page.next(), await page.next(), await page.next()]))
  for (const messages of seen) expect(messages.map(({ content }) => content)).toEqual(['0', '1', '2'])
})
