import { RuntimeError, type Tensor, ValueError } from '@tsorch/core'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { CSVDataset, type CsvOptions, CsvTable, DataLoader, loadCsv } from '../src/index.js'

const titanic = new URL('./data/titanic.csv.gz', import.meta.url)
const iris = new URL('./data/iris.csv', import.meta.url)

function file(content: string | Uint8Array, name = 'people.csv'): File {
  return new File([content as Uint8Array<ArrayBuffer>], name)
}

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

const people = 'name,age,city\nAda,36,London\n"Curie, Marie",66,"Paris\nFrance"\nAlan,41,\n'

describe('loadCsv', () => {
  test('reads numbers, texts and quoted cells', async () => {
    const table = await loadCsv(file(people))
    expect(table).toBeInstanceOf(CsvTable)
    expect(table.file).toBe('people.csv')
    expect(table.columns).toEqual(['name', 'age', 'city'])
    expect(table.length).toBe(3)
    expect(table.column('name')).toEqual(['Ada', 'Curie, Marie', 'Alan'])
    expect(table.column('age')).toEqual([36, 66, 41])
    expect(table.column('city')).toEqual(['London', 'Paris\nFrance', null])
    expect(table.tensor('age').tolist()).toEqual([36, 66, 41])
    expect(table.tensor('age').dtype.name).toBe('float32')
    expect(table.tensor(['age'], { dtype: 'int64' }).shape).toEqual([3, 1])
  })

  test.each<[string, string, CsvOptions, Record<string, unknown>]>([
    ['another delimiter', 'a;b\n1,5;2\n', { delimiter: ';' }, { a: ['1,5'], b: [2] }],
    ['tabs', 'a\tb\n1\t2\n', { delimiter: '\t' }, { a: [1], b: [2] }],
    ['no header', '1,2\n3,4\n', { header: false }, { 0: [1, 3], 1: [2, 4] }],
    ['names without a header', '1,2\n', { header: false, names: ['x', 'y'] }, { x: [1], y: [2] }],
    ['names instead of the header', 'a,b\n1,2\n', { names: ['x', 'y'] }, { x: [1], y: [2] }],
    ['columns in another order', 'a,b,c\n1,2,3\n', { columns: ['c', 0] }, { c: [3], a: [1] }],
    ['rows after others', 'made by\n\na,b\n1,2\n', { skipRows: 2 }, { a: [1], b: [2] }],
    ['so many rows', 'a\n1\n2\n3\n', { maxRows: 2 }, { a: [1, 2] }],
    ['\\r\\n and blank lines', 'a,b\r\n1,"x\r\ny"\r\n\r\n2,z', {}, { a: [1, 2], b: ['x\ny', 'z'] }],
    ['\\r alone', 'a,b\r1,2\r', {}, { a: [1], b: [2] }],
    ['doubled quotes', 'a\n"say ""hi"""\n', {}, { a: ['say "hi"'] }],
    ['another quote', "a,b\n'1,5',2\n", { quote: "'" }, { a: ['1,5'], b: [2] }],
    ['spaces around numbers', 'a, b\n 1 ,2\n', {}, { a: [1], b: [2] }],
    ['columns of one name', 'a,a,a\n1,2,3\n', {}, { a: [1], 'a.1': [2], 'a.2': [3] }],
    ['truth values', 'a\nTrue\nfalse\n', {}, { a: [1, 0] }],
    ['what pandas takes for missing', 'a,b\nNA,x\n1,n/a\nnan,\n', {}, { a: [null, 1, null], b: ['x', null, null] }],
    ['what it is told is missing', 'a\n?\n1\n', { missingTexts: ['?'] }, { a: [null, 1] }],
    ['numbers that turn out to be text', '\ufeffa\n007\n1.50\nx\n', {}, { a: ['007', '1.50', 'x'] }],
    ['text if it is asked for', 'a,b\n007,1\n', { dtypes: { a: 'string' } }, { a: ['007'], b: [1] }],
    ['infinities and exponents', 'a\n-inf\n1e-3\nInfinity\n.5\n', {}, { a: [-Infinity, 0.001, Infinity, 0.5] }],
    ['no hexadecimal numbers', 'a\n0x10\n', {}, { a: ['0x10'] }],
    ['rows of another length left out', 'a,b\n1,2\n3\n4,5,6\n7,8\n', { badRows: 'skip' }, { a: [1, 7], b: [2, 8] }],
    ['a header alone', 'a,b\n', {}, { a: [], b: [] }],
  ])('reads %s', async (_, text, options, columns) => {
    const table = await loadCsv(file(text), options)
    expect(Object.fromEntries(table.columns.map((name) => [name, table.column(name)]))).toEqual(columns)
  })

  test('reads gzip, bytes, streams and other encodings', async () => {
    const packed = await gzip(people)
    const wide = new Uint8Array(new Uint16Array([...`\ufeff${people}`].map((c) => c.charCodeAt(0))).buffer)
    const latin = Uint8Array.from('a\nZürich\n', (c) => c.charCodeAt(0))
    for (const source of [file(packed), packed, packed.buffer as ArrayBuffer, new Blob([people]).stream()])
      expect((await loadCsv(source)).column('age')).toEqual([36, 66, 41])
    expect((await loadCsv(wide, { encoding: 'utf-16le' })).column('name')[1]).toBe('Curie, Marie')
    expect((await loadCsv(latin, { encoding: 'windows-1252' })).column('a')).toEqual(['Zürich'])
  })

  test('makes categories indices or columns of 0 and 1', async () => {
    const text = 'size,grade\nM,10\nS,9\nL,\nM,10\n'
    const sorted = await loadCsv(file(text), { categories: ['size', 'grade'] })
    expect(sorted.categories('size')).toEqual(['L', 'M', 'S'])
    expect(sorted.categories('grade')).toEqual(['9', '10'])
    expect(sorted.tensor('size').tolist()).toEqual([1, 2, 0, 1])
    expect(sorted.tensor('size').dtype.name).toBe('int64')
    const ordered = await loadCsv(file(text), { categories: { size: ['S', 'M', 'L', 'XL'] }, missing: { grade: 0 } })
    expect(ordered.tensor(['size', 'grade'], { oneHot: ['size'] }).tolist()).toEqual([
      [0, 1, 0, 0, 10],
      [1, 0, 0, 0, 9],
      [0, 0, 1, 0, 0],
      [0, 1, 0, 0, 10],
    ])
    expect(ordered.names(['size', 'grade'], true)).toEqual(['size=S', 'size=M', 'size=L', 'size=XL', 'grade'])
    const inferred = await loadCsv(file(text), { columns: ['size'] })
    expect(inferred.tensor('size', { oneHot: true }).shape).toEqual([4, 3])
  })

  test('does with missing values what it is told', async () => {
    const text = 'a,b\n1,x\n,y\n4,\n4,y\n'
    const of = async (missing: CsvOptions['missing']) => {
      const table = await loadCsv(file(text), missing === undefined ? {} : { missing })
      return [table.column('a'), table.column('b')]
    }
    expect(await of({ a: 'mean', b: 'mode' })).toEqual([
      [1, 3, 4, 4],
      ['x', 'y', 'y', 'y'],
    ])
    expect(await of({ a: 'median', b: 'none' })).toEqual([
      [1, 4, 4, 4],
      ['x', 'y', 'none', 'y'],
    ])
    expect(await of('mode')).toEqual([
      [1, 4, 4, 4],
      ['x', 'y', 'y', 'y'],
    ])
    expect(await of('drop')).toEqual([
      [1, 4],
      ['x', 'y'],
    ])
    expect(await of({ b: 'drop', a: -1 })).toEqual([
      [1, -1, 4],
      ['x', 'y', 'y'],
    ])
    expect(await of('mean')).toEqual([
      [1, 3, 4, 4],
      ['x', 'y', null, 'y'],
    ])
    const kept = await loadCsv(file(text), { missing: { a: 'nan' } })
    expect(kept.tensor('a').tolist()).toEqual([1, Number.NaN, 4, 4])
    await expect(of({ b: 'mean' })).rejects.toThrow(`missing: "mean" is nothing for column 'b', which holds text`)
  })

  test('reads what was written, however it comes in pieces', async () => {
    const cell = fc.oneof(
      fc.constantFrom('a', 'NaN?', '"', 'x,y', 'line\nbreak', ' ', 'é', '日本', '😀'),
      fc.string({ minLength: 1, maxLength: 6 }).map((text) => `t${text.replaceAll('\r', '')}`),
    )
    const rows = fc.array(
      fc.tuple(
        cell,
        fc.double({ noNaN: true }).map((n) => n + 0),
        cell,
      ),
      { minLength: 1, maxLength: 20 },
    )
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const lines = rows.map(([a, n, b]) => [quoted(a), n, quoted(b)].join(','))
        const bytes = new TextEncoder().encode(`a,n,b\r\n${lines.join('\r\n')}\r\n`)
        const pieces = new ReadableStream<Uint8Array>({
          start(controller) {
            for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.subarray(i, i + size))
            controller.close()
          },
        })
        const table = await loadCsv(pieces, { dtypes: { a: 'string', b: 'string' } })
        expect(table.column('a')).toEqual(rows.map(([a]) => a))
        expect(table.column('n')).toEqual(rows.map(([, n]) => n))
        expect(table.column('b')).toEqual(rows.map(([, , b]) => b))
      }),
    )
  })
})

