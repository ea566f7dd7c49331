import { expect, test } from 'vitest'
import type { Chart } from '../src/page/plot/chart/chart.js'
import { HistogramsChart } from '../src/page/plot/chart/histograms/histograms.js'
import { NetworkChart } from '../src/page/plot/chart/network/network.js'
import { PieChart } from '../src/page/plot/chart/pie.js'
import { SpaceChart } from '../src/page/plot/chart/space/space.js'
import { partsOf, SunburstChart } from '../src/page/plot/chart/sunburst.js'
import { withLists } from '../src/page/plot/data/packed.js'
import { EVERYTHING } from '../src/page/plot/data/touched.js'
import { SvgPainter } from '../src/page/plot/draw/svg.js'
import { kindOfContent } from '../src/page/plot/pane/plot-pane.js'
import type { PlotOptions } from '../src/page/plot/types.js'
import type { JsonObject, PlotContent, Trace } from '../src/protocol/types.js'
import { cartesian, grown, line, own, textsOf } from './plot-cartesian.js'
import { hostOf, light, Recorder } from './plot-recorder.js'

test('bars beside each other, stacked, below zero', () => {
  const bars = (
    layout: JsonObject,
    second: readonly number[],
  ): { x: number; y: number; width: number; height: number }[] => {
    const data = [
      { type: 'bar', name: 'a', x: ['p', 'q'], y: [1, 2], marker: { color: '#ff0000' } },
      { type: 'bar', name: 'b', x: ['p', 'q'], y: second, marker: { color: '#ff0000' } },
    ]
    return cartesian(data, { showlegend: false, ...layout })
      .draw()
      .rects.filter(({ fill }) => fill === 'rgba(255,0,0,0.92)')
      .map(({ rect }) => rect)
  }
  const [a, , b] = bars({}, [3, -1])
  expect(a!.x + a!.width).toBeCloseTo(b!.x)
  expect(b!.height).toBeCloseTo(3 * a!.height)
  const [c, , d] = bars({ barmode: 'stack' }, [3, 1])
  expect(c!.x).toBeCloseTo(d!.x)
  expect(d!.y + d!.height).toBeCloseTo(c!.y)
})

test('a histogram of raw values counts them', () => {
  const { chart, draw } = cartesian([{ type: 'histogram', x: [0.1, 0.2, 0.3, 5.5], nbinsx: 6 }])
  draw()
  expect(chart.hover(60, 200)?.rows[0]?.value).toBe('3')
})

test('a map of colours: rows from below, the names of both, NaN hatched', () => {
  const z = [
    [0, 1],
    [2, 'NaN'],
  ]
  const { chart, draw } = cartesian([
    {
      type: 'heatmap',
      z,
      x: ['a', 'b'],
      y: ['u', 'v'],
      colorscale: [
        [0, '#000000'],
        [1, '#ffffff'],
      ],
    } as unknown as Trace,
  ])
  const recorder = draw()
  const { pixels } = recorder.images[0]!
  // the first row of the image is the last of the values
  expect([...pixels.data.filter((_, i) => i % 4 === 0)]).toEqual([255, 0, 0, 128])
  expect([...pixels.data.filter((_, i) => i % 4 === 3)]).toEqual([255, 0, 255, 255])
  expect(textsOf(recorder)).toEqual(expect.arrayContaining(['a', 'b', 'u', 'v']))
  expect(chart.hover(100, 350)).toMatchObject({ title: 'a, u', rows: [{ value: '0' }] })
  expect(chart.csv()).toBe('trace,x,y,z\n1,a,u,0\n1,b,u,1\n1,a,v,2\n1,b,v,NaN\n')
})

test('tables hold all points and all columns', () => {
  const { chart } = cartesian([line([1, 'NaN'], { name: 'a', t: [5, 6] }), { y: [7] }])
  expect(chart.csv()).toBe('trace,x,y,t\na,0,1,5\na,1,NaN,6\n2,0,7,\n')
})

