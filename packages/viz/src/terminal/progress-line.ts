import { formatDuration, formatMetric, formatRate } from './format.js'
import { type Color, pad, paint, truncate, visibleWidth } from './text.js'

/** Values to show beside a bar, by their names. */
export type Metrics = Readonly<Record<string, number | bigint | string>>

/** Where a loop stands. */
export interface ProgressState {
  /** What is running: `epoch 2/5`. */
  readonly label: string
  /** Steps done. */
  readonly step: number
  /** Steps in all; undefined if nobody knows. */
  readonly total: number | undefined
  /** What was counted in these steps, such as images. */
  readonly count: number
  /** Name of what is counted. */
  readonly unit: string
  /** Seconds since the start. */
  readonly seconds: number
  readonly metrics: Metrics
}

/** Eighths of a block, so that a bar moves more often than its width allows. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `width` characters, filled to `fraction`. */
export function renderBar(fraction: number, width: number, empty = '░'): string {
  const filled = Math.min(1, Math.max(0, fraction)) * width
  const whole = Math.floor(filled)
  const bar = '█'.repeat(whole) + (eighths[Math.floor((filled - whole) * 8)] ?? '')
  return bar.padEnd(width, empty)
}

interface Fact {
  readonly text: string
  readonly color?: Color
}

function facts({ step, total, count, unit, seconds, metrics }: ProgressState): Fact[] {
  const out: Fact[] = [
    { text: total === undefined ? String(step) : `${pad(String(step), String(total).length, 'left')}/${total}` },
  ]
  for (const [name, value] of Object.entries(metrics)) {
    const text = `${name} ${formatMetric(value)}`
    out.push(typeof value === 'number' && !Number.isFinite(value) ? { text, color: 'red' } : { text })
  }
  const rate = count / seconds
  if (seconds > 0 && rate > 0) {
    // below one in ten seconds, seconds for each say more
    const text = rate < 0.1 ? `${formatRate(1 / rate)} s/${unit}` : `${formatRate(rate)} ${unit}/s`
    out.push({ text, color: 'dim' })
  }
  return out
}

function time({ step, total, seconds }: ProgressState): Fact | undefined {
  if (total === undefined || step >= total) return { text: formatDuration(seconds), color: 'dim' }
  if (step === 0) return undefined
  return { text: `${formatDuration((seconds / step) * (total - step))} left`, color: 'dim' }
}

/** The line that is redrawn: bar, step, metrics, speed and time left; it leaves the last of `columns` free. */
export function renderProgress(state: ProgressState, columns = 80, color = false): string {
  const { label, step, total } = state
  const left = time(state)
  const parts = left === undefined ? facts(state) : [...facts(state), left]
  const text = parts.map((part) => part.text).join('  ')
  const painted = color ? parts.map((part) => paint(part.text, part.color)).join('  ') : text
  const head = label === '' ? '' : `${label} `
  // the last column stays free: filling it makes some terminals start a new line
  const room = columns - 1 - visibleWidth(head) - visibleWidth(text)
  if (room < 0) return truncate(head + text, Math.max(0, columns - 1))
  if (total === undefined || room < 7) return head + painted
  const done = total === 0 ? 1 : step / total
  const bar = renderBar(done, Math.min(room - 3, 30))
  return `${head}|${paint(bar, color ? (done >= 1 ? 'green' : 'cyan') : undefined)}| ${painted}`
}

/** The line for a log: the same facts without a bar. */
export function renderPlainProgress(state: ProgressState): string {
  const texts = [...facts(state).map((fact) => fact.text), formatDuration(state.seconds)]
  return (state.label === '' ? texts : [state.label, ...texts]).join('  ')
}
