// Products for one instruction set: included once by the file of each, after ASSAY_VECTOR_BITS and ASSAY_ENGINE.

#include "Tiles.h"
#include "VectorMath.h"

// MARK: Tiles

// A tile is at most so many rows by 1, 2, 4 or 8 vectors that its sums, a row of b and a number of a fit the registers.
#if ASSAY_VECTOR_BITS == 512
enum { most_rows_1 = 14, most_rows_2 = 14, most_rows_4 = 6, most_rows_8 = 2 };
#elif defined(__aarch64__)
enum { most_rows_1 = 14, most_rows_2 = 12, most_rows_4 = 6, most_rows_8 = 2 };
#else
enum { most_rows_1 = 10, most_rows_2 = 6, most_rows_4 = 2, most_rows_8 = 1 };
#endif
enum { most_rows = 14 };

typedef struct {
  const assay_tiles *whole;
  const float *a;
  const float *b;
  int64_t stride_b;
  const float *bias;
  float *c;
  vector_mask mask; ///< of the last vector's columns
} tile;

/// While the tile is still in the first cache. Kept out of the registers, tanh does not slow the other tiles down.
static __attribute__((noinline)) VECTOR_TARGET void apply_tanh(const tile *t, int rows, int vectors) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      float *place = t->c + r * t->whole->stride_c + v * VECTOR_WIDTH;
      if (v == vectors - 1) {
        vector_store_masked(place, t->mask, vector_tanh(vector_load_masked(place, t->mask)));
      } else {
        vector_store(place, vector_tanh(vector_load(place)));
      }
    }
  }
}

/// One tile of `rows` × `vectors`, both known to the compiler, as are whether it is columnar and whether its last
/// vector is full.
ALWAYS_INLINE VECTOR_TARGET void compute_tile(const int rows, const int vectors, const bool columnar, const bool full,
                                              const tile *restrict t) {
  const assay_tiles *restrict whole = t->whole;
  const int last = full ? vectors : vectors - 1;
  vector sums[most_rows][8];
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) sums[r][v] = vector_all(0.0f);
  }
  const vector_mask mask = t->mask;
  const float *restrict b = t->b;
  const int64_t stride_a = whole->stride_a, stride_b = t->stride_b, depth = whole->depth;
  const float *segment = t->a;
  if (depth * whole->segments >= 128) {
    // Long enough for c to arrive.
    UNROLLED for (int r = 0; r < rows; r++) {
      UNROLLED for (int v = 0; v < vectors; v++) __builtin_prefetch(t->c + r * whole->stride_c + v * VECTOR_WIDTH, 1);
    }
  }
  for (int64_t s = whole->segments; s > 0; s--) {
    const float *restrict a = segment;
    for (int64_t k = 0; k < depth; k++) {
      vector row[8];
      UNROLLED for (int v = 0; v < vectors; v++) {
        row[v] = v == last ? vector_load_masked(b + v * VECTOR_WIDTH, mask) : vector_load(b + v * VECTOR_WIDTH);
      }
      UNROLLED for (int r = 0; r < rows; r++) {
        const vector number = vector_all(columnar ? a[r] : a[r * stride_a]);
        UNROLLED for (int v = 0; v < vectors; v++) sums[r][v] = vector_fma(number, row[v], sums[r][v]);
      }
      a += columnar ? stride_a : 1;
      b += stride_b;
    }
    segment += whole->segment_a;
  }
  float *c = t->c;
  const int64_t stride_c = whole->stride_c;
  if (whole->accumulate) {
    UNROLLED for (int r = 0; r < rows; r++) {
      UNROLLED for (int v = 0; v < vectors; v++) {
        const float *place = c + r * stride_c + v * VECTOR_WIDTH;
        sums[r][v] += v == last ? vector_load_masked(place, mask) : vector_load(place);
      }
    }
  }
  if (t->bias) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      const float *place = t->bias + v * VECTOR_WIDTH;
      const vector bias = v == last ? vector_load_masked(place, mask) : vector_load(place);
      UNROLLED for (int r = 0; r < rows; r++) sums[r][v] += bias;
    }
  }
  if (whole->activation == assay_activation_relu) {
    const vector zero = vector_all(0.0f);
    UNROLLED for (int r = 0; r < rows; r++) {
      UNROLLED for (int v = 0; v < vectors; v++) sums[r][v] = vector_max(zero, sums[r][v]);
    }
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      float *place = c + r * stride_c + v * VECTOR_WIDTH;
      if (v == last) {
        vector_store_masked(place, mask, sums[r][v]);
      } else {
        vector_store(place, sums[r][v]);
      }
    }
  }
  if (whole->activation == assay_activation_tanh) apply_tanh(t, rows, vectors);
}

