/** The page in a browser, over a hub in the same document. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { userEvent, page as viewer } from 'vitest/browser'
import { Hub } from '../src/hub/index.js'
import { mount, type PageHandle, type PageOptions } from '../src/page/index.js'
import { toItem } from '../src/page/state/layout.js'
import type { JsonObject } from '../src/protocol/types.js'

let hub: Hub
let element: HTMLElement
let page: PageHandle

beforeEach(async () => {
  await viewer.viewport(1280, 840)
  localStorage.clear()
  hub = new Hub()
  element = document.createElement('div')
  element.style.cssText = 'position:fixed;inset:0;width:1200px;height:800px'
  document.body.append(element)
})

afterEach(() => {
  page.destroy()
  expect(element.childElementCount).toBe(0)
  element.remove()
})

function show(options: Partial<PageOptions> = {}): void {
  page = mount(element, { link: hub.link(), env: 'main', theme: 'light', locale: 'en', ...options })
}

const shadow = (): ShadowRoot => element.firstElementChild!.shadowRoot!
const find = <T extends HTMLElement = HTMLElement>(selector: string): T | null => shadow().querySelector<T>(selector)
const all = (selector: string): HTMLElement[] => [...shadow().querySelectorAll<HTMLElement>(selector)]
const pane = (id: string): HTMLElement | null => find(`[data-window="${id}"]`)
const until = <T>(get: () => T | null | undefined | false): Promise<T> =>
  vi.waitFor(
    () => {
      const value = get()
      if (value === null || value === undefined || value === false) throw new Error(`not yet: ${get}`)
      return value
    },
    { timeout: 20_000, interval: 20 },
  )

function post(endpoint: string, body: JsonObject): void {
  expect(hub.handle(endpoint, body)).toMatchObject({ status: 200 })
}
const events = (win: string, data: JsonObject, opts: JsonObject = {}, eid = 'main'): void =>
  post('events', { win, eid, data: [data], opts: { title: win, ...opts } })
const line = (win: string, y: readonly number[], eid = 'main'): void =>
  events(win, { type: 'scatter', mode: 'lines', name: 'a', x: y.map((_, i) => i), y }, {}, eid)

function picture(width: number, height: number, color: string): string {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')!
  context.fillStyle = color
  context.fillRect(0, 0, width, height)
  return canvas.toDataURL()
}

/** What programs hear. */
function listen(): JsonObject[] {
  const heard: JsonObject[] = []
  hub.connectClient((message) => {
    if ('event_type' in message) heard.push(structuredClone(message) as JsonObject)
  })
  return heard
}

test('each type of window has its view, and an unknown one is shown as JSON', async () => {
  line('loss', [3, 2, 1])
  events('img', { type: 'image', content: { src: picture(40, 20, 'red'), caption: 'a cat' } })
  events('films', { type: 'image_history', content: { src: picture(8, 8, 'blue') } })
  events('note', { type: 'text', content: '<b>hello</b>' })
  events('hparams', { type: 'properties', content: [{ type: 'text', name: 'lr', value: '0.1' }] })
  events('net', {
    type: 'network',
    content: {
      nodes: [
        { name: 0, label: 'conv' },
        { name: 1, label: 'fc' },
      ],
      edges: [{ source: 0, target: 1 }],
    },
  })
  events('points', {
    type: 'embeddings',
    content: { data: [{ group: 1, name: 'p', label: 'P', position: [0, 0], idx: 0 }], selected: null },
  })
  events('bars', { type: 'bar', y: [1, 2, 3] })
  events('map', {
    type: 'heatmap',
    z: [
      [1, 2],
      [3, 4],
    ],
  })
  show()
  await until(() => all('.pane').length === 9)
  const scroller = find('.scroll')!
  for (const id of ['loss', 'net', 'bars', 'map']) {
    pane(id)!.scrollIntoView()
    await until(() => pane(id)!.querySelector('canvas, svg:not(.icon)'))
  }
  scroller.scrollTop = 0
  await until(() => pane('img')?.querySelector('img')?.naturalWidth === 40)
  expect(pane('img')!.textContent).toContain('a cat')
  expect(pane('films')!.querySelector('input[type=range]')).not.toBeNull()
  expect(pane('note')!.querySelector('iframe')!.srcdoc).toContain('<b>hello</b>')
  expect(pane('hparams')!.querySelector('input')!.value).toBe('0.1')
  pane('points')!.scrollIntoView()
  await until(() => pane('points')!.querySelector('canvas'))
  expect(all('.body-note')).toEqual([])
})

