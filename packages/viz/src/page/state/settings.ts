/** What a user chose, kept in the browser. */
import { effect, type Signal, signal } from '@preact/signals'
import type { XAxisKind } from '../plot/types.js'

export type Theme = 'auto' | 'light' | 'dark'
export type Locale = 'en' | 'zh'

export class Settings {
  readonly theme: Signal<Theme>
  readonly locale: Signal<Locale>
  readonly smoothing: Signal<number>
  readonly xAxis: Signal<XAxisKind>
  /** For all plots; a pane may have its own. */
  readonly logY: Signal<boolean>
  readonly follow: Signal<boolean>
  readonly filter: Signal<string>
  readonly #stopSaving: () => void

  constructor(given: { readonly theme?: Theme | undefined; readonly locale?: Locale | undefined } = {}) {
    const saved = readSaved()
    this.theme = signal(given.theme ?? oneOf(saved.theme, ['auto', 'light', 'dark']) ?? 'auto')
    this.locale = signal(given.locale ?? oneOf(saved.locale, ['en', 'zh']) ?? browserLocale())
    this.smoothing = signal(typeof saved.smoothing === 'number' ? Math.min(Math.max(saved.smoothing, 0), 0.999) : 0)
    this.xAxis = signal(oneOf(saved.xAxis, ['step', 'relative', 'time', 'epoch']) ?? 'step')
    this.logY = signal(saved.logY === true)
    this.follow = signal(saved.follow !== false)
    this.filter = signal('')
    this.#stopSaving = effect(() => {
      writeLocal('settings', {
        theme: this.theme.value,
        locale: this.locale.value,
        smoothing: this.smoothing.value,
        xAxis: this.xAxis.value,
        logY: this.logY.value,
        follow: this.follow.value,
      })
    })
  }

  destroy(): void {
    this.#stopSaving()
  }
}

function readSaved(): Record<string, unknown> {
  const saved = readLocal('settings')
  return typeof saved === 'object' && saved !== null ? (saved as Record<string, unknown>) : {}
}

function oneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value)
}

function browserLocale(): Locale {
  return typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const PREFIX = 'tsorch-viz:'

/** What was written under a key; `undefined` if nothing was, or if the browser keeps nothing for this page. */
export function readLocal(key: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + key)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

export function writeLocal(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value))
  } catch {
    // a page without storage, or a full one: the choice lasts until the page is left
  }
}
