import { afterEach, expect, test, vi } from 'vitest'
import { drawPlot, type PlotFlag, type PlotHandle, type PlotOptions } from '../src/page/plot/index.js'
import { applyPatch } from '../src/protocol/patch.js'
import type { NetworkContent, PatchOp, PlotContent } from '../src/protocol/types.js'
import { optionsOf } from './plot-recorder.js'

const isFull = import.meta.env.TSORCH_TEST === 'full'
/** A busy browser has few frames. */
const patient = { timeout: 20_000 }
const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))

let ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends) end()
  ends = []
  vi.restoreAllMocks()
})

interface Shown {
  readonly host: HTMLDivElement
  readonly plot: PlotHandle
  readonly flags: (PlotFlag | null)[]
  readonly canvas: () => HTMLCanvasElement
}

async function show(content: PlotContent | NetworkContent, changes: Partial<PlotOptions> = {}): Promise<Shown> {
  const host = document.createElement('div')
  host.style.cssText = 'width: 600px; height: 400px; position: fixed; left: 0; top: 0'
  document.body.append(host)
  const flags: (PlotFlag | null)[] = []
  const plot = drawPlot(host, content, optionsOf(flags, changes))
  ends.push(() => {
    plot.destroy()
    host.remove()
  })
  await frame()
  await frame()
  return { host, plot, flags, canvas: () => host.querySelector('canvas')! }
}

const line = (y: readonly number[], more: object = {}) => ({
  type: 'scatter',
  mode: 'lines',
  x: y.map((_, i) => i),
  y: [...y],
  line: { color: '#ff0000', width: 3 },
  ...more,
})
const contentOf = (...data: readonly object[]): PlotContent => ({ data, layout: {} }) as unknown as PlotContent

/** How many pixels are reddish. */
function reds(canvas: HTMLCanvasElement): number {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  let count = 0
  for (let i = 0; i < data.length; i += 4) if (data[i]! > 200 && data[i + 1]! < 80 && data[i + 2]! < 80) count++
  return count
}

function send(host: HTMLElement, type: string, x: number, y: number, more: PointerEventInit = {}): void {
  const root = host.querySelector('.viz-plot')!
  const { left, top } = root.getBoundingClientRect()
  root.dispatchEvent(
    new PointerEvent(type, {
      clientX: left + x,
      clientY: top + y,
      bubbles: true,
      cancelable: true,
      pointerId: 1,
      ...more,
    }),
  )
}

test('a line is drawn, and drawn on as points come', async () => {
  const content = contentOf(line([0, 1]))
  const { plot, canvas } = await show(content)
  expect(reds(canvas())).toBeGreaterThan(300)
  const before = canvas().toDataURL()
  const ops: PatchOp[] = [
    { op: 'add', path: '/content/data/0/y/2', value: 5 },
    { op: 'add', path: '/content/data/0/x/2', value: 2 },
  ]
  applyPatch({ content }, ops)
  plot.update(ops, content)
  await frame()
  expect(canvas().toDataURL()).not.toBe(before)
  expect(plot.toCSV()).toBe('trace,x,y\n1,0,0\n1,1,1\n1,2,5\n')
})

test('however many changes come, there is one drawing a frame, and none out of sight', async () => {
  const content = contentOf(line([0, 1]))
  const { plot, host } = await show(content)
  const cleared = vi.spyOn(CanvasRenderingContext2D.prototype, 'clearRect')
  const append = (): void => {
    const { length } = content.data[0]!.y!
    const ops: PatchOp[] = [
      { op: 'add', path: `/content/data/0/y/${length}`, value: length },
      { op: 'add', path: `/content/data/0/x/${length}`, value: length },
    ]
    applyPatch({ content }, ops)
    plot.update(ops, content)
  }
  for (let i = 0; i < 50; i++) append()
  await frame()
  expect(cleared).toHaveBeenCalledTimes(1)
  host.style.top = '-5000px'
  await vi.waitFor(async () => {
    await frame()
    cleared.mockClear()
    append()
    await frame()
    expect(cleared).not.toHaveBeenCalled()
  }, patient)
  // nothing was lost
  expect(plot.toCSV().split('\n').length).toBe(content.data[0]!.y!.length + 2)
  host.style.top = '0'
  await vi.waitFor(() => expect(cleared).toHaveBeenCalled(), patient)
})

test('dragging selects a part, which stays until two clicks', async () => {
  const zooms: boolean[] = []
  const { plot, host } = await show(contentOf(line(Array.from({ length: 50 }, (_, i) => i))), {
    onZoom: (zoomed) => void zooms.push(zoomed),
  })
  send(host, 'pointerdown', 200, 100)
  send(host, 'pointermove', 300, 102)
  send(host, 'pointerup', 300, 102)
  await frame()
  expect(zooms).toEqual([true])
  expect(plot.abilities()).toMatchObject({ zoom: true, log: true, smoothing: true, svg: true })
  host
    .querySelector('.viz-plot')!
    .dispatchEvent(new MouseEvent('dblclick', { clientX: 200, clientY: 200, bubbles: true }))
  await frame()
  expect(zooms).toEqual([true, false])
})