#define TILE(vectors, rows)                                                                                            \
  static VECTOR_TARGET void tile_##vectors##_##rows(const tile *t) { compute_tile(rows, vectors, false, false, t); }   \
  static VECTOR_TARGET void columnar_tile_##vectors##_##rows(const tile *t) {                                          \
    compute_tile(rows, vectors, true, false, t);                                                                       \
  }
#define FULL_TILE(vectors, rows)                                                                                       \
  static VECTOR_TARGET void full_tile_##vectors##_##rows(const tile *t) {                                              \
    compute_tile(rows, vectors, false, true, t);                                                                       \
  }                                                                                                                    \
  static VECTOR_TARGET void columnar_full_tile_##vectors##_##rows(const tile *t) {                                     \
    compute_tile(rows, vectors, true, true, t);                                                                        \
  }
#define TILES_TO_2(each, v) each(v, 1) each(v, 2)
#define TILES_TO_6(each, v) TILES_TO_2(each, v) each(v, 3) each(v, 4) each(v, 5) each(v, 6)
#define TILES_TO_10(each, v) TILES_TO_6(each, v) each(v, 7) each(v, 8) each(v, 9) each(v, 10)
#define TILES_TO_12(each, v) TILES_TO_10(each, v) each(v, 11) each(v, 12)
#define TILES_TO_14(each, v) TILES_TO_12(each, v) each(v, 13) each(v, 14)
#define NAME(v, r) tile_##v##_##r,
#define COLUMNAR_NAME(v, r) columnar_tile_##v##_##r,
#define FULL_NAME(v, r) full_tile_##v##_##r,
#define COLUMNAR_FULL_NAME(v, r) columnar_full_tile_##v##_##r,

#if ASSAY_VECTOR_BITS == 512
#define TILES_OF_1 TILES_TO_14
#define TILES_OF_2 TILES_TO_14
#define TILES_OF_4 TILES_TO_6
#define TILES_OF_8 TILES_TO_2
#elif defined(__aarch64__)
#define TILES_OF_1 TILES_TO_14
#define TILES_OF_2 TILES_TO_12
#define TILES_OF_4 TILES_TO_6
#define TILES_OF_8 TILES_TO_2
#else
#define TILES_TO_1(each, v) each(v, 1)
#define TILES_OF_1 TILES_TO_10
#define TILES_OF_2 TILES_TO_6
#define TILES_OF_4 TILES_TO_2
#define TILES_OF_8 TILES_TO_1
#endif

#define ALL_TILES(each) TILES_OF_1(each, 1) TILES_OF_2(each, 2) TILES_OF_4(each, 4) TILES_OF_8(each, 8)
#define ALL_NAMES(name) {{TILES_OF_1(name, 1)}, {TILES_OF_2(name, 2)}, {TILES_OF_4(name, 4)}, {TILES_OF_8(name, 8)}}

