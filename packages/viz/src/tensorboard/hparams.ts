/** What TensorBoard's hparams plugin reads: which hyperparameters and metrics there are, and the values of a run. */
import type { SummaryValue } from './event.js'
import { describe, readScalar, type Values } from './values.js'
import { ProtoReader, ProtoWriter } from './wire.js'

/** A hyperparameter; `null` is left out. */
export type Hparam = string | number | boolean | null | Values

const TYPE_STRING = 1
const TYPE_FLOAT64 = 3
const STATUS_SUCCESS = 1

const EXPERIMENT = '_hparams_/experiment'
const SESSION_START = '_hparams_/session_start_info'
const SESSION_END = '_hparams_/session_end_info'

/**
 * The three values that describe a run. A boolean is written as the number 0 or 1, as PyTorch does.
 *
 * @throws TypeError for a value of another type, and a domain that does not fit its hyperparameter
 */
export function hparamValues(
  hparams: Readonly<Record<string, Hparam>>,
  metrics: readonly string[],
  domains: Readonly<Record<string, readonly (string | number | boolean)[]>>,
): SummaryValue[] {
  for (const [name, domain] of Object.entries(domains)) {
    const value = hparams[name]
    if (
      !Object.hasOwn(hparams, name) ||
      !Array.isArray(domain) ||
      domain.some((other) => typeof other !== typeof value)
    )
      throw new TypeError(
        `parameter: hparamDomainDiscrete['${name}'] should be an array of the same type as hparams['${name}'].`,
      )
  }
  const experiment = new ProtoWriter()
  const start = new ProtoWriter()
  for (const [name, hparam] of Object.entries(hparams)) {
    if (hparam === null) continue
    if (hparam === undefined) throw new TypeError(`hparams['${name}']: expected a value, but got ${describe(hparam)}`)
    const value = typeof hparam === 'string' ? hparam : readScalar(`hparams['${name}']`, hparam)
    start.presentBytes(1, new ProtoWriter().bytes(1, name).presentBytes(2, structValue(value)))
    const info = new ProtoWriter().bytes(1, name).int(4, typeof value === 'string' ? TYPE_STRING : TYPE_FLOAT64)
    const domain = domains[name]
    if (domain !== undefined) {
      const list = new ProtoWriter()
      for (const one of domain) list.presentBytes(1, structValue(typeof one === 'string' ? one : Number(one)))
      info.presentBytes(5, list)
    }
    experiment.presentBytes(4, info)
  }
  for (const metric of metrics)
    experiment.presentBytes(5, new ProtoWriter().presentBytes(1, new ProtoWriter().bytes(2, metric)))
  return [
    hparamsValue(EXPERIMENT, new ProtoWriter().presentBytes(2, experiment)),
    hparamsValue(SESSION_START, new ProtoWriter().presentBytes(3, start)),
    hparamsValue(SESSION_END, new ProtoWriter().presentBytes(4, new ProtoWriter().int(1, STATUS_SUCCESS))),
  ]
}

function structValue(value: string | number): ProtoWriter {
  return typeof value === 'string'
    ? new ProtoWriter().presentBytes(3, value)
    : new ProtoWriter().presentDouble(2, value)
}

function hparamsValue(tag: string, content: ProtoWriter): SummaryValue {
  return { tag, metadata: { pluginName: 'hparams', content: content.finish() } }
}

/** The hyperparameters in a value of {@link hparamValues}, or null if it does not hold them. */
export function readHparams({ tag, metadata }: SummaryValue): Record<string, string | number | boolean> | null {
  if (tag !== SESSION_START || metadata?.pluginName !== 'hparams') return null
  const hparams: Record<string, string | number | boolean> = {}
  const content = new ProtoReader(metadata.content)
  while (content.next()) {
    if (content.field !== 3) continue
    const start = content.message()
    while (start.next()) {
      if (start.field !== 1) continue
      const entry = start.message()
      let name = ''
      let value: string | number | boolean | null = null
      while (entry.next()) {
        if (entry.field === 1) name = entry.string()
        else if (entry.field === 2) value = readStructValue(entry.message())
      }
      if (value !== null) hparams[name] = value
    }
  }
  return hparams
}

function readStructValue(reader: ProtoReader): string | number | boolean | null {
  let value: string | number | boolean | null = null
  while (reader.next()) {
    if (reader.field === 2) value = reader.double()
    else if (reader.field === 3) value = reader.string()
    else if (reader.field === 4) value = reader.int() !== 0
  }
  return value
}
