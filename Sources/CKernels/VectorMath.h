// Vectors of Float32 for one instruction set, chosen by ASSAY_VECTOR_BITS: 512 (AVX-512), 256 (AVX2 with FMA) or
// 128 (whatever the compiler makes of four lanes: NEON, SSE). A file that includes this is compiled for any processor
// of its architecture; only functions marked VECTOR_TARGET use the instruction set, and only they may call these.
#ifndef ASSAY_VECTOR_MATH_H
#define ASSAY_VECTOR_MATH_H

#include <stdint.h>
#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

#if ASSAY_VECTOR_BITS == 512

#include <immintrin.h>
#define VECTOR_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define VECTOR_WIDTH 16
#define VECTOR_MASKS_ARE_FREE 1
typedef __m512 vector;
typedef __mmask16 vector_mask;

/// The mask of the first `count` lanes.
ALWAYS_INLINE VECTOR_TARGET vector_mask mask_first(int64_t count) {
  return count >= 16 ? (vector_mask)0xFFFF : (vector_mask)((1u << count) - 1u);
}
ALWAYS_INLINE VECTOR_TARGET vector vector_load(const float *p) { return _mm512_loadu_ps(p); }
ALWAYS_INLINE VECTOR_TARGET vector vector_load_masked(const float *p, vector_mask m) {
  return _mm512_maskz_loadu_ps(m, p);
}
ALWAYS_INLINE VECTOR_TARGET void vector_store(float *p, vector x) { _mm512_storeu_ps(p, x); }
ALWAYS_INLINE VECTOR_TARGET void vector_store_masked(float *p, vector_mask m, vector x) {
  _mm512_mask_storeu_ps(p, m, x);
}
ALWAYS_INLINE VECTOR_TARGET vector vector_all(float x) { return _mm512_set1_ps(x); }
ALWAYS_INLINE VECTOR_TARGET vector vector_fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
/// The larger, or `b` where either is NaN.
ALWAYS_INLINE VECTOR_TARGET vector vector_max(vector a, vector b) { return _mm512_max_ps(a, b); }
/// The smaller, or `b` where either is NaN.
ALWAYS_INLINE VECTOR_TARGET vector vector_min(vector a, vector b) { return _mm512_min_ps(a, b); }
ALWAYS_INLINE VECTOR_TARGET vector vector_absolute(vector x) { return _mm512_abs_ps(x); }
/// `magnitude`, which is not negative, with the sign of `sign`.
ALWAYS_INLINE VECTOR_TARGET vector vector_with_sign(vector magnitude, vector sign) {
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
      _mm512_castps_si512(magnitude), _mm512_castps_si512(sign), _mm512_set1_epi32((int)0x80000000u), 0xF8));
}
/// `yes` where x < bound, else `no` (also where x is NaN).
ALWAYS_INLINE VECTOR_TARGET vector vector_select_less(vector x, vector bound, vector yes, vector no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, bound, _CMP_LT_OQ), no, yes);
}
/// The nearest whole number.
ALWAYS_INLINE VECTOR_TARGET vector vector_round(vector x) { return _mm512_roundscale_ps(x, 8); }
/// x 2ⁿ for whole n with −126 ≤ n ≤ 127.
ALWAYS_INLINE VECTOR_TARGET vector vector_scale(vector x, vector n) { return _mm512_scalef_ps(x, n); }

/// The sums of 16 vectors' lanes, in order; every sum is taken in the same order.
ALWAYS_INLINE VECTOR_TARGET vector vector_sums(const vector v[16]) {
  vector t[8], u[4];
  UNROLLED for (int i = 0; i < 8; i++) {
    t[i] = _mm512_add_ps(_mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]), _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]));
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    __m512d a = _mm512_castps_pd(t[2 * i]), b = _mm512_castps_pd(t[2 * i + 1]);
    u[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
  }
  vector x = _mm512_add_ps(_mm512_shuffle_f32x4(u[0], u[1], 0x88), _mm512_shuffle_f32x4(u[0], u[1], 0xDD));
  vector y = _mm512_add_ps(_mm512_shuffle_f32x4(u[2], u[3], 0x88), _mm512_shuffle_f32x4(u[2], u[3], 0xDD));
  return _mm512_add_ps(_mm512_shuffle_f32x4(x, y, 0x88), _mm512_shuffle_f32x4(x, y, 0xDD));
}

