// The fused element-wise loop, for one instruction set: `TARGETED` gives the name its ending.
//
// An interpreter of steps over chunks of the flat array. A register is a pointer to a chunk of numbers: into a dense
// input, into an output, or to scratch space on the stack. Only the last chunk may not be a whole number of vectors;
// its dense operands are then copied to scratch space and its results from there, so that every number goes through
// the same instructions wherever it lies.
#include "CKernels.h"
#include "VectorFunctions.h"

enum {
  /// How many numbers a chunk has: a multiple of `lanes`. A handful of registers of this size stay in the nearest cache.
  chunk_size = 512,
};

/// How an operand's numbers are found from a flat index.
enum pattern {
  pattern_dense,
  pattern_single,   ///< one number
  pattern_repeated, ///< numbers that stand one after the other, over and over
  pattern_runs,     ///< each number many times in a row
  pattern_strided,  ///< anything else
};

typedef struct {
  const float *data;
  int64_t period; ///< of a repeated operand; or how long each run is
  int64_t phase;  ///< where in the period the next chunk starts
  enum pattern pattern;
  int32_t stored; ///< of a single or repeated operand: whether its numbers were copied to scratch space
} operand_state;

static operand_state classify(const assay_operand *operand, int64_t outer, int64_t rows, int64_t columns) {
  const int64_t all_extents[3] = {columns, rows, outer};
  const int64_t all_strides[3] = {operand->column, operand->row, operand->outer};
  // Axes from the innermost, those joined that are evenly spaced as one.
  int64_t extents[3] = {1, 1, 1}, strides[3] = {0, 0, 0};
  int axes = 0;
  for (int axis = 0; axis < 3; axis++) {
    if (all_extents[axis] == 1) continue;
    if (axes > 0 && all_strides[axis] == extents[axes - 1] * strides[axes - 1]) {
      extents[axes - 1] *= all_extents[axis];
    } else {
      extents[axes] = all_extents[axis];
      strides[axes++] = all_strides[axis];
    }
  }
  operand_state state = {.data = operand->data, .period = extents[0], .pattern = pattern_strided};
  if (axes == 0 || (axes == 1 && strides[0] == 0)) state.pattern = pattern_single;
  else if (axes == 1 && strides[0] == 1) state.pattern = pattern_dense;
  else if (axes == 2 && strides[0] == 1 && strides[1] == 0) state.pattern = pattern_repeated;
  else if (axes == 2 && strides[0] == 0 && strides[1] == 1) state.pattern = pattern_runs;
  return state;
}

/// Copies numbers that repeat, from a place in the period on.
static void copy_repeated(const float *data, int64_t period, int64_t phase, int64_t count, float *to) {
  while (count > 0) {
    int64_t length = period - phase < count ? period - phase : count;
    memcpy(to, data + phase, (size_t)length * sizeof(float));
    to += length;
    count -= length;
    phase = 0;
  }
}

/// Repeats a period. Up to 15 numbers after the end are overwritten.
static void fill_repeated(const float *data, int64_t period, int64_t count, float *to) {
  if (period >= lanes) {
    for (int64_t k = 0; k < period; k += lanes) store_part(to + k, load_part(data + k, period - k), period - k);
    for (int64_t k = period; k < count; k += lanes) store(to + k, load(to + k - period));
    return;
  }
  // As many whole periods as one vector holds.
  int64_t length = 0;
  for (; length + period <= lanes; length += period)
    for (int64_t k = 0; k < period; k++) to[length + k] = data[k];
  vector periods = load(to);
  for (int64_t k = length; k < count; k += length) store(to + k, periods);
}

/// Repeats each number `length` times, from a place among the results on. Up to 15 numbers after them are overwritten.
static void copy_runs(const float *data, int64_t length, int64_t start, int64_t count, float *to) {
  const float *next = data + start / length;
  float *end = to + count;
  int64_t left = length - start % length;
  while (to < end) {
    vector x = broadcast(*next++);
    int64_t run = left < end - to ? left : end - to;
    for (int64_t k = 0; k < run; k += lanes) store(to + k, x);
    to += run;
    left = length;
    if (length <= lanes)
      for (; to < end; to += length) store(to, broadcast(*next++));
  }
}

