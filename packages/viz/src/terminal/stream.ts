/** The part of `process.stdout` that the terminal functions need. */
export interface TerminalStream {
  /** Whether it is a terminal, on which a line can be redrawn. */
  readonly isTTY?: boolean
  /** Width of the terminal in characters, 80 if it is not known. */
  readonly columns?: number
  write(text: string): unknown
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

type Process = { readonly stdout?: TerminalStream; readonly stderr?: TerminalStream; readonly env?: Environment }

const host = (): Process | undefined => (globalThis as { process?: Process }).process

/** A stream of this process; undefined where there is none, as in a page. */
export function standardStream(name: 'stdout' | 'stderr'): TerminalStream | undefined {
  const stream = host()?.[name]
  // bundlers give pages a `process` that has no streams, or streams that cannot write
  return typeof stream?.write === 'function' ? stream : undefined
}

/** `process.env`, empty where there is none. */
export function environment(): Environment {
  return host()?.env ?? {}
}

/**
 * Whether a line may be redrawn in place: a real terminal, and nobody is keeping a log of it.
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * terminal.isInteractive({ isTTY: true, write() {} }, { CI: 'true' }) // false
 * ```
 */
export function isInteractive(stream: TerminalStream, env: Environment = environment()): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !isCI(env)
}

/** Whether the environment says that this is a machine of continuous integration: `CI` is set, and not to `false` or `0`. */
export function isCI(env: Environment = environment()): boolean {
  return isSet(env.CI) && env.CI !== 'false' && env.CI !== '0'
}

/**
 * Whether to use colour, by the conventions of NO_COLOR and FORCE_COLOR; NO_COLOR wins where both are set.
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const text = terminal.sparkline([3, 2, 1], { color: terminal.hasColor(process.stdout) })
 * ```
 *
 * @see https://no-color.org
 * @see https://force-color.org
 */
export function hasColor(stream: TerminalStream, env: Environment = environment()): boolean {
  if (isSet(env.NO_COLOR)) return false
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isInteractive(stream, env)
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
