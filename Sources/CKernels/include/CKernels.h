// Numeric kernels on Float32: for traced programs, products, element-wise loops, reductions, convolutions, optimisers; for
// tree searches, what is worked out about a node.
//
// All arrays are dense and row-major. Nothing here allocates, keeps state or starts a thread. Results depend only on
// the arguments and on the processor's instruction set: the same call gives the same bits. Output may alias input only
// where a function says so.
#ifndef ASSAY_CKERNELS_H
#define ASSAY_CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

// MARK: Products (Products.c)

/// What is done to each number of a product after its bias was added.
enum assay_activation {
  assay_activation_none = 0,
  assay_activation_relu = 1,
  assay_activation_tanh = 2,
};

/// How one matrix product is to be computed.
typedef struct {
  int64_t rows;     ///< of the result
  int64_t columns;  ///< of the result
  int64_t depth;    ///< how many products each number of the result sums
  int64_t stride_a; ///< from one stored row of a to the next
  int64_t stride_b;
  int64_t stride_c;
  bool transpose_a; ///< a is stored as depth × rows
  bool transpose_b; ///< b is stored as columns × depth
  bool accumulate;  ///< add to c rather than overwrite it; then there is neither bias nor activation
  int32_t activation;
} assay_product;

/// How many floats of scratch space a product needs.
int64_t assay_product_scratch(const assay_product *product);

/// c ← activation(op(a) op(b) + bias), with one bias for each column, or none where `bias` is NULL.
/// `scratch` has the floats `assay_product_scratch` asked for, aligned to 64 bytes.
void assay_multiply(const assay_product *product, const float *a, const float *b, const float *bias, float *c,
                    float *scratch);

/// Instruction sets that products and convolutions are written for.
enum assay_instructions {
  assay_instructions_best = 0,     ///< of those the processor has
  assay_instructions_portable = 1, ///< vectors of four, on any processor
  assay_instructions_avx2 = 2,     ///< with FMA
  assay_instructions_avx512 = 3,
};

/// `assay_multiply` with an instruction set of one's choice, so that each can be tested. False, and nothing done, where
/// the processor lacks it.
bool assay_multiply_with(int32_t instructions, const assay_product *product, const float *a, const float *b,
                         const float *bias, float *c, float *scratch);

// MARK: Element-wise loops (Elementwise.c)

/// One step of a fused element-wise loop: registers[target] ← operation(registers[first], registers[second], …).
typedef struct {
  uint8_t operation; ///< an `assay_operation`
  uint8_t target;
  uint8_t first;
  uint8_t second;
  uint8_t third;
  float constant;
} assay_step;

enum assay_operation {
  // One operand
  assay_negate,
  assay_absolute,
  assay_sign,        ///< −1, 0 or 1
  assay_square_root,
  assay_reciprocal,
  assay_square,
  assay_exponential,
  assay_exponential_minus_one,
  assay_logarithm,
  assay_logarithm_of_one_plus,
  assay_sine,
  assay_cosine,
  assay_tanh,
  assay_sigmoid,
  assay_softplus,    ///< log(1 + eˣ), without overflow
  assay_error_function,
  assay_relu,        ///< max(x, 0)
  assay_step_function, ///< 1 where x > 0, else 0; NaN stays NaN
  assay_floor,
  assay_scale,       ///< constant · x
  assay_offset,      ///< constant + x
  // Two operands
  assay_add,
  assay_subtract,
  assay_multiply_elements,
  assay_divide,
  assay_maximum,     ///< NaN where either is NaN
  assay_minimum,
  assay_greater,     ///< 1 where first > second, else 0
  assay_equal,
  // Three operands
  assay_select,      ///< second where first ≠ 0, else third
};

enum { assay_register_count = 32, assay_operand_limit = 16 };