test('nothing, one point, and equal values have axes', () => {
  expect(textsOf(cartesian([line([])]).draw())).toContain('no data yet')
  expect(textsOf(cartesian([line([5])]).draw())).toContain('5.0')
  expect(cartesian([line(['NaN', 'NaN'])]).draw().lines.length).toBeGreaterThan(0)
  expect(cartesian([line([0, -1])], {}, { logY: true }).draw().lines.length).toBeGreaterThan(0)
  expect(cartesian([]).draw().lines.length).toBeGreaterThan(0)
})

const others: readonly (readonly [string, Chart, unknown, readonly string[]])[] = [
  [
    'a pie',
    new PieChart(hostOf()),
    { data: [{ type: 'pie', values: [1, 3, -2, 'NaN'], labels: ['a', 'b', 'c', 'd'] }], layout: { title: 'shares' } },
    ['shares', '25%', '75%', 'a'],
  ],
  [
    'a surface',
    new SpaceChart(hostOf()),
    {
      data: [
        {
          type: 'surface',
          z: [
            [0, 1],
            [2, 3],
          ],
        },
      ],
      layout: { scene: { zaxis: { title: 'h' } } },
    },
    ['x', 'y', 'h', '0', '3.0'],
  ],
  [
    'points in space',
    new SpaceChart(hostOf()),
    {
      data: [{ type: 'scatter3d', mode: 'markers+text', x: [0, 1], y: [0, 1], z: [0, 1], text: ['p', null] }],
      layout: {},
    },
    ['z', 'p'],
  ],
  [
    'a mesh',
    new SpaceChart(hostOf()),
    {
      data: [
        { type: 'mesh3d', x: [0, 1, 0, 0], y: [0, 0, 1, 0], z: [0, 0, 0, 1], i: [0, 0, 9], j: [1, 2, 1], k: [2, 3, 2] },
      ],
      layout: {},
    },
    ['x', 'y', 'z', '1.0'],
  ],
  [
    'a sunburst',
    new SunburstChart(hostOf()),
    {
      data: [{ type: 'sunburst', labels: ['all', 'one', 'two'], parents: ['', 'all', 'all'], values: [0, 3, 1] }],
      layout: {},
    },
    ['all', 'one', 'two'],
  ],
  [
    'histograms over time',
    new HistogramsChart(hostOf()),
    {
      data: [
        {
          type: 'histograms',
          name: 'w',
          steps: [0, 10],
          edges: [
            [0, 1, 2],
            [0, 1, 2],
          ],
          counts: [
            [1, 3],
            [2, 2],
          ],
        },
      ],
      layout: {},
    },
    ['w', 'step', '0', '10'],
  ],
  [
    'a model',
    new NetworkChart(hostOf()),
    {
      nodes: [
        { name: 0, path: '', kind: 'Net', parameters: 1200 },
        { name: 1, path: 'fc', kind: 'Linear', parameters: 1200, outputShapes: [[1, 10]] },
      ],
      edges: [{ source: 0, target: 1 }],
    },
    ['Net', 'fc', 'Linear', '1×10', '1.2k'],
  ],
  [
    'a network',
    new NetworkChart(hostOf()),
    {
      nodes: [
        { name: 0, label: 'a' },
        { name: 1, label: 'b' },
      ],
      edges: [{ source: 0, target: 1 }],
    },
    ['a', 'b'],
  ],
]

for (const [name, chart, content, expected] of others) {
  test(`${name}: what stands in it, also as SVG`, () => {
    chart.update(content as PlotContent, EVERYTHING)
    const recorder = new Recorder()
    chart.draw(recorder, light)
    expect(textsOf(recorder)).toEqual(expect.arrayContaining([...expected]))
    const svg = new SvgPainter(600, 400, () => 'data:image/png;base64,')
    chart.draw(svg, light)
    const text = svg.toString()
    expect(text).toMatch(/^<svg [^>]*viewBox="0 0 600 400"[\s\S]*<\/svg>\n$/)
    for (const part of expected) expect(text).toContain(`>${part}</text>`)
    expect(text).not.toMatch(/NaN|undefined/)
    expect(chart.csv().split('\n').length).toBeGreaterThan(2)
  })
}

