import { type DType, dtypes } from '../dtype.js'

/** The ways elements lie in their arrays: what loops that only move elements are written for. */
export type StorageForm = 'f32' | 'f64' | 'u16' | 'i8' | 'u8' | 'i16' | 'i32' | 'i64'

function formOf(dtype: DType): StorageForm {
  switch (dtype.name) {
    case 'float32':
      return 'f32'
    case 'float64':
      return 'f64'
    case 'float16':
    case 'bfloat16':
      return 'u16'
    case 'int8':
      return 'i8'
    case 'uint8':
    case 'bool':
      return 'u8'
    case 'int16':
      return 'i16'
    case 'int32':
      return 'i32'
    case 'int64':
      return 'i64'
  }
}

/** A table of loops by storage form as one by dtype id. */
export function byDType<L>(loops: Record<StorageForm, L>): readonly L[] {
  return dtypes.map((d) => loops[formOf(d)])
}
