// Optimisers' passes over a block, for one instruction set: `TARGETED` gives the name its ending.
#include "CKernels.h"
#include "VectorFunctions.h"

/// Adds the squares of a change, in double precision: a change may be so small that its square is no float.
INLINE doubles add_squares(doubles sum, vector change) {
  doubles wide = widen(change);
  return sum + wide * wide;
}

assay_change TARGETED(loop_adam)(int64_t count, float *parameters, float *first_moment, float *second_moment,
                                 const float *gradient, float gradient_scale, float beta_one, float beta_two,
                                 float epsilon, float step, float root, float rate_times_decay) {
  doubles squares = {0};
  // step · m / (√v / root + ε), multiplied above and below by root: one division less.
  const float numerator = step * root, smallest = epsilon * root;
  const float rest_one = 1 - beta_one, rest_two = 1 - beta_two;
  for (int64_t i = 0; i < count; i += lanes) {
    int64_t left = count - i;
    vector old = load_part(parameters + i, left), g = load_part(gradient + i, left) * gradient_scale;
    vector m = load_part(first_moment + i, left) * beta_one + g * rest_one;
    vector v = load_part(second_moment + i, left) * beta_two + (g * rest_two) * g;
    // In the lanes beyond the end the denominator may be 0.
    vector move = (m * numerator) / (square_root(v) + smallest);
    vector new = (old - old * rate_times_decay) - move;
    if (left < lanes) new = choose(lane_numbers() < (int32_t)left, new, old);
    store_part(first_moment + i, m, left);
    store_part(second_moment + i, v, left);
    store_part(parameters + i, new, left);
    squares = add_squares(squares, new - old);
  }
  return (assay_change){.squared_change = sum_of_doubles(squares)};
}

assay_change TARGETED(loop_momentum)(int64_t count, float *parameters, float *velocity, const float *gradient,
                                     float gradient_scale, float momentum, bool nesterov, float rate, float decay) {
  doubles squares = {0};
  for (int64_t i = 0; i < count; i += lanes) {
    int64_t left = count - i;
    vector old = load_part(parameters + i, left), g = load_part(gradient + i, left) * gradient_scale + old * decay;
    vector direction = g;
    if (velocity != NULL) {
      vector v = load_part(velocity + i, left) * momentum + g;
      store_part(velocity + i, v, left);
      direction = nesterov ? g + v * momentum : v;
    }
    vector new = old - direction * rate;
    store_part(parameters + i, new, left);
    squares = add_squares(squares, new - old);
  }
  return (assay_change){.squared_change = sum_of_doubles(squares)};
}

assay_change TARGETED(loop_rmsprop)(int64_t count, float *parameters, float *second_moment, const float *gradient,
                                    float gradient_scale, float alpha, float epsilon, float rate, float decay) {
  doubles squares = {0};
  const float rest = 1 - alpha;
  for (int64_t i = 0; i < count; i += lanes) {
    int64_t left = count - i;
    vector old = load_part(parameters + i, left), g = load_part(gradient + i, left) * gradient_scale + old * decay;
    vector v = load_part(second_moment + i, left) * alpha + (g * rest) * g;
    vector new = old - (g * rate) / (square_root(v) + epsilon);
    if (left < lanes) new = choose(lane_numbers() < (int32_t)left, new, old);
    store_part(second_moment + i, v, left);
    store_part(parameters + i, new, left);
    squares = add_squares(squares, new - old);
  }
  return (assay_change){.squared_change = sum_of_doubles(squares)};
}

assay_change TARGETED(loop_average)(int64_t count, float *target, const float *source, float rate) {
  doubles squares = {0};
  for (int64_t i = 0; i < count; i += lanes) {
    int64_t left = count - i;
    vector old = load_part(target + i, left), aim = load_part(source + i, left);
    // A rate of 1 copies exactly.
    vector new = rate == 1 ? aim : old + (aim - old) * rate;
    store_part(target + i, new, left);
    squares = add_squares(squares, new - old);
  }
  return (assay_change){.squared_change = sum_of_doubles(squares)};
}

void TARGETED(loop_add_scaled)(int64_t count, float scale, const float *a, const float *b, float *sum) {
  for (int64_t i = 0; i < count; i += lanes)
    store_part(sum + i, load_part(a + i, count - i) * scale + load_part(b + i, count - i), count - i);
}

double TARGETED(loop_squared_norm)(int64_t count, const float *input) {
  doubles squares[2] = {{0}};
  int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes)
    for (int k = 0; k < 2; k++) squares[k] = add_squares(squares[k], load(input + i + k * lanes));
  for (; i < count; i += lanes) squares[0] = add_squares(squares[0], load_part(input + i, count - i));
  return sum_of_doubles(squares[0] + squares[1]);
}
