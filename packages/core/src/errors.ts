/** The kinds of error that PyTorch throws, under PyTorch's names. A wrong JavaScript type is a plain TypeError. */

/** Shapes, dtypes, devices or states that do not fit together. */
export class RuntimeError extends Error {
  override name = 'RuntimeError'
}

/** An argument of the right type with a value that is not accepted. */
export class ValueError extends Error {
  override name = 'ValueError'
}

/** A dimension or an index outside its range. */
export class IndexError extends RangeError {
  override name = 'IndexError'
}

/** Something PyTorch can do and this library cannot yet. */
export class NotImplementedError extends RuntimeError {
  override name = 'NotImplementedError'
}
