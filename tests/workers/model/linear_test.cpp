#include "workers/model/linear.hpp"

#include "tests/support/layer_test.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

class LinearTest : public LayerTest {
 protected:
  Dropout dropout(float p) const { return {.p = p, .site = 3, .stream = &stream_}; }

  /// The mask's factors.
  static at::Tensor mask(const Dropout& dropout, at::IntArrayRef shape) {
    at::Tensor factors = at::ones(shape, at::kFloat);
    if (dropout.active()) {
      CpuKernels().drop_rows(dropout, shape[0], shape[1], factors.data_ptr<float>(), factors.data_ptr<float>());
    }
    return factors;
  }

  void expect_as_reference(const LinearKind& kind, std::int64_t rows, std::int64_t out, std::int64_t in, float p = 0) {
    SCOPED_TRACE(testing::Message() << "x " << rows << " x " << in << ", out " << out << ", rank " << kind.rank << ", p " << p
                                    << (kind.transposed ? ", transposed" : "") << (kind.bias ? "" : ", no bias"));
    const Workspace::Scope scope(workspace());
    TrainedLeaves leaves;
    const LinearCase layer = linear_case("the", out, in, kind, leaves);
    const at::Tensor x = leaf({rows, in});
    const at::Tensor d_y = values({rows, out});
    const at::Tensor y = layer.reference(x, mask(dropout(p), {rows, in}));
    y.backward(d_y);

    const c10::InferenceMode no_autograd;
    const at::Tensor dense = leaves.unwritten();
    const LinearTape tape = linear_forward(layer.linear, given(x), dropout(p), workspace());
    const at::Tensor d_x = linear_backward(layer.linear, tape, given(d_y), dense, workspace());
    expect_close(tape.y, y, tolerance(), "y");
    expect_close(d_x, x.grad(), tolerance(), "x's gradient");
    leaves.expect_gradients(dense, tolerance());

    const at::Tensor weights_alone = leaves.unwritten();
    linear_weight_gradients(layer.linear, tape, given(d_y), weights_alone, workspace());
    leaves.expect_gradients(weights_alone, tolerance());
  }

 private:
  DropoutStream stream_{.seed = 7, .step = 3, .shard = 1};
};

TEST_P(LinearTest, GivesAutogradsOutputAndGradientsForWeightsThatLieEitherWayAndWithOrWithoutABias) {
  for (int i = 0; i < 5; ++i) {
    for (const bool transposed : {false, true}) {
      for (const bool bias : {false, true}) {
        expect_as_reference({.transposed = transposed, .bias = bias}, between(1, 100), between(1, 100), between(1, 100));
      }
    }
  }
}

TEST_P(LinearTest, GivesAutogradsOutputAndGradientsInProductsOfMoreThanABlockOfRows) {
  for (const bool transposed : {false, true}) expect_as_reference({.transposed = transposed}, 513 + between(0, 100), 96, 64);
}

TEST_P(LinearTest, WritesNoGradientOfFrozenWeights) {
  expect_as_reference({.trained = false}, between(1, 100), between(1, 100), between(1, 100));
  expect_as_reference({.transposed = true, .trained = false}, between(1, 100), between(1, 100), between(1, 100));
}

TEST_P(LinearTest, GivesAutogradsGradientsOfAnAdapterBesideFrozenOrTrainedWeights) {
  for (const std::int64_t rank : {between(1, 64), std::int64_t{8}, std::int64_t{65}}) {  // of more than 64 a device fuses no passes
    for (const bool trained : {false, true}) {
      expect_as_reference({.transposed = toss(), .trained = trained, .rank = rank}, between(1, 80), between(1, 100), between(1, 200));
    }
  }
}

TEST_P(LinearTest, DropsAnAdaptersInputAlone) {
  for (const std::int64_t rank : {std::int64_t{8}, std::int64_t{65}}) {
    for (const float p : {0.1F, 0.5F}) {
      expect_as_reference({.trained = false, .rank = rank}, between(1, 80), between(1, 100), between(1, 200), p);
    }
  }
}

TEST_P(LinearTest, GivesTheWholeLayersOutputAndGradientsInTwoPartsOfItsOutputs) {
  for (const bool transposed : {false, true}) {
    for (const std::int64_t rank : {0, 4, 65}) {
      SCOPED_TRACE(testing::Message() << "rank " << rank << (transposed ? ", transposed" : ""));
      const Workspace::Scope scope(workspace());
      const std::int64_t rows = between(1, 80), out = between(2, 100), in = between(1, 100), split = between(1, out - 1);
      TrainedLeaves leaves;
      const LinearCase layer = linear_case("the", out, in, {.transposed = transposed, .rank = rank}, leaves);
      const at::Tensor x = leaf({rows, in});
      const at::Tensor d_y = values({rows, out});
      const at::Tensor y = layer.reference(x, mask(dropout(0.1F), {rows, in}));
      y.backward(d_y);

      const c10::InferenceMode no_autograd;
      const Linear second = layer.linear.outputs(split, out);
      Linear first = layer.linear.outputs(0, split);
      if (first.adapter) first.adapter->adds_to_a = true;
      const at::Tensor dense = leaves.unwritten();
      const LinearTape second_tape = linear_forward(second, given(x), dropout(0.1F), workspace());
      const LinearTape first_tape = linear_forward(first, given(x), dropout(0.1F), workspace());
      const at::Tensor second_d_x =
          linear_backward(second, second_tape, given(d_y.narrow(1, split, out - split)).contiguous(), dense, workspace());
      const at::Tensor first_d_x = linear_backward(first, first_tape, given(d_y.narrow(1, 0, split)).contiguous(), dense, workspace());
      expect_close(at::cat({first_tape.y, second_tape.y}, 1), y, tolerance(), "y");
      expect_close(first_d_x.to(at::kFloat) + second_d_x, x.grad(), tolerance(), "x's gradient");
      leaves.expect_gradients(dense, tolerance());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Linear, LinearTest, every_back_end, back_end_name);

}  // namespace
}  // namespace agsweep