test('panes come, change and go while the page is open; the newest picture is shown until another is chosen', async () => {
  show()
  await until(() => find('.empty'))
  events('films', { type: 'image_history', content: { src: picture(8, 8, 'blue'), caption: 'epoch 0' } })
  await until(() => pane('films')?.textContent?.includes('epoch 0'))
  const add = (epoch: number): void =>
    post('update', {
      win: 'films',
      eid: 'main',
      data: [{ type: 'image_history', content: { src: picture(8, 8, 'red'), caption: `epoch ${epoch}` } }],
    })
  add(1)
  await until(() => pane('films')!.textContent!.includes('epoch 1'))
  expect(pane('films')!.textContent).toContain('2 of 2')
  const slider = pane('films')!.querySelector<HTMLInputElement>('input[type=range]')!
  slider.value = '0'
  slider.dispatchEvent(new Event('input', { bubbles: true }))
  await until(() => pane('films')!.textContent!.includes('epoch 0'))
  add(2)
  await until(() => pane('films')!.textContent!.includes('1 of 3'))
  expect(pane('films')!.textContent).toContain('epoch 0')
  await userEvent.click(
    [...pane('films')!.querySelectorAll('button')].find((button) => button.textContent === 'Latest')!,
  )
  await until(() => pane('films')!.textContent!.includes('epoch 2'))
  post('close', { win: 'films', eid: 'main' })
  await until(() => pane('films') === null)
})

describe('programs hear', () => {
  test('keys, clicks on images in their own pixels, changed properties, closed windows', async () => {
    const heard = listen()
    events('img', { type: 'image', content: { src: picture(40, 20, 'red') } })
    events('props', {
      type: 'properties',
      content: [
        { type: 'number', name: 'lr', value: '0.1' },
        { type: 'checkbox', name: 'on', value: true },
        { type: 'select', name: 'net', value: 0, values: ['cnn', 'mlp'] },
        { type: 'button', name: 'go', value: 'Go' },
      ],
    })
    show()
    const image = await until(() => pane('img')?.querySelector('img'))
    await until(() => image.naturalWidth === 40)
    const box = image.getBoundingClientRect()
    const scale = Math.min(box.width / 40, box.height / 20)
    const at = (x: number, y: number) => ({
      clientX: box.left + (box.width - 40 * scale) / 2 + x * scale,
      clientY: box.top + (box.height - 20 * scale) / 2 + y * scale,
    })
    const frame = pane('img')!.querySelector('.picture-frame')!
    frame.setPointerCapture = () => {}
    for (const type of ['pointerdown', 'pointerup'])
      frame.dispatchEvent(new PointerEvent(type, { ...at(12.5, 7.5), pointerId: 1, button: 0, bubbles: true }))
    pane('img')!.focus()
    await userEvent.keyboard('a')
    const [lr, on] = pane('props')!.querySelectorAll('input')
    await userEvent.fill(lr!, '0.01')
    lr!.blur()
    await userEvent.click(on!)
    await userEvent.selectOptions(pane('props')!.querySelector('select')!, '1')
    await userEvent.click(
      [...pane('props')!.querySelectorAll('button')].find(({ textContent }) => textContent === 'Go')!,
    )
    pane('img')!.querySelector<HTMLElement>('[aria-label=Close]')!.click()
    await until(() => heard.some(({ event_type }) => event_type === 'close'))
    const clear = heard.map(({ pane_data: _, ...rest }) => rest)
    expect(clear).toEqual([
      { target: 'img', eid: 'main', event_type: 'Click', image_coord: { x: 12, y: 7 } },
      { target: 'img', eid: 'main', event_type: 'KeyPress', key: 'a', key_code: 65 },
      { target: 'props', eid: 'main', event_type: 'PropertyUpdate', propertyId: 0, value: '0.01' },
      { target: 'props', eid: 'main', event_type: 'PropertyUpdate', propertyId: 1, value: false },
      { target: 'props', eid: 'main', event_type: 'PropertyUpdate', propertyId: 2, value: '1' },
      { target: 'props', eid: 'main', event_type: 'PropertyUpdate', propertyId: 3, value: 'clicked' },
      { target: 'img', eid: 'main', event_type: 'close' },
    ])
    expect(heard.every(({ pane_data }) => typeof pane_data === 'object')).toBe(true)
    // what is ticked is the program's to say
    expect(on!.checked).toBe(true)
  })

  test('a number that is none is not told', async () => {
    const heard = listen()
    events('props', { type: 'properties', content: [{ type: 'number', name: 'lr', value: '0.1' }] })
    show()
    const field = await until(() => pane('props')?.querySelector('input'))
    await userEvent.fill(field, 'abc')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    field.blur()
    await until(() => field.value === '0.1')
    expect(heard).toEqual([])
  })
})

