import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { HostCheck } from '../src/server/security.js'
import { makeFolder, makeServer, post, send, TestSocket, text } from './server-helpers.js'

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex')

test('pages of other sites are refused, by requests, sockets and polling', async () => {
  const server = await makeServer()
  const own = `http://127.0.0.1:${server.port}`
  const foreign = [
    'http://evil.example',
    'null',
    'https://evil.example:8097',
    `http://127.0.0.1:${server.port + 1}`,
    `http://localhost:${server.port}`,
    `http://127.0.0.1:${server.port}.evil.example`,
    'file://',
    '',
  ]
  for (const origin of foreign) {
    const headers = { Origin: origin, 'Content-Type': 'text/plain' }
    expect((await post(server, '/events', text('t', 'x'), headers)).status, origin).toBe(403)
    expect((await post(server, '/vis_socket_wrap', { message_type: 'init' }, headers)).status, origin).toBe(403)
    expect((await send(server, 'GET', '/socket_wrap', { headers })).status, origin).toBe(403)
    for (const path of ['/socket', '/vis_socket'])
      expect(await TestSocket.refusal(server, path, { Origin: origin }), origin).toBe(403)
  }
  expect((await post(server, '/win_exists', { win: 't', eid: 'main' })).text).toBe('false')
  expect((await post(server, '/events', text('t', 'x'), { Origin: own })).status).toBe(200)
  for (const path of ['/socket', '/vis_socket']) {
    expect(await TestSocket.refusal(server, path, { Origin: own })).toBe(0)
    expect(await TestSocket.refusal(server, path)).toBe(0)
  }
})

test('pictures and scripts on pages of other sites get nothing; links lead here', async () => {
  const server = await makeServer()
  const from = (site: string, mode: string): Record<string, string> => ({
    'Sec-Fetch-Site': site,
    'Sec-Fetch-Mode': mode,
  })
  for (const site of ['cross-site', 'same-site'])
    expect((await send(server, 'GET', '/socket_wrap', { headers: from(site, 'no-cors') })).status).toBe(403)
  expect((await send(server, 'GET', '/socket_wrap', { headers: from('same-origin', 'cors') })).status).toBe(200)
  expect((await send(server, 'GET', '/', { headers: from('cross-site', 'navigate') })).status).toBe(200)
  expect((await post(server, '/events', text('t', 'x'), from('cross-site', 'navigate'))).status).toBe(403)
})

