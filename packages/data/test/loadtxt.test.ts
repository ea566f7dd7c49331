import { RuntimeError, ValueError } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { type LoadtxtOptions, loadtxt } from '../src/index.js'

const file = (text: string) => new File([text], 'numbers.txt')

// values of numpy.loadtxt
describe('loadtxt', () => {
  test('reads the data set of the course', async () => {
    const diabetes = new URL('../../../examples/data/diabetes/diabetes.csv.gz', import.meta.url)
    const xy = await loadtxt(diabetes, { delimiter: ',', dtype: 'float32' })
    expect([xy.shape, xy.dtype.name]).toEqual([[759, 9], 'float32'])
    const first = [-0.294118, 0.487437, 0.180328, -0.292929, 0, 0.00149031, -0.53117, -0.0333333, 0]
    expect(xy.at(0).tolist()).toEqual(first.map(Math.fround))
    expect(xy.to('float64').sum().item()).toBeCloseTo(-898.6765422, 6)
  })

  test.each<[string, string, LoadtxtOptions, unknown]>([
    [
      'spaces, tabs, comments and blank lines',
      '# a\n1 2 # c\n\n3\t4\n',
      {},
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['one column', '1\n2', {}, [1, 2]],
    ['one row', '1 2', {}, [1, 2]],
    ['one number', '5\n', {}, 5],
    ['two dimensions of one row', '1 2', { ndmin: 2 }, [[1, 2]]],
    ['two dimensions of one column', '1\n2', { ndmin: 2 }, [[1], [2]]],
    ['one dimension of one number', '5', { ndmin: 1 }, [5]],
    [
      'columns',
      '1 2 3\n4 5 6',
      { usecols: [-1, 0], unpack: true },
      [
        [3, 6],
        [1, 4],
      ],
    ],
    ['one column of many', '1 2 3\n4 5 6', { usecols: 1 }, [2, 5]],
    ['spaces around numbers', '1, 2 ,3\n', { delimiter: ',' }, [1, 2, 3]],
    ['some lines', '1 2\n\n3 4\n5 6\n', { skiprows: 1, maxRows: 1 }, [3, 4]],
    [
      'other comments',
      '1;2 % x\n! y\n3;4',
      { delimiter: ';', comments: ['%', '!'] },
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['words', 'nan,-inf,1e3', { delimiter: ',' }, [Number.NaN, -Infinity, 1000]],
  ])('reads %s', async (_, text, options, values) => {
    const x = await loadtxt(file(text), options)
    expect(x.tolist()).toEqual(values)
    expect(x.dtype.name).toBe('float64')
  })

  test('takes a dtype by position', async () => {
    expect((await loadtxt(file('1,2'), 'int64', { delimiter: ',' })).dtype.name).toBe('int64')
  })

  test.each<[string, string, LoadtxtOptions, string]>([
    [
      'a bad number',
      '# n\n1,2\n3,x',
      { delimiter: ',', dtype: 'float32' },
      'could not convert string "x" to float32 at row 3, column 2',
    ],
    ['no number', '1,,2', { delimiter: ',' }, 'could not convert string "" to float64 at row 1, column 2'],
    [
      'a fraction',
      '1.5',
      { dtype: 'int64' },
      'could not convert string "1.5" to int64 at row 1, column 1: it is not a whole number',
    ],
    ['rows of another length', '1 2\n3', {}, 'the number of columns changed from 2 to 1 at row 2; use usecols'],
    ['an empty file', '', {}, 'the file is empty'],
    ['only comments', '# nothing\n', {}, 'the file contains no data'],
  ])('refuses %s', async (_, text, options, message) => {
    await expect(loadtxt(file(text), options)).rejects.toThrow(RuntimeError)
    await expect(loadtxt(file(text), options)).rejects.toThrow(`numbers.txt: ${message}`)
  })

  test('refuses a column that is not there', async () => {
    await expect(loadtxt(file('1 2'), { usecols: 5 })).rejects.toThrow(ValueError)
    await expect(loadtxt(file('1 2'), { usecols: 5 })).rejects.toThrow('invalid column index 5 at row 1 with 2 columns')
  })
})