test('a model opens and closes at its boxes', () => {
  const chart: Chart = new NetworkChart(hostOf())
  const nodes = ['', 'a', 'a.b'].map((path, name) => ({ name, path, kind: `K${name}` }))
  chart.update(
    {
      nodes,
      edges: [
        { source: 0, target: 1 },
        { source: 1, target: 2 },
      ],
    },
    EVERYTHING,
  )
  const draw = (): string[] => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return textsOf(recorder)
  }
  expect(draw()).toContain('b')
  chart.regions[1]!.press()
  expect(draw()).not.toContain('b')
  chart.regions[1]!.press()
  expect(draw()).toContain('b')
})

test('histograms that come are added, and a press shows one trace alone', () => {
  const trace = (name: string) => ({ type: 'histograms', name, steps: [0], edges: [[0, 1]], counts: [[5]] })
  const content = { data: [trace('u'), trace('v')], layout: {} }
  const chart = new HistogramsChart(hostOf())
  chart.update(content, EVERYTHING)
  content.data[0]!.steps.push(1)
  content.data[0]!.edges.push([0, 2])
  content.data[0]!.counts.push([7])
  chart.update(content, grown(0))
  expect(chart.csv()).toBe('trace,step,from,to,count\nu,0,0,1,5\nu,1,0,2,7\nv,0,0,1,5\n')
  chart.draw(new Recorder(), light)
  chart.regions[1]!.press()
  const alone = new Recorder()
  chart.draw(alone, light)
  expect(textsOf(alone)).toContain('v')
  expect(textsOf(alone)).not.toContain('u')
})

test('text of windows is only text in SVG', () => {
  const svg = new SvgPainter(600, 400, () => '')
  const { chart } = cartesian([line([1, 2], { name: '<script>"&' })], {
    title: '<img onerror=x>\u0000',
    showlegend: true,
  })
  chart.draw(svg, light)
  expect(svg.toString()).not.toMatch(/<script|<img|\p{Cc}(?<!\n)/u)
  expect(svg.toString()).toContain('&lt;script&gt;&quot;&amp;')
})

test('kinds: ours, and what is left to Plotly', () => {
  const kind = (...types: readonly (string | undefined)[]): string =>
    kindOfContent({ data: types.map((type) => ({ ...(type === undefined ? {} : { type }), y: [1] })), layout: {} })
  expect(kind('scatter', undefined, 'scattergl', 'bar')).toBe('cartesian')
  expect(kind('surface', 'scatter3d')).toBe('space')
  expect(kind('histograms')).toBe('histograms')
  expect(kind('pie')).toBe('pie')
  expect(kind('sunburst')).toBe('sunburst')
  expect(kind('violin')).toBe('plotly')
  // a mesh without triangles
  expect(kind('mesh3d')).toBe('plotly')
  expect(kind('scatter', 'pie')).toBe('plotly')
  expect(kindOfContent({ nodes: [], edges: [] })).toBe('network')
})

test('lines and texts that a layout puts into the plot', () => {
  const layout = {
    shapes: [{ type: 'line', x0: 1, x1: 1, yref: 'paper', y0: 0, y1: 1, line: { color: '#00aa00', dash: 'dash' } }],
    annotations: [{ x: 1, y: 2, text: 'best', showarrow: false }],
  }
  const recorder = cartesian([line([1, 2, 3])], layout).draw()
  const [x0, y0, x1, y1] = own(recorder, '#00aa00')[0]!.points as [number, number, number, number]
  const middle = own(recorder)[0]!.points
  expect([x0, x1]).toEqual([middle[2], middle[2]])
  expect(y0 - y1).toBeGreaterThan(200)
  expect(recorder.texts.find(({ text }) => text === 'best')).toMatchObject({ x: middle[2], y: middle[3] })
})

