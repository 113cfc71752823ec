// Reductions and operations on rows, for one instruction set: `TARGETED` gives the name its ending.
#include "CKernels.h"
#include "VectorFunctions.h"

enum {
  /// How many rows are summed in single precision before their sum is added in double precision: rounding errors do
  /// not grow beyond those of this many additions.
  row_block = 64,
  /// The same for the numbers of one row: 64 partial sums of 32.
  number_block = 2048,
};

// MARK: Over the last axis

static double sum_of_row(const float *x, int64_t count) {
  double total = 0;
  for (int64_t start = 0; start < count; start += number_block) {
    int64_t length = count - start < number_block ? count - start : number_block, k = 0;
    const float *from = x + start;
    vector sums[4] = {{0}};
    for (; k + 4 * lanes <= length; k += 4 * lanes)
      for (int i = 0; i < 4; i++) sums[i] += load(from + k + i * lanes);
    for (int i = 0; k < length; k += lanes, i++) sums[i] += load_part(from + k, length - k);
    total += sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  return total;
}

/// The largest, or the smallest.
INLINE vector more_extreme(bool smallest, vector x, vector y) { return smallest ? smaller(x, y) : larger(x, y); }

INLINE float extreme_of_row(bool smallest, const float *x, int64_t count) {
  const vector none = broadcast(smallest ? INFINITY : -INFINITY);
  vector best[4] = {none, none, none, none};
  int64_t k = 0;
  for (; k + 4 * lanes <= count; k += 4 * lanes)
    for (int i = 0; i < 4; i++) best[i] = more_extreme(smallest, best[i], load(x + k + i * lanes));
  for (int i = 0; k < count; k += lanes, i++) {
    int64_t left = count - k;
    vector part = load_part(x + k, left);
    if (left < lanes) part = choose(lane_numbers() < (int32_t)left, part, none);
    best[i] = more_extreme(smallest, best[i], part);
  }
  vector all = best[0];
  if (count > lanes)
    all = more_extreme(smallest, more_extreme(smallest, all, best[1]), more_extreme(smallest, best[2], best[3]));
  return smallest ? smallest_of_lanes(all) : largest_of_lanes(all);
}

// MARK: Over an axis before the last

/// The sum over rows of some vectors' width, of which `left` columns are in the array.
/// `vectors` is 1, 4 or 16; with few, several rows are summed side by side.
INLINE void sum_columns(const float *x, int64_t reduced, int64_t inner, int vectors, int64_t left, float scale,
                        float *output) {
  const int together = vectors == 1 ? 4 : vectors == 4 ? 2 : 1;
  doubles totals[16] = {{0}};
  vector sums[16][4];
  bool single = reduced <= row_block;
  for (int64_t start = 0; start < reduced || start == 0; start += row_block) {
    int64_t end = start + row_block < reduced ? start + row_block : reduced, r = start;
    for (int v = 0; v < vectors; v++)
      for (int t = 0; t < together; t++) sums[v][t] = (vector){0};
    for (; r + together <= end; r += together)
      for (int t = 0; t < together; t++)
        for (int v = 0; v < vectors; v++) sums[v][t] += load_part(x + (r + t) * inner + v * lanes, left - v * lanes);
    for (; r < end; r++)
      for (int v = 0; v < vectors; v++) sums[v][0] += load_part(x + r * inner + v * lanes, left - v * lanes);
    for (int v = 0; v < vectors; v++) {
      if (together >= 2) sums[v][0] += sums[v][1];
      if (together == 4) sums[v][0] += sums[v][2] + sums[v][3];
      if (!single) totals[v] += widen(sums[v][0]);
    }
  }
  for (int v = 0; v < vectors; v++) {
    vector result = single ? sums[v][0] * scale : __builtin_convertvector(totals[v] * (double)scale, vector);
    store_part(output + v * lanes, result, left - v * lanes);
  }
}

INLINE void extreme_of_columns(bool smallest, const float *x, int64_t reduced, int64_t inner, int vectors, int64_t left,
                               float scale, float *output) {
  vector best[4][2];
  for (int v = 0; v < vectors; v++) best[v][0] = best[v][1] = broadcast(smallest ? INFINITY : -INFINITY);
  int64_t r = 0;
  for (; r + 2 <= reduced; r += 2)
    for (int t = 0; t < 2; t++)
      for (int v = 0; v < vectors; v++)
        best[v][t] = more_extreme(smallest, best[v][t], load_part(x + (r + t) * inner + v * lanes, left - v * lanes));
  for (int v = 0; v < vectors; v++) {
    if (r < reduced)
      best[v][0] = more_extreme(smallest, best[v][0], load_part(x + r * inner + v * lanes, left - v * lanes));
    store_part(output + v * lanes, more_extreme(smallest, best[v][0], best[v][1]) * scale, left - v * lanes);
  }
}

INLINE void reduce_columns(int32_t reduction, const float *x, int64_t reduced, int64_t inner, int vectors, int64_t left,
                           float scale, float *output) {
  if (reduction == assay_reduction_sum) sum_columns(x, reduced, inner, vectors, left, scale, output);
  else if (reduction == assay_reduction_minimum)
    extreme_of_columns(true, x, reduced, inner, vectors, left, scale, output);
  else extreme_of_columns(false, x, reduced, inner, vectors, left, scale, output);
}

void TARGETED(loop_reduce)(int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale,
                           const float *input, float *output) {
  if (inner == 1) {
    for (int64_t o = 0; o < outer; o++) {
      const float *x = input + o * reduced;
      if (reduction != assay_reduction_sum)
        output[o] = scale * (reduction == assay_reduction_minimum ? extreme_of_row(true, x, reduced)
                                                                  : extreme_of_row(false, x, reduced));
      else if (reduced <= lanes) output[o] = scale * sum_of_lanes(load_part(x, reduced));
      else output[o] = (float)(scale * sum_of_row(x, reduced));
    }
    return;
  }
  for (int64_t o = 0; o < outer; o++) {
    const float *x = input + o * reduced * inner;
    float *y = output + o * inner;
    int64_t c = 0;
    if (reduction == assay_reduction_sum)
      for (; c + 16 * lanes <= inner; c += 16 * lanes) sum_columns(x + c, reduced, inner, 16, 16 * lanes, scale, y + c);
    for (; c + 4 * lanes <= inner; c += 4 * lanes)
      reduce_columns(reduction, x + c, reduced, inner, 4, 4 * lanes, scale, y + c);
    for (; c + lanes <= inner; c += lanes) reduce_columns(reduction, x + c, reduced, inner, 1, lanes, scale, y + c);
    if (c < inner) reduce_columns(reduction, x + c, reduced, inner, 1, inner - c, scale, y + c);
  }
}

// MARK: Softmax
//
// The largest number is found without care for NaN: a row with NaN is NaN in any case, through its sum.

/// Several rows of `columns` numbers, each into a segment of a vector; `count` of them are in the array.
INLINE vector load_segments(const float *from, int64_t columns, int segment, int64_t count, integers present) {
  if (segment == lanes) return load_part(from, columns);
#if MASKED_MEMORY
  (void)count;
  return (vector)_mm512_maskz_expandloadu_ps(_mm512_movepi32_mask((__m512i)present), from);
#else
  float numbers[lanes] = {0};
  for (int64_t r = 0; r < count; r++)
    for (int64_t c = 0; c < columns; c++) numbers[r * segment + c] = from[r * columns + c];
  return (vector)((integers)load(numbers) & present);
#endif
}

INLINE void store_segments(float *to, int64_t columns, int segment, int64_t count, integers present, vector x) {
  if (segment == lanes) {
    store_part(to, x, columns);
    return;
  }
#if MASKED_MEMORY
  store_part(to, (vector)_mm512_maskz_compress_ps(_mm512_movepi32_mask((__m512i)present), (__m512)x), count * columns);
#else
  (void)present;
  for (int64_t r = 0; r < count; r++)
    for (int64_t c = 0; c < columns; c++) to[r * columns + c] = x[r * segment + c];
#endif
}

/// Rows no longer than a segment.
INLINE void softmax_of_segments(int64_t rows, int64_t columns, int segment, bool logarithmic, const float *input,
                                float *output) {
  const int64_t together = lanes / segment;
  integers in_row = (lane_numbers() & (segment - 1)) < (int32_t)columns;
  for (int64_t r = 0; r < rows; r += together) {
    int64_t count = rows - r < together ? rows - r : together;
    integers present = in_row & (lane_numbers() < (int32_t)(count * segment));
    vector x = load_segments(input + r * columns, columns, segment, count, present);
    vector shifted = x - largest_numbers_of_segments(choose(present, x, broadcast(-INFINITY)), segment);
    vector e = (vector)((integers)exponential_below(shifted) & present);
    vector sum = sums_of_segments(e, segment);
    vector result = logarithmic ? shifted - logarithm(sum) : e / sum;
    store_segments(output + r * columns, columns, segment, count, present, result);
  }
}

INLINE void softmax_of_row(int64_t columns, bool logarithmic, const float *x, float *y) {
  vector best = broadcast(-INFINITY), sums = {0};
  int64_t whole = columns / lanes * lanes, left = columns - whole;
  integers present = lane_numbers() < (int32_t)left;
  for (int64_t k = 0; k < whole; k += lanes) best = larger_number(best, load(x + k));
  if (left > 0) best = larger_number(best, choose(present, load_first(x + whole, left), best));
  vector largest = largest_numbers_of_segments(best, lanes);
  for (int64_t k = 0; k < whole; k += lanes) {
    vector e = exponential_below(load(x + k) - largest);
    sums += e;
    if (!logarithmic) store(y + k, e);
  }
  if (left > 0) {
    vector e = exponential_below(load_first(x + whole, left) - largest);
    sums += (vector)((integers)e & present);
    if (!logarithmic) store_first(y + whole, e, left);
  }
  vector sum = sums_of_segments(sums, lanes);
  vector final = logarithmic ? logarithm(sum) : sum;
  for (int64_t k = 0; k < columns; k += lanes) {
    vector numbers = load_part((logarithmic ? x : y) + k, columns - k);
    store_part(y + k, logarithmic ? (numbers - largest) - final : numbers / final, columns - k);
  }
}

INLINE void softmax(int64_t rows, int64_t columns, bool logarithmic, const float *input, float *output) {
  if (columns <= 2) softmax_of_segments(rows, columns, 2, logarithmic, input, output);
  else if (columns <= 4) softmax_of_segments(rows, columns, 4, logarithmic, input, output);
  else if (columns <= 8) softmax_of_segments(rows, columns, 8, logarithmic, input, output);
  else if (columns <= 16) softmax_of_segments(rows, columns, 16, logarithmic, input, output);
  else
    for (int64_t r = 0; r < rows; r++)
      softmax_of_row(columns, logarithmic, input + r * columns, output + r * columns);
}

void TARGETED(loop_softmax)(int64_t rows, int64_t columns, bool logarithm, const float *input, float *output) {
  if (logarithm) softmax(rows, columns, true, input, output);
  else softmax(rows, columns, false, input, output);
}

// MARK: Indices

/// Integers in the order of numbers, NaN last; both zeros are the same.
INLINE integers order_of_numbers(vector x) {
  integers bits = (integers)choose(x == x, x + 0.0f, broadcast(NAN)) ;
  return bits ^ ((bits >> 31) & INT32_MAX);
}

void TARGETED(loop_argument_of_maximum)(int64_t rows, int64_t columns, const float *input, int32_t *index) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = input + r * columns;
    integers best = (integers){0} + INT32_MIN, where = {0}, number = lane_numbers();
    for (int64_t k = 0; k < columns; k += lanes, number += lanes) {
      integers order = order_of_numbers(load_part(x + k, columns - k));
      integers better = (order > best) & (number < (int32_t)columns);
      best = choose_integers(better, order, best);
      where = choose_integers(better, number, where);
    }
    integers found = best == (integers){0} + largest_integer_of_lanes(best);
    index[r] = smallest_integer_of_lanes(choose_integers(found, where, (integers){0} + INT32_MAX));
  }
}

void TARGETED(loop_scatter_add_rows)(int64_t rows, int64_t columns, const float *input, const int32_t *index,
                                     float *table) {
  for (int64_t r = 0; r < rows; r++) {
    float *to = table + index[r] * columns;
    const float *from = input + r * columns;
    for (int64_t k = 0; k < columns; k += lanes)
      store_part(to + k, load_part(to + k, columns - k) + load_part(from + k, columns - k), columns - k);
  }
}

// MARK: Checks

int64_t TARGETED(loop_first_not_finite)(int64_t count, const float *input) {
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    integers wrong = {0};
    for (int k = 0; k < 4; k++) wrong |= ~(absolute(load(input + i + k * lanes)) < INFINITY);
    if (any(wrong)) break;
  }
  for (; i < count; i++)
    if (!isfinite(input[i])) return i;
  return -1;
}

int64_t TARGETED(loop_first_outside)(int64_t count, const int32_t *index, int32_t bound) {
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    integers numbers = (integers)load((const float *)(index + i));
    if (any((numbers < 0) | (numbers >= bound))) break;
  }
  for (; i < count; i++)
    if (index[i] < 0 || index[i] >= bound) return i;
  return -1;
}