typedef void (*tile_function)(const tile *);
/// By whether the last vector is full, columnar, the number of vectors (1, 2, 4 or 8) and rows less one.
#if VECTOR_MASKS_ARE_FREE
ALL_TILES(TILE)
static const tile_function tile_functions[1][2][4][most_rows] = {{ALL_NAMES(NAME), ALL_NAMES(COLUMNAR_NAME)}};
#else
ALL_TILES(TILE) ALL_TILES(FULL_TILE)
static const tile_function tile_functions[2][2][4][most_rows] = {
    {ALL_NAMES(NAME), ALL_NAMES(COLUMNAR_NAME)}, {ALL_NAMES(FULL_NAME), ALL_NAMES(COLUMNAR_FULL_NAME)}};
#endif
static const int64_t most_rows_of[4] = {most_rows_1, most_rows_2, most_rows_4, most_rows_8};
/// Columns in a panel of packed b.
enum { panel_columns = 2 * VECTOR_WIDTH };

/// b lies where `whole` says, or is packed in panels.
static VECTOR_TARGET void multiply_tiles(const assay_tiles *whole, bool packed) {
  const int64_t rows = whole->rows;
  if (rows <= 0) return;
  // Few rows leave registers for more columns, and fewer would leave too few sums to hide each addition's time.
  const int widest = packed || rows > most_rows_4 ? 1 : rows > most_rows_8 ? 2 : 3;
  tile t = {.whole = whole};
  for (int64_t column = 0; column < whole->columns;) {
    const int64_t left = whole->columns - column;
    int kind = widest;
    // Only the last vector may be partly filled.
    while (kind > 0 && VECTOR_WIDTH * (((int64_t)1 << kind) - 1) >= left) kind--;
    const int64_t width = assay_smaller(left, (int64_t)VECTOR_WIDTH << kind);
    t.mask = mask_first(width - ((int64_t)VECTOR_WIDTH << kind) + VECTOR_WIDTH);
    const bool full = !VECTOR_MASKS_ARE_FREE && width == (int64_t)VECTOR_WIDTH << kind;
    t.b = packed ? whole->b + column / panel_columns * whole->panel_b : whole->b + column;
    t.stride_b = whole->stride_b;
    t.bias = whole->bias ? whole->bias + column : 0;
    t.a = whole->a;
    t.c = whole->c + column;
    // Tiles as equal as can be.
    const int64_t tiles = (rows + most_rows_of[kind] - 1) / most_rows_of[kind];
    const int64_t height = rows / tiles, taller = rows % tiles;
    const tile_function *functions = tile_functions[full][whole->columnar][kind];
    for (int64_t i = 0; i < tiles; i++) {
      const int64_t rows_here = height + (i < taller);
      functions[rows_here - 1](&t);
      t.a += rows_here * (whole->columnar ? 1 : whole->stride_a);
      t.c += rows_here * whole->stride_c;
    }
    column += width;
  }
}

// MARK: Transposition

static VECTOR_TARGET void transpose(int64_t rows, int64_t columns, const float *input, int64_t input_stride,
                                    float *output, int64_t output_stride) {
  for (int64_t row = 0; row < rows; row += VECTOR_WIDTH) {
    const int64_t rows_here = assay_smaller(rows - row, VECTOR_WIDTH);
    const vector_mask row_mask = mask_first(rows_here);
    for (int64_t column = 0; column < columns; column += VECTOR_WIDTH) {
      const int64_t columns_here = assay_smaller(columns - column, VECTOR_WIDTH);
      const float *from = input + row * input_stride + column;
      float *to = output + column * output_stride + row;
      vector block[VECTOR_WIDTH];
      if (rows_here == VECTOR_WIDTH && columns_here == VECTOR_WIDTH) {
        if (column + 2 * VECTOR_WIDTH < columns) {
          const float *ahead = from + 2 * VECTOR_WIDTH;
          UNROLLED for (int i = 0; i < VECTOR_WIDTH; i++) __builtin_prefetch(ahead + i * input_stride);
        }
        UNROLLED for (int i = 0; i < VECTOR_WIDTH; i++) block[i] = vector_load(from + i * input_stride);
        vector_transpose(block);
        UNROLLED for (int i = 0; i < VECTOR_WIDTH; i++) vector_store(to + i * output_stride, block[i]);
      } else {
        const vector_mask column_mask = mask_first(columns_here);
        for (int i = 0; i < VECTOR_WIDTH; i++) {
          block[i] = i < rows_here ? vector_load_masked(from + i * input_stride, column_mask) : vector_all(0.0f);
        }
        vector_transpose(block);
        for (int i = 0; i < columns_here; i++) vector_store_masked(to + i * output_stride, row_mask, block[i]);
      }
    }
  }
}