describe('the grid', () => {
  const placeOf = (id: string) => {
    const { x, y, w, h } = (
      pane(id)!.closest('.grid-stack-item') as HTMLElement & { gridstackNode: Record<string, number> }
    ).gridstackNode
    return { x, y, w, h }
  }

  test('a pane that is moved is there again, in this browser and for others', async () => {
    for (const id of ['a', 'b', 'c']) line(id, [1, 2])
    show()
    await until(() => all('.grid-stack-item .pane').length === 3 && placeOf('c').x === 16)
    pane('c')!.focus()
    await userEvent.keyboard('{Alt>}{Shift>}{ArrowLeft}{/Shift}{/Alt}')
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}')
    await until(() => placeOf('c').x === 17 && placeOf('c').w === 7)
    const { reload } = hub.exportEnv('main')!
    expect(reload.c).toEqual(toItem('c', { x: 17, y: 0, w: 7, h: 22 }))
    page.destroy()
    localStorage.clear()
    show()
    await until(() => pane('c') !== null && placeOf('c').x === 17)
    expect(placeOf('a')).toEqual({ x: 0, y: 0, w: 8, h: 22 })
  })

  test('a filter shows some of the panes, and their places are as before without it', async () => {
    for (const id of ['loss', 'accuracy', 'val_loss']) line(id, [1, 2])
    show()
    await until(() => all('.pane').length === 3)
    const before = ['loss', 'accuracy', 'val_loss'].map(placeOf)
    const filter = find<HTMLInputElement>('.filter input')!
    await userEvent.fill(filter, 'acc')
    await until(() => all('.pane').length === 1 && placeOf('accuracy').x === 8)
    await userEvent.fill(filter, 'nothing')
    await until(() => find('.empty'))
    await userEvent.fill(filter, '')
    await until(() => all('.pane').length === 3)
    expect(['loss', 'accuracy', 'val_loss'].map(placeOf)).toEqual(before)
  })

  test('of hundreds of panes those in sight are drawn', async () => {
    for (let i = 0; i < 300; i++) line(`p${i}`, [1, 2, i])
    show()
    await until(() => all('.pane').length === 300)
    await until(() => pane('p0')!.querySelector('canvas'))
    const drawn = (): number => all('.plot-host').length
    expect(drawn()).toBeLessThan(30)
    pane('p299')!.scrollIntoView()
    await until(() => pane('p299')!.querySelector('canvas'))
    expect(drawn()).toBeLessThan(80)
  })

  test('where the page is narrow, panes are under one another', async () => {
    element.style.width = '400px'
    for (const id of ['a', 'b']) line(id, [1, 2])
    show()
    await until(() => all('.stack-item .pane').length === 2)
    const [a, b] = all('.pane').map((one) => one.getBoundingClientRect())
    expect(b!.top).toBeGreaterThanOrEqual(a!.bottom)
    expect(find('.scroll')!.scrollWidth).toBeLessThanOrEqual(find('.scroll')!.clientWidth)
  })

  test('a maximized pane fills the page until Escape', async () => {
    line('a', [1, 2])
    show()
    const button = await until(() => pane('a')?.querySelector<HTMLElement>('[aria-label=Maximize]'))
    button.click()
    await until(() => pane('a')!.getBoundingClientRect().width > 1000)
    await userEvent.keyboard('{Escape}')
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await until(() => pane('a')!.getBoundingClientRect().width < 1000)
  })
})

