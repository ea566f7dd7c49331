import type { Json, JsonObject } from '../protocol/types.js'

/** The window that a verb draws in. */
export interface Target {
  readonly win: string
  readonly eid: string
  /** the window has just been given its id, and so cannot be there */
  readonly isNew?: boolean
}

/** Where a verb draws. */
export interface WindowOptions {
  /** the window; without one, a new window is made */
  readonly win?: string | null | undefined
  /** the environment; default: that of the client */
  readonly env?: string | null | undefined
}

/** A body that nobody else holds, so that a queue may add to its lists. */
export type Body = { [key: string]: Json | undefined }

/** What a verb has to say to a server. */
export interface Call {
  readonly endpoint: string
  readonly body: Body
  /**
   * Of an update that makes its window if there is none: whether there is one is asked first, and if not, this is posted to `events`.
   * It is given the body as the queue left it.
   */
  readonly create?: (body: JsonObject) => JsonObject
}
