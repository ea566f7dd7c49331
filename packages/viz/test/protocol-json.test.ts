/** JSON with NaN, and patches. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pageCopy, pageJson, parseJson, pythonJson } from '../src/protocol/json.js'
import { applyPatch, escapeKey, parsePointer } from '../src/protocol/patch.js'
import type { PatchOp } from '../src/protocol/types.js'

/** Any JSON, with numbers that are not finite, names that objects have anyway, and texts that look like words. */
const cell = fc.oneof(
  fc.double().map((value) => value + 0),
  fc.string(),
  fc.constantFrom<unknown>(null, true, false, 'NaN', 'x: NaN, "', '\\"Infinity', '\\', '-Infinity', Number.NaN),
)
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'NaN', 'a/b', 'c~d'))
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    cell,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

/** Text in which NaN and infinities are written out. */
const spell = (value: unknown) =>
  JSON.stringify(value, (_, item) => (typeof item === 'number' && !Number.isFinite(item) ? `${item}` : item))

describe('Python JSON', () => {
  test('has bare words where numbers may be', () => {
    expect(parseJson('[NaN, Infinity,-Infinity , 1e999]')).toEqual([Number.NaN, Infinity, -Infinity, Infinity])
    expect(parseJson('{"NaN": NaN, "a\\\\": "NaN", "b\\"": "Infinity NaN \\" -Infinity", "c": {"d": NaN}}')).toEqual({
      NaN: Number.NaN,
      'a\\': 'NaN',
      'b"': 'Infinity NaN " -Infinity',
      c: { d: Number.NaN },
    })
    expect(parseJson('NaN')).toBeNaN()
    expect(parseJson(' -Infinity ')).toBe(-Infinity)
    expect(pythonJson([Number.NaN, { y: [1, Infinity, -Infinity] }])).toBe('[NaN,{"y":[1,Infinity,-Infinity]}]')
  })

  test.each([
    '{NaN: 1}',
    '{Infinity: 1}',
    '[1NaN]',
    '[NaN5]',
    '[1Infinity]',
    '[Infinity1]',
    '[-NaN]',
    '[+Infinity]',
    '[--Infinity]',
    '[nan]',
    '[NaN NaN]',
    '["a" NaN]',
    '[NaN',
    'NaN"',
    '"NaN',
    '',
  ])('%s is none', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = pythonJson(value)
        expect(pythonJson(parseJson(text))).toBe(text)
        expect(spell(parseJson(text))).toBe(spell(value))
      }),
    )
  })

  test('reads a long text, with quotes and backslashes, in linear time', () => {
    const text = JSON.stringify(['\\'.repeat(200_000), '"'.repeat(200_000), `${'a"\\'.repeat(100_000)}NaN`])
    expect(parseJson(`[${text}, NaN]`)).toEqual([JSON.parse(text), Number.NaN])
  })
})

describe('JSON for pages', () => {
  test('is strict, with strings for what is not finite', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.stringify(JSON.parse(pageJson(value)))).toBe(spell(value))
        expect(JSON.stringify(pageCopy(value))).toBe(spell(value))
      }),
    )
  })

  test('a copy shares nothing', () => {
    const value = { a: [[1], { b: [2] }] }
    const copy = pageCopy(value)
    ;(copy.a[0] as number[]).push(3)
    expect(value).toEqual({ a: [[1], { b: [2] }] })
  })
})

describe('patch', () => {
  const apply = (target: object, ...ops: PatchOp[]) => {
    applyPatch(target, ops)
    return target
  }

  test('adds, replaces, removes and lengthens', () => {
    expect(apply({ a: [1, 3] }, { op: 'add', path: '/a/1', value: 2 })).toEqual({ a: [1, 2, 3] })
    expect(apply({ a: [1] }, { op: 'add', path: '/a/-', value: 2 })).toEqual({ a: [1, 2] })
    expect(apply({ a: [1] }, { op: 'replace', path: '/a/0', value: 2 })).toEqual({ a: [2] })
    expect(apply({ a: [1, 2] }, { op: 'remove', path: '/a/0' })).toEqual({ a: [2] })
    expect(apply({ a: 1 }, { op: 'remove', path: '/a' })).toEqual({})
    expect(apply({ 'a/b': { 'c~1': 1 } }, { op: 'replace', path: '/a~1b/c~01', value: 2 })).toEqual({
      'a/b': { 'c~1': 2 },
    })
    expect(apply({ a: 'x', b: ['y'] }, { op: 'append', path: '/a', value: 'y' })).toEqual({ a: 'xy', b: ['y'] })
    expect(apply({ b: ['y'] }, { op: 'append', path: '/b/0', value: 'z' })).toEqual({ b: ['yz'] })
    expect(apply({ b: [1] }, { op: 'append', path: '/b', value: [2, [3]] })).toEqual({ b: [1, 2, [3]] })
  })

  test.each<[string, PatchOp]>([
    ['a path without a slash', { op: 'add', path: 'a', value: 1 }],
    ['the whole', { op: 'replace', path: '', value: 1 }],
    ['an index behind the end', { op: 'add', path: '/list/3', value: 1 }],
    ['an index with a zero before it', { op: 'replace', path: '/list/01', value: 1 }],
    ['no index', { op: 'add', path: '/list/length', value: 1 }],
    ['a negative index', { op: 'remove', path: '/list/-1' }],
    ['a field that is missing', { op: 'replace', path: '/other', value: 1 }],
    ['a field that each object has', { op: 'replace', path: '/toString', value: 1 }],
    ['fields of what each object has', { op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    ['fields of the prototype', { op: 'add', path: '/__proto__/polluted', value: 1 }],
    ['a field of a number', { op: 'add', path: '/list/0/a', value: 1 }],
    ['a number that is no text', { op: 'append', path: '/list/0', value: 'a' }],
    ['a number that is no list', { op: 'append', path: '/list/0', value: [1] }],
    ['text for a list', { op: 'append', path: '/list', value: 'a' }],
  ])('refuses %s', (_, op) => {
    const target = { list: [1, 2] }
    expect(() => applyPatch(target, [op])).toThrow(RangeError)
    expect(target).toEqual({ list: [1, 2] })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('takes __proto__ for a name like any other', () => {
    const target = apply({}, { op: 'add', path: '/__proto__', value: { a: 1 } })
    expect(Object.keys(target)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    applyPatch(target, [{ op: 'replace', path: '/__proto__/a', value: 2 }])
    expect(JSON.stringify(target)).toBe('{"__proto__":{"a":2}}')
  })

  test('keys go into a path and come back', () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        expect(parsePointer(keys.map((one) => `/${escapeKey(one)}`).join(''))).toEqual(keys)
      }),
    )
  })
})
