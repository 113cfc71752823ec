// Functions of sixteen numbers at a time. Included by files that are compiled for one instruction set each.
//
// A vector has sixteen lanes on every processor (the compiler splits it where registers are narrower), so that sums
// over lanes are in the same order everywhere. Nothing here calls the C library but the sine and cosine of arguments
// beyond ±2²⁰. Errors are in units in the last place (ulp) of the exact result, the largest found over all floats.
#ifndef ASSAY_VECTOR_FUNCTIONS_H
#define ASSAY_VECTOR_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
// Vectors wider than a register are passed to inlined functions only.
#pragma GCC diagnostic ignored "-Wpsabi"
#elif defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#endif

enum { lanes = 16 };

typedef float vector __attribute__((vector_size(64)));
typedef int32_t integers __attribute__((vector_size(64)));
typedef double doubles __attribute__((vector_size(128)));
typedef int64_t long_integers __attribute__((vector_size(128)));
typedef float unaligned_vector __attribute__((vector_size(64), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline, unused))

// MARK: Memory

INLINE vector load(const float *from) { return *(const unaligned_vector *)from; }

INLINE void store(float *to, vector x) { *(unaligned_vector *)to = x; }

/// The first `count` lanes from memory, zero in the others.
INLINE vector load_first(const float *from, int64_t count) {
  vector x = {0};
  memcpy(&x, from, (size_t)count * sizeof(float));
  return x;
}

INLINE void store_first(float *to, vector x, int64_t count) { memcpy(to, &x, (size_t)count * sizeof(float)); }

INLINE vector broadcast(float x) { return (vector){0} + x; }

INLINE doubles widen(vector x) { return __builtin_convertvector(x, doubles); }

// MARK: Choosing

/// `yes` where the mask's bits are set, `no` where they are not.
INLINE vector choose(integers mask, vector yes, vector no) {
  return (vector)((mask & (integers)yes) | (~mask & (integers)no));
}

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

// MARK: Sums over lanes, always in the same order

INLINE float sum_of_lanes(vector x) {
  typedef float eight __attribute__((vector_size(32)));
  typedef float four __attribute__((vector_size(16)));
  eight halves[2];
  memcpy(halves, &x, sizeof(x));
  halves[0] += halves[1];
  four quarters[2];
  memcpy(quarters, &halves[0], sizeof(quarters));
  four sums = quarters[0] + quarters[1];
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

INLINE double sum_of_doubles(doubles x) {
  double sums[lanes];
  memcpy(sums, &x, sizeof(x));
  for (int width = lanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) sums[i] += sums[i + width];
  return sums[0];
}

INLINE float largest_of_lanes(vector x) {
  for (int width = lanes / 2; width > 0; width /= 2) {
    vector shifted = x;
    memcpy(&shifted, (const float *)&x + width, (size_t)width * sizeof(float));
    x = larger(x, shifted);
  }
  return x[0];
}

INLINE float smallest_of_lanes(vector x) { return -largest_of_lanes(-x); }

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
INLINE vector power_of_two(integers n) { return (vector)((n + 127) << 23); }

/// x = n ln 2 + r with |r| ≤ ln 2 / 2, and eʳ − 1 with a small relative error. |x| must be below 2²¹ or so.
INLINE vector reduced_exponential_minus_one(vector x, integers *n) {
  const float shift = 12582912.0f; // 1.5 · 2²³: adding it rounds to an integer, which stands in the last bits
  vector shifted = x * 1.44269504f + shift;
  vector rounded = shifted - shift;
  *n = (integers)shifted - 0x4B400000;
  // ln 2 in two parts; the first has 16 bits, so that its product with n is exact.
  vector r = (x - rounded * 0x1.62e4p-1f) - rounded * 1.42860682e-6f;
  // Minimax for (eʳ − 1 − r)/r², error 2⁻²⁶ of eʳ − 1.
  vector q = (((0x1.6d9952p-10f * r + 0x1.122838p-7f) * r + 0x1.555486p-5f) * r + 0x1.5554bp-3f) * r + 0x1p-1f;
  return r + (r * r) * q;
}

/// eˣ for x ≤ 89: denormal where it should be.
INLINE vector exponential_below(vector x) {
  integers n;
  vector p = reduced_exponential_minus_one(at_least(x, -104.0f), &n);
  integers half = n >> 1;
  // In two factors, since 2ⁿ may be too small or too large to be a normal number.
  return ((p + 1.0f) * power_of_two(half)) * power_of_two(n - half);
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
INLINE vector combined_logarithm(vector f, integers n) {
  // Minimax for (log(1 + f) − f + f²/2)/f³, error 2⁻²⁷ of log(1 + f).
  vector p = ((((((-0x1.41f23cp-4f * f + 0x1.07dc64p-3f) * f - 0x1.0ce4b2p-3f) * f + 0x1.226cfp-3f) * f -
                0x1.547806p-3f) * f + 0x1.99a5a2p-3f) * f - 0x1.000222p-2f) * f + 0x1.55554ap-2f;
  vector exponent = __builtin_convertvector(n, vector);
  vector square = f * f;
  vector small = (f * square) * p + (exponent * 1.42860682e-6f - square * 0.5f);
  return exponent * 0x1.62e4p-1f + (f + small);
}

INLINE vector logarithm(vector x) {
  integers tiny = x < 0x1p-126f;
  integers bits = (integers)choose(tiny, x * 0x1p23f, x);
  integers above = bits - 0x3F3504F3; // √½
  integers n = (above >> 23) - (tiny & 23);
  vector f = (vector)(bits - (above & (int32_t)0xFF800000)) - 1.0f;
  vector result = combined_logarithm(f, n);
  result = choose(x > 0.0f, result, choose(x == 0.0f, broadcast(-INFINITY), broadcast(NAN)));
  return choose(x == INFINITY, x, result);
}

/// log(1 + x) for finite x above −1.
INLINE vector finite_logarithm_of_one_plus(vector x) {
  integers above = (integers)(x + 1.0f) - 0x3F3504F3;
  integers n = above >> 23;
  // (1 + x)/2ⁿ − 1 with one rounding; with 2²⁻ⁿ, since 2⁻ⁿ may be denormal.
  vector scale = (vector)((integers){0} + (129 << 23) - (above & (int32_t)0xFF800000));
  vector f = (x * 0.25f) * scale + (scale * 0.25f - 1.0f);
  return with_sign(combined_logarithm(choose(n == 0, x, f), n), x);
}

INLINE vector logarithm_of_one_plus(vector x) {
  vector result = finite_logarithm_of_one_plus(x);
  result = choose(x > -1.0f, result, choose(x == -1.0f, broadcast(-INFINITY), broadcast(NAN)));
  return choose(x == INFINITY, x, result);
}

/// log(1 + eˣ)
INLINE vector softplus(vector x) {
  vector positive = choose(x <= 0.0f, (vector){0}, x);
  return positive + finite_logarithm_of_one_plus(exponential_below(-absolute(x)));
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
  return (vector)((integers)result ^ ((n & 2) << 30));
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
