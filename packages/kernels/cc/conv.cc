// The kernels of convolution: each picks its algorithm and goes through groups and phases.
#include "conv-choice.h"
#include "conv-direct.h"
#include "conv-few.h"
#include "conv-grouped.h"
#include "conv-panels.h"
#include "conv-weight.h"
#include "kernels.h"
#include "parallel.h"

namespace VARIANT {

// The shape among a kernel's parameters, as conv.def lists it.
#define SHAPE                                                                                                      \
  i32 images, i32 channels, i32 height, i32 width, i32 outChannels, i32 outHeight, i32 outWidth, i32 kernelHeight, \
      i32 kernelWidth, i32 strideY, i32 strideX, i32 paddingY, i32 paddingX, i32 dilationY, i32 dilationX, i32 groups
#define CONV_OF(inputImage, outputImage)                                                                                   \
  Conv {                                                                                                                   \
    images, channels, height, width, outChannels, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, paddingY, \
        paddingX, dilationY, dilationX, groups, inputImage, outputImage                                                    \
  }
#define INPUT_IMAGE (channels * height * width)
#define OUTPUT_IMAGE (outChannels * outHeight * outWidth)
#define CONV CONV_OF(INPUT_IMAGE, OUTPUT_IMAGE)

namespace {

// A pass that moves windows over planes: forward, or the gradient of the input. What it reads and writes has `read` and `written`
// channels a group.
struct Pass {
  Conv c;
  bool gradient;
  Way way;

