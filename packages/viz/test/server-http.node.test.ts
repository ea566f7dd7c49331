import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import type { VizServer } from '../src/server/index.js'
import { PageFiles } from '../src/server/page-files.js'
import { line, makeFolder, makeServer, post, send, TestSocket, text } from './server-helpers.js'

/** Sends bytes, and gives the first that come back. */
function raw(server: VizServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1')
    onTestFinished(() => {
      socket.destroy()
    })
    socket.on('data', (data) => resolve(String(data)))
    socket.write(bytes)
  })
}

test('bodies are JSON whatever they are called, with the words that Python writes', async () => {
  const server = await makeServer()
  const body =
    '{"win": "w", "data": [{"type": "bar", "x": [1, 2], "y": [NaN, -Infinity]}], "layout": {}, "eid": "main"}'
  for (const type of ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
    const answer = await post(server, '/events', body, type === '' ? {} : { 'Content-Type': type })
    expect(answer).toMatchObject({ status: 200, text: 'w' })
    expect(answer.headers['content-type']).toBe('text/html; charset=UTF-8')
  }
  expect((await post(server, '/win_data', { win: 'w', eid: 'main' })).text).toContain('"y":[NaN,-Infinity]')
  expect((await post(server, '/win_exists', { win: 'w', eid: 'main' })).text).toBe('true')
  expect((await post(server, '/win_exists', { win: 'other', eid: 'main' })).text).toBe('false')
})

test('what is no body is refused with a sentence', async () => {
  const server = await makeServer()
  for (const body of ['', '{', '[1]', 'null', '"text"', '12', '{"win": }', `${'['.repeat(100_000)}`, '\u0000'])
    expect(await post(server, '/events', body), body.slice(0, 20)).toMatchObject({
      status: 400,
      text: expect.stringMatching(/JSON/),
    })
  const deep = `{"data": ${'['.repeat(50_000)}NaN${']'.repeat(50_000)}}`
  expect((await post(server, '/events', deep)).status).toBe(400)
  expect((await post(server, '/events', { data: [] })).status).toBe(400)
  expect((await post(server, '/env_state', {})).text).toBe('["main"]')
})

