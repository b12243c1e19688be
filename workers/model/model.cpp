#include "workers/model/model.hpp"

#include "workers/model/kernel_views.hpp"
#include "workers/model/pass.hpp"

namespace agsweep {

double Model::training_flops(const Parameters& parameters, const RowTotals& totals) const {
  return agsweep::training_flops(network(parameters), totals);
}

Model::Outputs Model::outputs(const Parameters& parameters, const Batch& batch, Workspace& workspace) const {
  const Network weights = network(parameters);
  Pass pass(weights, batch, nullptr, Saved::nothing, workspace);
  const at::Tensor logits = pass.forward();
  return {.hidden = pass.hidden().narrow(0, 0, batch.shape.rows), .logits = logits.narrow(0, 0, batch.shape.rows)};
}

void Model::forward_backward(const Parameters& parameters, const Batch& batch, const ShardStep& step, Workspace& workspace,
                             const GradientTarget& gradient) const {
  if (batch.shape.rows == 0) {
    for (const at::Tensor& part : {gradient.dense, gradient.loss, gradient.confusion}) part.zero_();
    if (gradient.embedding.defined()) gradient.embedding.zero_();
    return;
  }
  const Workspace::Scope scope(workspace);
  const Network weights = network(parameters);
  Pass pass(weights, batch, step.stream, step.activation_checkpointing ? Saved::block_inputs : Saved::activations, workspace);
  const at::Tensor logits = pass.forward();
  const at::Tensor d_logits = workspace.empty(logits.sizes(), at::kFloat);
  workspace.kernels().cross_entropy({.logits = data<float>(logits),
                                     .labels = ints(batch.labels),
                                     .classes = classes_,
                                     .smoothing = step.label_smoothing,
                                     .scale = 1.0 / static_cast<double>(step.batch_rows),
                                     .loss = data<double>(gradient.loss),
                                     .d_logits = data<float>(d_logits),
                                     .confusion = data<std::int64_t>(gradient.confusion)});
  pass.backward(d_logits, gradient);
}

}  // namespace agsweep