/// a₀ b₀ a₁ b₁ …, in two vectors.
ALWAYS_INLINE VECTOR_TARGET void vector_interleave(vector a, vector b, vector v[2]) {
  const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  v[0] = _mm512_permutex2var_ps(a, first, b);
  v[1] = _mm512_permutex2var_ps(a, _mm512_add_epi32(first, _mm512_set1_epi32(8)), b);
}

/// Lane i of v[j] ← lane j of v[i].
ALWAYS_INLINE VECTOR_TARGET void vector_transpose(vector v[16]) {
  vector t[16];
  UNROLLED for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
  }
  UNROLLED for (int i = 0; i < 16; i += 4) {
    UNROLLED for (int j = 0; j < 2; j++) {
      __m512d a = _mm512_castps_pd(t[i + j]), b = _mm512_castps_pd(t[i + j + 2]);
      v[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      v[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  }
  // Now lane group g of v[4q + j] has column 4g + j of rows 4q ..< 4q + 4.
  UNROLLED for (int j = 0; j < 4; j++) {
    vector a = _mm512_shuffle_f32x4(v[j], v[4 + j], 0x88), b = _mm512_shuffle_f32x4(v[8 + j], v[12 + j], 0x88);
    vector c = _mm512_shuffle_f32x4(v[j], v[4 + j], 0xDD), d = _mm512_shuffle_f32x4(v[8 + j], v[12 + j], 0xDD);
    t[j] = _mm512_shuffle_f32x4(a, b, 0x88);
    t[8 + j] = _mm512_shuffle_f32x4(a, b, 0xDD);
    t[4 + j] = _mm512_shuffle_f32x4(c, d, 0x88);
    t[12 + j] = _mm512_shuffle_f32x4(c, d, 0xDD);
  }
  UNROLLED for (int i = 0; i < 16; i++) v[i] = t[i];
}

#elif ASSAY_VECTOR_BITS == 256

#include <immintrin.h>
#define VECTOR_TARGET __attribute__((target("avx2,fma")))
#define VECTOR_WIDTH 8
#define VECTOR_MASKS_ARE_FREE 0
typedef __m256 vector;
typedef __m256i vector_mask;

ALWAYS_INLINE VECTOR_TARGET vector_mask mask_first(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count > 8 ? 8 : (int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
ALWAYS_INLINE VECTOR_TARGET vector vector_load(const float *p) { return _mm256_loadu_ps(p); }
ALWAYS_INLINE VECTOR_TARGET vector vector_load_masked(const float *p, vector_mask m) {
  return _mm256_maskload_ps(p, m);
}
ALWAYS_INLINE VECTOR_TARGET void vector_store(float *p, vector x) { _mm256_storeu_ps(p, x); }
ALWAYS_INLINE VECTOR_TARGET void vector_store_masked(float *p, vector_mask m, vector x) {
  _mm256_maskstore_ps(p, m, x);
}
ALWAYS_INLINE VECTOR_TARGET vector vector_all(float x) { return _mm256_set1_ps(x); }
ALWAYS_INLINE VECTOR_TARGET vector vector_fma(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
ALWAYS_INLINE VECTOR_TARGET vector vector_max(vector a, vector b) { return _mm256_max_ps(a, b); }
ALWAYS_INLINE VECTOR_TARGET vector vector_min(vector a, vector b) { return _mm256_min_ps(a, b); }
ALWAYS_INLINE VECTOR_TARGET vector vector_absolute(vector x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x); }
ALWAYS_INLINE VECTOR_TARGET vector vector_with_sign(vector magnitude, vector sign) {
  return _mm256_or_ps(magnitude, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
}
ALWAYS_INLINE VECTOR_TARGET vector vector_select_less(vector x, vector bound, vector yes, vector no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, bound, _CMP_LT_OQ));
}
ALWAYS_INLINE VECTOR_TARGET vector vector_round(vector x) { return _mm256_round_ps(x, 8); }
ALWAYS_INLINE VECTOR_TARGET vector vector_scale(vector x, vector n) {
  __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(_mm256_add_ps(n, _mm256_set1_ps(127.0f))), 23);
  return _mm256_mul_ps(x, _mm256_castsi256_ps(exponent));
}

ALWAYS_INLINE VECTOR_TARGET vector vector_sums(const vector v[8]) {
  vector t[4], u[2];
  UNROLLED for (int i = 0; i < 4; i++) {
    t[i] = _mm256_add_ps(_mm256_unpacklo_ps(v[2 * i], v[2 * i + 1]), _mm256_unpackhi_ps(v[2 * i], v[2 * i + 1]));
  }
  UNROLLED for (int i = 0; i < 2; i++) {
    __m256d a = _mm256_castps_pd(t[2 * i]), b = _mm256_castps_pd(t[2 * i + 1]);
    u[i] = _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(a, b)), _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)));
  }
  return _mm256_add_ps(_mm256_permute2f128_ps(u[0], u[1], 0x20), _mm256_permute2f128_ps(u[0], u[1], 0x31));
}

