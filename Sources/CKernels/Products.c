#include "Tiles.h"

const assay_engine *assay_engine_for(int32_t instructions) {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#endif
  switch (instructions) {
#if defined(__x86_64__)
  case assay_instructions_best:
    return avx512 ? &assay_engine_avx512 : avx2 ? &assay_engine_avx2 : &assay_engine_portable;
  case assay_instructions_avx512: return avx512 ? &assay_engine_avx512 : 0;
  case assay_instructions_avx2: return avx2 ? &assay_engine_avx2 : 0;
#else
  case assay_instructions_best:
#endif
  case assay_instructions_portable: return &assay_engine_portable;
  default: return 0;
  }
}

int64_t assay_product_scratch(const assay_product *product) {
  const int64_t rows = product->rows, columns = product->columns, depth = product->depth;
  if (rows <= 0 || columns <= 0 || depth <= 0) return 0;
  // A block of b, in panels of at most 32 columns, and one of a.
  int64_t packed = 0;
  if (assay_packs_b(product)) {
    packed = assay_smaller(depth, assay_depth_block) *
             assay_rounded_up(assay_smaller(columns, assay_column_block), 32);
  }
  if (assay_packs_a(product)) packed += assay_row_block * assay_packed_stride;
  // Of columns that do not fill a vector, b or the result, transposed.
  const int64_t narrow = columns <= 16 ? columns : columns % 16;
  const int64_t transposed = narrow * assay_rounded_up(assay_larger(product->transpose_a ? rows : 0, depth), 16);
  return assay_larger(packed, transposed);
}

bool assay_multiply_with(int32_t instructions, const assay_product *product, const float *a, const float *b,
                         const float *bias, float *c, float *scratch) {
  const assay_engine *engine = assay_engine_for(instructions);
  if (!engine) return false;
  engine->multiply(product, a, b, bias, c, scratch);
  return true;
}

void assay_multiply(const assay_product *product, const float *a, const float *b, const float *bias, float *c,
                    float *scratch) {
  assay_engine_for(assay_instructions_best)->multiply(product, a, b, bias, c, scratch);
}