describe('what is wrong is told with its place', () => {
  const many = `a,b\n${Array.from({ length: 3000 }, (_, i) => `${i},x`).join('\n')}\n`
  test.each<[string, string, CsvOptions, string]>([
    [
      'a bad number',
      'a,b\n1,2\n3,four\n',
      { dtypes: 'float32' },
      `people.csv, row 3, column 'b': "four" is not a number`,
    ],
    ['a fraction', 'a\n1.5\n', { dtypes: 'int64' }, `row 2, column 'a': "1.5" is not a whole number, as int64 needs`],
    ['a large number', 'a\n300\n', { dtypes: { a: 'uint8' } }, `"300" is out of the range of uint8, 0 to 255`],
    ['a number past 2^53', 'a\n9007199254740993\n', { dtypes: 'int64' }, 'is beyond 2^53 - 1'],
    ['no boolean', 'a\nyes\n', { dtypes: 'bool' }, `row 2, column 'a': "yes" is not a boolean value`],
    [
      'a short row',
      'a,b\n\n1,2\n3\n',
      {},
      'people.csv, row 4: there is 1 cell, but there are 2 columns; its first is "3"',
    ],
    ['a long row', 'a,b\n1,2,3\n', {}, 'people.csv, row 2: there are 3 cells, but there are 2 columns'],
    ['a late row', `${many}1,2,3\n`, {}, 'people.csv, row 3002: there are 3 cells'],
    [
      'an unknown category',
      'a\nS\nXL\n',
      { categories: { a: ['S', 'M'] } },
      `row 3, column 'a': "XL" is none of the categories S, M`,
    ],
    [
      'a quote not closed',
      'a,b\n1,2\n"3,4\n5,6\n',
      {},
      'people.csv, row 3: a cell that begins with " is not closed before the end',
    ],
    ['a quote in a quoted cell', 'a\n"say "hi""\n', {}, 'people.csv, row 2: in a cell that begins with "'],
    ['an empty file', '', {}, 'people.csv: the file is empty'],
    ['blank lines', '\n\n', {}, 'people.csv: there are no rows'],
  ])('%s', async (_, text, options, message) => {
    await expect(loadCsv(file(text), options)).rejects.toThrow(RuntimeError)
    await expect(loadCsv(file(text), options)).rejects.toThrow(message)
  })

  test.each<[string, CsvOptions, string]>([
    ['a column', { columns: ['b', 'c'] }, "people.csv: there is no column 'c', expected one of a, b"],
    ['a position', { columns: [2] }, 'people.csv: there is no column 2'],
    ['a column with a dtype', { dtypes: { c: 'int64' } }, "there is no column 'c'"],
    ['a column that is left out', { columns: ['a'], missing: { b: 0 } }, "there is no column 'b', expected one of a"],
    ['too few names', { names: ['x'] }, 'people.csv, row 1: there are 2 cells, but names has 1'],
    ['a delimiter', { delimiter: '\n' }, 'delimiter should be a string such as'],
    ['an encoding', { encoding: 'klingon' }, 'encoding should be a label such as utf-8'],
    ['a number of rows', { skipRows: -1 }, 'skipRows should be a whole number >= 0, but got -1'],
  ])('an option that cannot be: %s', async (_, options, message) => {
    await expect(loadCsv(file('a,b\n1,2\n'), options)).rejects.toThrow(ValueError)
    await expect(loadCsv(file('a,b\n1,2\n'), options)).rejects.toThrow(message)
  })

  test('options that do not exist, and no source', async () => {
    // @ts-expect-error
    await expect(loadCsv(file('a\n1\n'), { sep: ';' })).rejects.toThrow("loadCsv(): unknown option 'sep'")
    // @ts-expect-error
    await expect(loadCsv(42)).rejects.toThrow(
      'expected a path, a URL, a Blob, bytes or a stream of bytes, but got number',
    )
  })

  test('another encoding', async () => {
    const latin = Uint8Array.from(`${'é,1\n'.repeat(3)}`, (c) => c.charCodeAt(0))
    const late = new Uint8Array([...new TextEncoder().encode('a,b\n1,2\né,3\n'), 0xe9, 0x2c, 0x34])
    const wide = new Uint8Array(new Uint16Array([...people].map((c) => c.charCodeAt(0))).buffer)
    await expect(loadCsv(file(latin))).rejects.toThrow('people.csv, line 1: the bytes are not utf-8 text')
    await expect(loadCsv(file(late))).rejects.toThrow('people.csv, line 4: the bytes are not utf-8 text')
    await expect(loadCsv(file(late.subarray(0, -2)))).rejects.toThrow('people.csv, line 4: the bytes are not utf-8')
    await expect(loadCsv(file(wide))).rejects.toThrow("look like UTF-16; try { encoding: 'utf-16le' }")
  })

  test('a damaged gzip file', async () => {
    const packed = await gzip(people.repeat(50))
    const message = 'people.csv.gz: the gzip data is damaged or cut short'
    for (const cut of [10, 30, packed.length - 4])
      await expect(loadCsv(file(packed.subarray(0, cut), 'people.csv.gz'))).rejects.toThrow(message)
    const flipped = packed.slice()
    flipped[flipped.length - 6]! ^= 0xff
    await expect(loadCsv(file(flipped, 'people.csv.gz'))).rejects.toThrow(message)
  })

  test('cells of which a tensor is made', async () => {
    const table = await loadCsv(file('a,b,c\n1,x,1.5\n\n,2,300\n'))
    expect(() => table.tensor('a')).toThrow(
      `people.csv, row 4, column 'a': the value is missing; { missing: { 'a': ... } }`,
    )
    expect(() => table.tensor('b')).toThrow(`people.csv, row 2, column 'b': "x" is not a number; for indices`)
    expect(() => table.tensor('c', { dtype: 'int64' })).toThrow(`row 2, column 'c': "1.5" is not a whole number`)
    const filled = await loadCsv(file('a,b\n1,x\n,y\n4,z\n'), { dtypes: { a: 'int64' }, missing: { a: 'mean' } })
    expect(() => filled.tensor('a')).toThrow(`row 3, column 'a': "2.5" is not a whole number, as int64 needs`)
    expect(filled.tensor('a', { dtype: 'float32' }).tolist()).toEqual([1, 2.5, 4])
    expect(() => table.tensor(['a', 'd'])).toThrow("there is no column 'd', expected one of a, b, c")
    expect(() => table.categories('c')).toThrow("column 'c' holds numbers; for categories read it with")
    expect(() => table.tensor(['a'], { oneHot: ['b'] })).toThrow("there is no column 'b', expected one of a")
  })
})

