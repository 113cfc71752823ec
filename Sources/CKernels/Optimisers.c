// Optimisers' passes over a block.
#include "CKernels.h"
#include <math.h>
#include <stddef.h>

assay_change assay_adam(int64_t count, float *parameters, float *first_moment, float *second_moment,
                        const float *gradient, float gradient_scale, float beta_one, float beta_two, float epsilon,
                        float step, float root, float rate_times_decay) {
  assay_change change = {0};
  for (int64_t i = 0; i < count; i++) {
    float old = parameters[i], g = gradient_scale * gradient[i];
    float m = beta_one * first_moment[i] + (1 - beta_one) * g;
    float v = beta_two * second_moment[i] + (1 - beta_two) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    parameters[i] = old - rate_times_decay * old - step * m / (sqrtf(v) / root + epsilon);
    double moved = (double)parameters[i] - old;
    change.squared_change += moved * moved;
  }
  return change;
}

assay_change assay_momentum(int64_t count, float *parameters, float *velocity, const float *gradient,
                            float gradient_scale, float momentum, bool nesterov, float rate, float decay) {
  assay_change change = {0};
  for (int64_t i = 0; i < count; i++) {
    float old = parameters[i], g = gradient_scale * gradient[i] + decay * old;
    float v = g;
    if (velocity != NULL) velocity[i] = v = momentum * velocity[i] + g;
    parameters[i] = old - rate * (nesterov ? g + momentum * v : v);
    double moved = (double)parameters[i] - old;
    change.squared_change += moved * moved;
  }
  return change;
}

assay_change assay_rmsprop(int64_t count, float *parameters, float *second_moment, const float *gradient,
                           float gradient_scale, float alpha, float epsilon, float rate, float decay) {
  assay_change change = {0};
  for (int64_t i = 0; i < count; i++) {
    float old = parameters[i], g = gradient_scale * gradient[i] + decay * old;
    float v = alpha * second_moment[i] + (1 - alpha) * g * g;
    second_moment[i] = v;
    parameters[i] = old - rate * g / (sqrtf(v) + epsilon);
    double moved = (double)parameters[i] - old;
    change.squared_change += moved * moved;
  }
  return change;
}

assay_change assay_average(int64_t count, float *target, const float *source, float rate) {
  assay_change change = {0};
  for (int64_t i = 0; i < count; i++) {
    float old = target[i];
    target[i] = old + rate * (source[i] - old);
    double moved = (double)target[i] - old;
    change.squared_change += moved * moved;
  }
  return change;
}

void assay_add_scaled(int64_t count, float scale, const float *a, const float *b, float *sum) {
  for (int64_t i = 0; i < count; i++) sum[i] = scale * a[i] + b[i];
}

double assay_squared_norm(int64_t count, const float *input) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += (double)input[i] * input[i];
  return sum;
}
