// The tables of pointwise loops.
#pragma once
#include "opcodes.h"
#include "walk.h"

namespace VARIANT {

// The loop for a dtype and a code; without a body if there is none.
Loop unaryLoop(i32 dtype, i32 op);
Loop binaryLoop(i32 dtype, i32 op);
Loop ternaryLoop(i32 dtype, i32 op);

// by dtype
Loop unaryLoopF32(i32 op);
Loop binaryLoopF32(i32 op);
Loop ternaryLoopF32(i32 op);

} // namespace VARIANT
