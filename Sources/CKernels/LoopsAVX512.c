// Element-wise loops, reductions, optimisers and tree search for processors with AVX-512.
#include "Targets.h"

#if ASSAY_SEVERAL_TARGETS
#include <math.h>
#include <string.h>
#include <immintrin.h>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
#endif
#define MASKED_MEMORY 1
#define TARGETED(name) assay_##name##_avx512
#include "ElementwiseLoops.h"
#include "OptimiserLoops.h"
#include "ReductionLoops.h"
#include "SearchLoops.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