test('the wheel is the page’s until the pane was pressed', async () => {
  const zooms: boolean[] = []
  const { host } = await show(contentOf(line([1, 2, 3])), { onZoom: (zoomed) => void zooms.push(zoomed) })
  const wheel = (): boolean => {
    const event = new WheelEvent('wheel', { clientX: 300, clientY: 200, deltaY: -200, bubbles: true, cancelable: true })
    host.querySelector('.viz-plot')!.dispatchEvent(event)
    return event.defaultPrevented
  }
  expect(wheel()).toBe(false)
  send(host, 'pointerdown', 300, 200)
  send(host, 'pointerup', 300, 200)
  expect(wheel()).toBe(true)
  await frame()
  expect(zooms).toEqual([true])
})

test('the pointer is told the values, as text and nothing else', async () => {
  const { host } = await show(contentOf(line([1, 2, 3], { name: '<img src=x onerror=alert(1)>' })))
  send(host, 'pointermove', 300, 200)
  const tooltip = host.querySelector<HTMLElement>('.viz-plot-tooltip')!
  expect(tooltip.style.display).toBe('block')
  expect(tooltip.textContent).toContain('<img src=x onerror=alert(1)>')
  expect(tooltip.querySelector('img')).toBeNull()
  send(host, 'pointerleave', 0, 0)
  expect(tooltip.style.display).toBe('none')
})

test('dark and light, and the colours of the page', async () => {
  const { plot, canvas, host } = await show(contentOf(line([1, 2])))
  const ground = (): number[] => [...canvas().getContext('2d')!.getImageData(2, 2, 1, 1).data].slice(0, 3)
  expect(ground()).toEqual([255, 255, 255])
  plot.set({ dark: true })
  await frame()
  expect(Math.max(...ground())).toBeLessThan(60)
  host.style.setProperty('--surface', '#102030')
  plot.set({ dark: false })
  plot.set({ dark: true })
  await frame()
  expect(ground()).toEqual([16, 32, 48])
})

test('the size follows the host, in pixels of the screen', async () => {
  const { host, canvas } = await show(contentOf(line([1, 2])))
  expect(canvas().width).toBe(Math.round(600 * devicePixelRatio))
  host.style.width = '300px'
  await vi.waitFor(() => expect(canvas().width).toBe(Math.round(300 * devicePixelRatio)), patient)
  expect(reds(canvas())).toBeGreaterThan(100)
})

test('exports: a picture and a drawing with the title, a table', async () => {
  const content = { ...contentOf(line([1, 2]), { type: 'heatmap', z: [[1, 2]] }), layout: { title: 'in the bar' } }
  const { plot } = await show(content, { paneTitle: 'in the bar' })
  const svg = plot.toSVG()
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml')
  expect(parsed.querySelector('parsererror')).toBeNull()
  expect([...parsed.querySelectorAll('text')].map(({ textContent }) => textContent)).toContain('in the bar')
  expect(parsed.querySelector('image')?.getAttribute('href')).toMatch(/^data:image\/png;base64,/)
  const picture = await createImageBitmap(await plot.toPNG())
  expect([picture.width, picture.height]).toEqual([1200, 800])
})

test('a window that becomes another kind of plot is drawn as that', async () => {
  const content = contentOf(line([1, 2]))
  const { plot, flags } = await show(content)
  plot.update([], { nodes: [{ name: 0, path: '', kind: 'Net' }], edges: [] })
  await frame()
  expect(plot.toCSV()).toContain('Net')
  plot.update([], contentOf(line([1, Number.NaN])))
  expect(flags.at(-1)).toMatchObject({ reason: 'not finite' })
})

test('what only Plotly draws: a sentence without it, Plotly with it', async () => {
  const content = contentOf({ type: 'violin', y: [1, 2, 3] })
  const { host, plot } = await show(content)
  expect(host.textContent).toContain('npm install plotly.js-strict-dist-min')
  expect(() => plot.toSVG()).toThrow(/PNG/)
  const react = vi.fn(async (element: HTMLElement) => void element.append('drawn'))
  const purge = vi.fn()
  const other = await show(content, { loadPlotly: async () => ({ default: { react, purge } }) })
  await vi.waitFor(() => expect(other.host.textContent).toContain('drawn'), patient)
  expect(react.mock.calls[0]![1 as never]).toEqual(content.data)
  other.plot.destroy()
  expect(purge).toHaveBeenCalled()
})

test('closing a pane takes all of it away', async () => {
  const { host, plot } = await show(contentOf(line([1, 2])))
  plot.destroy()
  expect(host.childElementCount).toBe(0)
  await frame()
})

test.runIf(isFull)('a hundred points more take a few milliseconds, even after a million', async () => {
  const y = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1e4) + Math.random())
  const content = contentOf(line(y))
  const { plot } = await show(content)
  const times: number[] = []
  for (let k = 0; k < 20; k++) {
    const { length } = content.data[0]!.y!
    const ops = Array.from({ length: 100 }, (_, i): PatchOp[] => [
      { op: 'add', path: `/content/data/0/y/${length + i}`, value: i },
      { op: 'add', path: `/content/data/0/x/${length + i}`, value: length + i },
    ]).flat()
    applyPatch({ content }, ops)
    const start = performance.now()
    plot.update(ops, content)
    plot.resize()
    times.push(performance.now() - start)
    await frame()
  }
  times.sort((a, b) => a - b)
  expect(times[10]).toBeLessThan(16)
})
