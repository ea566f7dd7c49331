/** Exchanges recorded between visdom's own client, server (0.2.4) and page: the hub answers and tells pages the same. */
import { describe, expect, test } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { parseJson, pythonJson } from '../src/protocol/json.js'
import { applyPatch } from '../src/protocol/patch.js'
import type { JsonObject, PageCommand, PageMessage, Window } from '../src/protocol/types.js'
import recorded from './fixtures/visdom-sessions.json' with { type: 'json' }

interface Step {
  readonly name?: string
  readonly open?: string
  readonly send?: string
  readonly post?: string
  readonly body?: string
  readonly status?: number
  readonly text?: string
  /** what was sent to the page, and to the program, since the step before */
  readonly page?: readonly string[]
  readonly client?: readonly string[]
}

interface Difference {
  readonly status?: number
  readonly text?: string
  /** the page holds something else */
  readonly windows?: true
}

/** Where the hub differs, for faults of visdom's. */
const differences: Readonly<Record<string, Difference>> = {
  // an x that is null: Python can't tell whether it is NaN
  'nan-x-append': { status: 200, text: 'loss' },
  // two traces: the second is looked for at the place that it had before the first was removed
  'heatmap-remove': { status: 200, text: 'hmn', windows: true },
  'win-data-missing': { status: 400, text: "Window absent doesn't exist in env main" },
  // the page is shown what was set, with the id under which it was set
  'set-win-data': { windows: true },
  // the names of environments in the legend are text, not HTML
  compare: { windows: true },
  // the step before closed a window: pages are told
  'env/run_a': { windows: true },
}

/** What a page holds after the messages that it was sent. */
class Shown {
  readonly windows: Map<string, Window> = new Map()
  readonly others: string[] = []

  take(text: string): void {
    const message = parseJson(text) as unknown as PageMessage
    if (message.command === 'window') this.windows.set(message.id, message)
    else if (message.command === 'window_update') applyPatch(this.windows.get(message.win)!, message.content)
    else if (message.command === 'close') this.windows.delete(message.data)
    else this.others.push(text)
  }

  /** Takes over what another page holds, so that one difference is not told again and again. */
  become(other: Shown): void {
    this.windows.clear()
    for (const [id, window] of other.windows) this.windows.set(id, structuredClone(window))
  }

  /** Windows without what is another each time, and versions, which visdom raises for plots only. */
  plain(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.windows].map(([id, window]) => [id, { ...window, contentID: '', version: 0 }] as const),
    )
  }
}

/** Messages apart from windows, each kind once: how often visdom tells the same differs. */
function kinds(messages: readonly string[]): string[] {
  const texts = messages.map((text) => JSON.stringify(JSON.parse(text)))
  return [...new Set(texts)].filter((text) => !text.includes('"register"')).sort()
}

/** Windows in events, without what is another each time. */
function events(texts: readonly string[]): unknown[] {
  return texts.map((text) => JSON.parse(text, (key, value) => (key === 'contentID' ? '' : value)))
}

describe.each(Object.entries(recorded))('session %s', (_, { environments, steps }) => {
  test('is answered and told as by visdom', () => {
    const hub = new Hub()
    for (const eid of environments) hub.handle(`env/${eid}`, { eid })
    let [real, ours] = [new Shown(), new Shown()]
    const toClient: string[] = []
    const recordedToClient: string[] = []
    let page = hub.connectPage(() => {})
    for (const step of steps as readonly Step[]) {
      if (step.open === 'page') {
        ;[real, ours] = [new Shown(), new Shown()]
        const shown = ours
        page = hub.connectPage((message) => shown.take(pythonJson(message)))
      } else if (step.open === 'client') {
        hub.connectClient((message) => toClient.push(pythonJson(message)))
      } else if (step.send !== undefined) {
        page.receive(JSON.parse(step.send) as PageCommand)
      } else if (step.name !== 'bad-json') {
        const { name = '', post, status, text } = step
        const body = parseJson(step.body!) as JsonObject
        const answer = hub.handle(post!, 'sid' in body ? { ...body, sid: page.sid } : body)
        const difference = post === 'win_exists' ? undefined : differences[name]
        if (name === 'win-data') {
          expect(answer.status).toBe(200)
          expect(withoutVolatile(answer.text)).toEqual(withoutVolatile(text!))
        } else {
          expect(answer, name).toEqual({ status: difference?.status ?? status, text: difference?.text ?? text })
        }
        for (const message of step.page ?? []) real.take(message)
        recordedToClient.push(...(step.client ?? []))
        if (difference?.windows === undefined) expect(ours.plain(), name).toEqual(real.plain())
        else {
          expect(ours.plain(), name).not.toEqual(real.plain())
          ours.become(real)
        }
      }
    }
    // pages are told of an environment that another page has made
    const told = kinds(ours.others).filter((text) => !text.includes('cb_forked'))
    expect(told).toEqual(kinds(real.others))
    expect(events(toClient)).toEqual(events(recordedToClient))
  })
})

function withoutVolatile(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'contentID' || key === 'version' ? 0 : value))
}
