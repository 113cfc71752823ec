// A row of a convolution's output is a product: of that row's patches, which overlap in storage, with the filters. So
// nothing is gathered into a matrix of patches: at most, an image is copied with its padding. A gradient with respect
// to the images is again a convolution, and one with respect to the filters a product with the patches transposed.

#include <string.h>

#include "Tiles.h"

typedef struct {
  int64_t height;
  int64_t width;
} extent;

static extent output_extent(const assay_convolution *p) {
  return (extent){(p->height + 2 * p->padding_height - p->kernel_height) / p->stride_height + 1,
                  (p->width + 2 * p->padding_width - p->kernel_width) / p->stride_width + 1};
}

static bool is_padded(const assay_convolution *p) { return p->padding_height > 0 || p->padding_width > 0; }

static extent padded_extent(const assay_convolution *p) {
  return (extent){p->height + 2 * p->padding_height, p->width + 2 * p->padding_width};
}

/// Copies an image of `inner` into the middle of one of `outer`, with zeros around it.
static void pad(extent inner, extent outer, int64_t top, int64_t left, int64_t channels, const float *input,
                float *output) {
  const size_t row = (size_t)(inner.width * channels);
  const size_t before = (size_t)(left * channels), after = (size_t)((outer.width - left - inner.width) * channels);
  memset(output, 0, (size_t)(top * outer.width * channels) * sizeof(float));
  output += top * outer.width * channels;
  for (int64_t y = 0; y < inner.height; y++) {
    memset(output, 0, before * sizeof(float));
    memcpy(output + before, input, row * sizeof(float));
    memset(output + before + row, 0, after * sizeof(float));
    input += row;
    output += before + row + after;
  }
  memset(output, 0, (size_t)((outer.height - top - inner.height) * outer.width * channels) * sizeof(float));
}

// MARK: The images' gradient, along one axis

/// With stride s, the inputs at s-th places make up a phase: their gradients depend on every s-th tap of the kernel
/// only, and are a convolution with stride 1 of the output's gradient with those taps, reversed.
typedef struct {
  int64_t tap;    ///< the first tap that counts
  int64_t taps;   ///< how many count
  int64_t input;  ///< the first input of the phase
  int64_t inputs; ///< how many it has
  int64_t first;  ///< the first output that the first input's gradient depends on; may be negative
} phase;

static phase phase_at(int64_t number, int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
  // Input y = q · stride + number − padding takes tap number + m · stride from output q − m.
  phase p = {.tap = number, .taps = number < kernel ? (kernel - number + stride - 1) / stride : 0};
  const int64_t q = number < padding ? (padding - number + stride - 1) / stride : 0;
  p.input = q * stride + number - padding;
  p.inputs = p.input < size ? (size - p.input + stride - 1) / stride : 0;
  p.first = q - p.taps + 1;
  return p;
}

/// What must be added before and after the output's gradient, so that all phases find what they read.
typedef struct {
  int64_t before;
  int64_t after;
} margin;

static margin margin_of(int64_t size, int64_t kernel, int64_t stride, int64_t padding, int64_t outputs) {
  margin m = {0, 0};
  for (int64_t number = 0; number < stride; number++) {
    const phase p = phase_at(number, size, kernel, stride, padding);
    if (p.taps == 0 || p.inputs == 0) continue;
    m.before = assay_larger(m.before, -p.first);
    m.after = assay_larger(m.after, p.first + p.inputs - 1 + p.taps - outputs);
  }
  return m;
}

typedef struct {
  margin rows;
  margin columns;
  extent inner;
  extent outer;
  int64_t filters; ///< floats of scratch for the rearranged filters
} gradient_plan;

static gradient_plan plan_gradient(const assay_convolution *p) {
  gradient_plan plan;
  plan.inner = output_extent(p);
  plan.rows = margin_of(p->height, p->kernel_height, p->stride_height, p->padding_height, plan.inner.height);
  plan.columns = margin_of(p->width, p->kernel_width, p->stride_width, p->padding_width, plan.inner.width);
  plan.outer = (extent){plan.inner.height + plan.rows.before + plan.rows.after,
                        plan.inner.width + plan.columns.before + plan.columns.after};
  plan.filters = assay_rounded_up(p->kernel_height * p->kernel_width * p->channels * p->filters, 16);
  return plan;
}

