// What a tree search works out about one node, on vectors of `ROW_LANES` numbers: included once for few edges, which
// then are one vector, and once for any number. `ROW(name)` gives names their ending.

typedef float ROW(numbers) __attribute__((vector_size(4 * ROW_LANES)));
typedef int32_t ROW(counts) __attribute__((vector_size(4 * ROW_LANES)));
typedef float ROW(unaligned_numbers) __attribute__((vector_size(4 * ROW_LANES), aligned(4), may_alias));
typedef int32_t ROW(unaligned_counts) __attribute__((vector_size(4 * ROW_LANES), aligned(4), may_alias));

#define NUMBERS ROW(numbers)
#define COUNTS ROW(counts)

INLINE NUMBERS ROW(read)(const float *from) { return *(const ROW(unaligned_numbers) *)from; }

INLINE COUNTS ROW(read_counts)(const int32_t *from) { return *(const ROW(unaligned_counts) *)from; }

INLINE void ROW(write)(float *to, NUMBERS x) { *(ROW(unaligned_numbers) *)to = x; }

INLINE NUMBERS ROW(pick)(COUNTS mask, NUMBERS yes, NUMBERS no) {
  return (NUMBERS)((mask & (COUNTS)yes) | (~mask & (COUNTS)no));
}

INLINE NUMBERS ROW(all)(float x) { return (NUMBERS){0} + x; }

INLINE COUNTS ROW(lane_numbers)(void) {
  COUNTS lane;
  for (int i = 0; i < ROW_LANES; i++) lane[i] = i;
  return lane;
}

#if ROW_LANES == 4
#define NEIGHBOURS(x, step)                                                                                            \
  ((step) == 2 ? __builtin_shufflevector(x, x, 2, 3, 0, 1) : __builtin_shufflevector(x, x, 1, 0, 3, 2))
#else
#define NEIGHBOURS(x, step)                                                                                            \
  ((step) == 8   ? SWAP_HALVES_16(x)                                                                                   \
   : (step) == 4 ? SWAP_HALVES_8(x)                                                                                    \
   : (step) == 2 ? SWAP_HALVES_4(x)                                                                                    \
                 : SWAP_HALVES_2(x))
#endif

// Over lanes; always in the same order.
#define OVER_LANES(name, type, element, combined)                                                                      \
  INLINE element ROW(name)(type x) {                                                                                   \
    for (int step = ROW_LANES / 2; step > 0; step /= 2) {                                                              \
      type y = step == 8 ? NEIGHBOURS(x, 8) : step == 4 ? NEIGHBOURS(x, 4) : step == 2 ? NEIGHBOURS(x, 2) : NEIGHBOURS(x, 1); \
      x = combined;                                                                                                    \
    }                                                                                                                  \
    return x[0];                                                                                                       \
  }

OVER_LANES(sum, NUMBERS, float, x + y)
OVER_LANES(largest, NUMBERS, float, ROW(pick)(x > y, x, y))
OVER_LANES(smallest, NUMBERS, float, ROW(pick)(x < y, x, y))
OVER_LANES(sum_of_counts, COUNTS, int32_t, x + y)
OVER_LANES(largest_count, COUNTS, int32_t, (x & (x > y)) | (y & ~(x > y)))
OVER_LANES(smallest_count, COUNTS, int32_t, (x & (x < y)) | (y & ~(x < y)))

/// eˣ of numbers that are not positive, to within 2 units in the last place; what would be below 2⁻¹²⁶ is 0.
///
/// x = k ln 2 + f with |f| ≤ ½ ln 2, and the Taylor polynomial of eᶠ up to f⁷, which leaves less than 6 · 10⁻⁹.
INLINE NUMBERS ROW(exponential)(NUMBERS x) {
  const COUNTS tiny = x < -87.3f;
  x = ROW(pick)(tiny, ROW(all)(-87.3f), x);
  const NUMBERS shifted = x * 1.44269504f + 12582912.0f; // 1.5 · 2²³: adding it rounds to a whole number
  const NUMBERS k = shifted - 12582912.0f;
  const NUMBERS f = (x - k * 0.693359375f) + k * 2.1219444e-4f;
  NUMBERS series = ROW(all)(1.0f / 5040);
  series = series * f + 1.0f / 720;
  series = series * f + 1.0f / 120;
  series = series * f + 1.0f / 24;
  series = series * f + 1.0f / 6;
  series = series * f + 0.5f;
  series = series * f + 1.0f;
  series = series * f + 1.0f;
  const COUNTS power = (((COUNTS)shifted - 0x4B400000) + 127) << 23;
  return (NUMBERS)((COUNTS)(series * (NUMBERS)power) & ~tiny);
}

