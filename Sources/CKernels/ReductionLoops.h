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

static float largest_of_row(const float *x, int64_t count, float sign) {
  vector best[2] = {broadcast(-INFINITY), broadcast(-INFINITY)};
  int64_t k = 0;
  for (; k + 2 * lanes <= count; k += 2 * lanes)
    for (int i = 0; i < 2; i++) best[i] = larger(best[i], load(x + k + i * lanes) * sign);
  for (; k < count; k += lanes) {
    int64_t left = count - k;
    vector part = load_part(x + k, left) * sign;
    best[0] = larger(best[0], choose(lane_numbers() < (int32_t)(left < lanes ? left : lanes), part, best[0]));
  }
  return sign * largest_of_lanes(larger(best[0], best[1]));
}

// MARK: Over an axis before the last

/// The sum over rows of some vectors' width, of which `left` columns are in the array.
/// `vectors` is 1 or 4; with one, several rows are summed side by side.
INLINE void sum_columns(const float *x, int64_t reduced, int64_t inner, int vectors, int64_t left, float scale,
                        float *output) {
  const int together = vectors == 1 ? 4 : 2;
  doubles totals[4] = {{0}};
  vector sums[4][4];
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
      sums[v][0] += sums[v][1];
      if (together == 4) sums[v][0] += sums[v][2] + sums[v][3];
      if (!single) totals[v] += widen(sums[v][0]);
    }
  }
  for (int v = 0; v < vectors; v++) {
    vector result = single ? sums[v][0] * scale : __builtin_convertvector(totals[v] * (double)scale, vector);
    store_part(output + v * lanes, result, left - v * lanes);
  }
}

INLINE void largest_of_columns(const float *x, int64_t reduced, int64_t inner, int64_t left, float sign, float scale,
                               float *output) {
  vector best = broadcast(-INFINITY);
  for (int64_t r = 0; r < reduced; r++) best = larger(best, load_part(x + r * inner, left) * sign);
  store_part(output, best * (sign * scale), left);
}

void TARGETED(loop_reduce)(int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale,
                           const float *input, float *output) {
  // The smallest is the negative of the largest negative.
  float sign = reduction == assay_reduction_minimum ? -1 : 1;
  for (int64_t o = 0; o < outer; o++) {
    const float *x = input + o * reduced * inner;
    float *y = output + o * inner;
    if (inner == 1) {
      *y = reduction == assay_reduction_sum ? (float)(scale * sum_of_row(x, reduced))
                                            : scale * largest_of_row(x, reduced, sign);
      continue;
    }
    int64_t c = 0;
    if (reduction == assay_reduction_sum) {
      for (; c + 4 * lanes <= inner; c += 4 * lanes)
        sum_columns(x + c, reduced, inner, 4, 4 * lanes, scale, y + c);
      for (; c + lanes <= inner; c += lanes) sum_columns(x + c, reduced, inner, 1, lanes, scale, y + c);
      if (c < inner) sum_columns(x + c, reduced, inner, 1, inner - c, scale, y + c);
    } else {
      for (; c < inner; c += lanes) largest_of_columns(x + c, reduced, inner, inner - c, sign, scale, y + c);
    }
  }
}

// MARK: Softmax

enum {
  /// Rows up to this many columns are done sixteen rows at a time, with their columns as vectors.
  narrow = 12,
};

/// The larger, of which nothing is asked where one is NaN: a softmax row with NaN is NaN in any case.
INLINE vector larger_number(vector x, vector y) { return choose(x > y, x, y); }

INLINE float largest_number_of_lanes(vector x) {
  for (int width = lanes / 2; width > 0; width /= 2) {
    vector shifted = x;
    memcpy(&shifted, (const float *)&x + width, (size_t)width * sizeof(float));
    x = larger_number(x, shifted);
  }
  return x[0];
}

static void softmax_of_narrow_rows(int64_t rows, int64_t columns, bool logarithmic, const float *input, float *output) {
  float block[narrow][lanes] __attribute__((aligned(64)));
  for (int64_t start = 0; start < rows; start += lanes) {
    int64_t count = rows - start < lanes ? rows - start : lanes;
    const float *x = input + start * columns;
    float *y = output + start * columns;
    if (count < lanes)
      for (int64_t c = 0; c < columns; c++) store(block[c], (vector){0});
    for (int64_t r = 0; r < count; r++)
      for (int64_t c = 0; c < columns; c++) block[c][r] = x[r * columns + c];
    vector largest = load(block[0]), sum = {0};
    for (int64_t c = 1; c < columns; c++) largest = larger_number(largest, load(block[c]));
    for (int64_t c = 0; c < columns; c++) {
      vector shifted = load(block[c]) - largest;
      vector e = exponential_below(shifted);
      sum += e;
      store(block[c], logarithmic ? shifted : e);
    }
    vector final = logarithmic ? logarithm(sum) : 1.0f / sum;
    for (int64_t c = 0; c < columns; c++)
      store(block[c], logarithmic ? load(block[c]) - final : load(block[c]) * final);
    for (int64_t r = 0; r < count; r++)
      for (int64_t c = 0; c < columns; c++) y[r * columns + c] = block[c][r];
  }
}

static void softmax_of_row(int64_t columns, bool logarithmic, const float *x, float *y) {
  vector best = broadcast(-INFINITY), sums = {0};
  int64_t whole = columns / lanes * lanes, left = columns - whole;
  integers present = lane_numbers() < (int32_t)left;
  for (int64_t k = 0; k < whole; k += lanes) best = larger_number(best, load(x + k));
  if (left > 0) best = larger_number(best, choose(present, load_first(x + whole, left), best));
  float largest = largest_number_of_lanes(best);
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
  vector sum = broadcast(sum_of_lanes(sums));
  vector final = logarithmic ? logarithm(sum) : 1.0f / sum;
  for (int64_t k = 0; k < columns; k += lanes) {
    vector result = logarithmic ? (load_part(x + k, columns - k) - largest) - final : load_part(y + k, columns - k) * final;
    store_part(y + k, result, columns - k);
  }
}

void TARGETED(loop_softmax)(int64_t rows, int64_t columns, bool logarithm, const float *input, float *output) {
  if (columns <= narrow) {
    softmax_of_narrow_rows(rows, columns, logarithm, input, output);
    return;
  }
  for (int64_t r = 0; r < rows; r++) softmax_of_row(columns, logarithm, input + r * columns, output + r * columns);
}

// MARK: Indices

void TARGETED(loop_argument_of_maximum)(int64_t rows, int64_t columns, const float *input, int32_t *index) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = input + r * columns;
    int64_t best = 0;
    if (columns < 4 * lanes) {
      float largest = x[0];
      for (int64_t c = 1; c < columns; c++) {
        bool better = !(x[c] <= largest) && largest == largest;
        largest = better ? x[c] : largest;
        best = better ? c : best;
      }
    } else {
      float largest = largest_of_row(x, columns, 1);
      while (x[best] != largest && x[best] == x[best]) best++;
    }
    index[r] = (int32_t)best;
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
