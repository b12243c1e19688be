#include "workers/model/norm.hpp"

#include "tests/support/layer_test.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

class NormTest : public LayerTest {
 protected:
  void expect_as_reference(bool updated, bool trained) {
    const std::int64_t rows = between(1, 60), width = between(8, 1000);
    SCOPED_TRACE(testing::Message() << rows << " x " << width);
    const Workspace::Scope scope(workspace());
    const at::Tensor residual = values({rows, width}, at::kFloat).requires_grad_();
    const at::Tensor update = updated ? leaf({rows, width}) : at::Tensor();
    const at::Tensor weight = values({width}, at::kFloat).requires_grad_();
    const at::Tensor bias = values({width}, at::kFloat).requires_grad_();
    const at::Tensor d_normed = values({rows, width});
    const at::Tensor d_above = values({rows, width}, at::kFloat);  // what the layers above give the residual stream
    const at::Tensor sum = updated ? residual + update : residual;
    const at::Tensor normed = at::layer_norm(sum, {width}, weight, bias, 1e-3);
    ((normed * d_normed).sum() + (sum * d_above).sum()).backward();

    TrainedLeaves leaves;
    Norm norm{.weight = weight.detach(), .bias = bias.detach(), .epsilon = 1e-3F};
    if (trained) {
      norm.weight_offset = leaves.add("the weight", weight);
      norm.bias_offset = leaves.add("the bias", bias);
    }
    const c10::InferenceMode no_autograd;
    const at::Tensor dense = leaves.unwritten();
    const NormTape tape = norm_forward(norm, residual.detach(), updated ? given(update) : at::Tensor(), {}, type(), workspace());
    const at::Tensor d_residual = d_above.clone();
    const at::Tensor d_update = updated ? workspace().empty({rows, width}, type()) : at::Tensor();
    norm_backward(norm, tape, given(d_normed), d_residual, d_update, dense, workspace());
    expect_close(tape.residual, sum, 1e-6, "the residual");  // fp32 in bf16 too
    expect_close(tape.normed, normed, tolerance(), "normed");
    expect_close(d_residual, residual.grad(), 5e-6, "the residual's gradient");
    if (updated) expect_close(d_update, update.grad(), tolerance(), "the update's gradient");
    leaves.expect_gradients(dense, 5e-6);
  }
};

TEST_P(NormTest, GivesAutogradsResidualOutputAndGradients) {
  for (int i = 0; i < 10; ++i) expect_as_reference(true, true);
}

TEST_P(NormTest, NormsTheResidualItselfWhereNoUpdateCameIn) {
  for (int i = 0; i < 5; ++i) expect_as_reference(false, true);
}

TEST_P(NormTest, WritesNoGradientOfFrozenWeights) { expect_as_reference(true, false); }

INSTANTIATE_TEST_SUITE_P(Norm, NormTest, every_back_end, back_end_name);

}  // namespace
}  // namespace agsweep