int64_t assay_convolution_scratch(const assay_convolution *p) {
  const extent outer = padded_extent(p);
  const int64_t image = is_padded(p) ? outer.height * outer.width * p->channels : 0;
  const gradient_plan plan = plan_gradient(p);
  return assay_larger(image, plan.filters + plan.outer.height * plan.outer.width * p->filters);
}

// MARK: The three products

static void convolve(const assay_engine *engine, const assay_convolution *p, const float *images, const float *filters,
                     const float *bias, float *output, float *scratch) {
  const extent out = output_extent(p), inner = {p->height, p->width}, outer = padded_extent(p);
  const int64_t row = outer.width * p->channels;
  assay_tiles tiles = {
      .rows = out.width, .columns = p->filters, .depth = p->kernel_width * p->channels, .segments = p->kernel_height,
      .stride_a = p->stride_width * p->channels, .segment_a = row,
      .b = filters, .stride_b = p->filters,
      .c = output, .stride_c = p->filters,
      .bias = bias, .activation = p->activation,
  };
  for (int64_t i = 0; i < p->batch; i++) {
    const float *image = images + i * p->height * p->width * p->channels;
    if (is_padded(p)) {
      pad(inner, outer, p->padding_height, p->padding_width, p->channels, image, scratch);
      image = scratch;
    }
    for (int64_t y = 0; y < out.height; y++) {
      tiles.a = image + y * p->stride_height * row;
      engine->multiply_tiles(&tiles, false);
      tiles.c += out.width * p->filters;
    }
  }
}

static void image_gradient(const assay_engine *engine, const assay_convolution *p, const float *output_gradient,
                           const float *filters, float *gradient, float *scratch) {
  const gradient_plan plan = plan_gradient(p);
  // Few channels fill no vector: then vectors run along the filters instead.
  const bool along_filters = p->channels <= 4 && p->kernel_width / p->stride_width * p->filters >= 32;
  // Each phase's filters, reversed along both axes: by row, column, filter and channel, so that rows of channels are
  // multiplied; or by row, channel, column and filter, as they are stored.
  float *next = scratch;
  for (int64_t h = 0; h < p->stride_height; h++) {
    for (int64_t w = 0; w < p->stride_width; w++) {
      const phase rows = phase_at(h, p->height, p->kernel_height, p->stride_height, p->padding_height);
      const phase columns = phase_at(w, p->width, p->kernel_width, p->stride_width, p->padding_width);
      for (int64_t m = rows.taps - 1; m >= 0; m--) {
        for (int64_t n = columns.taps - 1; n >= 0; n--) {
          const int64_t tap = (rows.tap + m * p->stride_height) * p->kernel_width + columns.tap + n * p->stride_width;
          const float *from = filters + tap * p->channels * p->filters;
          if (along_filters) {
            float *to = next + (columns.taps - 1 - n) * p->filters;
            for (int64_t c = 0; c < p->channels; c++) {
              memcpy(to + c * columns.taps * p->filters, from + c * p->filters, (size_t)p->filters * sizeof(float));
            }
          } else {
            engine->transpose(p->channels, p->filters, from, p->filters,
                              next + (columns.taps - 1 - n) * p->channels * p->filters, p->channels);
          }
        }
        next += columns.taps * p->channels * p->filters;
      }
    }
  }
  float *padded = scratch + plan.filters;
  const bool pads = plan.outer.height > plan.inner.height || plan.outer.width > plan.inner.width;
  const int64_t row = plan.outer.width * p->filters;
  for (int64_t i = 0; i < p->batch; i++) {
    const float *source = output_gradient + i * plan.inner.height * plan.inner.width * p->filters;
    float *result = gradient + i * p->height * p->width * p->channels;
    if (pads) {
      pad(plan.inner, plan.outer, plan.rows.before, plan.columns.before, p->filters, source, padded);
      source = padded;
    }
    const float *phase_filters = scratch;
    for (int64_t h = 0; h < p->stride_height; h++) {
      for (int64_t w = 0; w < p->stride_width; w++) {
        const phase rows = phase_at(h, p->height, p->kernel_height, p->stride_height, p->padding_height);
        const phase columns = phase_at(w, p->width, p->kernel_width, p->stride_width, p->padding_width);
        const bool reached = rows.taps > 0 && columns.taps > 0;
        assay_tiles tiles = {
            .rows = columns.inputs, .columns = p->channels, .depth = columns.taps * p->filters,
            .segments = reached ? rows.taps : 0,
            .stride_a = p->filters, .segment_a = row,
            .b = phase_filters, .stride_b = p->channels,
            .stride_c = p->stride_width * p->channels,
        };
        for (int64_t y = 0; y < rows.inputs; y++) {
          tiles.a = reached ? source + (plan.rows.before + rows.first + y) * row +
                                  (plan.columns.before + columns.first) * p->filters
                            : source;
          tiles.c = result + ((rows.input + y * p->stride_height) * p->width + columns.input) * p->channels;
          if (!along_filters || !reached) {
            engine->multiply_tiles(&tiles, false);
            continue;
          }
          assay_product product = {
              .rows = tiles.rows, .columns = tiles.columns, .depth = tiles.depth,
              .stride_a = tiles.stride_a, .stride_b = tiles.depth, .stride_c = tiles.stride_c,
              .transpose_b = true,
          };
          for (int64_t m = 0; m < rows.taps; m++) {
            product.accumulate = m > 0;
            const float *taps = tiles.b + m * tiles.depth * p->channels;
            engine->multiply_few_columns(&product, tiles.a + m * row, taps, 0, tiles.c, 0);
          }
        }
        phase_filters += rows.taps * columns.taps * p->channels * p->filters;
      }
    }
  }
}