/// An array that a fused loop over outer × rows × columns reads or writes, by strides: number (o, r, c) lies at
/// `data[o·outer + r·row + c·column]`. A stride of 0 repeats; `column` is 0 or 1.
typedef struct {
  float *data;
  int64_t outer;
  int64_t row;
  int64_t column;
} assay_operand;

/// Runs a fused loop. Operand i is loaded into register i before the steps; after them, register `results[j]` is
/// stored to `outputs[j]`, whose strides are those of a dense array. An output may be the same array as an input that
/// is dense too.
void assay_run_elementwise(const assay_step *steps, int32_t step_count, const assay_operand *inputs,
                           int32_t input_count, const assay_operand *outputs, const uint8_t *results,
                           int32_t output_count, int64_t outer, int64_t rows, int64_t columns);

// MARK: Reductions and rows (Reductions.c)

enum assay_reduction { assay_reduction_sum = 0, assay_reduction_maximum = 1, assay_reduction_minimum = 2 };

/// output[o, i] ← scale · Σᵣ input[o, r, i] (or the extreme, which is NaN where any number is), for dense arrays of
/// outer × reduced × inner. Sums are in a fixed order, with rounding errors that do not grow in proportion to their length
/// (pairwise, or many partial sums).
void assay_reduce(int32_t reduction, int64_t outer, int64_t reduced, int64_t inner, float scale, const float *input,
                  float *output);

/// For each row of rows × columns: softmax, or its logarithm; in place or not.
void assay_softmax(int64_t rows, int64_t columns, bool logarithm, const float *input, float *output);

/// index[r] ← the first largest number's column (as int32), for each row.
void assay_argument_of_maximum(int64_t rows, int64_t columns, const float *input, int32_t *index);

/// Copies a block of up to six axes: output is dense in the order of `extents`, input is read at `strides`.
void assay_copy_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input, float *output);

/// output (dense, at `strides` into its array) ← input (dense): the reverse of `assay_copy_strided`; adds where asked.
void assay_place_strided(int32_t axes, const int64_t *extents, const int64_t *strides, const float *input,
                         float *output, bool accumulate);

/// output[r] ← table[index[r]], rows of `columns` numbers. Indices must be in range: the caller checks.
void assay_gather_rows(int64_t rows, int64_t columns, const float *table, const int32_t *index, float *output);

/// table[index[r]] += input[r], in the order of r.
void assay_scatter_add_rows(int64_t rows, int64_t columns, const float *input, const int32_t *index, float *table);

/// output[r, c] ← 1 where c = index[r], else 0.
void assay_one_hot(int64_t rows, int64_t columns, const int32_t *index, float *output);

/// The first number that is not finite, or −1.
int64_t assay_first_not_finite(int64_t count, const float *input);

/// The first index outside 0 ..< bound, or −1.
int64_t assay_first_outside(int64_t count, const int32_t *index, int32_t bound);

// MARK: Convolutions (Convolutions.c)

/// A two-dimensional convolution (cross-correlation) of images stored as batch × height × width × channels with
/// filters stored as kernel height × kernel width × channels × filters. With padding p, stride s and dilation 1:
/// output height = (height + 2p − kernel height)/s + 1. One dimension is height 1.
typedef struct {
  int64_t batch, height, width, channels;
  int64_t kernel_height, kernel_width, filters;
  int64_t stride_height, stride_width;
  int64_t padding_height, padding_width;
  int32_t activation;
} assay_convolution;

int64_t assay_convolution_scratch(const assay_convolution *convolution);

/// output[batch, oh, ow, filters] ← activation(images ⋆ filters + bias); `bias` may be NULL.
void assay_convolve(const assay_convolution *convolution, const float *images, const float *filters, const float *bias,
                    float *output, float *scratch);

/// The gradient with respect to the images, given the output's gradient.
void assay_convolve_image_gradient(const assay_convolution *convolution, const float *output_gradient,
                                   const float *filters, float *image_gradient, float *scratch);

