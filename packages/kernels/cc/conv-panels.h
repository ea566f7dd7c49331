// Convolution with pixels in the lanes of the vectors and output channels in the accumulators. Pixels are read where they lie
// if they lie together, else laid out as panels first. No lane is idle whatever the number of channels, and any step will do.
#pragma once
#include "conv.h"

namespace VARIANT {

// How the panels of a correlation are made, which reads no border.
struct PanelPlan {
  Correlation c;
  bool inPlace;
  i32 lines;          // in place: runs of pixels in an image, and their length
  i32 lineLength;

  usize bytes() const;
};

PanelPlan planPanels(const Correlation& bordered);

// Lays out the weight of a correlation in outChannels * depth elements: tile by tile [channel][tap][row]. Element (output, channel,
// natural tap) lies at output * outputStep + channel * channelStep + tap.
void packPanels(const f32* weight, f32* packed, const Correlation& c, const TapOrder& order, i32 outputStep, i32 channelStep);

// Pixels that lie together, read at `from` and written at `to`; the first is lane `lane` of its panel.
struct Piece {
  i32 lane, length;
  isize from, to;
};

// Lanes of the widest panel.
constexpr i32 MAX_PANEL = (W == 4 ? 6 : W == 8 ? 6 : 8) * W;

// Width of a panel for `left` pixels, when `room` can be read: no more than that, unless it is less than a vector.
i32 panelWidth(i32 left, i32 room, i32 widest);
constexpr i32 ANY_ROOM = 1 << 30;

// The positions [first, end) of a correlation, counted over all images, as pieces; returns how many.
i32 piecesOf(const Correlation& c, i32 first, i32 end, Piece* pieces);

// Lays out steps [0, n) of a panel: [step][lane], zeros in lanes without a pixel.
void packPanel(const f32* x, const Piece* pieces, i32 count, i32 columnStep, const i32* offsets, i32 n, f32* panel, i32 width);

// Byte offsets of all steps, [channel][tap], within planes.
void panelOffsets(const Correlation& c, i32* offsets);

// Output channels come in tiles of nearly equal height.
struct PanelTiles {
  i32 outChannels;

  i32 count() const;
  i32 first(i32 tile) const { return (i32)((i64)outChannels * tile / count()); }
  i32 rows(i32 tile) const { return first(tile + 1) - first(tile); }
  i32 widest() const; // panel for these tiles
};

// A tile of `rows` lines, `step` elements apart, of `width` lanes: bias + weight [step][row] times what lies at x + offsets[step].
void multiplyTile(i32 rows, i32 width, const f32* weight, const f32* x, const i32* offsets, i32 n, const f32* bias, f32* to, isize step);

// A tile of 2 * W lanes without bias, which asks for what lies behind the lanes at each step: the next tile's.
void multiplyAsking(i32 rows, const f32* weight, const f32* x, const i32* offsets, i32 n, f32* to, isize step);

void storePiece(const f32* from, f32* to, i32 length, i32 step);

// Whether the positions [first, end) lie together in the output.
INLINE bool liesTogether(const Correlation& c, i32 first, i32 end) {
  return c.outColumn == 1 && c.outRow == c.columns && first / c.positions() == (end - 1) / c.positions();
}

void correlatePanels(const PanelPlan& plan, const f32* x, const f32* packed, const f32* bias, f32* out, u8* workspace);

} // namespace VARIANT