test('a loss that is not finite is told on its pane, in the bar, and to who shows the page', async () => {
  const states: number[] = []
  line('fine', [3, 2, 1])
  line('bad', [3, Number.NaN, 1])
  show({ onChange: ({ alerts }) => states.push(alerts) })
  await until(() => pane('bad')?.querySelector('.flag'))
  expect(pane('fine')!.querySelector('.flag')).toBeNull()
  expect(find('.alerts')!.textContent).toContain('1 plot')
  expect(states.at(-1)).toBe(1)
})

test('the page speaks two languages and has two looks', async () => {
  show()
  await until(() => find('.empty h2')?.textContent === 'Nothing here yet')
  const back = () => getComputedStyle(find('.page')!).backgroundColor
  const light = back()
  page.setTheme('dark')
  page.setLocale('zh')
  await until(() => find('.empty h2')?.textContent === '这里还没有内容')
  expect(find('.page')!.lang).toBe('zh-CN')
  expect(back()).not.toBe(light)
  page.destroy()
  show({ theme: undefined, locale: undefined })
  await until(() => find('.page')?.lang === 'zh-CN' && back() !== light)
})

test('runs are listed, sorted, and laid over each other', async () => {
  for (const [i, lr] of [0.1, 0.01, 0.001].entries()) {
    const eid = `run_${i}`
    line('loss', [3, 1 + lr], eid)
    events('hparams', { type: 'properties', content: [{ type: 'number', name: 'lr', value: lr }] }, {}, eid)
  }
  show()
  page.showTab('runs')
  await until(() => all('tbody tr').length === 3)
  const column = (n: number) => all(`tbody td:nth-child(${n})`).map(({ textContent }) => textContent)
  expect(
    all('thead th')
      .map(({ textContent }) => textContent?.trim())
      .slice(1, 4),
  ).toEqual(['Environment', 'lr', 'loss last'])
  expect(column(3)).toEqual(['0.1', '0.01', '0.001'])
  await userEvent.click(all('thead th button')[1]!)
  await until(() => column(3)[0] === '0.001')
  expect(all('thead th')[2]!.getAttribute('aria-sort')).toBe('ascending')
  const boxes = all('tbody input')
  await userEvent.click(boxes[0]!)
  await userEvent.click(boxes[2]!)
  await userEvent.click(await until(() => all('button').find(({ textContent }) => textContent === 'Overlay 2 runs')))
  await until(() => pane('loss')?.querySelector('canvas'))
  expect(find('.env-name')!.textContent).toBe('run_2 + run_0')
})

