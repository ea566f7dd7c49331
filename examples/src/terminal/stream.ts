/** The part of `process.stdout` that the drawing code needs. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Whether a line may be redrawn in place: a real terminal, and nobody is keeping a log of it. */
export function isInteractive(stream: TerminalStream, env: Environment): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !isSet(env.CI)
}

/** Whether to use colour, by the conventions of NO_COLOR (https://no-color.org) and FORCE_COLOR. */
export function hasColor(stream: TerminalStream, env: Environment): boolean {
  if (isSet(env.NO_COLOR)) return false
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0'
  return isInteractive(stream, env)
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
