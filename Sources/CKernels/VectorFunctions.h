// Functions of sixteen numbers at a time. Included by files that are compiled for one instruction set each.
//
// A vector has sixteen lanes on every processor (the compiler splits it where registers are narrower), so that sums
// over lanes are in the same order everywhere. Nothing here calls the C library but the sine and cosine of arguments
// beyond ±2²⁰.
//
// Largest errors in units in the last place, over every 67th float: exponential 1.05, exponential minus one 1.6,
// logarithm 0.9, logarithm of one plus 1.5, sine and cosine 1.6, hyperbolic tangent 2.5, sigmoid 2.4, softplus 1.7,
// error function 1.2. Results are denormal where the exact ones are; infinities, NaN and signed zeros are as in C.
#ifndef ASSAY_VECTOR_FUNCTIONS_H
#define ASSAY_VECTOR_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/// A file that is compiled for AVX-512 defines this as 1.
#ifndef MASKED_MEMORY
#define MASKED_MEMORY 0
#endif
#if MASKED_MEMORY
#include <immintrin.h>
#endif

#if defined(__GNUC__) && !defined(__clang__)
// Vectors wider than a register are passed to inlined functions only.
#pragma GCC diagnostic ignored "-Wpsabi"
#elif defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#endif

enum { lanes = 16 };

typedef float vector __attribute__((vector_size(64)));
typedef int32_t integers __attribute__((vector_size(64)));
typedef uint32_t words __attribute__((vector_size(64))); ///< for sums that may wrap
typedef double doubles __attribute__((vector_size(128)));
typedef int64_t long_integers __attribute__((vector_size(128)));
typedef float unaligned_vector __attribute__((vector_size(64), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline, unused))

// MARK: Memory

INLINE vector load(const float *from) { return *(const unaligned_vector *)from; }

INLINE void store(float *to, vector x) { *(unaligned_vector *)to = x; }

/// The first `count` lanes from memory, zero in the others.
INLINE vector load_first(const float *from, int64_t count) {
#if MASKED_MEMORY
  return (vector)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#else
  vector x = {0};
  memcpy(&x, from, (size_t)count * sizeof(float));
  return x;
#endif
}

INLINE void store_first(float *to, vector x, int64_t count) {
#if MASKED_MEMORY
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)x);
#else
  memcpy(to, &x, (size_t)count * sizeof(float));
#endif
}

/// A vector of which `left` lanes are in the array: all, or the first, with zero in the others.
INLINE vector load_part(const float *from, int64_t left) { return left >= lanes ? load(from) : load_first(from, left); }

INLINE void store_part(float *to, vector x, int64_t left) {
  if (left >= lanes) store(to, x);
  else store_first(to, x, left);
}

INLINE vector broadcast(float x) { return (vector){0} + x; }

INLINE doubles widen(vector x) { return __builtin_convertvector(x, doubles); }

// MARK: Choosing

/// `yes` where the mask's bits are set, `no` where they are not.
INLINE vector choose(integers mask, vector yes, vector no) {
  return (vector)((mask & (integers)yes) | (~mask & (integers)no));
}

