/** Charts with two axes, drawn into a recorder. */
import { CartesianChart } from '../src/page/plot/chart/cartesian/cartesian.js'
import { EVERYTHING, type Touched } from '../src/page/plot/data/touched.js'
import type { PlotOptions } from '../src/page/plot/types.js'
import type { JsonObject, PlotContent, Trace } from '../src/protocol/types.js'
import { hostOf, light, Recorder } from './plot-recorder.js'

export const grown = (...traces: readonly number[]): Touched => ({
  all: false,
  layout: false,
  grown: new Set(traces),
  changed: new Set(),
})

export interface Drawn {
  readonly chart: CartesianChart
  readonly host: ReturnType<typeof hostOf>
  readonly content: PlotContent
  readonly draw: () => Recorder
}

export function cartesian(data: readonly Trace[], layout: JsonObject = {}, options: Partial<PlotOptions> = {}): Drawn {
  const host = hostOf(options)
  const chart = new CartesianChart(host)
  const content = { data, layout } as PlotContent
  chart.update(content, EVERYTHING)
  const draw = (): Recorder => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return recorder
  }
  return { chart, host, content, draw }
}

export const line = (y: readonly (number | string | null)[], more: Partial<Trace> = {}): Trace => ({
  type: 'scatter',
  mode: 'lines',
  x: y.map((_, i) => i),
  y,
  line: { color: '#123456' },
  ...more,
})
/** Lines in a trace's colour. */
export const own = ({ lines }: Recorder, color = '#123456'): Recorder['lines'] =>
  lines.filter(({ stroke }) => stroke.color === color)
export const textsOf = ({ texts }: Recorder): string[] => texts.map(({ text }) => text)
