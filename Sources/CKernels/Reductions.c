// Reductions, rows and copies.
#include "CKernels.h"
#include <math.h>
#include <string.h>

void assay_reduce(int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale, const float *input,
                  float *output) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++) {
      const float *first = input + o * reduced * inner + i;
      double sum = 0;
      float extreme = *first;
      for (int64_t r = 0; r < reduced; r++) {
        float x = first[r * inner];
        sum += x;
        if (reduction == assay_reduction_maximum ? x > extreme : x < extreme) extreme = x;
        if (x != x) extreme = x;
      }
      output[o * inner + i] = scale * (reduction == assay_reduction_sum ? (float)sum : extreme);
    }
}

void assay_softmax(int64_t rows, int64_t columns, bool logarithm, const float *input, float *output) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = input + r * columns;
    float *y = output + r * columns;
    float largest = x[0], sum = 0;
    for (int64_t c = 0; c < columns; c++)
      if (x[c] > largest || x[c] != x[c]) largest = x[c];
    for (int64_t c = 0; c < columns; c++) sum += expf(x[c] - largest);
    for (int64_t c = 0; c < columns; c++)
      y[c] = logarithm ? x[c] - largest - logf(sum) : expf(x[c] - largest) / sum;
  }
}

void assay_argument_of_maximum(int64_t rows, int64_t columns, const float *input, int32_t *index) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = input + r * columns;
    int32_t best = 0;
    for (int64_t c = 1; c < columns; c++)
      if (x[c] > x[best]) best = (int32_t)c;
    index[r] = best;
  }
}

static void move_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float **dense,
                         float **written, float *placed, const float *picked, bool accumulate) {
  if (axes == 0) {
    if (picked) *(*written)++ = *picked;
    else if (accumulate) *placed += *(*dense)++;
    else *placed = *(*dense)++;
    return;
  }
  for (int64_t i = 0; i < extents[0]; i++)
    move_strided(axes - 1, extents + 1, strides + 1, dense, written, placed ? placed + i * strides[0] : 0,
                 picked ? picked + i * strides[0] : 0, accumulate);
}

void assay_copy_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input, float *output) {
  move_strided(axes, extents, strides, 0, &output, 0, input, false);
}

void assay_place_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input,
                         float *output, bool accumulate) {
  move_strided(axes, extents, strides, &input, 0, output, 0, accumulate);
}

void assay_gather_rows(int64_t rows, int64_t columns, const float *table, const int32_t *index, float *output) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(output + r * columns, table + index[r] * columns, (size_t)columns * sizeof(float));
}

void assay_scatter_add_rows(int64_t rows, int64_t columns, const float *input, const int32_t *index, float *table) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) table[index[r] * columns + c] += input[r * columns + c];
}

void assay_one_hot(int64_t rows, int64_t columns, const int32_t *index, float *output) {
  memset(output, 0, (size_t)(rows * columns) * sizeof(float));
  for (int64_t r = 0; r < rows; r++) output[r * columns + index[r]] = 1;
}

int64_t assay_first_not_finite(int64_t count, const float *input) {
  for (int64_t i = 0; i < count; i++)
    if (!isfinite(input[i])) return i;
  return -1;
}

int64_t assay_first_outside(int64_t count, const int32_t *index, int32_t bound) {
  for (int64_t i = 0; i < count; i++)
    if (index[i] < 0 || index[i] >= bound) return i;
  return -1;
}