// MARK: Sums along storage

/// The inner products of up to VECTOR_WIDTH / width rows of a with `width` rows of b, in the order of a's rows. Every
/// sum is taken in the same order, however many rows there are.
ALWAYS_INLINE VECTOR_TARGET vector inner_products(const int width, int64_t rows, const float *restrict a,
                                                  int64_t stride_a, const float *restrict b, int64_t stride_b,
                                                  int64_t depth) {
  const int most = VECTOR_WIDTH / width;
  vector sums[VECTOR_WIDTH], y[4];
  UNROLLED for (int i = 0; i < VECTOR_WIDTH; i++) sums[i] = vector_all(0.0f);
  int64_t k = 0;
  if (rows == most) {
    for (; k + VECTOR_WIDTH <= depth; k += VECTOR_WIDTH) {
      UNROLLED for (int j = 0; j < width; j++) y[j] = vector_load(b + k + j * stride_b);
      UNROLLED for (int i = 0; i < most; i++) {
        const vector x = vector_load(a + k + i * stride_a);
        UNROLLED for (int j = 0; j < width; j++) sums[i * width + j] = vector_fma(x, y[j], sums[i * width + j]);
      }
    }
  } else {
    for (; k + VECTOR_WIDTH <= depth; k += VECTOR_WIDTH) {
      UNROLLED for (int j = 0; j < width; j++) y[j] = vector_load(b + k + j * stride_b);
      UNROLLED for (int i = 0; i < most; i++) {
        if (i < rows) {
          const vector x = vector_load(a + k + i * stride_a);
          UNROLLED for (int j = 0; j < width; j++) sums[i * width + j] = vector_fma(x, y[j], sums[i * width + j]);
        }
      }
    }
  }
  if (k < depth) {
    const vector_mask mask = mask_first(depth - k);
    UNROLLED for (int j = 0; j < width; j++) y[j] = vector_load_masked(b + k + j * stride_b, mask);
    UNROLLED for (int i = 0; i < most; i++) {
      if (i < rows) {
        const vector x = vector_load_masked(a + k + i * stride_a, mask);
        UNROLLED for (int j = 0; j < width; j++) sums[i * width + j] = vector_fma(x, y[j], sums[i * width + j]);
      }
    }
  }
  return vector_sums(sums);
}

ALWAYS_INLINE VECTOR_TARGET vector activated(vector x, int32_t activation) {
  if (activation == assay_activation_relu) return vector_max(vector_all(0.0f), x);
  if (activation == assay_activation_tanh) return vector_tanh(x);
  return x;
}

