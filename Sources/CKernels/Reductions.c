// Reductions, rows and copies.
#include "Targets.h"

#define TARGETED(name) assay_##name##_portable
#include "ReductionLoops.h"

// MARK: Picked by instruction set

void assay_reduce(int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale, const float *input,
                  float *output) {
  PICK(loop_reduce)(reduction, outer, reduced, inner, scale, input, output);
}

void assay_softmax(int64_t rows, int64_t columns, bool logarithm, const float *input, float *output) {
  PICK(loop_softmax)(rows, columns, logarithm, input, output);
}

void assay_argument_of_maximum(int64_t rows, int64_t columns, const float *input, int32_t *index) {
  PICK(loop_argument_of_maximum)(rows, columns, input, index);
}

void assay_scatter_add_rows(int64_t rows, int64_t columns, const float *input, const int32_t *index, float *table) {
  PICK(loop_scatter_add_rows)(rows, columns, input, index, table);
}

int64_t assay_first_not_finite(int64_t count, const float *input) { return PICK(loop_first_not_finite)(count, input); }

int64_t assay_first_outside(int64_t count, const int32_t *index, int32_t bound) {
  return PICK(loop_first_outside)(count, index, bound);
}

// MARK: Copies

enum movement { movement_copy, movement_place, movement_accumulate };

/// Moves `count` numbers between a dense row and one with a stride.
static void move_row(enum movement movement, int64_t count, int64_t stride, float *dense, float *strided) {
  switch (movement) {
  case movement_copy:
    if (stride == 1 && count >= 16) memcpy(dense, strided, (size_t)count * sizeof(float));
    else
      for (int64_t i = 0; i < count; i++) dense[i] = strided[i * stride];
    break;
  case movement_place:
    if (stride == 1 && count >= 16) memcpy(strided, dense, (size_t)count * sizeof(float));
    else
      for (int64_t i = 0; i < count; i++) strided[i * stride] = dense[i];
    break;
  case movement_accumulate:
    if (stride == 1)
      for (int64_t i = 0; i < count; i++) strided[i] += dense[i];
    else
      for (int64_t i = 0; i < count; i++) strided[i * stride] += dense[i];
    break;
  }
}

static void move_strided(enum movement movement, int32_t axes, const int64_t *extents, const int64_t *strides,
                         float *dense, float *strided) {
  // Axes from the innermost, those joined that are evenly spaced as one.
  int64_t lengths[6] = {1, 1, 1, 1, 1, 1}, steps[6] = {0}, position[6] = {0}, total = 1;
  int32_t count = 0;
  for (int32_t axis = axes - 1; axis >= 0; axis--) {
    total *= extents[axis];
    if (extents[axis] == 1) continue;
    if (count > 0 && strides[axis] == lengths[count - 1] * steps[count - 1]) {
      lengths[count - 1] *= extents[axis];
    } else {
      lengths[count] = extents[axis];
      steps[count++] = strides[axis];
    }
  }
  if (total == 0) return;
  while (true) {
    move_row(movement, lengths[0], steps[0], dense, strided);
    dense += lengths[0];
    int32_t axis = 1;
    for (; axis < count; axis++) {
      strided += steps[axis];
      if (++position[axis] < lengths[axis]) break;
      strided -= lengths[axis] * steps[axis];
      position[axis] = 0;
    }
    if (axis >= count) return;
  }
}

void assay_copy_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input, float *output) {
  move_strided(movement_copy, axes, extents, strides, output, (float *)input);
}

void assay_place_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input,
                         float *output, bool accumulate) {
  move_strided(accumulate ? movement_accumulate : movement_place, axes, extents, strides, (float *)input, output);
}

void assay_gather_rows(int64_t rows, int64_t columns, const float *table, const int32_t *index, float *output) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(output + r * columns, table + index[r] * columns, (size_t)columns * sizeof(float));
}

void assay_one_hot(int64_t rows, int64_t columns, const int32_t *index, float *output) {
  memset(output, 0, (size_t)(rows * columns) * sizeof(float));
  for (int64_t r = 0; r < rows; r++)
    if (index[r] >= 0 && index[r] < columns) output[r * columns + index[r]] = 1;
}
