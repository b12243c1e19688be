#include "workers/model/attention.hpp"

#include "workers/model/kernel_views.hpp"

namespace agsweep {

namespace {

template <typename T>
HeadRows<T> head_rows(const at::Tensor& tensor) {
  return {data<T>(tensor), tensor.stride(0)};
}
template <typename T>
HeadRows<const T> const_head_rows(const at::Tensor& tensor) {
  return {data<T>(tensor), tensor.stride(0)};
}

/// Rows behind the last sequence only fill the GEMMs' blocks: they must not bring garbage into a weight's gradient.
void zero_rows_behind(std::span<const std::int32_t> offsets, const at::Tensor& tensor) {
  tensor.narrow(0, offsets.back(), tensor.size(0) - offsets.back()).zero_();
}

}  // namespace

AttentionTape attention_forward(const AttentionShape& shape, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                Workspace& workspace) {
  AttentionTape tape{.shape = shape,
                     .q = q,
                     .k = k,
                     .v = v,
                     .out = workspace.empty({q.size(0), shape.width()}, q.scalar_type()),
                     .probabilities = workspace.empty({shape.saved_size()}, at::kFloat)};
  with_element_type(q, [&]<typename Act>() {
    attention_forward(shape, const_head_rows<Act>(q), const_head_rows<Act>(k), const_head_rows<Act>(v), head_rows<Act>(tape.out),
                      data<float>(tape.probabilities), workspace.attention);
  });
  zero_rows_behind(shape.query_offsets, tape.out);
  return tape;
}

void attention_backward(const AttentionTape& tape, const at::Tensor& d_out, const at::Tensor& d_q, const at::Tensor& d_k,
                        const at::Tensor& d_v, Workspace& workspace) {
  with_element_type(d_out, [&]<typename Act>() {
    attention_backward(tape.shape, const_head_rows<Act>(tape.q), const_head_rows<Act>(tape.k), const_head_rows<Act>(tape.v),
                       const_head_rows<Act>(d_out), data<float>(tape.probabilities), head_rows<Act>(d_q), head_rows<Act>(d_k),
                       head_rows<Act>(d_v), workspace.attention);
  });
  zero_rows_behind(tape.shape.query_offsets, d_q);
  zero_rows_behind(tape.shape.key_offsets, d_k);
  zero_rows_behind(tape.shape.key_offsets, d_v);
}

}  // namespace agsweep