test('another axis drops the part that was chosen of the old one, and only that', () => {
  const y = Array.from({ length: 50 }, (_, i) => i + 1)
  const { chart, host, draw } = cartesian([line(y, { epoch: y.map((i) => i / 10) })])
  draw()
  chart.drag(200, 100, { shift: false, button: 0 })?.end(300, 200)
  const set = (changes: Partial<PlotOptions>): void => {
    Object.assign(host, { options: { ...host.options, ...changes } })
    chart.changed()
  }
  set({ smoothing: 0.5 })
  expect(chart.isZoomed).toBe(true)
  set({ xAxis: 'epoch' })
  expect(chart.isZoomed).toBe(true)
  expect(textsOf(draw())).toContain('5.0')
  set({ logY: true })
  expect(chart.isZoomed).toBe(false)
})

test('columns that are packed as bytes', () => {
  const bytes = (values: Float64Array | Int8Array): string =>
    btoa(String.fromCharCode(...new Uint8Array(values.buffer)))
  const packed = {
    data: [
      { type: 'scatter', y: { dtype: 'f8', bdata: bytes(Float64Array.of(1.5, 2.5)) } },
      { type: 'heatmap', z: { dtype: 'i1', bdata: bytes(Int8Array.of(1, 2, 3, -4)), shape: '2, 2' } },
      { type: 'scatter', y: { dtype: 'f8', bdata: '!' } },
    ],
    layout: {},
  }
  const { data } = withLists(packed as unknown as PlotContent)
  expect(data.map(({ y, z }) => y ?? z)).toEqual([
    [1.5, 2.5],
    [
      [1, 2],
      [3, -4],
    ],
    [],
  ])
  const plain = { data: [line([1])], layout: {} }
  expect(withLists(plain)).toBe(plain)
  expect(withLists({ data: [null, { y: [1] }] } as unknown as PlotContent)).toEqual({
    data: [{}, { y: [1] }],
    layout: {},
  })
})

test('subplots are left to Plotly', () => {
  const trace = { type: 'scatter', y: [1] }
  expect(kindOfContent({ data: [trace, { ...trace, yaxis: 'y2' }], layout: { yaxis2: { overlaying: 'y' } } })).toBe(
    'cartesian',
  )
  expect(kindOfContent({ data: [trace, { ...trace, xaxis: 'x2', yaxis: 'y2' }], layout: {} })).toBe('plotly')
  expect(kindOfContent({ data: [trace, { ...trace, yaxis: 'y2' }], layout: { yaxis2: { domain: [0, 0.4] } } })).toBe(
    'plotly',
  )
})

test('a sunburst: values of parts come on top or are within, and loops end', () => {
  const trace = { labels: ['a', 'b', 'c'], parents: ['', 'a', 'a'], values: [10, 3, 4] }
  expect(partsOf(trace)).toMatchObject({ label: 'a', value: 17 })
  expect(partsOf({ ...trace, branchvalues: 'total' }).value).toBe(10)
  expect(partsOf({ labels: ['a', 'b'], parents: ['', ''] })).toMatchObject({
    label: '',
    value: 2,
    children: [{ label: 'a' }, { label: 'b' }],
  })
  expect(partsOf({ labels: ['a', 'b'], parents: ['b', 'a'] }).value).toBe(0)
  expect(partsOf({ labels: ['a'], parents: ['a'] }).value).toBe(1)
})

test('a press on a part of a sunburst shows it alone, a press on the middle goes back', () => {
  const chart = new SunburstChart(hostOf())
  const trace = {
    type: 'sunburst',
    labels: ['all', 'u', 'v', 'u1'],
    parents: ['', 'all', 'all', 'u'],
    values: [0, 0, 5, 5],
  }
  chart.update({ data: [trace], layout: {} })
  const draw = (): string[] => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return textsOf(recorder)
  }
  const press = (x: number, y: number): void => chart.drag(x, y).end(x, y)
  expect(draw()).toContain('v')
  // right of the middle, in the inner ring
  press(300 + 95, 200)
  expect(draw()).toEqual(['u', 'u1'])
  press(300, 200)
  expect(draw()).toContain('v')
})