/// 0…15
INLINE integers lane_numbers(void) { return (integers){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

INLINE vector absolute(vector x) { return (vector)((integers)x & 0x7FFFFFFF); }

/// The magnitude of one number with the sign of another.
INLINE vector with_sign(vector magnitude, vector sign) {
  integers bit = (integers){0} + INT32_MIN;
  return (vector)(((integers)sign & bit) | ((integers)magnitude & ~bit));
}

/// The larger; NaN where either is NaN.
INLINE vector larger(vector x, vector y) { return choose((x > y) | (x != x), x, y); }

INLINE vector smaller(vector x, vector y) { return choose((x < y) | (x != x), x, y); }

INLINE vector at_most(vector x, float bound) { return choose(x > bound, broadcast(bound), x); }

INLINE vector at_least(vector x, float bound) { return choose(x < bound, broadcast(bound), x); }

INLINE int any(integers mask) {
  long_integers halves;
  memcpy(&halves, &mask, sizeof(mask));
  int64_t bits = 0;
  for (int i = 0; i < 8; i++) bits |= halves[i];
  return bits != 0;
}

// MARK: Over lanes, always in the same order

/// Each lane and the one at a distance of half a segment, for segments of 16, 8, 4 and 2 lanes.
#define SWAP_HALVES_16(x) __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
#define SWAP_HALVES_8(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
#define SWAP_HALVES_4(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define SWAP_HALVES_2(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)

/// In every lane, `combine` over the segment of 16, 8, 4 or 2 lanes that it lies in.
#define COMBINE_SEGMENTS(x, segment, combine)                                                                          \
  do {                                                                                                                 \
    if ((segment) >= 16) x = combine(x, SWAP_HALVES_16(x));                                                            \
    if ((segment) >= 8) x = combine(x, SWAP_HALVES_8(x));                                                              \
    if ((segment) >= 4) x = combine(x, SWAP_HALVES_4(x));                                                              \
    x = combine(x, SWAP_HALVES_2(x));                                                                                  \
  } while (0)

INLINE vector added(vector x, vector y) { return x + y; }

/// The larger, of which nothing is asked where one is NaN.
INLINE vector larger_number(vector x, vector y) { return choose(x > y, x, y); }

INLINE vector sums_of_segments(vector x, int segment) {
  COMBINE_SEGMENTS(x, segment, added);
  return x;
}

INLINE vector largest_numbers_of_segments(vector x, int segment) {
  COMBINE_SEGMENTS(x, segment, larger_number);
  return x;
}

INLINE float sum_of_lanes(vector x) { return sums_of_segments(x, lanes)[0]; }

INLINE float largest_of_lanes(vector x) {
  COMBINE_SEGMENTS(x, lanes, larger);
  return x[0];
}

INLINE float smallest_of_lanes(vector x) {
  COMBINE_SEGMENTS(x, lanes, smaller);
  return x[0];
}

INLINE integers choose_integers(integers mask, integers yes, integers no) { return (mask & yes) | (~mask & no); }

INLINE integers larger_integer(integers x, integers y) { return choose_integers(x > y, x, y); }

INLINE integers smaller_integer(integers x, integers y) { return choose_integers(x < y, x, y); }

INLINE int32_t largest_integer_of_lanes(integers x) {
  COMBINE_SEGMENTS(x, lanes, larger_integer);
  return x[0];
}

INLINE int32_t smallest_integer_of_lanes(integers x) {
  COMBINE_SEGMENTS(x, lanes, smaller_integer);
  return x[0];
}

INLINE double sum_of_doubles(doubles x) {
  double sums[lanes];
  memcpy(sums, &x, sizeof(x));
  for (int width = lanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) sums[i] += sums[i + width];
  return sums[0];
}

// MARK: Correctly rounded functions

INLINE vector square_root(vector x) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(x);
#else
  for (int i = 0; i < lanes; i++) x[i] = sqrtf(x[i]);
  return x;
#endif
}

INLINE vector round_down(vector x) {
#if defined(__clang__)
  return __builtin_elementwise_floor(x);
#else
  for (int i = 0; i < lanes; i++) x[i] = floorf(x[i]);
  return x;
#endif
}

// MARK: Exponentials

/// 2ⁿ for n in −126…127.
INLINE vector power_of_two(integers n) { return (vector)(((words)n + 127u) << 23); }

/// x = n ln 2 + r with |r| ≤ ln 2 / 2, and eʳ − 1 with a small relative error. |x| must be below 2²¹ or so.
INLINE vector reduced_exponential_minus_one(vector x, integers *n) {
  const float shift = 12582912.0f; // 1.5 · 2²³: adding it rounds to an integer, which stands in the last bits
  vector shifted = x * 1.44269504f + shift;
  vector rounded = shifted - shift;
  *n = (integers)((words)shifted - 0x4B400000u);
  // ln 2 in two parts; the first has 16 bits, so that its product with n is exact.
  vector r = (x - rounded * 0x1.62e4p-1f) - rounded * 1.42860682e-6f;
  // Minimax for (eʳ − 1 − r)/r², error 2⁻²⁶ of eʳ − 1.
  vector q = (((0x1.6d9952p-10f * r + 0x1.122838p-7f) * r + 0x1.555486p-5f) * r + 0x1.5554bp-3f) * r + 0x1p-1f;
  return r + (r * r) * q;
}

/// eˣ for x ≤ 89: denormal where it should be.
INLINE vector exponential_below(vector x) {
  // Where the result is 0, 0 is computed from: processors are slow where a product is too small.
  integers zero = x < -104.0f;
  integers n;
  vector p = reduced_exponential_minus_one((vector)((integers)x & ~zero), &n);
  integers half = n >> 1;
  // In two factors, since 2ⁿ may be too small or too large to be a normal number.
  vector result = ((p + 1.0f) * power_of_two(half)) * power_of_two(n - half);
  return (vector)((integers)result & ~zero);
}

INLINE vector exponential(vector x) { return exponential_below(at_most(x, 89.0f)); }

INLINE vector exponential_minus_one(vector x) {
  integers n;
  vector p = reduced_exponential_minus_one(at_least(at_most(x, 89.0f), -20.0f), &n);
  vector scale = power_of_two(n - 1);
  vector scaled = (p * scale + (scale - 0.5f)) * 2.0f;
  return with_sign(choose(n == 0, p, scaled), x);
}

INLINE vector hyperbolic_tangent(vector x) {
  integers n;
  vector p = reduced_exponential_minus_one(at_most(absolute(x), 10.0f) * 2.0f, &n);
  vector scale = power_of_two(n);
  vector e = p * scale + (scale - 1.0f);
  return with_sign(e / (e + 2.0f), x);
}

INLINE vector sigmoid(vector x) {
  vector e = exponential_below(-absolute(x));
  return choose(x >= 0.0f, broadcast(1), e) / (e + 1.0f);
}

// MARK: Logarithms

/// log(1 + f) + n ln 2 for 1 + f in √½…√2.
INLINE vector combined_logarithm(vector f, vector n) {
  // Minimax for (log(1 + f) − f + f²/2)/f³, error 2⁻²⁷ of log(1 + f).
  vector p = ((((((-0x1.41f23cp-4f * f + 0x1.07dc64p-3f) * f - 0x1.0ce4b2p-3f) * f + 0x1.226cfp-3f) * f -
                0x1.547806p-3f) * f + 0x1.99a5a2p-3f) * f - 0x1.000222p-2f) * f + 0x1.55554ap-2f;
  vector square = f * f;
  vector small = (f * square) * p + (n * 1.42860682e-6f - square * 0.5f);
  return n * 0x1.62e4p-1f + (f + small);
}

/// The bits of 2ⁿ without its bias, for x/2ⁿ in √½…√2.
INLINE integers exponent_bits(vector x) { return (integers)(((words)x - 0x3F3504F3u) & 0xFF800000u); }

INLINE vector logarithm(vector x) {
  integers tiny = x < 0x1p-126f;
  vector normal = choose(tiny, x * 0x1p23f, x);
  integers bits = exponent_bits(normal);
  integers n = (bits >> 23) - (tiny & 23);
  vector f = (vector)((words)normal - (words)bits) - 1.0f;
  vector result = combined_logarithm(f, __builtin_convertvector(n, vector));
  result = choose(x > 0.0f, result, choose(x == 0.0f, broadcast(-INFINITY), broadcast(NAN)));
  return choose(x == INFINITY, x, result);
}

INLINE vector logarithm_of_one_plus(vector x) {
  integers bits = exponent_bits(x + 1.0f);
  integers n = bits >> 23;
  // (1 + x)/2ⁿ − 1 with one rounding; with 2²⁻ⁿ, since 2⁻ⁿ may be denormal.
  vector scale = (vector)(((words){0} + (129u << 23)) - (words)bits);
  vector f = choose(n == 0, x, (x * 0.25f) * scale + (scale * 0.25f - 1.0f));
  vector result = with_sign(combined_logarithm(f, __builtin_convertvector(n, vector)), x);
  result = choose(x > -1.0f, result, choose(x == -1.0f, broadcast(-INFINITY), broadcast(NAN)));
  return choose(x == INFINITY, x, result);
}

/// log(1 + eˣ)
INLINE vector softplus(vector x) {
  vector e = exponential_below(-absolute(x));
  // 1 + e is in 1…2: to be halved, or not.
  integers halved = e > 0.41421356f;
  vector logarithm = combined_logarithm(choose(halved, e * 0.5f - 0.5f, e), choose(halved, broadcast(1), (vector){0}));
  return choose(x <= 0.0f, (vector){0}, x) + logarithm;
}

// MARK: Sine and cosine

/// Beyond this the reduction by multiples of π/2 in double precision would lose digits.
#define LARGEST_ANGLE 0x1p20f

/// sin(x + quarters · π/2) for |x| up to `LARGEST_ANGLE`.
INLINE vector sine_of_sum(vector x, int quarters) {
  const double shift = 6755399441055744.0; // 1.5 · 2⁵²
  doubles wide = widen(x);
  doubles shifted = wide * 0.63661977236758134308 + shift;
  doubles rounded = shifted - shift;
  integers n = __builtin_convertvector((long_integers)shifted, integers) + quarters;
  // π/2 in two parts; the first has 33 bits, so that its product with n is exact.
  vector r = __builtin_convertvector((wide - rounded * 0x1.921fb544p0) - rounded * 6.07710050650619224932e-11, vector);
  vector z = r * r;
  // Minimax for (sin r/r − 1)/r² and (cos r − 1 + r²/2)/r⁴, errors 2⁻²⁸ and 2⁻³³ of the result.
  vector s = r + r * (z * ((-0x1.994cfap-13f * z + 0x1.11075cp-7f) * z - 0x1.555546p-3f));
  vector c = (z * z) * ((0x1.9a00cep-16f * z - 0x1.6c0c86p-10f) * z + 0x1.55554ap-5f) + (1.0f - z * 0.5f);
  vector result = choose((n & 1) == 0, with_sign(s, r), c);
  return (vector)((words)result ^ (((words)n & 2u) << 30));
}

/// The same for any x: by the C library's function in double precision.
INLINE vector sine_of_large_sum(vector x, int quarters) {
  vector result = sine_of_sum(x, quarters);
  for (int i = 0; i < lanes; i++)
    if (fabsf(x[i]) > LARGEST_ANGLE) result[i] = (float)(quarters == 0 ? sin((double)x[i]) : cos((double)x[i]));
  return result;
}

// MARK: The error function

INLINE vector error_function(vector x) {
  vector z = x * x;
  // Minimax for erf(x)/x − 1 over |x| ≤ 1, error 2⁻²⁹ of the result.
  vector p = (((((0x1.4ae4c2p-14f * z - 0x1.a485e6p-11f) * z + 0x1.5419f4p-8f) * z - 0x1.b7fbb4p-6f) * z +
               0x1.ce2d2p-4f) * z - 0x1.81273ep-2f) * z + 0x1.06eba8p-3f;
  vector small = x + x * p;
  // Minimax for log(1 − erf(t)) over 1 ≤ t ≤ 3.95, error 2⁻²⁹ of erf(t). Beyond, erf(t) rounds to 1.
  vector t = at_most(absolute(x), 3.95f);
  vector q = (((((0x1.86d596p-13f * t - 0x1.82565p-9f) * t + 0x1.65c93ap-6f) * t - 0x1.a65224p-4f) * t -
               0x1.46bb14p-1f) * t - 0x1.2088ep+0f) * t - 0x1.66492cp-12f;
  integers n;
  vector e = reduced_exponential_minus_one(q, &n) + 1.0f;
  vector large = with_sign(1.0f - e * power_of_two(n), x);
  return choose(absolute(x) < 1.0f, small, large);
}

#endif
