import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { RuntimeError, type Tensor } from '@tsorch/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CSVDataset, DataLoader, loadCsv, loadtxt } from '../src/index.js'

const titanic = new URL('./data/titanic.csv.gz', import.meta.url)

let folder = ''
let server: Server
let address = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv '))
  server = createServer((request, response) => {
    if (request.url === '/a.csv.gz') response.end(gzipSync('a,b\n1,2\n'))
    else if (request.url === '/page') response.setHeader('content-type', 'text/html').end('<!doctype html>')
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('a,b\n1,2\n')
      setTimeout(() => response.destroy(), 20)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

test('reads a path, a file URL and an address', async () => {
  const path = join(folder, 'a.csv')
  await writeFile(path, 'a,b\n1,2\n')
  for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, `${address}/a.csv.gz`])
    expect((await loadCsv(source)).tensor().tolist()).toEqual([[1, 2]])
})

test('says which file it is that cannot be read', async () => {
  const missing = join(folder, 'nowhere.csv')
  await expect(loadCsv(missing)).rejects.toThrow(RuntimeError)
  await expect(loadCsv(missing)).rejects.toThrow(`${missing}: cannot be read (ENOENT`)
  await expect(loadtxt(folder)).rejects.toThrow(`${folder}: cannot be read (EISDIR`)
  await expect(loadCsv(`${address}/b.csv`)).rejects.toThrow(`${address}/b.csv: cannot be read (404 Not Found)`)
  await expect(loadCsv(`${address}/page`)).rejects.toThrow('cannot be read (the server answered with a web page)')
  await expect(loadCsv(`${address}/cut`)).rejects.toThrow(`${address}/cut: cannot be read (terminated`)
  server.closeAllConnections()
})

test('a file of many megabytes is read in pieces, an open quote in it in no more time', async () => {
  const path = join(folder, 'large.csv')
  await writeFile(path, `a,b,c\n${'1.25,-3e2,"x, y"\n'.repeat(400_000)}`)
  const table = await loadCsv(path, { columns: ['b', 'a'], dtypes: 'float32' })
  expect(table.tensor().sum(0).tolist()).toEqual([-120_000_000, 500_000])
  await writeFile(path, `a,b\n1,"${'1,2\n'.repeat(1_000_000)}`)
  await expect(loadCsv(path)).rejects.toThrow('row 2: a cell that begins with " is not closed before the end')
}, 30_000)

test('workers deliver the rows of a table', async () => {
  const data = await CSVDataset.load(fileURLToPath(titanic), {
    features: ['pclass', 'sibsp'],
    target: 'sex',
  })
  const rows = async (numWorkers: number) => {
    const seen: unknown[] = []
    for await (const [x, y] of new DataLoader<[Tensor, Tensor]>(data, { batchSize: 100, numWorkers }))
      seen.push(x.tolist(), y.tolist())
    return seen
  }
  expect(await rows(2)).toEqual(await rows(0))
}, 30_000)
