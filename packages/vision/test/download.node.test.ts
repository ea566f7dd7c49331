import { createHash } from 'node:crypto'
import fs, { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { RuntimeError } from '@tsorch/core'
import { CIFAR10, type DownloadProgress, EMNIST, FashionMNIST, MNIST } from '@tsorch/vision'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Download, download } from '../src/datasets/download.js'
import { zipFiles } from '../src/datasets/zip.js'
import { tar, zip } from './archives.js'
import { encodeIdx, images, labels } from './idx-files.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251))
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

let folder = ''
let server: Server
let address = ''
/** What is served, by path. */
let answers: Record<string, Answer> = {}
let requests: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim())
    const answer = answers[request.url!]
    if (answer === undefined) response.writeHead(404).end('not here')
    else answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download '))
  answers = {}
  requests = []
})
afterEach(async () => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})
afterAll(() => server.close())

/** A server that does everything right. */
function good(bytes: Uint8Array): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const headers: Record<string, string> = { 'content-length': String(bytes.length - from) }
    if (from > 0) headers['content-range'] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(from > 0 ? 206 : 200, headers).end(bytes.subarray(from))
  }
}

/** Sends some bytes of what it announces, then what `then` does. */
function part(bytes: Uint8Array, announced: number, then: (response: ServerResponse) => void): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(announced) })
    response.write(bytes, () => setTimeout(then, 20, response))
  }
}

const cut = (response: ServerResponse): unknown => response.destroy()
const stall = (): void => {}

