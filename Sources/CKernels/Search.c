// What a tree search works out about a node.
#include "Targets.h"

#define TARGETED(name) assay_##name##_portable
#include "SearchLoops.h"

int32_t assay_improved_edge(const assay_edges *edges, const assay_completion_rule *rule, float *scratch) {
  return PICK(loop_improved_edge)(edges, rule, scratch);
}

int32_t assay_considered_edge(const assay_edges *edges, const assay_completion_rule *rule, const float *noise,
                              const int32_t *before, int32_t visits) {
  return PICK(loop_considered_edge)(edges, rule, noise, before, visits);
}

void assay_improved_policy(const assay_edges *edges, const assay_completion_rule *rule, float *policy) {
  PICK(loop_improved_policy)(edges, rule, policy);
}

int32_t assay_place_priors(int32_t count, const float *row, float *logits, float *priors) {
  return PICK(loop_place_priors)(count, row, logits, priors);
}