/// Rows `first` … of the result, given as few columns, each a vector over rows, at a distance of `stride`: finishes
/// them and transposes them to c.
ALWAYS_INLINE VECTOR_TARGET void finish_columns(const assay_product *product, const float *results, int64_t stride,
                                                int64_t first, const float *bias, float *c) {
  const int64_t columns = product->columns, stride_c = product->stride_c;
  const int64_t rows = assay_smaller(product->rows - first, VECTOR_WIDTH);
  const bool accumulate = product->accumulate;
  const int32_t activation = accumulate ? assay_activation_none : product->activation;
  vector block[VECTOR_WIDTH];
  UNROLLED for (int j = 0; j < VECTOR_WIDTH; j++) {
    if (j < columns) {
      block[j] = vector_load(results + j * stride);
      if (bias) block[j] += vector_all(bias[j]);
      if (activation != assay_activation_none) block[j] = activated(block[j], activation);
    } else {
      block[j] = vector_all(0.0f);
    }
  }
  float *place = c + first * stride_c;
  if (columns <= 2 && stride_c == columns && rows == VECTOR_WIDTH) {
    // Then the rows lie side by side.
    if (columns == 2) vector_interleave(block[0], block[1], block);
    UNROLLED for (int v = 0; v < 2; v++) {
      if (v == columns) break;
      if (accumulate) block[v] += vector_load(place + v * VECTOR_WIDTH);
      vector_store(place + v * VECTOR_WIDTH, block[v]);
    }
    return;
  }
  const vector_mask mask = mask_first(columns);
  vector_transpose(block);
  UNROLLED for (int r = 0; r < VECTOR_WIDTH; r++) {
    if (r < rows) {
      if (accumulate) block[r] += vector_load_masked(place, mask);
      vector_store_masked(place, mask, block[r]);
      place += stride_c;
    }
  }
}

/// `width` columns from `column` on, by inner products of a's rows with b's columns, given as rows.
ALWAYS_INLINE VECTOR_TARGET void multiply_columns(const int width, const assay_product *product, int64_t first,
                                                  int64_t end, int64_t column, const float *a, const float *b,
                                                  int64_t stride_b, const float *bias, float *c) {
  const int most = VECTOR_WIDTH / width;
  const int64_t stride_c = product->stride_c;
  const bool accumulate = product->accumulate;
  const int32_t activation = accumulate ? assay_activation_none : product->activation;
  float numbers[VECTOR_WIDTH];
  vector biases = vector_all(0.0f);
  if (bias) {
    for (int i = 0; i < VECTOR_WIDTH; i++) numbers[i] = bias[column + i % width];
    biases = vector_load(numbers);
  }
  for (int64_t row = first; row < end; row += most) {
    const int64_t rows = assay_smaller(end - row, most);
    vector x = inner_products(width, rows, a + row * product->stride_a, product->stride_a, b + column * stride_b,
                              stride_b, product->depth);
    if (bias) x += biases;
    if (activation != assay_activation_none) x = activated(x, activation);
    float *place = c + row * stride_c + column;
    if (stride_c == width && rows == most) {
      if (accumulate) x += vector_load(place);
      vector_store(place, x);
      continue;
    }
    vector_store(numbers, x);
    for (int64_t r = 0; r < rows; r++, place += stride_c) {
      for (int j = 0; j < width; j++) {
        if (accumulate) numbers[r * width + j] += place[j];
        place[j] = numbers[r * width + j];
      }
    }
  }
}

/// Few columns, where a's rows are stored as rows.
static VECTOR_TARGET void multiply_few_columns(const assay_product *product, const float *a, const float *b,
                                               const float *bias, float *c, float *scratch) {
  const int64_t columns = product->columns, depth = product->depth;
  int64_t stride_b = product->stride_b;
  if (!product->transpose_b) {
    if (columns > 1 || stride_b != 1) {
      transpose(depth, columns, b, stride_b, scratch, depth);
      b = scratch;
    }
    stride_b = depth;
  }
  // So few rows at a time that they stay in the first cache for all columns.
  for (int64_t first = 0; first < product->rows; first += VECTOR_WIDTH) {
    const int64_t end = assay_smaller(product->rows, first + VECTOR_WIDTH);
    int64_t column = 0;
    for (; columns - column >= 4; column += 4) {
      multiply_columns(4, product, first, end, column, a, b, stride_b, bias, c);
    }
    if (columns - column >= 2) {
      multiply_columns(2, product, first, end, column, a, b, stride_b, bias, c);
      column += 2;
    }
    if (columns > column) multiply_columns(1, product, first, end, column, a, b, stride_b, bias, c);
  }
}

