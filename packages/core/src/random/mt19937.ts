/** Words of state. */
export const STATE_WORDS = 624
const SHIFT_WORDS = 397
const TWIST = 0x9908b0df | 0

/** One step of the recurrence: the top bit of `high`, the other bits of `low`, shifted and twisted. */
function mix(high: number, low: number): number {
  const y = (high & 0x80000000) | (low & 0x7fffffff)
  return (y >>> 1) ^ (-(low & 1) & TWIST)
}

/** Words of state as multiples of 2^-24 in [0, 1). */
function temper24(words: Int32Array, next: number, out: Float32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) {
    let y = words[next + i]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    out[at + i] = ((y ^ (y >>> 18)) & 0xffffff) * 2 ** -24
  }
}

/**
 * The Mersenne Twister mt19937, the source of every random number of PyTorch's CPU generator.
 *
 * The fields are those of PyTorch's engine, so that a state travels both ways: `next` is the index of the next word to hand
 * out, `left` counts down to the next twist.
 *
 * @see M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998) 3-30
 */
export class Mt19937 {
  readonly state: Uint32Array
  /** The same words: integers that are small for JavaScript engines. */
  private readonly signed: Int32Array
  left: number
  next: number

  /** @param seed only the low 32 bits count */
  constructor(seed: number) {
    this.state = new Uint32Array(STATE_WORDS)
    this.signed = new Int32Array(this.state.buffer)
    this.left = 1
    this.next = 0
    this.reseed(seed)
  }

  /** Starts the stream of `seed` anew. */
  reseed(seed: number): void {
    const state = this.state
    let word = seed >>> 0
    state[0] = word
    for (let i = 1; i < STATE_WORDS; i++) {
      word = (Math.imul(word ^ (word >>> 30), 1812433253) + i) >>> 0
      state[i] = word
    }
    this.left = 1
    this.next = 0
  }

  /** Makes the next 624 words of state at once. */
  private twist(): void {
    const state = this.signed
    let i = 0
    for (; i < STATE_WORDS - SHIFT_WORDS; i++) state[i] = state[i + SHIFT_WORDS]! ^ mix(state[i]!, state[i + 1]!)
    for (; i < STATE_WORDS - 1; i++) {
      state[i] = state[i + SHIFT_WORDS - STATE_WORDS]! ^ mix(state[i]!, state[i + 1]!)
    }
    state[i] = state[SHIFT_WORDS - 1]! ^ mix(state[i]!, state[0]!)
    this.left = STATE_WORDS
    this.next = 0
  }

  /** The next 32 bits, as a signed integer: the cheapest form for code that goes on with bit operations. */
  int32(): number {
    if (--this.left === 0) this.twist()
    let y = this.signed[this.next++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return y ^ (y >>> 18)
  }

  /** The next 32 bits, in [0, 2^32). */
  uint32(): number {
    return this.int32() >>> 0
  }

  /** A multiple of 2^-24 in [0, 1): float32's uniform number, one draw. */
  uniform24(): number {
    return (this.int32() & 0xffffff) * 2 ** -24
  }

  /** Fills `out[start .. end)` with {@link uniform24}. */
  fillUniform24(out: Float32Array, start: number, end: number): void {
    let at = start
    while (at < end) {
      if (this.left === 1) {
        this.twist()
        // what `int32` has when it hands out the first word: counted down already
        this.left++
      }
      const count = Math.min(end - at, this.left - 1)
      temper24(this.signed, this.next, out, at, count)
      this.left -= count
      this.next += count
      at += count
    }
  }

  /**
   * A multiple of 2^-53 in [0, 1): float64's uniform number, two draws. Of a 64-bit number the first draw is the high half.
   */
  uniform53(): number {
    const high = this.int32() & 0x1fffff
    return (high * 2 ** 32 + this.uint32()) * 2 ** -53
  }
}