ALWAYS_INLINE VECTOR_TARGET void vector_interleave(vector a, vector b, vector v[2]) {
  const vector low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
  v[0] = _mm256_permute2f128_ps(low, high, 0x20);
  v[1] = _mm256_permute2f128_ps(low, high, 0x31);
}

ALWAYS_INLINE VECTOR_TARGET void vector_transpose(vector v[8]) {
  vector t[8];
  UNROLLED for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
  }
  UNROLLED for (int i = 0; i < 8; i += 4) {
    UNROLLED for (int j = 0; j < 2; j++) {
      __m256d a = _mm256_castps_pd(t[i + j]), b = _mm256_castps_pd(t[i + j + 2]);
      v[i + 2 * j] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b));
      v[i + 2 * j + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
    }
  }
  UNROLLED for (int j = 0; j < 4; j++) {
    t[j] = _mm256_permute2f128_ps(v[j], v[4 + j], 0x20);
    t[4 + j] = _mm256_permute2f128_ps(v[j], v[4 + j], 0x31);
  }
  UNROLLED for (int i = 0; i < 8; i++) v[i] = t[i];
}

#else

#define VECTOR_TARGET
#define VECTOR_WIDTH 4
#define VECTOR_MASKS_ARE_FREE 0
typedef float vector __attribute__((vector_size(16)));
typedef int32_t vector_bits __attribute__((vector_size(16)));
typedef int64_t vector_mask; // how many lanes

ALWAYS_INLINE vector_mask mask_first(int64_t count) { return count > 4 ? 4 : count; }
ALWAYS_INLINE vector vector_load(const float *p) {
  vector x;
  memcpy(&x, p, sizeof x);
  return x;
}
ALWAYS_INLINE vector vector_load_masked(const float *p, vector_mask m) {
  if (m == 4) return vector_load(p);
  vector x = {0.0f, 0.0f, 0.0f, 0.0f};
  if (m > 0) x[0] = p[0];
  if (m > 1) x[1] = p[1];
  if (m > 2) x[2] = p[2];
  return x;
}
ALWAYS_INLINE void vector_store(float *p, vector x) { memcpy(p, &x, sizeof x); }
ALWAYS_INLINE void vector_store_masked(float *p, vector_mask m, vector x) {
  if (m == 4) {
    vector_store(p, x);
    return;
  }
  if (m > 0) p[0] = x[0];
  if (m > 1) p[1] = x[1];
  if (m > 2) p[2] = x[2];
}
ALWAYS_INLINE vector vector_all(float x) { return (vector){x, x, x, x}; }
ALWAYS_INLINE vector vector_fma(vector a, vector b, vector c) { return a * b + c; }
ALWAYS_INLINE vector vector_choose(vector_bits choice, vector yes, vector no) {
  return (vector)((choice & (vector_bits)yes) | (~choice & (vector_bits)no));
}
ALWAYS_INLINE vector vector_max(vector a, vector b) { return vector_choose(a > b, a, b); }
ALWAYS_INLINE vector vector_min(vector a, vector b) { return vector_choose(a < b, a, b); }
ALWAYS_INLINE vector vector_absolute(vector x) { return (vector)((vector_bits)x & 0x7FFFFFFF); }
ALWAYS_INLINE vector vector_with_sign(vector magnitude, vector sign) {
  return (vector)((vector_bits)magnitude | ((vector_bits)sign & (int32_t)0x80000000u));
}
ALWAYS_INLINE vector vector_select_less(vector x, vector bound, vector yes, vector no) {
  return vector_choose(x < bound, yes, no);
}
/// Only for magnitudes below 2²².
ALWAYS_INLINE vector vector_round(vector x) {
  const vector shift = vector_all(12582912.0f); // 1.5 · 2²³: adding it leaves no bits for a fraction
  volatile vector shifted = x + shift;
  return shifted - shift;
}
ALWAYS_INLINE vector vector_scale(vector x, vector n) {
  n = vector_min(n, vector_all(127.0f)); // NaN too, which no integer stands for
  vector_bits exponent = {(int32_t)n[0], (int32_t)n[1], (int32_t)n[2], (int32_t)n[3]};
  return x * (vector)((exponent + 127) << 23);
}