/// Few rows, where b's columns are stored as rows: inner products of b's columns with a's rows.
static VECTOR_TARGET void multiply_few_rows(const assay_product *product, const float *a, const float *b,
                                            const float *bias, float *c) {
  for (int64_t first = 0; first < product->columns; first += VECTOR_WIDTH) {
    const int64_t columns = assay_smaller(product->columns - first, VECTOR_WIDTH);
    const vector_mask mask = mask_first(columns);
    for (int64_t r = 0; r < product->rows; r++) {
      float *place = c + r * product->stride_c + first;
      vector x = inner_products(1, columns, b + first * product->stride_b, product->stride_b,
                                a + r * product->stride_a, 0, product->depth);
      if (product->accumulate) {
        x += vector_load_masked(place, mask);
      } else {
        if (bias) x += vector_load_masked(bias + first, mask);
        x = activated(x, product->activation);
      }
      vector_store_masked(place, mask, x);
    }
  }
}

/// Few columns, where a's rows are stored as columns: computes the transposed result, with tiles, and transposes it.
static VECTOR_TARGET void multiply_transposed(const assay_product *product, const float *a, const float *b,
                                              const float *bias, float *c, float *scratch) {
  const int64_t stride = assay_rounded_up(product->rows, 16);
  assay_tiles tiles = {
      .rows = product->columns, .columns = product->rows, .depth = product->depth, .segments = 1,
      .a = b, .stride_a = product->stride_b, .columnar = !product->transpose_b,
      .b = a, .stride_b = product->stride_a,
      .c = scratch, .stride_c = stride,
  };
  multiply_tiles(&tiles, false);
  for (int64_t first = 0; first < product->rows; first += VECTOR_WIDTH) {
    finish_columns(product, scratch + first, stride, first, bias, c);
  }
}

// MARK: Products

/// Copies a block of b into panels, each with its rows side by side.
static VECTOR_TARGET void pack_b(const assay_product *product, const float *b, int64_t start, int64_t depth,
                                 int64_t column, int64_t columns, float *packed) {
  for (int64_t panel = 0; panel < columns; panel += panel_columns, packed += panel_columns * depth) {
    const int64_t width = assay_smaller(columns - panel, panel_columns);
    if (product->transpose_b) {
      transpose(width, depth, b + (column + panel) * product->stride_b + start, product->stride_b, packed,
                panel_columns);
      continue;
    }
    const float *from = b + start * product->stride_b + column + panel;
    // Rows are too far apart for the processor to foresee which comes next.
    const int64_t ahead = 16 * product->stride_b;
    const vector_mask left = mask_first(width), right = mask_first(width - VECTOR_WIDTH);
    for (int64_t k = 0; k < depth; k++) {
      float *to = packed + k * panel_columns;
      if (k + 16 < depth) {
        __builtin_prefetch(from + ahead);
        if (width > VECTOR_WIDTH) __builtin_prefetch(from + ahead + VECTOR_WIDTH);
      }
      vector_store(to, vector_load_masked(from, left));
      if (width > VECTOR_WIDTH) vector_store(to + VECTOR_WIDTH, vector_load_masked(from + VECTOR_WIDTH, right));
      from += product->stride_b;
    }
  }
}

