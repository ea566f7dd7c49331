import { type Metrics, type ProgressState, renderPlainProgress, renderProgress } from './progress-line.js'
import {
  type Environment,
  environment,
  hasColor,
  isCI,
  isInteractive,
  standardStream,
  type TerminalStream,
} from './stream.js'
import { visibleWidth } from './text.js'

/**
 * How progress is shown: one line that is redrawn (`tty`), a line now and then for a log (`plain`), the same more rarely (`ci`),
 * or nothing (`silent`).
 */
export type ProgressMode = 'tty' | 'plain' | 'ci' | 'silent'

/** Milliseconds between two drawings, for each mode. A log gets its first line after as long. */
const intervals = { tty: 100, plain: 10_000, ci: 60_000, silent: Number.POSITIVE_INFINITY } as const

/** Options of {@link ProgressBar}. */
export interface ProgressBarOptions {
  /** What is running: `epoch 2/5`. */
  label?: string
  /** Steps in all; without it there is no bar and no time left. */
  total?: number
  /** Name of what {@link ProgressBar.advance} counts. Default `it`. */
  unit?: string
  /** Values to begin with, or a function that is asked for them whenever a line is drawn, not at each step. */
  metrics?: Metrics | (() => Metrics)
  /** `auto`, the default, is `tty` on a terminal, `ci` where the variable CI is set, `plain` elsewhere. */
  mode?: ProgressMode | 'auto'
  /** Default `process.stderr`; where there is no process, as in a page, nothing is shown. */
  stream?: TerminalStream
  /** Default: as the stream, NO_COLOR and FORCE_COLOR say, on a terminal only. */
  color?: boolean
  /** Default `process.env`. */
  env?: Environment
  /** The time in milliseconds. Default `performance.now()`. */
  now?: () => number
}

function modeOf(stream: TerminalStream | undefined, env: Environment): ProgressMode {
  if (stream === undefined) return 'silent'
  if (isInteractive(stream, env)) return 'tty'
  return isCI(env) ? 'ci' : 'plain'
}

/**
 * A progress line that is told of each step; {@link progress} does that for a loop. A step costs a look at the clock; a terminal is
 * redrawn ten times a second at most.
 *
 * @throws RangeError for a total that is no integer of 0 or more
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const bar = new terminal.ProgressBar({ label: 'download', total: 3, unit: 'files' })
 * for (const loss of [0.9, 0.5, 0.3]) bar.set({ loss }).advance()
 * bar.finish('all there')
 * ```
 */
export class ProgressBar {
  /** How it is shown. */
  readonly mode: ProgressMode
  readonly #options: ProgressBarOptions
  readonly #stream: TerminalStream | undefined
  readonly #color: boolean
  readonly #now: () => number
  readonly #interval: number
  #total: number | undefined
  #metrics: Metrics
  #start: number
  /** When the loop ended, if it did. */
  #end: number | undefined
  #drawn: number
  #step = 0
  #count = 0
  /** Whether the cursor stands in a line of ours. */
  #open = false
  #finished = false

  constructor(options: ProgressBarOptions = {}) {
    const { total, stream = standardStream('stderr'), env = environment(), mode = 'auto', color } = options
    if (total !== undefined && !(Number.isInteger(total) && total >= 0)) {
      throw new RangeError(`ProgressBar: total should be an integer of at least 0, but got ${total}`)
    }
    this.#options = options
    this.#stream = stream
    this.mode = stream === undefined ? 'silent' : mode === 'auto' ? modeOf(stream, env) : mode
    this.#color = this.mode === 'tty' && (color ?? hasColor(stream!, env))
    this.#interval = intervals[this.mode]
    this.#now = options.now ?? (() => performance.now())
    this.#total = total
    this.#metrics = typeof options.metrics === 'object' ? { ...options.metrics } : {}
    this.#start = this.#now()
    this.#drawn = this.#before()
  }

  /** Where the loop stands now. */
  get state(): ProgressState {
    const { label = '', unit = 'it', metrics } = this.#options
    return {
      label,
      step: this.#step,
      total: this.#total,
      count: this.#count,
      unit,
      seconds: ((this.#end ?? this.#now()) - this.#start) / 1000,
      metrics: typeof metrics === 'function' ? { ...metrics(), ...this.#metrics } : this.#metrics,
    }
  }

  /** Sets values to show; the others stay. They are seen at the next drawing. */
  set(metrics: Metrics): this {
    this.#metrics = { ...this.#metrics, ...metrics }
    return this
  }

  /** Counts one step, over `count` units. */
  advance(count = 1): this {
    this.#step++
    this.#count += count
    const now = this.#now()
    if (now - this.#drawn >= this.#interval) this.#draw(now)
    return this
  }

  /** Writes a line above the bar. */
  print(text: string): void {
    if (this.mode === 'silent') return
    this.#stream!.write(this.#open ? `\r\x1b[K${text}\n` : `${text}\n`)
    if (this.#open) this.#redraw('')
  }

  /** Draws the line a last time, with `note` after it, and leaves it. Later calls do nothing. */
  finish(note = ''): void {
    if (this.#finished) return
    this.#finished = true
    if (this.mode === 'silent') return
    if (this.mode === 'tty') {
      this.#redraw(note)
      this.abandon()
    } else {
      this.#stream!.write(`${renderPlainProgress(this.state)}${note === '' ? '' : `  ${note}`}\n`)
    }
  }

  /** Leaves the line as it is, so that an error can start on a line of its own. */
  abandon(): void {
    if (this.#open) this.#stream!.write('\n')
    this.#open = false
  }

  /** @internal Starts at the first step, of `total` if the options do not say how many. */
  restart(total: number | undefined): void {
    this.#total = this.#options.total ?? total
    this.#step = 0
    this.#count = 0
    this.#finished = false
    this.#end = undefined
    this.#start = this.#now()
    this.#drawn = this.#before()
    // the first step may take long: a terminal shows at once that something has begun
    if (this.mode === 'tty') this.#draw(this.#start)
  }

  /** @internal Stops the clock, shows the last step on a terminal, and keeps the line open. */
  pause(): void {
    this.#end = this.#now()
    if (this.mode === 'tty') this.#redraw('')
  }

  /** When the line would have been drawn last, had it been drawn: a terminal gets its first at once, a log later. */
  #before(): number {
    return this.mode === 'tty' ? Number.NEGATIVE_INFINITY : this.#start
  }

  #draw(now: number): void {
    this.#drawn = now
    if (this.mode === 'tty') this.#redraw('')
    // the last step's line comes with `finish`
    else if (this.#step !== this.#total) this.#stream!.write(`${renderPlainProgress(this.state)}\n`)
  }

  #redraw(note: string): void {
    const after = note === '' ? '' : `  ${note}`
    const line = renderProgress(this.state, (this.#stream!.columns || 80) - visibleWidth(after), this.#color)
    // back to the first column, and away with what a longer line left behind
    this.#stream!.write(`\r${line}${after}\x1b[K`)
    this.#open = true
  }
}
