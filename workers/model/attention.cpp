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

}  // namespace

AttentionTape attention_forward(const AttentionShape& shape, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                Workspace& workspace) {
  AttentionTape tape{.shape = shape,
                     .q = q,
                     .k = k,
                     .v = v,
                     .out = workspace.empty({q.size(0), shape.width()}, q.scalar_type()),
                     .saved = workspace.empty({workspace.kernels().attention_saved_size(shape)}, at::kFloat)};
  with_element_type(q, [&]<typename Act>() {
    workspace.kernels().attention_forward(AttentionForward<Act>{.shape = shape,
                                                                .q = const_head_rows<Act>(q),
                                                                .k = const_head_rows<Act>(k),
                                                                .v = const_head_rows<Act>(v),
                                                                .out = head_rows<Act>(tape.out),
                                                                .saved = data<float>(tape.saved)});
  });
  return tape;
}

void attention_backward(const AttentionTape& tape, const at::Tensor& d_out, const at::Tensor& d_q, const at::Tensor& d_k,
                        const at::Tensor& d_v, Workspace& workspace) {
  with_element_type(d_out, [&]<typename Act>() {
    workspace.kernels().attention_backward(AttentionBackward<Act>{.shape = tape.shape,
                                                                  .q = const_head_rows<Act>(tape.q),
                                                                  .k = const_head_rows<Act>(tape.k),
                                                                  .v = const_head_rows<Act>(tape.v),
                                                                  .out = const_head_rows<Act>(tape.out),
                                                                  .d_out = const_head_rows<Act>(d_out),
                                                                  .saved = data<float>(tape.saved),
                                                                  .d_q = head_rows<Act>(d_q),
                                                                  .d_k = head_rows<Act>(d_k),
                                                                  .d_v = head_rows<Act>(d_v)});
  });
}

}  // namespace agsweep
