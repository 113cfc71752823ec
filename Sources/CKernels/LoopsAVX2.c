// Element-wise loops, reductions, optimisers and tree search for processors with AVX2.
#include "Targets.h"

#if ASSAY_SEVERAL_TARGETS
#include <math.h>
#include <string.h>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define TARGETED(name) assay_##name##_avx2
#include "ElementwiseLoops.h"
#include "OptimiserLoops.h"
#include "ReductionLoops.h"
#include "SearchLoops.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
