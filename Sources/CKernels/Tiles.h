// What products and convolutions share: products of narrow tiles, computed in registers, for one instruction set.
#ifndef ASSAY_TILES_H
#define ASSAY_TILES_H

#include "CKernels.h"

/// A product is computed in blocks of at most this depth, whose sums are added up afterwards, and this many columns.
/// Where that pays, blocks of this many rows of a are packed. So a tile's part of b, 256 × 32, stays in a first cache
/// of 48 KB, and a's block in the second.
enum { assay_depth_block = 256, assay_column_block = 512, assay_row_block = 224 };
/// From row to row of a packed block of a. One line more than the depth, so that rows do not share a set of the cache.
enum { assay_packed_stride = assay_depth_block + 16 };

/// Whether copying b into panels costs less than reading it from rows far apart. That depends on caches only, not on
/// what the sums are.
static inline bool assay_packs_b(const assay_product *product) {
  return product->transpose_b ||
         (product->rows >= 96 && (product->stride_b >= 1024 || product->depth * product->columns > 128 * 1024));
}
static inline bool assay_packs_a(const assay_product *product) {
  return product->columns >= 128 && (product->stride_a >= 1024 || product->rows * product->depth > 128 * 1024);
}

/// A product c ← activation(a b + bias) of which b's rows are contiguous. Its depth comes in segments, equally long and
/// equally far apart in a, and without gaps in b: the rows of a convolution's kernel, say.
typedef struct {
  int64_t rows;
  int64_t columns;
  int64_t depth;     ///< of one segment
  int64_t segments;
  const float *a;
  int64_t stride_a;  ///< from row to row, or from one depth to the next where `columnar`
  int64_t segment_a; ///< from one segment's start in a to the next
  const float *b;
  int64_t stride_b;  ///< from one depth to the next
  int64_t panel_b;   ///< from the start of one panel of columns to the next
  float *c;
  int64_t stride_c;
  const float *bias; ///< or NULL
  int32_t activation;
  bool columnar;     ///< rows of a are neighbours in storage, rather than depths
  bool accumulate;
} assay_tiles;

/// One instruction set's functions.
typedef struct {
  /// For b where it is: the panels lie side by side, and `panel_b` is not looked at; or for packed panels.
  void (*multiply_tiles)(const assay_tiles *tiles, bool packed);
  void (*multiply)(const assay_product *product, const float *a, const float *b, const float *bias, float *c,
                   float *scratch);
  /// A product with b transposed and few columns, by sums along a's and b's rows. Needs no scratch space.
  void (*multiply_few_columns)(const assay_product *product, const float *a, const float *b, const float *bias,
                               float *c, float *scratch);
  /// output[j, i] ← input[i, j], for input of rows × columns.
  void (*transpose)(int64_t rows, int64_t columns, const float *input, int64_t input_stride, float *output,
                    int64_t output_stride);
} assay_engine;

extern const assay_engine assay_engine_portable;
#if defined(__x86_64__)
extern const assay_engine assay_engine_avx2;
extern const assay_engine assay_engine_avx512;
#endif

/// The engine for this processor, or for `instructions`; NULL where the processor lacks them.
const assay_engine *assay_engine_for(int32_t instructions);

static inline int64_t assay_smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t assay_larger(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t assay_rounded_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

#endif
