import { type Environment, isInteractive, type TerminalStream } from './stream.js'

/** Where a run stands. */
export interface ProgressState {
  /** What is running: `epoch 2/5`. */
  readonly label: string
  /** Steps done, of `total`. */
  readonly step: number
  readonly total: number
  /** Images seen so far. */
  readonly images: number
  /** Seconds since the start. */
  readonly seconds: number
  /** The latest loss, if there is one yet. */
  readonly loss?: number | undefined
}

/** Eighths of a block, so that a bar moves more often than its width allows. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `width` characters, filled to `fraction`. */
export function renderBar(fraction: number, width: number): string {
  const filled = Math.min(1, Math.max(0, fraction)) * width
  const whole = Math.floor(filled)
  const bar = '█'.repeat(whole) + (eighths[Math.floor((filled - whole) * 8)] ?? '')
  return bar.padEnd(width, '░')
}

/** Seconds as `7s`, `1m05s` or `2h03m`. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}s`
  const pad = (n: number) => String(n).padStart(2, '0')
  if (s < 3600) return `${Math.floor(s / 60)}m${pad(s % 60)}s`
  return `${Math.floor(s / 3600)}h${pad(Math.floor((s % 3600) / 60))}m`
}

/** A rate at a glance: `8.5`, `412`, `12.3k`. */
export function formatRate(rate: number): string {
  if (rate < 99.95) return rate.toFixed(1)
  return rate < 999.5 ? rate.toFixed(0) : `${(rate / 1000).toFixed(1)}k`
}

function facts(state: ProgressState): string[] {
  const { step, total, images, seconds, loss } = state
  const out = [`${String(step).padStart(String(total).length)}/${total}`]
  if (loss !== undefined) out.push(`loss ${loss.toFixed(4)}`)
  if (seconds > 0) out.push(`${formatRate(images / seconds)} images/s`)
  return out
}

/** The line that is redrawn: bar, step, loss, speed and time left, at most `columns` wide. */
export function renderProgress(state: ProgressState, columns = 80): string {
  const { label, step, total, seconds } = state
  const parts = facts(state)
  if (step > 0 && step < total) parts.push(`${formatDuration((seconds / step) * (total - step))} left`)
  if (step >= total) parts.push(formatDuration(seconds))
  const text = parts.join('  ')
  // the last column stays free: filling it makes some terminals start a new line
  const room = columns - 1 - label.length - text.length - 4
  const line = room >= 4 ? `${label} |${renderBar(step / total, Math.min(room, 30))}| ${text}` : `${label} ${text}`
  return line.slice(0, Math.max(0, columns - 1))
}

/** The line for a log: the same facts without a bar. */
export function renderPlainProgress(state: ProgressState): string {
  return `${state.label}  ${facts(state).join('  ')}  ${formatDuration(state.seconds)}`
}

/** What a {@link Progress} may be told; all of it has a sensible default. */
export interface ProgressOptions {
  /** Default `process.stdout`. */
  stream?: TerminalStream
  /** Default `process.env`. */
  env?: Environment
  /** The time in milliseconds. Default `performance.now()`. */
  now?: () => number
}

/** Milliseconds between two drawings of the bar, fast enough to look alive. */
const REDRAW = 80
/** Milliseconds between two lines in a log: short runs print their last line only. */
const LOG = 10_000

/**
 * A live progress line on a terminal; a few plain lines where the output goes to a file or a CI log.
 *
 * @example
 * ```ts
 * const progress = new Progress('epoch 1/3', loader.length)
 * for await (const [x, y] of loader) {
 *   progress.update({ images: x.length, loss: trainStep(x, y) })
 * }
 * progress.finish()
 * ```
 */
export class Progress {
  readonly #label: string
  readonly #total: number
  readonly #stream: TerminalStream
  readonly #interactive: boolean
  readonly #now: () => number
  readonly #start: number
  #drawn: number
  #open = false
  #step = 0
  #images = 0
  #loss: number | undefined

  constructor(label: string, total: number, options: ProgressOptions = {}) {
    this.#label = label
    this.#total = total
    this.#stream = options.stream ?? process.stdout
    this.#interactive = isInteractive(this.#stream, options.env ?? process.env)
    this.#now = options.now ?? (() => performance.now())
    this.#start = this.#now()
    // a terminal gets its first bar at once, a log its first line after a while
    this.#drawn = this.#interactive ? Number.NEGATIVE_INFINITY : this.#start
  }

  get state(): ProgressState {
    return {
      label: this.#label,
      step: this.#step,
      total: this.#total,
      images: this.#images,
      seconds: (this.#now() - this.#start) / 1000,
      loss: this.#loss,
    }
  }

  /** Counts one step over `images` images. */
  update({ images, loss }: { images: number; loss?: number }): void {
    this.#step++
    this.#images += images
    if (loss !== undefined) this.#loss = loss
    const now = this.#now()
    if (now - this.#drawn < (this.#interactive ? REDRAW : LOG)) return
    this.#drawn = now
    if (this.#interactive) this.#redraw()
    else if (this.#step < this.#total) this.#stream.write(`${renderPlainProgress(this.state)}\n`)
  }

  /** Draws the line a last time and leaves it, with `note` after it. */
  finish(note = ''): void {
    if (this.#interactive) {
      this.#redraw(note)
      this.#stream.write('\n')
      this.#open = false
    } else {
      this.#stream.write(`${renderPlainProgress(this.state)}${note === '' ? '' : `  ${note}`}\n`)
    }
  }

  /** Leaves the line as it is, so that an error can start on a line of its own. */
  abandon(): void {
    if (this.#open) this.#stream.write('\n')
    this.#open = false
  }

  #redraw(note = ''): void {
    const columns = (this.#stream.columns ?? 80) - (note === '' ? 0 : note.length + 2)
    const line = renderProgress(this.state, columns)
    // back to the first column, and away with what a longer line left behind
    this.#stream.write(`\r${line}${note === '' ? '' : `  ${note}`}\x1b[K`)
    this.#open = true
  }
}
