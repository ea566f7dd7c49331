/** What the verbs of `Visdom` post: the same as visdom's Python client, key for key. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deflate } from '../src/client/deflate.js'
import { Visdom } from '../src/client/index.js'
import { parseJson, pythonJson } from '../src/protocol/json.js'
import type { JsonObject } from '../src/protocol/types.js'
import { client, decode, FakeServer, inflate, readPng, recordedCalls } from './visdom-calls.js'

type Verbs = Record<string, (...args: unknown[]) => string>

/** The bodies as text and back, as a server would read them; images apart. */
function split(body: JsonObject): { rest: unknown; images: string[] } {
  const images: string[] = []
  const rest = JSON.parse(
    JSON.stringify(parseJson(pythonJson(body)), (_, value) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
      // -0 and 0 are the same number to whoever compares
      if (value === 0) return 0
      if (typeof value !== 'string' || !value.startsWith('data:image')) return value
      images.push(value)
      return 'an image'
    }),
  )
  return { rest, images }
}

/** New windows have ids of their time. */
const withoutTime = ({ win, ...body }: JsonObject): JsonObject => ({
  win: String(win).replace(/^window_[0-9a-f]{14}$/, 'window_*'),
  ...body,
})

describe('bodies are those of the Python client', () => {
  test.each(recordedCalls.map((call) => [call.case, call] as const))('%s', async (_, call) => {
    const server = new FakeServer()
    server.exists = call.exists ?? false
    const { viz, errors } = client(server)
    const win = (viz as unknown as Verbs)[call.verb]!(...call.args.map(decode), decode(call.kw) ?? undefined)
    await viz.flush()
    expect(errors).toEqual([])
    expect(server.plots.map(([endpoint]) => endpoint)).toEqual(call.posts.map(([endpoint]) => endpoint))
    for (const [i, [, text]] of call.posts.entries()) {
      const [ours, theirs] = [
        split(withoutTime(server.plots[i]![1])),
        split(withoutTime(parseJson(text) as JsonObject)),
      ]
      expect(ours.rest).toEqual(theirs.rest)
      expect(await Promise.all(ours.images.map(readPng))).toEqual(await Promise.all(theirs.images.map(readPng)))
      expect(win).toBe(server.plots[i]![1].win)
    }
    await viz.disconnect()
  })
})

