/** Random calls of a hub: mostly good ones, about few windows, so that they meet. */
import fc from 'fast-check'
import type { JsonObject, PageCommand } from '../src/protocol/types.js'

const cell = fc.constantFrom<unknown>(0, 1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, null, 'a')
const column = fc.array(cell, { maxLength: 4 })
const name = fc.constantFrom('a', 'b', '1', '__proto__')
const win = fc.constantFrom('v', 'w', 'x', 'y', '__proto__')
const eid = fc.constantFrom('main', 'main', 'main', 'run/1', 'run_1', '__proto__', 'a', 'b')

/** Any value, JSON or not, with names that mean something to a hub. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withMap: true }),
  fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      cell,
      fc.constantFrom(
        'main',
        'scatter',
        'text',
        'embeddings',
        'heatmap',
        'image_history',
        '{"a": NaN}',
        'EntitySelected',
      ),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ...[
            'data',
            'win',
            'eid',
            'sid',
            'opts',
            'layout',
            'append',
            'name',
            'delete',
            'type',
            'content',
            'x',
            'y',
            'z',
          ],
          ...[
            'marker',
            'legend',
            'title',
            'cmd',
            'prev_eid',
            'reload',
            'toString',
            'valueOf',
            'constructor',
            'update_type',
          ],
        ),
        tie('json'),
        { maxKeys: 5 },
      ),
    ),
  })).json,
)

/** A value in the place of a good one, now and then. */
const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: good as fc.Arbitrary<unknown>, weight: 30 }, { arbitrary: anything, weight: 1 })

const points = fc.record(
  {
    type: fc.constantFrom('scatter', 'scatter', 'scattergl', 'custom', 'bar'),
    name,
    x: mostly(column),
    y: mostly(column),
    t: column,
    epoch: column,
    mode: fc.constant('lines'),
    marker: fc.record({ color: fc.oneof(fc.constantFrom('red', 'blue'), fc.array(fc.constantFrom('red', 'blue'))) }),
  },
  { requiredKeys: ['type', 'x', 'y'] },
)
const heatmap = fc.record({
  type: fc.constant('heatmap'),
  z: mostly(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 2 })),
  x: fc.constantFrom(null, ['a', 'b']),
  y: fc.constantFrom<unknown>(null, ['c'], ['d', 'e']),
  zmin: fc.constantFrom(null, 0, 1),
})
const histograms = fc.tuple(fc.array(fc.nat(9), { maxLength: 3 }), mostly(column)).map(([steps, t]) => ({
  type: 'histograms',
  name: 'a',
  t,
  steps,
  edges: steps.map((step) => [0, step + 1]),
  counts: steps.map((step) => [step]),
}))
const embedding = fc.array(fc.record({ idx: fc.nat(9) }), { maxLength: 3 })
const item = fc.oneof(
  fc.record({ type: fc.constant('text'), content: mostly(fc.string({ maxLength: 30 })) }),
  fc.record({ type: fc.constant('image_history'), content: mostly(fc.record({ src: fc.string() })) }),
  fc.record({ type: fc.constant('image_update_selected'), selected: fc.integer({ min: -2, max: 5 }) }),
  fc.record({
    type: fc.constant('properties'),
    content: mostly(fc.constant([{ type: 'text', name: 'n', value: 'v' }])),
  }),
  fc.record({ type: fc.constant('embeddings'), content: mostly(fc.record({ data: embedding })) }),
)
const region = fc.record({
  update_type: fc.constantFrom('EntitySelected', 'RegionSelected'),
  selected: fc.nat(3),
  points: embedding,
})
const data = fc.oneof(
  { arbitrary: fc.array(points, { minLength: 1, maxLength: 3 }), weight: 4 },
  { arbitrary: fc.tuple(points), weight: 4 },
  { arbitrary: fc.tuple(heatmap), weight: 2 },
  fc.tuple(histograms),
  { arbitrary: fc.tuple(item), weight: 3 },
)
const layout = mostly(
  fc.constantFrom<unknown>({}, { title: 'a' }, { xaxis: { title: 'x' }, 'a/b~': 1 }, { xaxis: null }),
)
const opts = mostly(
  fc.record(
    {
      title: fc.constantFrom('loss', 'acc', null, 5),
      width: fc.constantFrom(null, 100, 'wide'),
      markers: fc.boolean(),
      legend: fc.constantFrom(['p'], ['p', 'q', 'r', 's', 't']),
    },
    { requiredKeys: [] },
  ),
)

const events = fc.record({ win: mostly(win), eid, data: mostly(data), layout, opts }, { requiredKeys: ['data'] })
const update = fc.record(
  {
    win,
    eid,
    data: mostly(fc.oneof(data as fc.Arbitrary<unknown>, region)),
    name: mostly(name),
    append: fc.boolean(),
    delete: fc.constantFrom(true, false, false, false),
    updateDir: fc.constantFrom('replace', 'appendRow', 'appendColumn', 'prependRow', 'prependColumn'),
    layout,
    opts,
  },
  { requiredKeys: ['win'] },
)
const about = (endpoint: string, body: fc.Arbitrary<unknown>) => fc.tuple(fc.constant(endpoint), body)
const calls = fc.oneof(
  { arbitrary: about('events', events), weight: 8 },
  { arbitrary: about('update', update), weight: 24 },
  about('close', fc.record({ win: mostly(fc.option(win)), eid })),
  about('win_data', fc.record({ win, eid })),
  about('win_data', fc.record({ win, eid, data: mostly(fc.constant('{"type": "plot", "content": {"data": []}}')) })),
  about(
    'win_data',
    fc.record({ win: fc.constant(null), eid, data: fc.constant('{"v": {"type": "text", "content": "a"}}') }),
  ),
  about('env/a', fc.record({ eid: mostly(eid) })),
  about('fork_env', fc.record({ prev_eid: mostly(eid), eid: mostly(eid.filter((one) => one !== 'main')) })),
  about('delete_env', fc.record({ eid: mostly(eid.filter((one) => one !== 'main')) })),
  about('save', fc.record({ data: mostly(fc.array(eid)) })),
  about('pop_embeddings_pane', fc.record({ win, eid })),
)

/** An endpoint and a body. */
export const call: fc.Arbitrary<[string, JsonObject]> = calls as unknown as fc.Arbitrary<[string, JsonObject]>

/** What a page may send. */
export const command: fc.Arbitrary<PageCommand> = fc.oneof(
  fc.record({ cmd: fc.constant('close'), data: win, eid }),
  fc.record({ cmd: fc.constant('save'), data: fc.constant({ w: { x: 1 } }), prev_eid: eid, eid }),
  fc.record({ cmd: fc.constant('save_layouts'), data: mostly(fc.string()) }),
  fc.record({ cmd: fc.constant('layout_item_update'), eid, win, data: mostly(fc.constant({ x: 1 })) }),
  fc.record({ cmd: fc.constant('delete_env'), eid: eid.filter((one) => one !== 'main') }),
) as unknown as fc.Arbitrary<PageCommand>
