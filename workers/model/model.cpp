#include "workers/model/model.hpp"

#include <algorithm>  // std::fill

#include "workers/kernels/cross_entropy.hpp"
#include "workers/model/kernel_views.hpp"
#include "workers/model/pass.hpp"

namespace agsweep {

at::Tensor Model::logits(const Parameters& parameters, const PackedBatch& batch, Workspace& workspace) const {
  const Network weights = network(parameters);
  return Pass(weights, batch, {}, Saved::nothing, workspace).forward();
}

void Model::forward_backward(const Parameters& parameters, const PackedBatch& batch, const ShardStep& step, Workspace& workspace,
                             Gradient& gradient) const {
  gradient.dense.resize(static_cast<std::size_t>(layout_.dense_size()));
  gradient.confusion.assign(static_cast<std::size_t>(classes_ * classes_), 0);
  gradient.embedding.clear(layout_.embedding_width());
  gradient.loss = 0;
  if (batch.rows() == 0) {
    std::fill(gradient.dense.begin(), gradient.dense.end(), 0.0F);
    return;
  }
  const Workspace::Scope scope(workspace);
  const Network weights = network(parameters);
  Pass pass(weights, batch, step.stream, step.activation_checkpointing ? Saved::block_inputs : Saved::activations, workspace);
  const at::Tensor logits = pass.forward();
  const at::Tensor d_logits = workspace.empty(logits.sizes(), at::kFloat);
  gradient.loss = cross_entropy(data<float>(logits), batch.labels, classes_, step.label_smoothing,
                                1.0 / static_cast<double>(step.batch_rows), data<float>(d_logits));
  for (std::int64_t row = 0; row < batch.rows(); ++row) {
    const std::span scores(data<float>(logits) + row * classes_, static_cast<std::size_t>(classes_));
    ++gradient.confusion[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(row)] * classes_ + predicted_class(scores))];
  }
  pass.backward(d_logits, gradient);
}

}  // namespace agsweep
