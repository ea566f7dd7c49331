import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CartesianChart } from '../src/page/plot/chart/cartesian/cartesian.js'
import type { Chart } from '../src/page/plot/chart/chart.js'
import { HistogramsChart } from '../src/page/plot/chart/histograms/histograms.js'
import { NetworkChart } from '../src/page/plot/chart/network/network.js'
import { PieChart } from '../src/page/plot/chart/pie.js'
import { SpaceChart } from '../src/page/plot/chart/space/space.js'
import { SunburstChart } from '../src/page/plot/chart/sunburst.js'
import { EVERYTHING } from '../src/page/plot/data/touched.js'
import { SvgPainter } from '../src/page/plot/draw/svg.js'
import { kindOfContent } from '../src/page/plot/pane/plot-pane.js'
import type { NetworkContent, PlotContent } from '../src/protocol/types.js'
import { hostOf, light, Recorder } from './plot-recorder.js'

const numRuns = import.meta.env.TSORCH_TEST === 'full' ? 1500 : 200

const charts = {
  cartesian: CartesianChart,
  pie: PieChart,
  sunburst: SunburstChart,
  space: SpaceChart,
  histograms: HistogramsChart,
  network: NetworkChart,
}

const cell = fc.oneof(
  fc.double({ noNaN: false }),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(null, 'NaN', 'Infinity', '-Infinity', '2024-01-01', 'cat', '', true, 1e308, -1e308, 5e-324),
)
const column = fc.array(cell, { maxLength: 12 })
const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), column, fc.array(column, { maxLength: 5 }))
const color = fc.oneof(
  fc.constantFrom('#ff0000', 'rgb(1,2,3)', 'nonsense', null),
  column,
  fc.array(fc.constantFrom('#00ff00', 'x')),
)
const fields = {
  x: anything,
  y: fc.oneof({ weight: 4, arbitrary: column }, { weight: 1, arbitrary: anything }),
  z: fc.oneof(fc.array(column, { maxLength: 5 }), anything),
  t: anything,
  epoch: anything,
  name: fc.oneof(fc.string(), fc.constantFrom('0_loss', '1_loss', 'train loss'), anything),
  mode: fc.constantFrom('lines', 'markers', 'lines+markers+text', 'none', 5),
  text: anything,
  fill: fc.constantFrom('tonexty', 'tozeroy', 'toself', 'none', {}),
  marker: fc.oneof(
    fc.record(
      {
        size: anything,
        color,
        symbol: fc.oneof(fc.constantFrom('dot', 'x', 105, 'cross-thin-open'), anything),
        line: anything,
      },
      { requiredKeys: [] },
    ),
    anything,
  ),
  line: fc.oneof(
    fc.record(
      {
        color,
        width: anything,
        dash: fc.oneof(fc.constantFrom('dash', '3px,2px'), anything),
        shape: fc.constantFrom('hv', 'vh', 'spline'),
      },
      { requiredKeys: [] },
    ),
    anything,
  ),
  colorscale: fc.oneof(fc.constantFrom('Hot', 'Viridis'), anything),
  contours: anything,
  zmin: anything,
  zmax: anything,
  width: anything,
  opacity: anything,
  yaxis: fc.constantFrom('y', 'y2'),
  steps: column,
  edges: fc.array(column, { maxLength: 4 }),
  counts: fc.array(column, { maxLength: 4 }),
  labels: anything,
  values: anything,
  parents: anything,
  i: column,
  j: column,
  k: column,
  visible: fc.constantFrom(true, false, 'legendonly'),
}
const types = [
  'scatter',
  'scattergl',
  'bar',
  'box',
  'heatmap',
  'contour',
  'histogram',
  'surface',
  'scatter3d',
  'mesh3d',
  'pie',
  'sunburst',
  'histograms',
]
const trace = (type: string) => fc.record({ type: fc.constant(type), ...fields }, { requiredKeys: ['type'] })
const axis = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom('log', 'linear', 'date', 'category', 5),
      range: anything,
      tickvals: anything,
      ticktext: anything,
      dtick: anything,
      title: anything,
      autorange: fc.constantFrom('reversed', true),
    },
    { requiredKeys: [] },
  ),
  anything,
)
const layout = fc.record(
  {
    title: anything,
    xaxis: axis,
    yaxis: axis,
    yaxis2: axis,
    scene: fc.record({ xaxis: axis, zaxis: axis }),
    showlegend: anything,
    margin: anything,
    barmode: fc.constantFrom('stack', 'group', 'overlay'),
    shapes: anything,
    annotations: anything,
  },
  { requiredKeys: [] },
)

function draw(content: PlotContent | NetworkContent, options: Parameters<typeof hostOf>[0]): void {
  const kind = kindOfContent(content)
  if (kind === 'plotly') return
  const chart: Chart = new charts[kind](hostOf(options))
  chart.update(content, EVERYTHING)
  const recorder = new Recorder(300, 200)
  chart.draw(recorder, light)
  for (const [x, y] of [
    [150, 100],
    [60, 120],
    [0, 0],
  ] as const)
    chart.hover?.(x, y)
  chart.zoom?.(150, 100, -1)
  chart.drag?.(100, 100, { shift: false, button: 0 })?.end(200, 150)
  const svg = new SvgPainter(300, 200, () => 'data:,')
  chart.draw(svg, light)
  expect(svg.toString()).not.toMatch(/="[^"]*NaN|="[^"]*Infinity/)
  expect(typeof chart.csv()).toBe('string')
  chart.abilities()
}

const options = fc.record({
  smoothing: fc.constantFrom(0, 0.9),
  logX: fc.constantFrom(undefined, true),
  logY: fc.constantFrom(undefined, true, false),
  xAxis: fc.constantFrom('step' as const, 'time' as const, 'epoch' as const),
})

for (const type of types) {
  test(`whatever stands in traces of type ${type}, they are drawn or left out`, () => {
    fc.assert(
      fc.property(fc.array(trace(type), { minLength: 1, maxLength: 3 }), layout, options, (data, given, chosen) => {
        draw({ data, layout: given } as unknown as PlotContent, chosen)
      }),
      { numRuns: numRuns / 5 },
    )
  })
}

test('whatever stands in a network, it is drawn', () => {
  const key = fc.integer({ min: 0, max: 6 })
  const node = fc.record(
    {
      name: key,
      label: anything,
      club: anything,
      path: fc.constantFrom('', 'a', 'a.b'),
      kind: fc.constantFrom('Net', 'Linear'),
      parameters: fc.nat(),
      outputShapes: fc.array(fc.array(fc.nat())),
    },
    { requiredKeys: ['name'] },
  )
  const edge = fc.record({ source: key, target: key, label: anything }, { requiredKeys: ['source', 'target'] })
  fc.assert(
    fc.property(
      fc.array(node, { maxLength: 8 }),
      fc.array(edge, { maxLength: 12 }),
      fc.boolean(),
      (nodes, edges, directed) => {
        draw({ nodes, edges } as unknown as NetworkContent, { network: { directed, showEdgeLabels: true } })
      },
    ),
    { numRuns },
  )
})