/// The gradient with respect to the filters.
void assay_convolve_filter_gradient(const assay_convolution *convolution, const float *images,
                                    const float *output_gradient, float *filter_gradient, float *scratch);

// MARK: Optimisers (Optimisers.c): one pass over a block each

/// What a pass over a block did.
typedef struct {
  double squared_change;   ///< Σ Δ²
} assay_change;

/// Adam as Kingma & Ba give it, with decoupled weight decay (AdamW) where `decay` > 0:
///   m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − rate·decay·p − step·m / (√v / root + ε),
/// with step = rate/(1−β₁ᵗ) and root = √(1−β₂ᵗ). `gradient_scale` multiplies g first (clipping).
assay_change assay_adam(int64_t count, float *parameters, float *first_moment, float *second_moment,
                        const float *gradient, float gradient_scale, float beta_one, float beta_two, float epsilon,
                        float step, float root, float rate_times_decay);

/// v ← μv + g (+ decay·p into g);  p ← p − rate·v, or with Nesterov p ← p − rate·(g + μv). `velocity` may be NULL where μ = 0.
assay_change assay_momentum(int64_t count, float *parameters, float *velocity, const float *gradient,
                            float gradient_scale, float momentum, bool nesterov, float rate, float decay);

/// v ← αv + (1−α)g²;  p ← p − rate·g / (√v + ε), as PyTorch's RMSprop (not centred, no momentum).
assay_change assay_rmsprop(int64_t count, float *parameters, float *second_moment, const float *gradient,
                           float gradient_scale, float alpha, float epsilon, float rate, float decay);

/// target ← target + rate·(source − target).
assay_change assay_average(int64_t count, float *target, const float *source, float rate);

/// sum ← scale · a + b (in place over `sum` where it is a or b).
void assay_add_scaled(int64_t count, float scale, const float *a, const float *b, float *sum);

/// Σ x², in double precision, in a fixed order.
double assay_squared_norm(int64_t count, const float *input);

// MARK: Tree search (Search.c): what is worked out about one node
//
// Arrays of edges may be read, and those written be written, up to 16 numbers beyond the last.

/// A node's edges, at least one.
typedef struct {
  int32_t count;
  float own_value;       ///< V̂ of the node
  const int32_t *visits; ///< n, how often each was taken
  const float *values;   ///< q, of those that were
  const float *logits;   ///< ln π, up to a constant, none positive
  const float *priors;   ///< π
} assay_edges;

/// How values become σ(q) = (visit_offset + max n) value_scale q, also of edges that were never taken: Danihelka, Guez,
/// Schrittwieser & Silver (2022), *Policy improvement by planning with Gumbel*.
typedef struct {
  float visit_offset;
  float value_scale;
  bool rescales; ///< brings q to 0…1 by the smallest and the largest first
  bool mixes;    ///< gives edges that were never taken (V̂ + Σn · Σ π q / Σ π) / (1 + Σn) rather than V̂
} assay_completion_rule;

/// The edge with the largest π′ − n / (1 + Σn), π′ = softmax(ln π + σ(q)); of several, the first. `scratch` has as many
/// numbers as there are edges, and 16.
int32_t assay_improved_edge(const assay_edges *edges, const assay_completion_rule *rule, float *scratch);

/// Of the edges with n − before = visits, the one with the largest noise + ln π + σ(q); of several, the first; −1 where
/// there is none.
int32_t assay_considered_edge(const assay_edges *edges, const assay_completion_rule *rule, const float *noise,
                              const int32_t *before, int32_t visits);

/// policy ← π′.
void assay_improved_policy(const assay_edges *edges, const assay_completion_rule *rule, float *policy);

/// logits ← row less its largest number, priors ← softmax(row); `logits` may be `row`. The first of the largest; −1, and
/// nothing written, where a number is not finite.
int32_t assay_place_priors(int32_t count, const float *row, float *logits, float *priors);

#endif
