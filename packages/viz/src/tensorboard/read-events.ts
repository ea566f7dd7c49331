import { decodeEvent } from './decode.js'
import type { SummaryEvent } from './event.js'
import { builtin, pathOf } from './node.js'
import { readRecords } from './records.js'

/** An event file: its path, or what it holds. */
export type EventSource = string | URL | Blob | Uint8Array

/**
 * The events of a file, one by one. Ends at a record that is cut short, since a program may still be writing it.
 *
 * @throws Error for a damaged record, with the name of the file and the place, and from the file system
 * @example
 * ```ts
 * import { readdirSync } from 'node:fs'
 * import { readEvents, SummaryWriter } from '@tsorch/viz'
 *
 * const writer = new SummaryWriter('runs/events')
 * writer.addScalar('loss', 0.5, 0)
 * writer.close()
 * for (const file of readdirSync('runs/events'))
 *   for await (const { step, summary = [] } of readEvents(`runs/events/${file}`))
 *     for (const { tag, simpleValue } of summary) console.log(step, tag, simpleValue)
 * ```
 */
export async function* readEvents(source: EventSource): AsyncGenerator<SummaryEvent, void> {
  const name = nameOf(source)
  for await (const { data, offset } of readRecords(chunksOf(source), name)) {
    let event: SummaryEvent
    try {
      event = decodeEvent(data)
    } catch (error) {
      throw new Error(`${name}: the record at byte ${offset} is no event: ${(error as Error).message}`, {
        cause: error,
      })
    }
    yield event
  }
}

function nameOf(source: EventSource): string {
  if (typeof source === 'string') return source
  if (source instanceof URL) return source.href
  return (source as { name?: string }).name ?? 'the given bytes'
}

async function* chunksOf(source: EventSource): AsyncGenerator<Uint8Array, void> {
  if (source instanceof Uint8Array) yield source
  else if (source instanceof Blob) {
    const reader = source.stream().getReader()
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
    } finally {
      await reader.cancel()
    }
  } else {
    const { createReadStream } = builtin('node:fs', 'reading an event file by its path')
    yield* createReadStream(pathOf(source), { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>
  }
}