test('a text window can do nothing to the page', async () => {
  const attempts: string[] = []
  const onMessage = (): void => {
    attempts.push('message')
  }
  window.addEventListener('message', onMessage)
  Object.assign(globalThis, { attack: (name: string) => attempts.push(name) })
  const hostile = `
    <script>parent.attack('script'); top.attack('top'); parent.postMessage('x', '*')</script>
    <img src="x" onerror="parent.attack('onerror')"><svg onload="parent.attack('svg')"></svg>
    <meta http-equiv="refresh" content="0; url=javascript:parent.attack('refresh')">
    <iframe srcdoc="<script>top.attack('nested')</script>"></iframe>
    <a id="go" href="javascript:parent.attack('link')" target="_top">go</a>
    <form action="/form" target="_top"><input autofocus onfocus="parent.attack('focus')"></form>
    <style>body { background: url(/background) }</style><link rel="stylesheet" href="/sheet">
    <object data="/object"></object><embed src="/embed"><base href="/base/" target="_top">`
  const before = location.href
  events('evil', { type: 'text', content: hostile }, { title: '<img src=x onerror="attack(1)">' })
  show()
  const frame = await until(() => pane('evil')?.querySelector('iframe'))
  await until(() => frame.style !== null && frame.isConnected)
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(attempts).toEqual([])
  expect(location.href).toBe(before)
  expect(frame.getAttribute('sandbox')).toBe('')
  // an origin of its own: not even the page reads what is in it
  expect(frame.contentDocument).toBeNull()
  expect(performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^\/(background|sheet|object|embed|form)$/)]),
  )
  window.removeEventListener('message', onMessage)
})

test('a window that can not be shown says so, until it can', async () => {
  events('broken', { type: 'properties', content: [null] })
  line('fine', [1, 2])
  show()
  await until(() => pane('broken')?.querySelector('.body-note'))
  await until(() => pane('fine')?.querySelector('canvas'))
  events('broken', { type: 'properties', content: [{ type: 'text', name: 'a', value: 'b' }] })
  await until(() => pane('broken')!.querySelector('input')?.value === 'b')
  expect(pane('broken')!.querySelector('.body-note')).toBeNull()
})

test('names and titles with markup are text', async () => {
  const name = '<img src=x onerror="attack()">'
  line(name, [1])
  show()
  const title = await until(() => find('.pane-title'))
  expect(title.textContent).toBe(name)
  expect(title.querySelector('img')).toBeNull()
})

test('a text that grows is shown as it grows', async () => {
  events('log', { type: 'text', content: 'first' })
  show()
  await until(() => pane('log')?.querySelector('iframe')?.srcdoc.includes('first'))
  for (const word of ['second', 'third'])
    post('update', { win: 'log', eid: 'main', append: true, data: [{ type: 'text', content: word }] })
  await until(() => pane('log')!.querySelector('iframe')!.srcdoc.includes('first<br>second<br>third'))
  expect(pane('log')!.querySelectorAll('iframe')).toHaveLength(1)
})

test('the style of the page around it has no effect, nor the other way round', async () => {
  const style = document.createElement('style')
  style.textContent = 'button { display: none !important } .pane { border: 9px solid red !important }'
  document.head.append(style)
  const button = document.createElement('button')
  document.body.append(button)
  line('a', [1, 2])
  show()
  await until(() => pane('a'))
  expect(getComputedStyle(pane('a')!).borderTopWidth).toBe('1px')
  expect(getComputedStyle(find('.env-menu > button')!).display).not.toBe('none')
  style.remove()
  button.remove()
})

test('plots stay as they are while the runs are looked at, and an alert leads back to its pane', async () => {
  for (let i = 0; i < 20; i++) line(`p${i}`, [1, 2])
  line('bad', [1, Number.NaN])
  show()
  const canvas = await until(() => pane('p0')?.querySelector('canvas'))
  page.showTab('runs')
  await until(() => find('.runs'))
  expect(pane('p0')!.checkVisibility()).toBe(false)
  find('.alerts button')!.click()
  await until(() => find('.runs') === null && shadow().activeElement === pane('bad'))
  const { top, bottom } = pane('bad')!.getBoundingClientRect()
  expect(top).toBeGreaterThan(0)
  expect(bottom).toBeLessThan(800)
  expect(pane('p0')!.querySelector('canvas')).toBe(canvas)
})

test('what is no element is refused', () => {
  show()
  expect(() => mount(null as never, { link: hub.link() })).toThrow(TypeError)
})
