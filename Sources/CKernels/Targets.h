// The same loops compiled for several instruction sets, of which one is picked at each call.
#ifndef ASSAY_TARGETS_H
#define ASSAY_TARGETS_H

#include "CKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#define ASSAY_SEVERAL_TARGETS 1
#ifndef PICK
/// The loop of this name made for the widest registers the processor has. May be given on the command line to test
/// another.
#define PICK(name)                                                                                                     \
  (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&    \
           __builtin_cpu_supports("avx512bw")                                                                          \
       ? assay_##name##_avx512                                                                                         \
   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? assay_##name##_avx2                             \
                                                                     : assay_##name##_portable)
#endif
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

DECLARE_FOR_TARGETS(void, loop_reduce, int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale,
                    const float *input, float *output)
DECLARE_FOR_TARGETS(void, loop_softmax, int64_t rows, int64_t columns, bool logarithm, const float *input, float *output)
DECLARE_FOR_TARGETS(void, loop_argument_of_maximum, int64_t rows, int64_t columns, const float *input, int32_t *index)
DECLARE_FOR_TARGETS(void, loop_scatter_add_rows, int64_t rows, int64_t columns, const float *input,
                    const int32_t *index, float *table)
DECLARE_FOR_TARGETS(int64_t, loop_first_not_finite, int64_t count, const float *input)
DECLARE_FOR_TARGETS(int64_t, loop_first_outside, int64_t count, const int32_t *index, int32_t bound)

DECLARE_FOR_TARGETS(assay_change, loop_adam, int64_t count, float *parameters, float *first_moment,
                    float *second_moment, const float *gradient, float gradient_scale, float beta_one, float beta_two,
                    float epsilon, float step, float root, float rate_times_decay)
DECLARE_FOR_TARGETS(assay_change, loop_momentum, int64_t count, float *parameters, float *velocity,
                    const float *gradient, float gradient_scale, float momentum, bool nesterov, float rate, float decay)
DECLARE_FOR_TARGETS(assay_change, loop_rmsprop, int64_t count, float *parameters, float *second_moment,
                    const float *gradient, float gradient_scale, float alpha, float epsilon, float rate, float decay)
DECLARE_FOR_TARGETS(assay_change, loop_average, int64_t count, float *target, const float *source, float rate)
DECLARE_FOR_TARGETS(void, loop_add_scaled, int64_t count, float scale, const float *a, const float *b, float *sum)
DECLARE_FOR_TARGETS(double, loop_squared_norm, int64_t count, const float *input)

DECLARE_FOR_TARGETS(int32_t, loop_improved_edge, const assay_edges *edges, const assay_completion_rule *rule,
                    float *scratch)
DECLARE_FOR_TARGETS(int32_t, loop_considered_edge, const assay_edges *edges, const assay_completion_rule *rule,
                    const float *noise, const int32_t *before, int32_t visits)
DECLARE_FOR_TARGETS(void, loop_improved_policy, const assay_edges *edges, const assay_completion_rule *rule,
                    float *policy)
DECLARE_FOR_TARGETS(int32_t, loop_place_priors, int32_t count, const float *row, float *logits, float *priors)

#endif
