import { describe, expect, test } from 'vitest'
import { readEvents, readRun, type SummaryEvent } from '../src/index.js'
import { encodeEvent } from '../src/tensorboard/encode.js'
import { frameRecord } from '../src/tensorboard/records.js'
import { hparams, mixed, styles } from './tensorboard-golden.js'

async function eventsOf(source: Uint8Array | Blob): Promise<SummaryEvent[]> {
  const events: SummaryEvent[] = []
  for await (const event of readEvents(source)) events.push(event)
  return events
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Lengths of the records of a file. */
function lengthsOf(file: Uint8Array): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const lengths: number[] = []
  for (let at = 0; at < file.length; at += lengths.at(-1)!) lengths.push(16 + view.getUint32(at, true))
  return lengths
}

describe('event files of PyTorch', () => {
  test('are read as TensorBoard reads them', async () => {
    const [version, loss, image, text, metadata, layout] = await eventsOf(mixed)
    expect(version).toEqual({
      wallTime: 1795488519.6625371,
      step: 0,
      fileVersion: 'brain.Event:2',
      sourceWriter: 'tensorboard.summary.writer.event_file_writer',
    })
    expect(loss).toEqual({ wallTime: 1795488519.6632314, step: 0, summary: [{ tag: 'loss', simpleValue: 1 }] })
    expect(image!.summary![0]!.image).toMatchObject({ height: 4, width: 4, colorspace: 3 })
    expect([...image!.summary![0]!.image!.encodedImageString.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(text!.summary).toEqual([
      {
        tag: 't/text_summary',
        tensor: { dtype: 'DT_STRING', shape: [1], values: [], strings: ['hello'] },
        metadata: { pluginName: 'text', content: new Uint8Array(0) },
      },
    ])
    expect(metadata!.taggedRunMetadata!.tag).toBe('step1')
    expect(layout!.summary![0]).toMatchObject({ tag: 'custom_scalars__config__', tensor: { shape: [] } })
  })

  test.each([
    ['mixed', mixed],
    ['hparams', hparams],
    ['styles', styles],
  ])('%s: written again, the bytes are the same', async (_, file) => {
    const events = await eventsOf(file)
    expect(events).toHaveLength(lengthsOf(file).length)
    expect(joined(events.map((event) => frameRecord(encodeEvent(event))))).toEqual(file)
  })

  test('scalars of all styles, steps past 32 bits and below 0, tensors', async () => {
    const run = await readRun([styles])
    expect([...run.scalars]).toEqual([
      ['new', [{ step: 3, wallTime: 1000.5, value: Math.fround(0.1) }]],
      ['double', [{ step: 4, wallTime: 1000.5, value: 0.1 }]],
      ['inf', [{ step: 2 ** 33, wallTime: 1001, value: Number.POSITIVE_INFINITY }]],
      ['neg', [{ step: -1, wallTime: 1001, value: -2.5 }]],
    ])
    expect(run.histograms.get('h')).toEqual([
      {
        step: 5,
        wallTime: 1002,
        value: {
          min: -1,
          max: 2,
          num: 5,
          sum: 3.5,
          sumSquares: 9.25,
          bucketLimit: [-1, 0, 1, 2, 3],
          bucket: [0, 1, 2, 0, 2],
        },
      },
    ])
    expect(run.tensors.get('ints')![0]!.value).toEqual({ dtype: 'DT_INT64', shape: [2, 2], values: [1, -2, 3, 4] })
    expect(run.tensors.get('pr')![0]!.value).toMatchObject({ dtype: 'DT_FLOAT', shape: [6, 5] })
    expect(run.hparams).toBeNull()
  })

  test('hyperparameters', async () => {
    const run = await readRun([hparams])
    expect(run.hparams).toEqual({ lr: 0.1, opt: 'sgd', flag: 1 })
    expect(run.scalars.get('hparam/acc')![0]!.value).toBe(0.5)
  })

  test('what a restarted training writes again replaces what was there', async () => {
    const scalar = (step: number, simpleValue: number): Uint8Array =>
      frameRecord(encodeEvent({ wallTime: 1, step, summary: [{ tag: 'loss', simpleValue }] }))
    const first = joined([scalar(1, 10), scalar(2, 20), scalar(3, 30), scalar(4, 40)])
    const run = await readRun([first, styles, scalar(3, 31)])
    expect(run.scalars.get('loss')!.map(({ step, value }) => [step, value])).toEqual([
      [1, 10],
      [2, 20],
      [3, 31],
    ])
  })
})

describe('files that are not whole', () => {
  test('wherever a file is cut, what stands before is read', async () => {
    const lengths = lengthsOf(styles)
    for (let cut = 0; cut <= styles.length; cut += 7) {
      let whole = 0
      for (let end = lengths[0]!; end <= cut; end += lengths[whole]!) whole++
      expect(await eventsOf(styles.subarray(0, cut))).toHaveLength(whole)
    }
  })

  test('a file in pieces', async () => {
    const blob = new Blob(Array.from(styles, (byte) => Uint8Array.of(byte)))
    expect(await eventsOf(blob)).toEqual(await eventsOf(styles))
  })

  test('a damaged record is named', async () => {
    const [first, second] = lengthsOf(styles) as [number, number]
    const damaged = styles.slice()
    damaged[first + second + 14]! ^= 1
    await expect(eventsOf(damaged)).rejects.toThrow(
      `the given bytes: record 2 (byte ${first + second}) is damaged: the checksum of its data is wrong`,
    )
    const wrongLength = styles.slice()
    wrongLength[first]! ^= 1
    await expect(eventsOf(wrongLength)).rejects.toThrow(
      `record 1 (byte ${first}) is damaged: the checksum of its length is wrong`,
    )
    await expect(eventsOf(frameRecord(Uint8Array.of(0x2a, 9, 1)))).rejects.toThrow(
      'the given bytes: the record at byte 0 is no event: field 5 ends past its message',
    )
  })

  test('a short record that claims a huge tensor', async () => {
    const tensor = { dtype: 'DT_FLOAT', shape: [2 ** 20, 2 ** 20], values: [1] } as const
    const record = frameRecord(encodeEvent({ wallTime: 0, step: 0, summary: [{ tag: 'huge', tensor }] }))
    await expect(eventsOf(record)).rejects.toThrow('a tensor has 1099511627776 elements, more than can be read')
    const small = { ...tensor, shape: [2, 2] }
    const [event] = await eventsOf(
      frameRecord(encodeEvent({ wallTime: 0, step: 0, summary: [{ tag: '', tensor: small }] })),
    )
    expect(event!.summary![0]!.tensor!.values).toEqual([1, 1, 1, 1])
  })

  test('no file at all', async () => {
    await expect(readRun([])).rejects.toThrow('there is no event file')
    expect(await eventsOf(new Uint8Array(0))).toEqual([])
  })

  test('fields of later versions are passed over', async () => {
    const event = encodeEvent({ wallTime: 2, step: 3 })
    // field 100 of each wire type: 5, 8 bytes, one byte, 4 bytes
    const unknown = [0xa0, 6, 5, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 1, 9, 0xa5, 6, 1, 2, 3, 4]
    expect(await eventsOf(frameRecord(Uint8Array.from([...unknown, ...event])))).toEqual([{ wallTime: 2, step: 3 }])
  })
})
