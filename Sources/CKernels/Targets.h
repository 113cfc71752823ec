// The same loops compiled for several instruction sets, of which one is picked at each call.
#ifndef ASSAY_TARGETS_H
#define ASSAY_TARGETS_H

#include "CKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#define ASSAY_SEVERAL_TARGETS 1
/// Calls the loop of this name made for the widest registers the processor has.
#define PICK(name)                                                                                                     \
  (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&    \
           __builtin_cpu_supports("avx512bw")                                                                          \
       ? assay_##name##_avx512                                                                                         \
   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? assay_##name##_avx2                             \
                                                                     : assay_##name##_portable)
#else
#define ASSAY_SEVERAL_TARGETS 0
#define PICK(name) assay_##name##_portable
#endif

#define DECLARE_FOR_TARGETS(result, name, ...)                                                                         \
  result assay_##name##_portable(__VA_ARGS__);                                                                         \
  result assay_##name##_avx2(__VA_ARGS__);                                                                             \
  result assay_##name##_avx512(__VA_ARGS__);

DECLARE_FOR_TARGETS(void, loop_elementwise, const assay_step *steps, int32_t step_count, const assay_operand *inputs,
                    int32_t input_count, const assay_operand *outputs, const uint8_t *results, int32_t output_count,
                    int64_t outer, int64_t rows, int64_t columns)
#endif