describe('download', () => {
  const file = (...paths: string[]): Download => ({
    urls: paths.map((path) => `${address}${path}`),
    path: join(folder, 'data.bin'),
    md5: md5(content),
  })

  test('fetches a file, and tells how far it is', async () => {
    answers['/a'] = good(content)
    const seen: DownloadProgress[] = []
    await download(file('/a'), { progress: (progress) => seen.push(progress) })
    expect(await readFile(join(folder, 'data.bin'))).toEqual(content)
    expect(readdirSync(folder)).toEqual(['data.bin'])
    expect(seen.at(-1)).toEqual({ file: 'data.bin', url: `${address}/a`, received: 100_000, total: 100_000 })
    expect(seen.every(({ received }, i) => received > (seen[i - 1]?.received ?? 0))).toBe(true)
  })

  test('goes on where the server broke off', async () => {
    // broken off when something has arrived, however long that takes
    let first: ServerResponse | null = null
    answers['/a'] = (request, response) => {
      if (first !== null) return good(content)(request, response)
      first = response
      response.writeHead(200, { 'content-length': String(content.length) })
      response.write(content.subarray(0, 40_000))
    }
    await download(file('/a'), { progress: () => first!.destroy() })
    expect(await readFile(join(folder, 'data.bin'))).toEqual(content)
    // how much of what was sent is taken before the break is noticed depends on the machine
    expect(requests).toEqual(['/a', expect.stringMatching(/^\/a bytes=[1-9]\d*-$/)])
  })

  test('goes on where an earlier call was stopped', async () => {
    const controller = new AbortController()
    answers['/a'] = part(content.subarray(0, 30_000), content.length, stall)
    const progress = ({ received }: DownloadProgress): void => {
      if (received === 30_000) controller.abort(new Error('enough'))
    }
    await expect(download(file('/a'), { signal: controller.signal, progress })).rejects.toThrow('enough')
    expect(readdirSync(folder)).toEqual(['data.bin.part'])
    answers['/a'] = good(content)
    await download(file('/a'), {})
    expect(requests).toEqual(['/a', '/a bytes=30000-'])
    expect(readdirSync(folder)).toEqual(['data.bin'])
  })

  test('asks nobody for what came whole before', async () => {
    await writeFile(join(folder, 'data.bin.part'), content)
    await download(file('/a'), {})
    expect([requests, readdirSync(folder)]).toEqual([[], ['data.bin']])
  })

  test('begins anew where the server sends no parts, or what is there is another file', async () => {
    await writeFile(join(folder, 'data.bin.part'), content.subarray(0, 100))
    answers['/a'] = (_, response) => void response.writeHead(200, { 'content-length': '100000' }).end(content)
    await download(file('/a'), {})
    expect(await readFile(join(folder, 'data.bin'))).toEqual(content)

    for (const other of [new Uint8Array(100), new Uint8Array(200_000)]) {
      await writeFile(join(folder, 'data.bin.part'), other)
      answers['/b'] = (request, response) => {
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
        if (from >= content.length) response.writeHead(416).end()
        else good(content)(request, response)
      }
      await download(file('/b'), {})
      expect(await readFile(join(folder, 'data.bin'))).toEqual(content)
    }
  })

  test('takes the next mirror when one has not got it, sends something else, stalls, or lies', async () => {
    answers['/page'] = (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello')
    answers['/wrong'] = good(content.subarray(1))
    answers['/silent'] = stall
    answers['/stalls'] = part(content.subarray(0, 10), content.length, stall)
    answers['/long'] = part(content.subarray(0, 20), content.length, cut)
    answers['/short'] = (_, response) => {
      response.socket!.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789 and more than that')
    }
    answers['/good'] = good(content)
    const bad = ['/none', '/page', '/wrong', '/silent', '/stalls', '/long', '/short']
    for (const path of bad) {
      await download(file(path, '/good'), { timeout: 0.2 })
      expect(await readFile(join(folder, 'data.bin'))).toEqual(content)
      await rm(join(folder, 'data.bin'))
    }
    const error = await download(file(...bad), { timeout: 0.2 }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(RuntimeError)
    const lines = (error as Error).message.split('\n')
    expect(lines[0]).toBe(`${join(folder, 'data.bin')} could not be downloaded:`)
    for (const [i, what] of [
      '404 Not Found',
      'the server answered with a web page',
      `the checksum of what came is ${md5(content.subarray(1))}, but expected ${md5(content)}`,
      'nothing came for 0.2 seconds, after 0 bytes',
      'nothing came for 0.2 seconds, after 10 bytes',
      'bytes',
      'the checksum of what came is',
    ].entries()) {
      expect(lines[i + 1]).toContain(`  ${address}${bad[i]}: `)
      expect(lines[i + 1]).toContain(what)
    }
    expect(existsSync(join(folder, 'data.bin'))).toBe(false)
  })

  test('says that there is no server', async () => {
    const error = download({ ...file(), urls: ['http://127.0.0.1:9/x'] }, {})
    await expect(error).rejects.toThrow('http://127.0.0.1:9/x: fetch failed')
    expect(readdirSync(folder)).toEqual([])
  })

  test('a full disk leaves nothing behind, and no server is asked again', async () => {
    answers['/a'] = good(content)
    const open = fs.promises.open
    vi.spyOn(fs.promises, 'open').mockImplementation(async (...args) => {
      const handle = await open(...args)
      handle.writeFile = async () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }
      return handle
    })
    await expect(download(file('/a', '/a'), {})).rejects.toThrow(
      `${join(folder, 'data.bin.part')}: cannot be written (ENOSPC: no space left on device, write)`,
    )
    expect(readdirSync(folder)).toEqual([])
    expect(requests).toEqual(['/a'])
  })

  test('an error of the callback is no error of the server', async () => {
    answers['/a'] = good(content)
    const progress = (): never => {
      throw new TypeError('oops')
    }
    await expect(download(file('/a'), { progress })).rejects.toThrow(TypeError)
  })
})

test('a zip archive that is damaged, or none', async () => {
  const path = join(folder, 'x.zip')
  const whole = zip({ a: new Uint8Array([1, 2, 3]), b: new Uint8Array(5) })
  const open = async (bytes: Uint8Array, name = 'a') => {
    await writeFile(path, bytes)
    return zipFiles(path, [name])
  }
  expect(await open(whole)).toEqual([Buffer.from([1, 2, 3])])
  await expect(open(whole.subarray(0, -1))).rejects.toThrow(`${path}: not a zip archive, or cut short`)
  await expect(open(new Uint8Array(0))).rejects.toThrow(`${path}: not a zip archive, or cut short`)
  await expect(open(whole.subarray(4))).rejects.toThrow(`${path}: `)
  const moved = whole.slice()
  moved[0] = 0
  await expect(open(moved)).rejects.toThrow(`${path}: damaged: a is not where it should be`)
  for (let at = 0; at < whole.length; at++) {
    const damaged = whole.slice()
    damaged[at]! ^= 0x41
    await open(damaged, 'b').catch((error: unknown) => expect(error).toBeInstanceOf(RuntimeError))
  }
})

describe('data sets', () => {
  const packed = {
    'train-images-idx3-ubyte.gz': gzipSync(images),
    'train-labels-idx1-ubyte.gz': gzipSync(labels),
    't10k-images-idx3-ubyte.gz': gzipSync(encodeIdx('uint8', [1, 1, 1], [9])),
    't10k-labels-idx1-ubyte.gz': gzipSync(encodeIdx('uint8', [1], [4])),
  }
  class Small extends MNIST {
    static override readonly resources = Object.fromEntries(Object.entries(packed).map(([name, b]) => [name, md5(b)]))
    static override readonly mirrors: readonly string[] = []
  }

  test('MNIST: into the folders of torchvision, once', async () => {
    for (const [name, bytes] of Object.entries(packed)) answers[`/mnist/${name}`] = good(bytes)
    const options = { download: true, mirrors: [`${address}/nowhere`, `${address}/mnist`] }
    const train = await Small.load(folder, options)
    expect(train.targets.tolist()).toEqual([7, 0, 9])
    const names = Object.keys(packed).flatMap((name) => [name, name.replace('.gz', '')])
    expect(readdirSync(join(folder, 'MNIST/raw')).sort()).toEqual(names.sort())
    expect(requests.length).toBe(8)
    expect((await Small.load(folder, { ...options, train: false })).targets.tolist()).toEqual([4])
    expect(requests.length).toBe(8)
    // what is whole is not fetched again
    await rm(join(folder, 'MNIST/raw/train-labels-idx1-ubyte'))
    await rm(join(folder, 'MNIST/raw/train-labels-idx1-ubyte.gz'))
    await Small.load(folder, options)
    expect(requests.slice(8)).toEqual(['/nowhere/train-labels-idx1-ubyte.gz', '/mnist/train-labels-idx1-ubyte.gz'])
  })

  test('MNIST: a disk that is full while a file is unpacked', async () => {
    for (const [name, bytes] of Object.entries(packed)) answers[`/mnist/${name}`] = good(bytes)
    const write = fs.promises.writeFile
    vi.spyOn(fs.promises, 'writeFile').mockImplementation(async (path) => {
      await write(path, 'half')
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    })
    await expect(Small.load(folder, { download: true, mirrors: [`${address}/mnist`] })).rejects.toThrow(
      `${folder}/MNIST/raw/train-images-idx3-ubyte: cannot be written (ENOSPC`,
    )
    expect(readdirSync(join(folder, 'MNIST/raw'))).toEqual(['train-images-idx3-ubyte.gz'])
  })

  test('EMNIST: one split out of the archive', async () => {
    const name = 'gzip/emnist-letters-train'
    const archive = zip({
      'gzip/emnist-digits-train-images-idx3-ubyte.gz': new Uint8Array(3),
      [`${name}-images-idx3-ubyte.gz`]: gzipSync(images),
      [`${name}-labels-idx1-ubyte.gz`]: gzipSync(labels),
    })
    class SmallEMNIST extends EMNIST {
      static override readonly md5: string = md5(archive)
      static override readonly mirrors: readonly string[] = [`${address}/emnist`]
    }
    answers['/emnist/gzip.zip'] = good(archive)
    const letters = await SmallEMNIST.load(folder, 'letters', { download: true })
    expect(letters.targets.tolist()).toEqual([7, 0, 9])
    expect(new EMNIST(folder, 'letters').length).toBe(3)
    await expect(SmallEMNIST.load(folder, 'mnist', { download: true })).rejects.toThrow(
      'gzip.zip: there is no gzip/emnist-mnist-train-images-idx3-ubyte.gz in it',
    )
    expect(requests).toEqual(['/emnist/gzip.zip'])
  })

  test('CIFAR10: out of the archive', async () => {
    const record = new Uint8Array(3073)
    record.set([6, 1, 2])
    record.set([100], 1 + 1024)
    const batches = CIFAR10.trainFiles.map((name) => [`cifar-10-batches-bin/${name}`, record] as const)
    const archive = gzipSync(tar(Object.fromEntries([['cifar-10-batches-bin/', null], ...batches])))
    class Small10 extends CIFAR10 {
      static override readonly md5: string = md5(archive)
      static override readonly mirrors: readonly string[] = [`${address}/cifar/`]
    }
    answers['/cifar/cifar-10-binary.tar.gz'] = good(archive)
    const train = await Small10.load(folder, { download: true })
    expect([train.data.shape, train.targets.tolist()]).toEqual([
      [5, 32, 32, 3],
      [6, 6, 6, 6, 6],
    ])
    expect([...train.getItem(4)[0].data.subarray(0, 6)]).toEqual([1, 100, 0, 2, 0, 0])
    expect(new CIFAR10(folder).length).toBe(5)
    expect(readdirSync(join(folder, 'cifar-10-batches-bin')).length).toBe(5)
  })

  test('without a network they say what to do', async () => {
    const options = { download: true, mirrors: ['http://127.0.0.1:9'] }
    await expect(FashionMNIST.load(folder, options)).rejects.toThrow(
      /^FashionMNIST: .*could not be downloaded:\n {2}http:\/\/127\.0\.0\.1:9\/train-images-idx3-ubyte\.gz: fetch failed.*\nWithout a network, on Debian run/s,
    )
    await expect(CIFAR10.load(folder, options)).rejects.toThrow(
      /Without a network, unpack https:\/\/www\.cs\.toronto\.edu\/~kriz\/cifar-10-binary\.tar\.gz in /,
    )
  })
})
