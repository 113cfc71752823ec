// What a tree search works out about a node, for one instruction set: `TARGETED` gives the name its ending.
#include "CKernels.h"
#include "VectorFunctions.h"

#define ROW_LANES 4
#define ROW(name) few_##name
#include "SearchRows.h"
#undef ROW_LANES
#undef ROW

#define ROW_LANES 16
#define ROW(name) many_##name
#include "SearchRows.h"
#undef ROW_LANES
#undef ROW

int32_t TARGETED(loop_improved_edge)(const assay_edges *edges, const assay_completion_rule *rule, float *scratch) {
  return edges->count <= 4 ? few_improved_edge(edges, rule, scratch) : many_improved_edge(edges, rule, scratch);
}

int32_t TARGETED(loop_considered_edge)(const assay_edges *edges, const assay_completion_rule *rule, const float *noise,
                                       const int32_t *before, int32_t visits) {
  return edges->count <= 4 ? few_considered_edge(edges, rule, noise, before, visits)
                           : many_considered_edge(edges, rule, noise, before, visits);
}

void TARGETED(loop_improved_policy)(const assay_edges *edges, const assay_completion_rule *rule, float *policy) {
  const float sum = many_place_weights(edges, many_complete(edges, rule), policy);
  for (int32_t i = 0; i < edges->count; i++) policy[i] /= sum;
}

int32_t TARGETED(loop_place_priors)(int32_t count, const float *row, float *logits, float *priors) {
  return count <= 4 ? few_place_priors(count, row, logits, priors) : many_place_priors(count, row, logits, priors);
}
