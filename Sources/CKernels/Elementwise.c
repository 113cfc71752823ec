// Element-wise loops.
#include "CKernels.h"
#include <math.h>

static float evaluate(const assay_step *step, float x, float y, float z) {
  switch (step->operation) {
  case assay_negate: return -x;
  case assay_absolute: return fabsf(x);
  case assay_sign: return x != x ? x : (float)((x > 0) - (x < 0));
  case assay_square_root: return sqrtf(x);
  case assay_reciprocal: return 1 / x;
  case assay_square: return x * x;
  case assay_exponential: return expf(x);
  case assay_exponential_minus_one: return expm1f(x);
  case assay_logarithm: return logf(x);
  case assay_logarithm_of_one_plus: return log1pf(x);
  case assay_sine: return sinf(x);
  case assay_cosine: return cosf(x);
  case assay_tanh: return tanhf(x);
  case assay_sigmoid: return (x >= 0 ? 1 : expf(x)) / (1 + expf(-fabsf(x)));
  case assay_softplus: return (x <= 0 ? 0 : x) + log1pf(expf(-fabsf(x)));
  case assay_error_function: return erff(x);
  case assay_relu: return x <= 0 ? 0 : x;
  case assay_step_function: return x != x ? x : (float)(x > 0);
  case assay_floor: return floorf(x);
  case assay_scale: return step->constant * x;
  case assay_offset: return step->constant + x;
  case assay_add: return x + y;
  case assay_subtract: return x - y;
  case assay_multiply_elements: return x * y;
  case assay_divide: return x / y;
  case assay_maximum: return x > y || x != x ? x : y;
  case assay_minimum: return x < y || x != x ? x : y;
  case assay_greater: return x > y;
  case assay_equal: return x == y;
  default: return x != 0 ? y : z;
  }
}

void assay_run_elementwise(const assay_step *steps, int32_t step_count, const assay_operand *inputs,
                           int32_t input_count, const assay_operand *outputs, const uint8_t *results,
                           int32_t output_count, int64_t outer, int64_t rows, int64_t columns) {
  float registers[assay_register_count] = {0};
  for (int64_t o = 0; o < outer; o++)
    for (int64_t r = 0; r < rows; r++)
      for (int64_t c = 0; c < columns; c++) {
        for (int32_t i = 0; i < input_count; i++)
          registers[i] = inputs[i].data[o * inputs[i].outer + r * inputs[i].row + c * inputs[i].column];
        for (int32_t s = 0; s < step_count; s++)
          registers[steps[s].target] = evaluate(&steps[s], registers[steps[s].first], registers[steps[s].second],
                                                registers[steps[s].third]);
        for (int32_t j = 0; j < output_count; j++) outputs[j].data[(o * rows + r) * columns + c] = registers[results[j]];
      }
}
