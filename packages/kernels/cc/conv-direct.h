// Convolution with output channels in the lanes of the vectors and some pixels of a row in the accumulators: inputs are read in
// place and spread over the lanes, windows are clipped at the border instead of padded.
#pragma once
#include "conv.h"

namespace VARIANT {

// The weight as the direct kernel reads it: blocks of output channels, [block][tap][channel][lane]. A block has 2 W lanes; the
// last one has W if that is enough.
struct DirectWeight {
  i32 outChannels, channels, taps;

  i32 blocks() const { return divUp(outChannels, 2 * W); }
  i32 lanes(i32 block) const { return outChannels - block * 2 * W > W ? 2 * W : W; }
  i32 size() const { return roundUp(outChannels, W) * channels * taps; }
  i32 blockAt(i32 block) const { return block * 2 * W * channels * taps; }
};

// Weight element (output, channel, tap) lies at output * outputStep + channel * channelStep + tap; tap t goes to place[t], the
// position that it has among the taps of all phases.
void packDirect(const f32* weight, f32* packed, const DirectWeight& shape, i32 outputStep, i32 channelStep, const i32* place);

// Bytes of offsets for one call.
INLINE usize directOffsets(const Correlation& c) { return roundUp<usize>((usize)c.taps() * (usize)c.channels * 4, 64); }

// `firstTap`: where the correlation's taps begin among those of the packed weight. `bias` may be null.
void correlateDirect(const Correlation& c, const f32* x, const f32* packed, const DirectWeight& shape, i32 firstTap, const f32* bias,
                     f32* out, i32* offsets);

// Pixels of a tile, over all images in it.
i32 directPixels(const Correlation& c);

// Whether it takes this step from column to column.
bool directTakes(const Correlation& c);

// Whether planes are better given a border: clipping costs something for each tap, whatever the number of channels.
INLINE bool directWantsBorder(const Correlation& c) { return c.channels < 8; }

} // namespace VARIANT