  i32 phases() const { return gradient ? c.strideX * c.strideY : 1; }
  Phase phase(i32 i) const { return gradient ? gradientPhase(c, i) : forwardPhase(c); }
  i32 read() const { return gradient ? c.groupOutChannels() : c.groupChannels(); }
  i32 written() const { return gradient ? c.groupChannels() : c.groupOutChannels(); }
  i32 readGroup() const { return read() * (gradient ? c.outPlane() : c.plane()); }
  i32 writtenGroup() const { return written() * (gradient ? c.plane() : c.outPlane()); }
  // Steps in the weight, and its size for one group.
  i32 outputStep() const { return gradient ? c.taps() : c.groupChannels() * c.taps(); }
  i32 channelStep() const { return gradient ? c.groupChannels() * c.taps() : c.taps(); }
  i32 groupWeight() const { return c.groupOutChannels() * c.groupChannels() * c.taps(); }
  DirectWeight directWeight() const { return {written(), read(), c.taps()}; }
  i32 packedGroup() const { return way == Way::few ? 0 : way == Way::direct ? directWeight().size() : groupWeight(); }
  // behind the packed weights the direct kernel notes the places of the taps
  i32 packedSize() const { return way == Way::few ? 0 : roundUp(packedGroup() * c.groups + (way == Way::direct ? c.taps() : 0), 16); }
};

// `kept`: the weight is laid out beforehand, which costs nothing then.
Pass passOf(const Conv& c, bool gradient, bool kept) {
  return {c, gradient, chooseCorrelation(c, gradient, kept).way};
}

void pack(const Pass& pass, const f32* weight, f32* packed) {
  const Conv& c = pass.c;
  if (pass.way == Way::direct) {
    i32* place = (i32*)(packed + pass.packedGroup() * c.groups);
    i32 next = 0;
    for (i32 p = 0; p < pass.phases(); p++) {
      const Phase phase = pass.phase(p);
      for (i32 i = 0; i < phase.c.tapRows; i++)
        for (i32 j = 0; j < phase.c.tapColumns; j++) place[phase.order.at(i, j)] = next++;
    }
    for (i32 g = 0; g < c.groups; g++)
      packDirect(weight + (isize)g * pass.groupWeight(), packed + (isize)g * pass.packedGroup(), pass.directWeight(), pass.outputStep(),
                 pass.channelStep(), place);
    return;
  }
  for (i32 g = 0; g < c.groups; g++) {
    f32* to = packed + (isize)g * pass.packedGroup();
    for (i32 p = 0; p < pass.phases(); p++) {
      const Phase phase = pass.phase(p);
      packPanels(weight + (isize)g * pass.groupWeight(), to, phase.c, phase.order, pass.outputStep(), pass.channelStep());
      to += phase.c.outChannels * phase.c.depth();
    }
  }
}

// The border that the planes get for all phases.
Border borderOf(const Pass& pass) {
  Border border = {};
  if (pass.way == Way::direct && !directWantsBorder(pass.phase(0).c)) return border;
  for (i32 p = 0; p < pass.phases(); p++) border = around(border, borderOf(pass.phase(p).c));
  return border;
}

// Images whose planes are copied at a time.
i32 imagesAtOnce(const Bordered& planes) {
  if (!planes.copied()) return planes.c.images;
  return (i32)max(1.0, min((f64)planes.c.images, 2e6 / (4.0 * planes.c.imageSize)));
}

usize passBytes(const Pass& pass, bool packed) {
  if (pass.way == Way::few) return planFew(forwardPhase(pass.c).c).bytes();
  usize most = 0;
  usize planes = 0;
  if (pass.way == Way::grouped) {
    for (i32 p = 0; p < pass.phases(); p++) most = max(most, groupedBytes(planSplit(pass.phase(p).c), false));
  } else {
    const Border border = borderOf(pass);
    for (i32 p = 0; p < pass.phases(); p++) {
      const Bordered bordered = withBorder(pass.phase(p).c, border);
      most = max(most, pass.way == Way::direct ? directOffsets(bordered.c) : planPanels(bordered.c).bytes());
      planes = bordered.elements(imagesAtOnce(bordered)) * 4;
    }
  }
  return most + planes + (packed ? 0 : roundUp<usize>((usize)pass.packedSize() * 4, 64));
}

void clear(f32* planes, i32 count, i32 size) {
  parallel(count, max(1, 65536 / size), [=](i32 begin, i32 end, i32) {
    fillBytes(planes + (isize)begin * size, 0, (usize)(end - begin) * (usize)size * 4);
  });
}

// All phases of a group over `images` images from `first` on.
void runPhases(const Pass& pass, i32 group, const Border& border, const f32* x, i32 first, i32 images, const f32* packed, const f32* bias,
               f32* out, u8* workspace) {
  const f32* b = bias == nullptr ? nullptr : bias + group * pass.written();
  i32 firstTap = 0;
  for (i32 p = 0; p < pass.phases(); p++) {
    const Phase phase = pass.phase(p);
    if (phase.c.taps() == 0) continue;
    Correlation c = withBorder(phase.c, border).c;
    c.images = images;
    f32* to = out + phase.outOffset + (isize)group * pass.writtenGroup() + (isize)first * c.outImage;
    if (pass.way == Way::direct) correlateDirect(c, x, packed, pass.directWeight(), firstTap, b, to, (i32*)workspace);
    else correlatePanels(planPanels(c), x, packed + firstTap * c.outChannels * c.channels, b, to, workspace);
    firstTap += c.taps();
  }
}

void run(const Pass& pass, const f32* x, const f32* weight, const f32* packed, const f32* bias, f32* out, u8* workspace) {
  const Conv& c = pass.c;
  if (pass.way == Way::few) {
    const FewPlan plan = planFew(forwardPhase(c).c);
    for (i32 g = 0; g < c.groups; g++) {
      const f32* from = x + (isize)g * pass.readGroup();
      const f32* w = weight + (isize)g * pass.groupWeight();
      f32* to = out + (isize)g * pass.writtenGroup();
      if (pass.gradient) fewInputGradient(plan, from, w, to, workspace);
      else fewForward(plan, from, w, bias == nullptr ? nullptr : bias + g * pass.written(), to, workspace);
    }
    return;
  }
  if (packed == nullptr) {
    f32* mine = (f32*)workspace;
    workspace += roundUp<usize>((usize)pass.packedSize() * 4, 64);
    pack(pass, weight, mine);
    packed = mine;
  }
  bool idle = false;
  for (i32 p = 0; p < pass.phases(); p++) idle |= pass.phase(p).c.taps() == 0;
  if (idle) clear(out, c.images * c.channels, c.plane()); // where the windows leave gaps
  if (pass.way == Way::grouped) {
    for (i32 p = 0; p < pass.phases(); p++) {
      const Phase phase = pass.phase(p);
      if (phase.c.taps() > 0)
        correlateGrouped(planSplit(phase.c), c.groups, x, pass.readGroup(), packed, pass.packedGroup(), bias, out + phase.outOffset,
                         pass.writtenGroup(), workspace);
      packed += phase.c.outChannels * phase.c.depth();
    }
    return;
  }
  const Border border = borderOf(pass);
  const Bordered planes = withBorder(pass.phase(0).c, border);
  const i32 atOnce = imagesAtOnce(planes);
  f32* copy = (f32*)workspace;
  workspace += planes.elements(atOnce) * 4;
  for (i32 g = 0; g < c.groups; g++) {
    for (i32 first = 0; first < c.images; first += atOnce) {
      const i32 images = min(atOnce, c.images - first);
      const f32* from = borderedPlanes(planes, x + (isize)g * pass.readGroup(), first, images, copy);
      runPhases(pass, g, border, from, first, images, packed + (isize)g * pass.packedGroup(), bias, out, workspace);
    }
  }
}

} // namespace

i32 convPackedSize(i32 gradient, SHAPE) { return passOf(CONV, gradient != 0, true).packedSize(); }

void convPack(const f32* weight, f32* packed, i32 gradient, SHAPE) {
  const Pass pass = passOf(CONV, gradient != 0, true);
  if (pass.way != Way::few) pack(pass, weight, packed);
}

f64 convCost(i32 pass, i32 packed, SHAPE) {
  return 1e-3 * (pass == 2 ? chooseWeightGradient(CONV) : chooseCorrelation(CONV, pass == 1, packed != 0)).nanoseconds;
}

f64 convForwardWorkspace(i32 packed, SHAPE) { return (f64)passBytes(passOf(CONV, false, packed != 0), packed != 0); }

void convForward(const f32* x, i32 xImage, const f32* weight, const f32* packed, const f32* bias, f32* out, u8* workspace, SHAPE) {
  run(passOf(CONV_OF(xImage, OUTPUT_IMAGE), false, packed != nullptr), x, weight, packed, bias, out, workspace);
}

f64 convInputGradWorkspace(i32 packed, SHAPE) { return (f64)passBytes(passOf(CONV, true, packed != 0), packed != 0); }

void convInputGrad(const f32* g, i32 gImage, const f32* weight, const f32* packed, f32* out, u8* workspace, SHAPE) {
  run(passOf(CONV_OF(INPUT_IMAGE, gImage), true, packed != nullptr), g, weight, packed, nullptr, out, workspace);
}

f64 convWeightGradWorkspace(SHAPE) {
  const Conv c = CONV;
  const Correlation forward = forwardPhase(c).c;
  const Way way = chooseWeightGradient(c).way;
  if (way == Way::grouped) return (f64)groupedBytes(planSplit(forward), true);
  return (f64)(way == Way::few ? planFew(forward).bytes() : planWeight(forward).bytes());
}

void convWeightGrad(const f32* g, i32 gImage, const f32* x, i32 xImage, f32* out, u8* workspace, SHAPE) {
  const Conv c = CONV_OF(xImage, gImage);
  const Correlation forward = forwardPhase(c).c;
  const Way way = chooseWeightGradient(c).way;
  const i32 gGroup = c.groupOutChannels() * c.outPlane();
  const i32 xGroup = c.groupChannels() * c.plane();
  if (way == Way::grouped) return groupedWeightGradient(planSplit(forward), c.groups, g, gGroup, x, xGroup, out, workspace);
  for (i32 group = 0; group < c.groups; group++) {
    const f32* gradient = g + (isize)group * gGroup;
    const f32* from = x + (isize)group * xGroup;
    f32* to = out + (isize)group * c.groupOutChannels() * forward.depth();
    if (way == Way::few) fewWeightGradient(planFew(forward), gradient, from, to, workspace);
    else weightGradient(planWeight(forward), gradient, from, to, workspace);
  }
}

} // namespace VARIANT