describe('calls', () => {
  test('the second argument may be given by its place', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    viz.line([1, 2], [3, 4], { win: 'a' })
    viz.line([1, 2], { X: [3, 4], win: 'b' })
    viz.scatter([[1, 2]], [1], { win: 'a' })
    viz.scatter([[1, 2]], { Y: [1], win: 'b' })
    viz.bar([1, 2], new Float32Array([3, 4]), { win: 'a' })
    viz.bar([1, 2], { Y: [3, 4], win: 'b' })
    await viz.flush()
    const bodies = server.plots.map(([, { win: _, ...body }]) => body)
    expect(bodies).toHaveLength(2)
    expect(bodies[0]).toEqual(bodies[1])
    await viz.disconnect()
  })

  test('values are copied at the call, and options too', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    const [y, legend] = [new Float32Array([1, 2]), ['a']]
    viz.line(y, { X: [0, 1], win: 'w', opts: { legend } })
    y.fill(9)
    legend[0] = 'b'
    await viz.flush()
    expect(server.plots[0]![1]).toMatchObject({ data: [{ y: [1, 2], name: 'a' }], opts: { legend: ['a'] } })
    await viz.disconnect()
  })

  test('long lines are no trouble', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    const n = 300_000
    viz.line({ data: new Float32Array(2 * n), shape: [n, 2] }, { win: 'w' })
    await viz.flush()
    expect(server.plots[0]![1].data).toMatchObject([{ x: { length: n } }, { y: { length: n } }])
    await viz.disconnect()
  })

  test('new windows have ids of their own', () => {
    const viz = new Visdom({ send: false })
    const ids = Array.from({ length: 1000 }, () => viz.text('x'))
    expect(new Set(ids).size).toBe(1000)
    expect(ids[0]).toMatch(/^window_[0-9a-f]{14}$/)
  })

  test.each<[string, (viz: Visdom) => unknown, RegExp]>([
    [
      'shapes',
      (viz) => viz.line([1, 2, 3], { X: [1, 2] }),
      /^line: X and Y should be the same shape, but got \[2\] and \[3\]/,
    ],
    ['an update without x', (viz) => viz.line([1], { win: 'w', update: 'append' }), /^line: update 'append' needs X/],
    ['an update without window', (viz) => viz.line([1], { X: [1], update: 'append' }), /^line: an update needs win/],
    ['a scalar', (viz) => viz.line(1), /^line: Y should have 1 or 2 dimensions, but has shape \[\]/],
    [
      'an unknown update',
      (viz) => viz.line([1], { X: [1], win: 'w', update: 'add' as never }),
      /'append', 'replace' or 'remove', but got 'add'/,
    ],
    [
      'remove without name',
      (viz) => viz.line(null, { win: 'w', update: 'remove' }),
      /^line: update 'remove' needs the name/,
    ],
    [
      'camel case',
      (viz) => viz.line([1], { opts: { xLabel: 'x' } as never }),
      /^line: there is no opts.xLabel: did you mean xlabel\?/,
    ],
    [
      'snake case',
      (viz) => viz.image([[1]], { opts: { storeHistory: true } as never }),
      /did you mean store_history\?/,
    ],
    [
      'marker size',
      (viz) => viz.scatter([[1, 2]], { opts: { markersize: -1 } }),
      /^scatter: opts.markersize should be a positive number, but got -1/,
    ],
    [
      'title',
      (viz) => viz.text('x', { opts: { title: ['a'] as never } }),
      /^text: opts.title should be a string, but got Array/,
    ],
    [
      'opacity',
      (viz) => viz.mesh([[1, 2]], { opts: { opacity: 2 } }),
      /^mesh: opts.opacity should be a number from 0 to 1, but got 2/,
    ],
    [
      'legend',
      (viz) => viz.line([[1, 2]], { opts: { legend: ['a'] } }),
      /^line: opts.legend should have 2 names or more, but has 1/,
    ],
    ['labels', (viz) => viz.scatter([[1, 2]], { Y: [0] }), /^scatter: labels should be at least 1, but got 0/],
    ['negative parts', (viz) => viz.pie([1, -1]), /^pie: X cannot contain negative values, but has -1/],
    ['text', (viz) => viz.text(5 as never), /^text: expected a string of HTML, but got a number/],
    [
      'channels',
      (viz) => viz.image({ data: new Float32Array(20), shape: [5, 2, 2] }),
      /^image: expected an image .* but got \[5, 2, 2\]/,
    ],
    [
      'images of different shapes',
      (viz) =>
        viz.images([
          { data: [1], shape: [1, 1] },
          { data: [1, 2], shape: [1, 2] },
        ]),
      /same shape, but got \[1, 1\] and \[1, 2\]/,
    ],
    ['no numbers', (viz) => viz.line(['a'] as never), /^line: expected numbers, but an element is the string 'a'/],
    ['rows', (viz) => viz.line([[1, 2], [3]] as never), /expected sequence of length 2 at dim 1 \(got 1\)/],
    ['nodes', (viz) => viz.graph([[0, 2]]), /^graph: nodes should be numbered from 0 to n - 1, but there is no node 1/],
    ['win', (viz) => viz.text('x', { win: 5 as never }), /^text: win should be a string, but got a number/],
    ['histogram of NaN', (viz) => viz.histogram([1, Number.NaN]), /^histogram: the values should be finite/],
    [
      'functions',
      (viz) => viz.text('x', { opts: { title: 'a', f: () => 1 } as never }),
      /^text: opts.f should be a value of JSON, but is a function/,
    ],
    ['svg', (viz) => viz.svg('none'), /^svg: there is no '<svg/],
    ['form', (viz) => viz.properties([{ type: 'slider' } as never]), /^properties: type should be one of text, number/],
  ])('bad input is an error at the call: %s', (_, call, message) => {
    expect(() => call(new Visdom({ send: false }))).toThrow(message)
  })

  test.each<[string, ConstructorParameters<typeof Visdom>[0], RegExp]>([
    ['address', { server: 'http://' }, /server should be an address such as/],
    ['scheme', { server: 'ftp://a' }, /address of http or https/],
    ['port', { port: 70000 }, /port should be an integer from 1 to 65535, but got 70000/],
    ['base', { baseUrl: 'x' }, /baseUrl should start with \//],
    ['offline', { offline: true }, /offline needs a log/],
    ["Python's name", { base_url: '/x' } as never, /there is no option base_url: did you mean baseUrl\?/],
    ['no option', { host: 'x' } as never, /there is no option host: expected some of server, port/],
    ['password', { username: 'a' }, /a username needs a password/],
    ['number', { maxBytes: Number.NaN }, /maxBytes should be a number of at least 1, but got NaN/],
  ])('bad options of a client: %s', (_, options, message) => {
    expect(() => new Visdom(options)).toThrow(message)
  })
})

test('what deflate packs, the runtime unpacks', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    fc.array(fc.constantFrom(0, 1, 2), { maxLength: 2000 }).map((list) => Uint8Array.from(list)),
    fc.tuple(fc.nat(80_000), fc.nat(9)).map(([n, shift]) => Uint8Array.from({ length: n }, (_, i) => (i * i) >> shift)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (data) => {
      const unpacked = await inflate(new Blob([deflate(data) as BlobPart]))
      expect(unpacked.length === data.length && unpacked.every((byte, i) => byte === data[i])).toBe(true)
    }),
    { numRuns: 60 },
  )
})
