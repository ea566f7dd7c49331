import { RuntimeError, ValueError } from '../errors.js'
import type { Backend, Memory, Primitives } from './backend.js'
import type { Op } from './op.js'

type Kernel = (...args: never[]) => unknown

/**
 * A device and the kernels that serve it now. Filled when a backend registers, read on every call: `device.primitives.binary`
 * for a primitive, `device.overrides[op.id]` for a composite that somebody can do faster.
 */
export class Device {
  /** `'cpu'` */
  readonly name: string
  memory!: Memory
  primitives!: Primitives
  /** Indexed by op id; a hole means that the composite serves. */
  overrides: (Kernel | undefined)[]
  /** The kernel sets, best first. */
  backends: Backend[]
  /** The set that serves. */
  current: Backend | null

  constructor(name: string) {
    this.name = name
    this.overrides = []
    this.backends = []
    this.current = null
  }

  /** Lets the best kernel set serve, or the one named; what it declines goes to the plain set, the last one. */
  select(set?: string): void {
    const chosen = set === undefined ? this.backends[0] : this.backends.find((b) => b.set === set)
    const plain = this.backends.at(-1)
    if (chosen === undefined || plain === undefined) {
      throw new ValueError(
        `device ${this.name} has no kernel set '${set}', it has ${this.backends.map((b) => b.set).join(', ')}`,
      )
    }
    this.current = chosen
    this.memory = chosen.memory
    this.primitives = chosen.primitives
    this.overrides = []
    for (const { op, kernel } of plain.overrides) this.overrides[op.id] = kernel as Kernel
    if (chosen === plain) return
    for (const { op, kernel } of chosen.overrides) {
      const next = this.overrides[op.id]
      this.overrides[op.id] = next === undefined ? (kernel as Kernel) : firstOf(kernel as Kernel, next)
    }
  }

  toString(): string {
    return this.name
  }
}

/** The first kernel's result, or the second's if the first declines. */
function firstOf(a: Kernel, b: Kernel): Kernel {
  return (...args) => a(...args) ?? b(...args)
}

const table = new Map<string, Device>()

/**
 * Makes a backend's device, or its kernel set of a device that is there already, available.
 *
 * @throws ValueError if that kernel set is registered already
 */
export function registerBackend(backend: Backend): Device {
  let device = table.get(backend.device)
  if (device === undefined) {
    device = new Device(backend.device)
    table.set(backend.device, device)
  }
  if (device.backends.some((b) => b.set === backend.set)) {
    throw new ValueError(`kernel set '${backend.set}' of device '${backend.device}' is already registered`)
  }
  device.backends.push(backend)
  device.backends.sort((a, b) => b.rank - a.rank)
  device.select()
  return device
}

/** The device of that name. @throws RuntimeError if no backend provides it */
export function deviceOf(name: string | Device): Device {
  if (name instanceof Device) return name
  const device = table.get(name) ?? table.get(name.replace(/:0$/, ''))
  if (device === undefined) {
    throw new RuntimeError(`device '${name}' is not available, available are: ${[...table.keys()].join(', ')}`)
  }
  return device
}

/** All devices, in the order in which they were registered. */
export function allDevices(): Iterable<Device> {
  return table.values()
}

/** Names of the devices that tensors can be put on. */
export function devices(): string[] {
  return [...table.keys()]
}

/** Whether tensors can be put on that device. */
export function isAvailable(device: string): boolean {
  return table.has(device)
}

/** Names of the kernel sets of a device, best first. */
export function kernelSets(device = 'cpu'): string[] {
  return deviceOf(device).backends.map((b) => b.set)
}

/** Name of the kernel set that serves a device now. */
export function currentKernelSet(device = 'cpu'): string {
  return deviceOf(device).current!.set
}

/**
 * Lets one kernel set of a device serve, for tests and comparisons; without a name the best one serves again. What a set does
 * not have is done by the plain one.
 *
 * @throws ValueError if the device has no such set
 */
export function useKernelSet(device: string, set?: string): void {
  deviceOf(device).select(set)
}

export type { Op }