test('too large a body is refused, announced or not', async () => {
  const server = await makeServer({ maxBodyBytes: 1000 })
  const body = JSON.stringify(text('t', 'x'.repeat(2000)))
  expect(await send(server, 'POST', '/events', { body })).toMatchObject({
    status: 413,
    text: 'the request is larger than 1000 bytes\n',
  })
  const chunked = Array.from({ length: 20 }, (_, i) => `64\r\n${`${i % 10}`.repeat(100)}\r\n`).join('')
  const answer = await raw(
    server,
    `POST /events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1.1 413/)
  // a client that hears the answer only when it has sent all
  const large = await makeServer({ maxBodyBytes: 1e6 })
  expect((await send(large, 'POST', '/events', { body: Buffer.alloc(3e7, 32) })).status).toBe(413)
  expect((await post(server, '/events', text('t', 'small'))).text).toBe('t')
  expect((await send(server, 'POST', '/events', { body: 'x', headers: { 'Content-Encoding': 'gzip' } })).status).toBe(
    415,
  )
})

test('there is nothing at other paths, and no other method', async () => {
  const server = await makeServer()
  expect((await send(server, 'GET', '/nothing')).status).toBe(404)
  expect((await send(server, 'POST', '/nothing', { body: '{}' })).status).toBe(404)
  expect((await send(server, 'GET', '/page/../../package.json')).status).toBe(404)
  expect((await send(server, 'GET', '/page/%2e%2e/%2e%2e/package.json')).status).toBe(404)
  expect((await send(server, 'POST', '/env/%E0%A4%A', { body: '{}' })).status).toBe(400)
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    expect(await send(server, method, '/events')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } })
})

test('the page is given at each of its addresses, runs nothing but its own scripts and is shown in no other', async () => {
  const server = await makeServer()
  for (const path of ['/', '/env/main', '/env/a%20b', '/compare/a+b', '/?x=1']) {
    const { status, headers, text: page } = await send(server, 'GET', path)
    expect(status).toBe(200)
    expect(page).toContain('<!doctype html>')
    expect(page).not.toMatch(/<script>|<script [^>]*>[^<]|https?:\/\/|onload=/)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-eval')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
  }
  const head = await send(server, 'HEAD', '/')
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(Number(head.headers['content-length'])).toBeGreaterThan(100)
  expect(await send(server, 'GET', '/user/style.css')).toMatchObject({
    status: 200,
    headers: { 'content-type': expect.stringMatching(/text\/css/) },
  })
  const start = await send(server, 'GET', '/page/start.js')
  expect(start).toMatchObject({ status: 200, headers: { 'content-type': expect.stringMatching(/text\/javascript/) } })
  const again = await send(server, 'GET', '/page/start.js', {
    headers: { 'If-None-Match': String(start.headers.etag) },
  })
  expect(again).toMatchObject({ status: 304, text: '' })
})

test('answers that hold what others sent are inert', async () => {
  const server = await makeServer()
  const evil = '<script>alert(1)</script>'
  const answer = await post(server, '/events', text(evil, 'x'))
  expect(answer.text).toBe(evil)
  expect(answer.headers['content-security-policy']).toContain('sandbox')
})

test('a base URL stands before all paths', async () => {
  const server = await makeServer({ baseUrl: '/viz' })
  expect(server.url).toBe(`http://localhost:${server.port}/viz/`)
  expect((await send(server, 'GET', '/viz/')).text).toContain('"/viz/page/icon.svg"')
  // Python's client logs in at the base URL itself
  expect((await send(server, 'GET', '/viz')).status).toBe(200)
  expect((await post(server, '/viz/events', text('t', 'x'))).text).toBe('t')
  expect((await post(server, '/events', text('t', 'x'))).status).toBe(404)
  expect((await send(server, 'GET', '/vizard/')).status).toBe(404)
})

test('options that make no sense are refused', async () => {
  const refused = (options: object): Promise<unknown> => makeServer(options)
  await expect(refused({ port: 70_000 })).rejects.toThrow(
    'expected port to be an integer from 0 to 65535, but got 70000',
  )
  await expect(refused({ baseUrl: 'viz' })).rejects.toThrow("such as '/viz'")
  await expect(refused({ baseUrl: '/viz/' })).rejects.toThrow("'/viz/'")
  await expect(refused({ token: 'short' })).rejects.toThrow('can be guessed')
  await expect(refused({ token: 'two words' })).rejects.toThrow('without spaces')
  await expect(refused({ username: 'me' })).rejects.toThrow('password is missing')
  await expect(refused({ prot: 1 })).rejects.toThrow("there is no option 'prot'")
})

test('a taken port is moved from only if it was not asked for', async () => {
  const { port } = await makeServer()
  await expect(makeServer({ port })).rejects.toThrow(`port ${port} is taken`)
})

test('a request that never ends does not hold the others up', async () => {
  const server = await makeServer()
  const slow = connect(server.port, '127.0.0.1')
  slow.write('POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"win"')
  expect((await post(server, '/events', text('t', 'x'))).text).toBe('t')
  slow.destroy()
})

test('requests that are no HTTP are answered as such', async () => {
  const server = await makeServer()
  const answer = await raw(server, '\x16\x03\x01 no http\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 400/)
})

test('a client in the same program needs no network', async () => {
  const server = await makeServer({ envPath: makeFolder() })
  const transport = server.transport()
  expect(await transport.post('events', line('loss', [1], [2]) as never)).toBe('loss')
  expect((await post(server, '/win_exists', { win: 'loss', eid: 'main' })).text).toBe('true')
  await expect(transport.post('events', { data: [] })).rejects.toMatchObject({ name: 'TransportError', status: 400 })
  expect(await transport.post('save', { data: ['main'] })).toBe('["main"]')
})

test('a server closes with connections open, whatever they are doing', async () => {
  const server = await makeServer()
  await post(server, '/events', text('t', 'x'), { Connection: 'keep-alive' })
  const half = connect(server.port, '127.0.0.1')
  half.on('error', () => {})
  const halfClosed = new Promise((resolve) => half.once('close', resolve))
  half.write('POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"win"')
  const page = new TestSocket(server, '/socket')
  const pageClosed = new Promise((resolve) => page.socket.once('close', resolve))
  await page.next()
  await server.close()
  await Promise.all([halfClosed, pageClosed])
  await expect(post(server, '/events', text('t', 'x'))).rejects.toThrow()
})

test('the files of the page are those in its folder, and no others', async () => {
  const folder = makeFolder()
  mkdirSync(join(folder, 'parts'))
  for (const [name, content] of Object.entries({
    'page.js': 'x'.repeat(5000),
    'page.css': 'p {}',
    'parts/a.js': 'a',
    'page.js.map': '{}',
    secret: 's',
  }))
    writeFileSync(join(folder, name), content)
  symlinkSync(join(folder, 'secret'), join(folder, 'link.js'))
  const files = new PageFiles([join(folder, 'nowhere/'), `${folder}/`])
  const page = (await files.asset('page.js'))!
  expect(page.type).toBe('text/javascript; charset=utf-8')
  expect(gunzipSync(page.gzipped!).toString()).toBe('x'.repeat(5000))
  expect(String((await files.asset('parts/a.js'))!.bytes)).toBe('a')
  for (const name of [
    'secret',
    'link.js',
    'page.js.map',
    '../secret',
    'parts/../page.css',
    '',
    'constructor',
    '__proto__',
  ])
    expect(await files.asset(name), name).toBe(null)
  expect(files.index('/viz')).toContain('<link rel="stylesheet" href="/viz/page/page.css">')
  expect(files.index('/viz')).toContain('<script type="module" src="/viz/page/start.js"></script>')
})