/// How many of the output's numbers per filter one product sums at most, if a row has no more: then that much of the
/// output's gradient stays in the cache for all of the kernel's rows. The sums of such blocks are added up.
enum { block_depth = 256 };

static void filter_gradient(const assay_engine *engine, const assay_convolution *p, const float *images,
                            const float *output_gradient, float *gradient, float *scratch) {
  const extent out = output_extent(p), inner = {p->height, p->width}, outer = padded_extent(p);
  const int64_t row = outer.width * p->channels;
  const int64_t block_rows = assay_larger(1, block_depth / assay_larger(out.width, 1));
  assay_tiles tiles = {
      .rows = p->kernel_width * p->channels, .columns = p->filters, .depth = out.width,
      .stride_a = p->stride_width * p->channels, .segment_a = p->stride_height * row,
      .b = output_gradient, .stride_b = p->filters,
      .stride_c = p->filters,
      .columnar = true,
  };
  if (p->batch == 0 || out.height == 0) {
    memset(gradient, 0, (size_t)(p->kernel_height * tiles.rows * p->filters) * sizeof(float));
  }
  for (int64_t i = 0; i < p->batch; i++) {
    const float *image = images + i * p->height * p->width * p->channels;
    if (is_padded(p)) {
      pad(inner, outer, p->padding_height, p->padding_width, p->channels, image, scratch);
      image = scratch;
    }
    for (int64_t y = 0; y < out.height; y += block_rows) {
      tiles.segments = assay_smaller(block_rows, out.height - y);
      for (int64_t k = 0; k < p->kernel_height; k++) {
        tiles.a = image + (y * p->stride_height + k) * row;
        tiles.c = gradient + k * tiles.rows * p->filters;
        engine->multiply_tiles(&tiles, false);
      }
      tiles.b += tiles.segments * out.width * p->filters;
      tiles.accumulate = true;
    }
  }
}

// MARK: For this processor, or with given instructions

void assay_convolve(const assay_convolution *convolution, const float *images, const float *filters, const float *bias,
                    float *output, float *scratch) {
  convolve(assay_engine_for(assay_instructions_best), convolution, images, filters, bias, output, scratch);
}

void assay_convolve_image_gradient(const assay_convolution *convolution, const float *output_gradient,
                                   const float *filters, float *gradient, float *scratch) {
  image_gradient(assay_engine_for(assay_instructions_best), convolution, output_gradient, filters, gradient, scratch);
}

void assay_convolve_filter_gradient(const assay_convolution *convolution, const float *images,
                                    const float *output_gradient, float *gradient, float *scratch) {
  filter_gradient(assay_engine_for(assay_instructions_best), convolution, images, output_gradient, gradient, scratch);
}