describe('CSVDataset', () => {
  test('iris: features and classes', async () => {
    const names = ['sepal length', 'sepal width', 'petal length', 'petal width', 'species']
    const options = { skipRows: 1, header: false, names, categories: { species: [0, 1, 2] }, target: 'species' }
    const flowers = await CSVDataset.load(iris, options)
    expect([flowers.length, flowers.x.shape, flowers.y.dtype.name]).toEqual([150, [150, 4], 'int64'])
    expect(flowers.features).toEqual(names.slice(0, 4))
    expect(flowers.classes).toEqual(['0', '1', '2'])
    // NumPy's sums
    const sums = flowers.x.to('float64').sum(0).tolist() as number[]
    for (const [i, sum] of [876.5, 458.6, 563.7, 179.9].entries()) expect(sums[i]).toBeCloseTo(sum, 4)
    expect(flowers.y.sum().item()).toBe(150)
  })

  test('titanic: missing values, quoted text and categories', async () => {
    const table = await loadCsv(titanic)
    expect([table.length, table.columns.length]).toEqual([1309, 14])
    expect(table.column('name')[0]).toBe('Allen, Miss. Elisabeth Walton')
    // a text of which the first nine are numbers
    expect(table.column('ticket').slice(8, 10)).toEqual(['11769', 'PC 17609'])
    expect(table.column('age').filter((age) => age === null).length).toBe(263)
    expect(() => table.tensor('age')).toThrow("titanic.csv.gz, row 17, column 'age': the value is missing")

    const data = await CSVDataset.load(titanic, {
      features: ['pclass', 'sex', 'age', 'fare', 'embarked'],
      target: 'survived',
      oneHot: true,
      missing: { age: 'median', fare: 'mean', embarked: 'drop' },
      targetDtype: 'int64',
    })
    expect(data.features).toEqual([
      'pclass',
      'sex=female',
      'sex=male',
      'age',
      'fare',
      'embarked=C',
      'embarked=Q',
      'embarked=S',
    ])
    expect(data.x.shape).toEqual([1307, 8])
    // the csv module of Python and NumPy
    expect(data.x.sum(0).tolist()).toEqual([
      3002,
      464,
      843,
      expect.closeTo(38519.6667, 1),
      expect.closeTo(43423.7109, 1),
      270,
      123,
      914,
    ])
    expect([data.y.sum().item(), data.y.dtype.name]).toEqual([498, 'int64'])
    const [[x, y]] = [...new DataLoader(data, { batchSize: 4 })] as [[Tensor, Tensor]]
    expect([x.shape, y.shape]).toEqual([[4, 8], [4]])
  })

  test('what a sample is follows from the options', async () => {
    const text = 'x,label\n1,cat\n2,dog\n3,cat\n'
    const classified = await CSVDataset.load(file(text), { target: 'label' })
    expectTypeOf(classified.getItem(0)).toEqualTypeOf<[Tensor, Tensor]>()
    expect(classified.getItem(1).map((x) => x.tolist())).toEqual([[2], 1])
    expect(classified.classes).toEqual(['cat', 'dog'])
    const bare = await CSVDataset.load(file(text), { features: ['x'], dtype: 'float64' })
    expectTypeOf(bare.getItem(0)).toEqualTypeOf<[Tensor]>()
    expect([bare.getItem(1).length, bare.y, bare.x.dtype.name]).toEqual([1, null, 'float64'])
    const hot = await CSVDataset.load(file(text), { target: 'label', oneHot: ['x'] })
    expect([hot.features, hot.x.shape]).toEqual([
      ['x=1', 'x=2', 'x=3'],
      [3, 3],
    ])
    const several = await CSVDataset.load(file('a,b,c\n1,2,3\n'), { target: ['b', 'c'] })
    expect(several.getItem(0).map((x) => x.tolist())).toEqual([[1], [2, 3]])
    await expect(CSVDataset.load(file(text), { target: 'lable' })).rejects.toThrow("there is no column 'lable'")
    // @ts-expect-error
    await expect(CSVDataset.load(file(text), { columns: ['x'] })).rejects.toThrow("unknown option 'columns'")
  })
})
