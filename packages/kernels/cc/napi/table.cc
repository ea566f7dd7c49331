// The kernels of one variant by number, in the order of families.h: as scripts/codegen.mjs counts them.
#include "../kernels.h"
#include "call.h"

namespace VARIANT {

typedef void (*Entry)(const Frame&);
extern const Entry table[];
const Entry table[] = {
#define KERNEL(result, name, parameters) &Call<&name>::run,
#include "../families.h"
#undef KERNEL
};

} // namespace VARIANT
