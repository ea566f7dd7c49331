import { NotCovered, Superseded } from './library.js'

/** What became of one case. */
export interface CaseResult {
  readonly group: string
  readonly id: string
  /** The operation, module, optimizer, ... that the case is about. */
  readonly subject: string
  readonly status: 'passed' | 'failed' | 'not covered' | 'superseded'
  /** Why it failed, what the library does not have yet, or what PyTorch answers differently by now. */
  readonly message?: string
}

/** Runs one case. What the library lacks is not covered, what PyTorch 2.x answers differently is superseded; every other error is a failure. */
export async function verdict(run: () => Promise<void>): Promise<Pick<CaseResult, 'status' | 'message'>> {
  try {
    await run()
    return { status: 'passed' }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof NotCovered) return { status: 'not covered', message }
    if (error instanceof Superseded) return { status: 'superseded', message }
    // an error that is no verdict of the runner's own was thrown by the library: its kind matters
    const kind = error instanceof Error && error.name !== 'Mismatch' && error.name !== 'Error' ? `${error.name}: ` : ''
    return { status: 'failed', message: `${kind}${message}` }
  }
}