/// Copies numbers at any strides.
static void copy_operand(const assay_operand *operand, int64_t rows, int64_t columns, int64_t start, int64_t count,
                         float *to) {
  int64_t column = start % columns, row = start / columns % rows, outer = start / columns / rows;
  float *end = to + count;
  while (to < end) {
    const float *from = operand->data + outer * operand->outer + row * operand->row + column * operand->column;
    int64_t length = columns - column < end - to ? columns - column : end - to;
    if (operand->column == 0) {
      for (int64_t k = 0; k < length; k++) to[k] = *from;
    } else {
      for (int64_t k = 0; k < length; k++) to[k] = from[k];
    }
    to += length;
    column = 0;
    if (++row == rows) {
      row = 0;
      outer++;
    }
  }
}

/// Whether a chunk has angles that are too large for `sine_of_sum`.
static int has_large_angles(const float *x, int64_t count) {
  integers large = {0};
  for (int64_t k = 0; k < count; k += lanes) large |= absolute(load(x + k)) > LARGEST_ANGLE;
  return any(large);
}

/// One step over a chunk. The target may be an operand.
static void run_step(const assay_step *step, const float *a, const float *b, const float *c, float *t, int64_t count) {
#define EACH(expression)                                                                                               \
  for (int64_t k = 0; k < count; k += lanes) {                                                                         \
    vector x = load(a + k);                                                                                            \
    store(t + k, expression);                                                                                          \
  }                                                                                                                    \
  break
#define EACH_PAIR(expression)                                                                                          \
  for (int64_t k = 0; k < count; k += lanes) {                                                                         \
    vector x = load(a + k), y = load(b + k);                                                                           \
    store(t + k, expression);                                                                                          \
  }                                                                                                                    \
  break
  const vector zero = {0}, one = broadcast(1), constant = broadcast(step->constant);
  switch ((enum assay_operation)step->operation) {
  case assay_negate: EACH(-x);
  case assay_absolute: EACH(absolute(x));
  case assay_sign: EACH(choose(x > 0.0f, one, choose(x < 0.0f, -one, choose(x == 0.0f, zero, x))));
  case assay_square_root: EACH(square_root(x));
  case assay_reciprocal: EACH(1.0f / x);
  case assay_square: EACH(x * x);
  case assay_exponential: EACH(exponential(x));
  case assay_exponential_minus_one: EACH(exponential_minus_one(x));
  case assay_logarithm: EACH(logarithm(x));
  case assay_logarithm_of_one_plus: EACH(logarithm_of_one_plus(x));
  case assay_sine:
    if (has_large_angles(a, count)) {
      EACH(sine_of_large_sum(x, 0));
    }
    EACH(sine_of_sum(x, 0));
  case assay_cosine:
    if (has_large_angles(a, count)) {
      EACH(sine_of_large_sum(x, 1));
    }
    EACH(sine_of_sum(x, 1));
  case assay_tanh: EACH(hyperbolic_tangent(x));
  case assay_sigmoid: EACH(sigmoid(x));
  case assay_softplus: EACH(softplus(x));
  case assay_error_function: EACH(error_function(x));
  case assay_relu: EACH(choose(x <= 0.0f, zero, x));
  case assay_step_function: EACH(choose(x > 0.0f, one, choose(x <= 0.0f, zero, x)));
  case assay_floor: EACH(round_down(x));
  case assay_scale: EACH(constant * x);
  case assay_offset: EACH(constant + x);
  case assay_add: EACH_PAIR(x + y);
  case assay_subtract: EACH_PAIR(x - y);
  case assay_multiply_elements: EACH_PAIR(x * y);
  case assay_divide: EACH_PAIR(x / y);
  case assay_maximum: EACH_PAIR(larger(x, y));
  case assay_minimum: EACH_PAIR(smaller(x, y));
  case assay_greater: EACH_PAIR(choose(x > y, one, zero));
  case assay_equal: EACH_PAIR(choose(x == y, one, zero));
  case assay_select: EACH_PAIR(choose(x != 0.0f, y, load(c + k)));
  }
#undef EACH
#undef EACH_PAIR
}

