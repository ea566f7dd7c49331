/** Logs of calls, a line each: `[endpoint, body]`, as visdom writes and replays them. */
import { isObject, parseJson } from '../protocol/json.js'
import type { Json, JsonObject } from '../protocol/types.js'
import { builtin, pathOf } from '../tensorboard/node.js'

/** A line of a log. */
export type LogEntry = readonly [endpoint: string, body: JsonObject]

/** The lines of a file, without holding it all. */
export async function* readLog(path: string | URL): AsyncGenerator<string> {
  const { createReadStream } = builtin('node:fs', 'replayLog')
  let rest = ''
  for await (const part of createReadStream(pathOf(path), { encoding: 'utf8' })) {
    const lines = (rest + part).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

/** @returns null for what is no line of a log, such as one that was cut off */
export function parseLine(line: string): LogEntry | null {
  let value: Json
  try {
    value = parseJson(line)
  } catch {
    return null
  }
  return Array.isArray(value) && typeof value[0] === 'string' && isObject(value[1])
    ? [value[0], value[1] as JsonObject]
    : null
}