/// A number of edges; of few, it is known to be no more than one vector has.
INLINE int32_t ROW(count)(int32_t count) {
#if ROW_LANES == 4
  if (count < 1 || count > ROW_LANES) __builtin_unreachable();
#endif
  return count;
}

// MARK: Completed values

/// σ of a node, less σ of its largest value: (q − high) · scale.
typedef struct {
  float missing; ///< what q is of an edge that was never taken
  float high;
  float scale;
  float visits; ///< Σn
} ROW(completion);

INLINE ROW(completion) ROW(complete)(const assay_edges *edges, const assay_completion_rule *rule) {
  const int32_t count = ROW(count)(edges->count);
  const COUNTS lane = ROW(lane_numbers)();
  COUNTS visits = {0}, most = {0}, taken_edges = {0};
  NUMBERS weights = {0}, products = {0};
  NUMBERS lows = ROW(all)(INFINITY), highs = ROW(all)(-INFINITY);
  for (int32_t i = 0; i < count; i += ROW_LANES) {
    const COUNTS n = ROW(read_counts)(edges->visits + i) & (lane < count - i);
    const COUNTS taken = n > 0;
    const NUMBERS value = ROW(read)(edges->values + i), prior = ROW(read)(edges->priors + i);
    visits += n;
    most = (n & (n > most)) | (most & ~(n > most));
    taken_edges -= taken;
    // The smallest weight keeps the mean a mean where π is 0 as a number.
    const NUMBERS floor = ROW(all)(0x1p-126f);
    const NUMBERS weight = (NUMBERS)(taken & (COUNTS)ROW(pick)(prior < floor, floor, prior));
    weights += weight;
    products += weight * (NUMBERS)(taken & (COUNTS)value);
    lows = ROW(pick)(taken & (value < lows), value, lows);
    highs = ROW(pick)(taken & (value > highs), value, highs);
  }
  const float sum = (float)ROW(sum_of_counts)(visits);
  const float own = edges->own_value;
  const float mean = ROW(sum)(products) / ROW(sum)(weights);
  ROW(completion) found;
  found.missing = rule->mixes && sum > 0 ? (own + sum * mean) / (1 + sum) : own;
  float low = ROW(smallest)(lows), high = ROW(largest)(highs);
  if (ROW(sum_of_counts)(taken_edges) < count) {
    low = low < found.missing ? low : found.missing;
    high = high > found.missing ? high : found.missing;
  }
  float range = 1;
  if (rule->rescales) range = high - low > 1e-8f ? high - low : 1e-8f;
  found.high = high;
  found.scale = (rule->visit_offset + (float)ROW(largest_count)(most)) * rule->value_scale / range;
  found.visits = sum;
  return found;
}

/// ln π + σ(q) of some edges, but for a number they have in common.
INLINE NUMBERS ROW(exponents)(const assay_edges *edges, int32_t i, ROW(completion) by) {
  const COUNTS taken = ROW(read_counts)(edges->visits + i) > 0;
  const NUMBERS quality = ROW(pick)(taken, ROW(read)(edges->values + i), ROW(all)(by.missing));
  return ROW(read)(edges->logits + i) + (quality - by.high) * by.scale;
}

/// π′, but for a factor.
///
/// Returns Σ of what was written.
INLINE float ROW(place_weights)(const assay_edges *edges, ROW(completion) by, float *weights) {
  const int32_t count = ROW(count)(edges->count);
  const COUNTS lane = ROW(lane_numbers)();
  // No exponent is positive, as neither ln π nor σ(q) − σ(high) is. Only where what is likely is bad, and what is good
  // all but impossible, may all be so small that the largest has to be taken out first.
  float shift = 0;
  while (true) {
    NUMBERS sums = {0};
    for (int32_t i = 0; i < count; i += ROW_LANES) {
      const NUMBERS weight = (NUMBERS)((lane < count - i) & (COUNTS)ROW(exponential)(ROW(exponents)(edges, i, by) - shift));
      ROW(write)(weights + i, weight);
      sums += weight;
    }
    const float sum = ROW(sum)(sums);
    if (sum > 1e-20f || shift != 0) return sum;
    NUMBERS largest = ROW(all)(-INFINITY);
    for (int32_t i = 0; i < count; i += ROW_LANES) {
      const NUMBERS x = ROW(exponents)(edges, i, by);
      largest = ROW(pick)((lane < count - i) & (x > largest), x, largest);
    }
    shift = ROW(largest)(largest);
    if (shift == 0) return sum;
  }
}

