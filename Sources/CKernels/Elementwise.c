// Element-wise loops.
#include "Targets.h"

#define TARGETED(name) assay_##name##_portable
#include "ElementwiseLoops.h"

void assay_run_elementwise(const assay_step *steps, int32_t step_count, const assay_operand *inputs,
                           int32_t input_count, const assay_operand *outputs, const uint8_t *results,
                           int32_t output_count, int64_t outer, int64_t rows, int64_t columns) {
  PICK(loop_elementwise)(steps, step_count, inputs, input_count, outputs, results, output_count, outer, rows, columns);
}
