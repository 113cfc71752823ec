// Optimisers' passes over a block.
#include "Targets.h"

#define TARGETED(name) assay_##name##_portable
#include "OptimiserLoops.h"

assay_change assay_adam(int64_t count, float *parameters, float *first_moment, float *second_moment,
                        const float *gradient, float gradient_scale, float beta_one, float beta_two, float epsilon,
                        float step, float root, float rate_times_decay) {
  return PICK(loop_adam)(count, parameters, first_moment, second_moment, gradient, gradient_scale, beta_one, beta_two,
                         epsilon, step, root, rate_times_decay);
}

assay_change assay_momentum(int64_t count, float *parameters, float *velocity, const float *gradient,
                            float gradient_scale, float momentum, bool nesterov, float rate, float decay) {
  return PICK(loop_momentum)(count, parameters, velocity, gradient, gradient_scale, momentum, nesterov, rate, decay);
}

assay_change assay_rmsprop(int64_t count, float *parameters, float *second_moment, const float *gradient,
                           float gradient_scale, float alpha, float epsilon, float rate, float decay) {
  return PICK(loop_rmsprop)(count, parameters, second_moment, gradient, gradient_scale, alpha, epsilon, rate, decay);
}

assay_change assay_average(int64_t count, float *target, const float *source, float rate) {
  return PICK(loop_average)(count, target, source, rate);
}

void assay_add_scaled(int64_t count, float scale, const float *a, const float *b, float *sum) {
  PICK(loop_add_scaled)(count, scale, a, b, sum);
}

double assay_squared_norm(int64_t count, const float *input) { return PICK(loop_squared_norm)(count, input); }