static VECTOR_TARGET void multiply(const assay_product *product, const float *a, const float *b, const float *bias,
                                   float *c, float *scratch) {
  const int64_t rows = product->rows, columns = product->columns, depth = product->depth;
  if (rows <= 0 || columns <= 0) return;
  if (product->accumulate) bias = 0;
  if (depth > 0) {
    // Columns that would not fill a vector. Each way to compute them costs about so many multiplications of vectors.
    // The number of rows has no say in it where a's rows are stored as rows: a row's bits do not depend on others.
    const int64_t narrow = columns <= VECTOR_WIDTH ? columns : columns % VECTOR_WIDTH;
    const int64_t vectors = (depth + VECTOR_WIDTH - 1) / VECTOR_WIDTH;
    const bool apart = product->transpose_a ? 2 * narrow * ((rows + VECTOR_WIDTH - 1) / VECTOR_WIDTH) <= rows
                                            : narrow * (vectors + 3) < depth;
    if (apart && columns == narrow) {
      if (product->transpose_a) {
        multiply_transposed(product, a, b, bias, c, scratch);
      } else {
        multiply_few_columns(product, a, b, bias, c, scratch);
      }
      return;
    }
    if (apart && narrow > 0) {
      const int64_t wide = columns - narrow;
      assay_product part = *product;
      part.columns = wide;
      multiply(&part, a, b, bias, c, scratch);
      part.columns = narrow;
      multiply(&part, a, b + wide * (product->transpose_b ? product->stride_b : 1), bias ? bias + wide : 0, c + wide,
               scratch);
      return;
    }
  }
  if (depth > 0 && rows <= 6 && product->transpose_b && !product->transpose_a) {
    multiply_few_rows(product, a, b, bias, c);
    return;
  }
  assay_tiles tiles = {
      .rows = rows, .segments = 1, .stride_a = product->stride_a, .columnar = product->transpose_a,
      .stride_c = product->stride_c,
  };
  const bool packs_a = assay_packs_a(product), packs_b = assay_packs_b(product);
  float *packed_b = scratch + (packs_a ? assay_row_block * assay_packed_stride : 0);
  const int64_t blocks = assay_larger(1, (depth + assay_depth_block - 1) / assay_depth_block);
  for (int64_t block = 0, start = 0; block < blocks; block++) {
    const int64_t end = depth * (block + 1) / blocks;
    const bool last = block == blocks - 1;
    tiles.depth = end - start;
    tiles.accumulate = product->accumulate || block > 0;
    tiles.activation = last && !product->accumulate ? product->activation : assay_activation_none;
    for (int64_t column = 0; column < columns; column += assay_column_block) {
      tiles.columns = assay_smaller(columns - column, assay_column_block);
      tiles.bias = last && bias ? bias + column : 0;
      if (packs_b) {
        tiles.b = packed_b;
        tiles.stride_b = panel_columns;
        tiles.panel_b = panel_columns * tiles.depth;
        pack_b(product, b, start, tiles.depth, column, tiles.columns, packed_b);
      } else {
        tiles.b = b + start * product->stride_b + column;
        tiles.stride_b = product->stride_b;
      }
      const int64_t row_block = packs_a ? assay_row_block : rows;
      for (int64_t row = 0; row < rows; row += row_block) {
        tiles.rows = assay_smaller(rows - row, row_block);
        tiles.a = product->transpose_a ? a + start * product->stride_a + row : a + row * product->stride_a + start;
        tiles.c = c + row * product->stride_c + column;
        if (packs_a) {
          // In the order in which it is stored: a tile reads either order well.
          const int64_t lines = product->transpose_a ? tiles.depth : tiles.rows;
          const int64_t length = product->transpose_a ? tiles.rows : tiles.depth;
          tiles.stride_a = product->transpose_a ? assay_row_block : assay_packed_stride;
          for (int64_t i = 0; i < lines; i++) {
            if (i + 4 < lines) {
              const float *ahead = tiles.a + (i + 4) * product->stride_a;
              for (int64_t j = 0; j < length; j += 16) __builtin_prefetch(ahead + j);
            }
            memcpy(scratch + i * tiles.stride_a, tiles.a + i * product->stride_a, (size_t)length * sizeof(float));
          }
          tiles.a = scratch;
        }
        multiply_tiles(&tiles, packs_b);
      }
    }
    start = end;
  }
}

const assay_engine ASSAY_ENGINE = {
    .multiply_tiles = multiply_tiles,
    .multiply = multiply,
    .multiply_few_columns = multiply_few_columns,
    .transpose = transpose,
};
