import { afterAll, expect, vi } from 'vitest'
import {
  currentKernelSet,
  getDefaultDevice,
  getDefaultDtype,
  getPrintoptions,
  isGradEnabled,
  seed,
} from '../packages/core/src/index.ts'
import { forgetWarnings } from '../packages/core/src/warn.ts'

/*
 * Runs before each file of those that share their modules. A file begins as in a fresh process, whatever ran before it; one that
 * leaves a setting changed fails itself, not the files after it.
 */
vi.restoreAllMocks()
vi.unstubAllGlobals()
vi.useRealTimers()
forgetWarnings()
seed()

const settings = (): Record<string, unknown> => ({
  kernels: currentKernelSet('cpu'),
  device: getDefaultDevice(),
  dtype: getDefaultDtype().name,
  recording: isGradEnabled(),
  printing: getPrintoptions(),
})
const before = settings()
afterAll(() => expect(settings(), 'this file leaves settings to those after it').toEqual(before))
