/** Layers that a network is told to use: a class, or a function that makes one. */
import { ValueError } from '@tsorch/core'
import { type AnyModule, Module } from '@tsorch/nn'

/** What makes a module of type `M`: its class, or a function with the same arguments. */
export type Maker<Args extends unknown[], M extends AnyModule> = (new (...args: Args) => M) | ((...args: Args) => M)

/** What makes a normalisation layer of a number of channels: `BatchNorm2d`, or `(c) => new GroupNorm(32, c)`. */
export type NormLayer = Maker<[channels: number], AnyModule>

/** What makes an activation; it is asked to write into its input where that is safe. */
export type ActivationLayer = Maker<[options?: { inplace?: boolean }], AnyModule>

/** A module of what makes it. */
export function make<Args extends unknown[], M extends AnyModule>(maker: Maker<Args, M>, ...args: Args): M {
  return isClass(maker) ? new maker(...args) : maker(...args)
}

function isClass<Args extends unknown[], M extends AnyModule>(
  maker: Maker<Args, M>,
): maker is new (
  ...args: Args
) => M {
  return maker.prototype instanceof Module
}

/**
 * The options of a network whose `name` is fixed to `value`.
 *
 * @throws ValueError if another value was given
 */
export function withFixed<O extends object, N extends keyof O & string>(options: O, name: N, value: O[N]): O {
  const given = options[name]
  if (given !== undefined && given !== value)
    throw new ValueError(`The parameter '${name}' expected value ${value} but got ${given} instead.`)
  return { ...options, [name]: value }
}