/// Of the lanes with the largest score, the one with the smallest place.
INLINE int32_t ROW(first_of_largest)(NUMBERS scores, COUNTS places) {
  const COUNTS found = scores == ROW(all)(ROW(largest)(scores));
  return ROW(smallest_count)((found & places) | (~found & INT32_MAX));
}

// MARK: Choosing

INLINE int32_t ROW(improved_edge)(const assay_edges *edges, const assay_completion_rule *rule, float *scratch) {
  const int32_t count = ROW(count)(edges->count);
  const COUNTS lane = ROW(lane_numbers)();
  const ROW(completion) by = ROW(complete)(edges, rule);
  const float scale = 1 / ROW(place_weights)(edges, by, scratch), share = 1 / (1 + by.visits);
  NUMBERS best = ROW(all)(-INFINITY);
  COUNTS place = lane;
  for (int32_t i = 0; i < count; i += ROW_LANES) {
    const NUMBERS n = __builtin_convertvector(ROW(read_counts)(edges->visits + i), NUMBERS);
    const NUMBERS score = ROW(read)(scratch + i) * scale - n * share;
    const COUNTS better = (score > best) & (lane < count - i);
    best = ROW(pick)(better, score, best);
    place = (better & (lane + i)) | (~better & place);
  }
  return ROW(first_of_largest)(best, place);
}

INLINE int32_t ROW(considered_edge)(const assay_edges *edges, const assay_completion_rule *rule, const float *noise,
                                    const int32_t *before, int32_t visits) {
  const int32_t count = ROW(count)(edges->count);
  const COUNTS lane = ROW(lane_numbers)();
  const ROW(completion) by = ROW(complete)(edges, rule);
  NUMBERS best = ROW(all)(-INFINITY);
  COUNTS place = ROW(lane_numbers)() * 0 - 1;
  for (int32_t i = 0; i < count; i += ROW_LANES) {
    const NUMBERS score = ROW(read)(noise + i) + ROW(exponents)(edges, i, by);
    const COUNTS considered = ROW(read_counts)(edges->visits + i) - ROW(read_counts)(before + i) == visits;
    const COUNTS better = considered & (score > best) & (lane < count - i);
    best = ROW(pick)(better, score, best);
    place = (better & (lane + i)) | (~better & place);
  }
  return ROW(first_of_largest)(best, place);
}

INLINE int32_t ROW(place_priors)(int32_t edge_count, const float *row, float *logits, float *priors) {
  const int32_t count = ROW(count)(edge_count);
  const COUNTS lane = ROW(lane_numbers)();
  NUMBERS most = ROW(all)(-INFINITY), differences = {0};
  COUNTS place = lane;
  for (int32_t i = 0; i < count; i += ROW_LANES) {
    const COUNTS there = lane < count - i;
    const NUMBERS x = ROW(read)(row + i);
    const COUNTS more = there & (x > most);
    most = ROW(pick)(more, x, most);
    place = (more & (lane + i)) | (~more & place);
    differences += (NUMBERS)(there & (COUNTS)(x - x));
  }
  // Of finite numbers, and of no others, the difference with themselves is 0.
  if (!(ROW(sum)(differences) == 0)) return -1;
  const float largest = ROW(largest)(most);
  const int32_t likeliest = ROW(first_of_largest)(most, place);
  NUMBERS sums = {0};
  for (int32_t i = 0; i < count; i += ROW_LANES) {
    const NUMBERS shifted = ROW(read)(row + i) - largest;
    const NUMBERS weight = (NUMBERS)((lane < count - i) & (COUNTS)ROW(exponential)(shifted));
    ROW(write)(logits + i, shifted);
    ROW(write)(priors + i, weight);
    sums += weight;
  }
  const float scale = 1 / ROW(sum)(sums);
  for (int32_t i = 0; i < count; i += ROW_LANES) ROW(write)(priors + i, ROW(read)(priors + i) * scale);
  return likeliest;
}

#undef NUMBERS
#undef COUNTS
#undef NEIGHBOURS
#undef OVER_LANES