ALWAYS_INLINE void vector_interleave(vector a, vector b, vector v[2]) {
  v[0] = (vector){a[0], b[0], a[1], b[1]};
  v[1] = (vector){a[2], b[2], a[3], b[3]};
}

ALWAYS_INLINE void vector_transpose(vector v[4]) {
  vector t[4];
  for (int i = 0; i < 4; i++) t[i] = (vector){v[0][i], v[1][i], v[2][i], v[3][i]};
  for (int i = 0; i < 4; i++) v[i] = t[i];
}

ALWAYS_INLINE vector vector_sums(const vector v[4]) {
  vector t[4] = {v[0], v[1], v[2], v[3]};
  vector_transpose(t);
  return (t[0] + t[2]) + (t[1] + t[3]);
}

#endif

/// tanh x, with a relative error below 2·10⁻⁷. NaN stays NaN.
///
/// Below 0.6 an odd polynomial; above, 1 − 2/(e²ˣ + 1), where e²ˣ = 2ⁿ eʳ and eʳ is a polynomial. Both polynomials are
/// least-maximum fits of their relative errors (5·10⁻⁹ and 4·10⁻⁹).
ALWAYS_INLINE VECTOR_TARGET vector vector_tanh(vector x) {
  const vector one = vector_all(1.0f);
  vector magnitude = vector_absolute(x);
  vector square = magnitude * magnitude;
  vector small = vector_all(-0.00567930421f);
  small = vector_fma(small, square, vector_all(0.0206181222f));
  small = vector_fma(small, square, vector_all(-0.0537339998f));
  small = vector_fma(small, square, vector_all(0.133313836f));
  small = vector_fma(small, square, vector_all(-0.333332802f));
  small = vector_fma(small * square, magnitude, magnitude);

  // Beyond 10, tanh is 1 in single precision.
  vector limited = vector_min(vector_all(10.0f), magnitude);
  vector twice = limited + limited;
  vector n = vector_round(twice * vector_all(1.44269504f));
  // ln 2 in two parts: n times the first is exact.
  vector r = vector_fma(n, vector_all(-0.693359375f), twice);
  r = vector_fma(n, vector_all(2.12194440e-4f), r);
  vector power = vector_all(0.00139529701f);
  power = vector_fma(power, r, vector_all(0.00837032157f));
  power = vector_fma(power, r, vector_all(0.041666168f));
  power = vector_fma(power, r, vector_all(0.166665067f));
  power = vector_fma(power, r, vector_all(0.500000011f));
  power = vector_fma(power * r, r, r) + one;
  vector large = one - vector_all(2.0f) / (vector_scale(power, n) + one);
  return vector_with_sign(vector_select_less(magnitude, vector_all(0.6f), small, large), x);
}

#endif