void TARGETED(loop_elementwise)(const assay_step *steps, int32_t step_count, const assay_operand *inputs,
                                int32_t input_count, const assay_operand *outputs, const uint8_t *results,
                                int32_t output_count, int64_t outer, int64_t rows, int64_t columns) {
  int64_t total = outer * rows * columns;
  if (total <= 0) return;
  // Inputs that are not dense; a repeated one may start anywhere in its first period, and runs overshoot the end.
  float expanded[assay_operand_limit][2 * chunk_size + lanes] __attribute__((aligned(64)));
  float scratch[assay_register_count][chunk_size] __attribute__((aligned(64)));
  operand_state states[assay_operand_limit];
  for (int32_t i = 0; i < input_count; i++) states[i] = classify(&inputs[i], outer, rows, columns);

  // The last step that writes a result writes it to the output itself, unless a later step still reads the input
  // that lies there.
  int32_t direct_step[assay_register_count], direct_output[assay_register_count];
  bool copied[assay_operand_limit];
  memset(direct_step, -1, sizeof(direct_step));
  for (int32_t j = 0; j < output_count; j++) {
    int32_t last = step_count - 1;
    while (last >= 0 && steps[last].target != results[j]) last--;
    copied[j] = last < 0 || direct_step[results[j]] >= 0;
    for (int32_t i = 0; i < input_count && !copied[j]; i++) {
      if (inputs[i].data != outputs[j].data) continue;
      for (int32_t s = last + 1; s < step_count; s++)
        if (steps[s].first == i || steps[s].second == i || steps[s].third == i) copied[j] = true;
      for (int32_t other = 0; other < output_count; other++)
        if (results[other] == i) copied[j] = true;
    }
    if (!copied[j]) {
      direct_step[results[j]] = last;
      direct_output[results[j]] = j;
    }
  }

  const float *registers[assay_register_count];
  for (int32_t r = 0; r < assay_register_count; r++) registers[r] = scratch[0];
  for (int64_t start = 0; start < total; start += chunk_size) {
    int64_t filled = total - start < chunk_size ? total - start : chunk_size;
    int64_t count = (filled + lanes - 1) / lanes * lanes;
    bool whole = count == filled;
    for (int32_t i = 0; i < input_count; i++) {
      operand_state *state = &states[i];
      float *own = expanded[i];
      registers[i] = own;
      switch (state->pattern) {
      case pattern_dense:
        if (whole) registers[i] = state->data + start;
        else {
          for (int64_t k = 0; k < count - lanes; k += lanes) store(own + k, load(state->data + start + k));
          store(own + count - lanes, load_first(state->data + start + count - lanes, filled - (count - lanes)));
        }
        break;
      case pattern_single:
        if (!state->stored)
          for (int64_t k = 0; k < count; k += lanes) store(own + k, broadcast(*state->data));
        state->stored = 1;
        break;
      case pattern_repeated:
        if (state->period <= chunk_size) {
          // As many numbers as any chunk needs from any phase.
          if (!state->stored)
            fill_repeated(state->data, state->period, count + (total > chunk_size ? state->period : 0), own);
          state->stored = 1;
          registers[i] = own + state->phase;
        } else if (state->phase + count <= state->period) {
          registers[i] = state->data + state->phase;
        } else {
          copy_repeated(state->data, state->period, state->phase, count, own);
        }
        state->phase += count;
        while (state->phase >= state->period) state->phase -= state->period;
        break;
      case pattern_runs: copy_runs(state->data, state->period, start, filled, own); break;
      case pattern_strided:
        store(own + count - lanes, (vector){0});
        copy_operand(&inputs[i], rows, columns, start, filled, own);
        break;
      }
    }
    for (int32_t s = 0; s < step_count; s++) {
      const assay_step *step = &steps[s];
      const float *a = registers[step->first], *b = registers[step->second], *c = registers[step->third];
      float *target = scratch[step->target];
      if (direct_step[step->target] == s && whole) target = outputs[direct_output[step->target]].data + start;
      registers[step->target] = target;
      run_step(step, a, b, c, target, count);
    }
    for (int32_t j = 0; j < output_count; j++) {
      const float *result = registers[results[j]];
      float *to = outputs[j].data + start;
      if (!whole) {
        for (int64_t k = 0; k < count - lanes; k += lanes) store(to + k, load(result + k));
        store_first(to + count - lanes, load(result + count - lanes), filled - (count - lanes));
      } else if (copied[j]) {
        for (int64_t k = 0; k < count; k += lanes) store(to + k, load(result + k));
      }
    }
  }
}