test('names that others let point here are refused', async () => {
  const server = await makeServer()
  const status = async (host: string): Promise<number> =>
    (await send(server, 'GET', '/', { headers: { Host: host } })).status
  for (const host of [
    'evil.example',
    `evil.example:${server.port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.0.7',
    'a b',
    'localhost@evil.example',
  ])
    expect(await status(host), host).toBe(403)
  for (const host of ['localhost', 'LOCALHOST:1', 'localhost.', '127.0.0.1', '127.1.2.3:9', '[::1]:8', 'viz.localhost'])
    expect(await status(host), host).toBe(200)
  expect(await TestSocket.refusal(server, '/socket', { Host: 'evil.example' })).toBe(403)
  // a page of the same name is its own origin there
  const headers = { Host: 'evil.example', Origin: 'http://evil.example' }
  expect((await post(server, '/events', text('t', 'x'), headers)).status).toBe(403)
})

test('names may be allowed, and other addresses bring their own', () => {
  const check = (host: string | null, allowed: string[], headers: IncomingHttpHeaders): string | null =>
    new HostCheck(host, allowed).refusal('POST', headers)
  expect(check(null, ['viz.example'], { host: 'viz.example' })).toBe(null)
  expect(check(null, ['viz.example'], { host: 'viz.example', origin: 'https://viz.example' })).toBe(null)
  // a proxy that asks under its own name
  expect(check(null, ['viz.example'], { host: 'localhost:8097', origin: 'https://viz.example' })).toBe(null)
  expect(check(null, ['viz.example'], { host: 'localhost:8097', origin: 'https://other.example' })).not.toBe(null)
  expect(check('0.0.0.0', [], { host: '192.168.0.7:8097', origin: 'http://192.168.0.7:8097' })).toBe(null)
  expect(check('0.0.0.0', [], { host: '[fe80::1]:8097' })).toBe(null)
  expect(check('0.0.0.0', [], { host: 'evil.example' })).not.toBe(null)
  expect(check('gpu3', [], { host: 'gpu3:8097', origin: 'http://gpu3:8097' })).toBe(null)
  expect(check('gpu3', [], { host: 'gpu3:8097', origin: 'http://gpu3:3000' })).not.toBe(null)
  expect(check(null, [], {})).not.toBe(null)
})

test('a token lets in, in each of its ways', async () => {
  const server = await makeServer({ token: 'correct-horse' })
  expect(server.url).toBe(`http://localhost:${server.port}/?token=correct-horse`)
  const body = text('t', 'x')
  expect(await post(server, '/events', body)).toMatchObject({ status: 400, text: '' })
  expect((await send(server, 'GET', '/')).status).toBe(401)
  expect((await send(server, 'GET', '/?token=wrong')).status).toBe(401)
  expect((await send(server, 'GET', '/socket_wrap')).status).toBe(400)
  expect((await post(server, '/vis_socket_wrap', { message_type: 'init' })).text).toBe(
    '{"success":false,"reason":"closed"}',
  )
  expect(await TestSocket.refusal(server, '/socket')).toBe(401)
  expect(await TestSocket.refusal(server, '/vis_socket?token=wrong')).toBe(401)

  expect((await post(server, '/events?token=correct-horse', body)).text).toBe('t')
  expect((await post(server, '/events', body, { Authorization: 'Bearer correct' })).status).toBe(400)
  expect(await TestSocket.refusal(server, '/vis_socket?token=correct-horse')).toBe(0)
  const page = await send(server, 'GET', '/env/main?token=correct-horse')
  expect(page).toMatchObject({ status: 303, headers: { location: '/env/main' } })
  const cookies = page.headers['set-cookie'] as string[]
  for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
  const headers = { Cookie: cookies[0]!.split(';')[0]! }
  expect((await send(server, 'GET', '/', { headers })).status).toBe(200)
  expect(await TestSocket.refusal(server, '/socket', headers)).toBe(0)
  expect((await post(server, '/events', body, { Cookie: `${headers.Cookie}x` })).status).toBe(400)
  // Python's client has a name and a password only
  const login = await post(server, '/', { username: 'anyone', password: sha256('correct-horse') })
  expect(login.status).toBe(200)
  expect(login.headers['set-cookie']![0]).toMatch(/^user_password=/)
})

test('other machines get in only with a token, which is made', async () => {
  const server = await makeServer({ host: '0.0.0.0' })
  expect(server.token).toMatch(/^[\w-]{32}$/)
  expect(server.url).toContain(`?token=${server.token}`)
  expect((await post(server, '/events', text('t', 'x'))).status).toBe(400)
  expect((await post(server, `/events?token=${server.token}`, text('t', 'x'))).status).toBe(200)
  expect((await makeServer({ host: '127.0.0.1' })).token).toBe(null)
})

test("visdom's login", async () => {
  const envPath = makeFolder()
  const server = await makeServer({ username: 'alice', password: 'secret', envPath })
  expect(await post(server, '/events', text('t', 'x'))).toMatchObject({ status: 400, text: '' })
  const wrong = [
    { username: 'alice', password: 'secret' },
    { username: 'alice', password: sha256('wrong') },
    { username: 'bob', password: sha256('secret') },
    { username: 'alice' },
    { username: ['alice'], password: { a: 1 } },
  ]
  const answers = await Promise.all(wrong.map((login) => post(server, '/', login)))
  for (const answer of answers) expect(answer).toMatchObject({ status: 400, text: '' })
  const { status, headers } = await post(server, '/', { username: 'alice', password: sha256('secret') })
  expect(status).toBe(200)
  const cookie = { Cookie: headers['set-cookie']![0]!.split(';')[0]! }
  expect((await post(server, '/events', text('t', 'x'), cookie)).status).toBe(200)
  await server.close()
  // browsers stay logged in, until the password is another
  const next = await makeServer({ username: 'alice', password: 'secret', envPath })
  expect((await post(next, '/win_exists', { win: 't', eid: 'main' }, cookie)).text).toBe('true')
  await next.close()
  const changed = await makeServer({ username: 'alice', password: 'other', envPath })
  expect((await post(changed, '/win_exists', { win: 't', eid: 'main' }, cookie)).status).toBe(400)
})

test('the form logs in without scripts, and leads to our own pages only', async () => {
  const server = await makeServer({ username: 'alice', password: 'secret' })
  const form = (fields: Record<string, string>): ReturnType<typeof send> =>
    send(server, 'POST', '/login', {
      body: new URLSearchParams(fields).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
  const page = await send(server, 'GET', '/env/%22%3E%3Cscript%3E')
  expect(page.status).toBe(401)
  expect(page.text).toContain('name="username"')
  expect(page.text).not.toContain('<script')
  const next = '/env/a'
  expect(await form({ username: 'alice', password: 'secret', next })).toMatchObject({
    status: 303,
    headers: { location: next },
  })
  for (const evil of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:1', ''])
    expect((await form({ username: 'alice', password: 'secret', next: evil })).headers.location).toBe('/')
  const wrong = await form({ username: 'alice', password: 'wrong', next })
  expect(wrong.status).toBe(401)
  expect(wrong.text).toContain('value="/env/a"')
  expect((await send(server, 'GET', '/login')).status).toBe(401)
})

test('guessing passwords is slow', async () => {
  const server = await makeServer({ username: 'alice', password: 'secret' })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const statuses: number[] = []
  const guesses = Array.from({ length: 40 }, async (_, i) => {
    statuses.push((await post(server, '/', { username: 'alice', password: sha256(`${i}`) })).status)
  })
  // as long as twenty wait, there is no answer but a refusal
  while (statuses.length < 20) await new Promise((resolve) => setImmediate(resolve))
  vi.advanceTimersByTime(250)
  expect(statuses).toEqual(new Array(20).fill(429))
  vi.advanceTimersByTime(250)
  await Promise.all(guesses)
  expect(statuses.slice(20)).toEqual(new Array(20).fill(400))
})

test('pages of a server that only shows change nothing, programs do', async () => {
  const server = await makeServer({ readonly: true })
  await post(server, '/events', text('t', 'x'))
  const headers = { Origin: `http://127.0.0.1:${server.port}` }
  expect((await post(server, '/events', text('t', 'evil'), headers)).status).toBe(403)
  expect((await post(server, '/delete_env', { eid: 'main' }, headers)).status).toBe(403)
  expect((await post(server, '/win_data', { win: 't', eid: 'main', data: '{}' }, headers)).status).toBe(403)
  expect((await post(server, '/win_data', { win: 't', eid: 'main' }, headers)).status).toBe(200)
  const page = new TestSocket(server, '/socket', headers)
  const { data: sid, readonly } = await page.next()
  expect(readonly).toBe(true)
  page.send({ cmd: 'close', data: 't', eid: 'main' })
  page.send({ cmd: 'delete_env', prev_eid: 'main', eid: 'main' })
  expect((await post(server, '/env/main', { sid }, headers)).status).toBe(200)
  expect(await page.until('layout')).toContainEqual(
    expect.objectContaining({ command: 'window', id: 't', content: 'x' }),
  )
  const client = new TestSocket(server, '/vis_socket')
  await client.next()
  client.send({ cmd: 'close', data: 't', eid: 'main' })
  client.send({ cmd: 'echo', a: 1 })
  expect(await client.next()).toEqual({ cmd: 'echo', a: 1 })
  expect((await post(server, '/win_exists', { win: 't', eid: 'main' })).text).toBe('true')
})
