import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { IndexError, RuntimeError, type Tensor, ValueError } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { DatasetFolder } from '@tsorch/vision'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder '))
})
afterEach(() => rm(root, { recursive: true }))

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), path)
  }
}

const text = (path: string): Promise<string> => readFile(path, 'utf8')
const txt = { extensions: ['.txt'] }

describe('DatasetFolder', () => {
  test('finds the files of each class, sorted by folder and name', async () => {
    await put('dog/b.txt', 'dog/a.TXT', 'dog/notes.md', 'cat/z.txt', 'cat/more/a.txt', 'ignored.txt')
    const dataset = new DatasetFolder(root, text, txt)
    expectTypeOf(dataset.getItem(0)).toEqualTypeOf<Promise<[string, number]>>()
    expect([dataset.classes, dataset.classToIdx, dataset.length]).toEqual([['cat', 'dog'], { cat: 0, dog: 1 }, 4])
    expect(dataset.samples.map(([path]) => path.slice(root.length + 1))).toEqual([
      'cat/z.txt',
      'cat/more/a.txt',
      'dog/a.TXT',
      'dog/b.txt',
    ])
    expect(dataset.targets).toEqual([0, 0, 1, 1])
    expect(await dataset.getItem(1)).toEqual(['cat/more/a.txt', 0])
    expect(await dataset.getItem(-1)).toEqual(['dog/b.txt', 1])
    await expect(dataset.getItem(4)).rejects.toThrow(IndexError)
    for (const same of [`${root}/`, pathToFileURL(root)])
      expect(new DatasetFolder(same, text, txt).samples).toEqual(dataset.samples)
  })

  test('applies its transforms and its own choice of files', async () => {
    await put('a/one', 'a/two', 'b/three')
    const dataset = new DatasetFolder(root, text, {
      isValidFile: (path) => !path.endsWith('two'),
      transform: (content) => content.length,
      targetTransform: (y) => `class ${y}`,
    })
    expectTypeOf(dataset.getItem(0)).toEqualTypeOf<Promise<[number, string]>>()
    expect(await Promise.all([0, 1].map((i) => dataset.getItem(i)))).toEqual([
      [5, 'class 0'],
      [7, 'class 1'],
    ])
    class OnlyB extends DatasetFolder<string> {
      override findClasses(): [string[], Record<string, number>] {
        return [['b'], { b: 0 }]
      }
    }
    expect(new OnlyB(root, text, { isValidFile: () => true }).length).toBe(1)
  })

  test('follows links, also in circles', async () => {
    await put('real/a.txt')
    await mkdir(join(root, 'data'))
    await symlink(join(root, 'real'), join(root, 'data/linked'))
    await symlink(join(root, 'real'), join(root, 'real/again'))
    expect(new DatasetFolder(join(root, 'data'), text, txt).length).toBe(1)
  })

  test('says what is wrong with a folder', async () => {
    const missing = join(root, 'nowhere')
    expect(() => new DatasetFolder(missing, text, txt)).toThrow(`${missing}: cannot be read (ENOENT`)
    expect(() => new DatasetFolder(root, text, txt)).toThrow(RuntimeError)
    expect(() => new DatasetFolder(root, text, txt)).toThrow(`Couldn't find any class folder in ${root}.`)
    await put('cat/a.txt', 'dog/b.md', 'eel/c.md')
    expect(() => new DatasetFolder(root, text, txt)).toThrow(
      `${root}: Found no valid file for the classes dog, eel. Supported extensions are: .txt`,
    )
    const dataset = new DatasetFolder(root, text, { ...txt, allowEmpty: true })
    expect([dataset.classes.length, dataset.length]).toEqual([3, 1])
    expect(() => new DatasetFolder(root, text)).toThrow(ValueError)
    expect(() => new DatasetFolder(root, text, { ...txt, isValidFile: () => true })).toThrow(
      'Both extensions and isValidFile cannot be null or not null at the same time',
    )
  })

  test('names the file that cannot be loaded', async () => {
    await put('cat/a.txt', 'cat/b.txt')
    const dataset = new DatasetFolder(
      root,
      (path) => {
        if (path.endsWith('b.txt')) throw new Error('not a cat')
        return 1
      },
      txt,
    )
    await expect(dataset.getItem(1)).rejects.toThrow(`${root}/cat/b.txt: cannot be loaded (not a cat)`)
    const loop = async () => {
      for await (const _ of new DataLoader(dataset, { batchSize: 2 }));
    }
    await expect(loop()).rejects.toThrow(RuntimeError)
    await rm(join(root, 'cat/a.txt'))
    await expect(new DatasetFolder(root, text, txt).getItem(0)).resolves.toEqual(['cat/b.txt', 0])
  })

  test('transforms run in the order of the samples, whichever file is there first', async () => {
    await put(...Array.from({ length: 8 }, (_, i) => `c/${i}.txt`))
    let draws = 0
    const dataset = new DatasetFolder(
      root,
      async (path) => {
        const number = Number(path.at(-5))
        await new Promise((resolve) => setTimeout(resolve, 4 * (8 - number)))
        if (number === 5) throw new Error('five is missing')
        return number
      },
      { ...txt, transform: (number) => [number, draws++] as const },
    )
    const items = await Promise.allSettled([0, 1, 5, 2, 7, 3].map((i) => dataset.getItem(i)))
    expect(items.map((item) => (item.status === 'fulfilled' ? item.value[0] : null))).toEqual([
      [0, 0],
      [1, 1],
      null,
      [2, 2],
      [7, 3],
      [3, 4],
    ])
  })

  test('feeds a DataLoader in its order', async () => {
    await put(...Array.from({ length: 9 }, (_, i) => `c${i % 3}/${i}.txt`))
    const seen: unknown[] = []
    for await (const [names, labels] of new DataLoader(new DatasetFolder(root, text, txt), { batchSize: 4 })) {
      expectTypeOf(labels).toEqualTypeOf<Tensor>()
      seen.push(names, labels.tolist())
    }
    expect(seen).toEqual([
      ['c0/0.txt', 'c0/3.txt', 'c0/6.txt', 'c1/1.txt'],
      [0, 0, 0, 1],
      ['c1/4.txt', 'c1/7.txt', 'c2/2.txt', 'c2/5.txt'],
      [1, 1, 2, 2],
      ['c2/8.txt'],
      [2],
    ])
    expect(() => [...new DataLoader(new DatasetFolder(root, text, txt))]).toThrow(
      'DatasetFolder makes its samples asynchronously',
    )
  })
})

test('data sets go to the workers of a DataLoader', async () => {
  for (let i = 0; i < 5; i++) {
    await put(`c${i % 2}/${i}.txt`)
    await writeFile(join(root, `c${i % 2}/${i}.txt`), String(i))
  }
  const program = fileURLToPath(new URL('./fixtures/workers.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, root])
  const result = JSON.parse(stdout) as Record<string, [string, string]>
  expect(Object.keys(result)).toEqual(['mnist', 'emnist', 'cifar', 'fake', 'folder'])
  for (const [alone, workers] of Object.values(result)) expect(workers).toBe(alone)
  expect(result.folder![0]).toBe('[[[0,2],[0,0]],[[4,1],[0,1]],[[3],[1]]]')
}, 60_000)
