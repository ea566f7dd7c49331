// The input gradient of Winograd's convolution of 5x5: the forward pass transposed.
#pragma once
#include "base.h"

namespace VARIANT {

void winogradSpread(f32* inputGrad, i32 inputImage, const f32* grad, i32 gradImage, const f32* weight, const f32* u, void* workspace,
                    i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad);

i32 winogradSpreadWorkspace(i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared);

} // namespace VARIANT
