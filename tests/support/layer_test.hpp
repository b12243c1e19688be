#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>  // std::move
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "base/philox.hpp"
#include "tests/support/emulated_device.hpp"
#include "workers/device/workers.hpp"
#include "workers/kernels/element.hpp"  // round_up
#include "workers/model/linear.hpp"

namespace agsweep::testing_support {

enum class BackEnd { cpu, emulated_device };

/// Every element within `tolerance` of the largest expected one.
inline void expect_close(const at::Tensor& actual, const at::Tensor& expected, double tolerance, const std::string& name) {
  ASSERT_TRUE(actual.defined()) << name;
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  const double difference = (actual.to(at::kFloat) - expected.detach()).abs().max().item<double>();
  EXPECT_LE(difference, tolerance * expected.abs().max().item<double>()) << name;
}

/// The reference's leaves that a layer trains, and the places of their gradients in a shard's buffer.
class TrainedLeaves {
 public:
  /// @return the leaf's offset
  std::int64_t add(std::string name, const at::Tensor& leaf) {
    leaves_.push_back({std::move(name), leaf, end_});
    end_ = round_up(end_ + leaf.numel(), 16) + 16;
    return leaves_.back().offset;
  }

  /// A shard's gradient in which nothing is written yet: NaNs.
  at::Tensor unwritten() const { return at::full({end_}, std::numeric_limits<float>::quiet_NaN(), at::kFloat); }

  /// The gradients are there, and nothing is written between them.
  void expect_gradients(const at::Tensor& dense, double tolerance) const {
    at::Tensor rest = dense.clone();
    for (const Leaf& leaf : leaves_) {
      const at::Tensor gradient = dense.narrow(0, leaf.offset, leaf.tensor.numel()).view(leaf.tensor.sizes());
      expect_close(gradient, leaf.tensor.grad(), tolerance, leaf.name + "'s gradient");
      rest.narrow(0, leaf.offset, leaf.tensor.numel()).fill_(std::numeric_limits<float>::quiet_NaN());
    }
    EXPECT_TRUE(rest.isnan().all().item<bool>()) << "written beside the gradients";
  }

 private:
  struct Leaf {
    std::string name;
    at::Tensor tensor;
    std::int64_t offset;
  };
  std::vector<Leaf> leaves_;
  std::int64_t end_ = 16;
};

struct LinearKind {
  bool transposed = false;  // a weight [in, out]
  bool bias = true;
  bool trained = true;
  std::int64_t rank = 0;  // of an adapter; 0: none
};

/// A linear layer, and the leaves of the same values that its reference reads.
struct LinearCase {
  Linear linear;
  bool transposed = false;
  at::Tensor weight;  // as it lies in memory
  at::Tensor bias;
  at::Tensor a;
  at::Tensor b;

  /// @param mask  the factors of the adapter's dropout; undefined: none
  at::Tensor reference(const at::Tensor& x, const at::Tensor& mask = {}) const {
    at::Tensor y = at::linear(x, transposed ? weight.t() : weight, bias);
    if (!a.defined()) return y;
    return y + at::linear(at::linear(mask.defined() ? x * mask : x, a), b) * linear.adapter->scale;
  }
};

/// Holds a layer on each back end, in fp32 and in bf16, to one reference: ATen's operators and autograd, in fp32. The layer itself runs
/// in inference mode, as in a training, and in memory that holds NaNs.
class LayerTest : public testing::TestWithParam<std::tuple<BackEnd, at::ScalarType>> {
 protected:
  LayerTest() {
    const Workspace::Scope scope(workspace());
    workspace().empty({1 << 22}, at::kFloat).fill_(std::numeric_limits<float>::quiet_NaN());
  }

  Workspace& workspace() { return workers_.workspace(0); }
  at::ScalarType type() const { return std::get<at::ScalarType>(GetParam()); }  // of activations and weights
  double tolerance() const { return type() == at::kBFloat16 ? 1e-2 : 5e-6; }

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + random_.below(static_cast<std::uint32_t>(most - least + 1));
  }
  bool toss() { return random_.below(2) == 0; }

  /// fp32 in [-largest, largest), of values that `type` holds too.
  at::Tensor values(at::IntArrayRef shape, at::ScalarType type, double largest = 1) {
    at::Tensor drawn = at::empty(shape, at::kFloat);
    for (float& value : std::span(drawn.data_ptr<float>(), static_cast<std::size_t>(drawn.numel()))) {
      value = static_cast<float>(largest * (2 * random_.next_unit() - 1));
    }
    return drawn.to(type).to(at::kFloat);
  }
  at::Tensor values(at::IntArrayRef shape, double largest = 1) { return values(shape, type(), largest); }
  at::Tensor leaf(at::IntArrayRef shape, double largest = 1) { return values(shape, largest).requires_grad_(); }

  /// A reference's tensor as a layer reads it.
  at::Tensor given(const at::Tensor& tensor) const { return tensor.detach().to(type()); }

  LinearCase linear_case(const std::string& name, std::int64_t out, std::int64_t in, const LinearKind& kind, TrainedLeaves& leaves) {
    const double largest = 1 / std::sqrt(static_cast<double>(in));  // an output is about as large as an input
    LinearCase layer{.linear = {}, .transposed = kind.transposed, .weight = {}, .bias = {}, .a = {}, .b = {}};
    layer.weight = kind.transposed ? leaf({in, out}, largest) : leaf({out, in}, largest);
    layer.linear.weight = kind.transposed ? given(layer.weight).t() : given(layer.weight);
    if (kind.trained) layer.linear.weight_offset = leaves.add(name + " weight", layer.weight);
    if (kind.bias) {
      layer.bias = leaf({out});
      layer.linear.bias = given(layer.bias);
      if (kind.trained) layer.linear.bias_offset = leaves.add(name + " bias", layer.bias);
    }
    if (kind.rank > 0) {
      layer.a = leaf({kind.rank, in}, largest);
      layer.b = leaf({out, kind.rank});
      layer.linear.adapter = Adapter{.a = given(layer.a),
                                     .b = given(layer.b),
                                     .scale = 0.5F,
                                     .a_offset = leaves.add(name + " A", layer.a),
                                     .b_offset = leaves.add(name + " B", layer.b)};
    }
    return layer;
  }

  Workers workers_ = make_workers();

 private:
  static Workers make_workers() {
    if (std::get<BackEnd>(GetParam()) == BackEnd::cpu) return Workers(1);
    return Workers(std::make_unique<EmulatedStream>());
  }

  PhiloxStream random_{1, 0};
};

inline const auto every_back_end =
    testing::Combine(testing::Values(BackEnd::cpu, BackEnd::emulated_device), testing::Values(at::kFloat, at::kBFloat16));
inline std::string back_end_name(const testing::TestParamInfo<LayerTest::ParamType>& info) {
  const auto [back_end, type] = info.param;
  return std::string(back_end == BackEnd::cpu ? "Cpu" : "EmulatedDevice") + (type == at::kFloat ? "Fp32" : "Bf16");
}

}  // namespace agsweep::testing_support
