#include "workers/kernels/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

#include "tests/support/kernels_under_test.hpp"
#include "tests/support/random_floats.hpp"
#include "tests/workers/kernels/cuda/both_kernels.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/simd.hpp"  // to_float, assign

namespace agsweep {
namespace {

enum class Queries { all, last };
enum class Storage { apart, columns_of_one_matrix };

struct Case {
  std::int64_t heads;
  std::int64_t head_width;
  std::vector<std::int32_t> lengths;
  Queries queries = Queries::all;
  float p = 0;
  Storage storage = Storage::apart;
  std::int64_t rows_behind = 0;
  std::int64_t longest_multiple = 1;
  std::int64_t longest_query = 1;  // of one query a sequence: at least 1
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.heads << " heads of " << c.head_width << ", " << c.lengths.size() << " sequences, p " << c.p
       << (c.queries == Queries::last ? ", last query" : "");
}

DeviceVector<std::int32_t> offsets_of(const std::vector<std::int32_t>& lengths) {
  DeviceVector<std::int32_t> offsets{0};
  for (const std::int32_t length : lengths) offsets.push_back(offsets.back() + length);
  return offsets;
}

/// Rows of one or of three matrices, 16-byte aligned as a device's memory is.
template <typename Act>
struct Matrix {
  std::int64_t rows;
  std::int64_t columns;
  DeviceVector<Act> storage;

  Matrix(std::int64_t row_count, std::int64_t column_count, std::uint64_t stream)
      : rows(row_count), columns(column_count), storage(static_cast<std::size_t>(row_count * column_count + 8)) {
    const std::vector<float> values = random_floats(storage.size(), stream);
    for (std::size_t i = 0; i < storage.size(); ++i) assign(storage[i], 2 * values[i]);
  }
  Act* data() { return storage.data(); }
  HeadRows<Act> from(std::int64_t column) { return {data() + column, columns}; }
  HeadRows<const Act> read(std::int64_t column) { return {data() + column, columns}; }
};

template <typename Act>
struct Difference {
  double relative = 0;  // |a - b| / |b|, as norms
  double largest = 0;   // of |a - b| / the largest |b|

  Difference(Matrix<Act>& a, Matrix<Act>& b) {
    double differences = 0;
    double squares = 0;
    double most = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows * a.columns); ++i) {
      const double d = std::abs(static_cast<double>(to_float(a.storage[i])) - to_float(b.storage[i]));
      differences += d * d;
      squares += static_cast<double>(to_float(b.storage[i])) * to_float(b.storage[i]);
      largest = std::isnan(d) ? HUGE_VAL : std::max(largest, d);
      most = std::max(most, static_cast<double>(std::abs(to_float(b.storage[i]))));
    }
    relative = squares == 0 ? std::sqrt(differences) : std::sqrt(differences / squares);
    if (most > 0) largest /= most;
  }
};

/// Both passes of one problem by one back end.
template <typename Act>
struct Result {
  Matrix<Act> out;
  Matrix<Act> d_q;
  Matrix<Act> d_kv;  // [key rows, 2 * width]
  DeviceVector<float> saved;
};

template <typename Act>
class Problem {
 public:
  explicit Problem(const Case& c)
      : width_(c.heads * c.head_width),
        key_offsets_(offsets_of(c.lengths)),
        query_offsets_(c.queries == Queries::all ? key_offsets_ : offsets_of(std::vector<std::int32_t>(c.lengths.size(), 1))),
        joined_(c.storage == Storage::columns_of_one_matrix && c.queries == Queries::all),
        inputs_(key_rows(c), joined_ ? 3 * width_ : 2 * width_, 1),
        q_(query_rows(c), width_, 2),
        d_out_(query_rows(c), width_, 3) {
    const std::int64_t longest =
        round_up(c.lengths.empty() ? 0 : *std::max_element(c.lengths.begin(), c.lengths.end()), c.longest_multiple);
    shape_ = {.heads = c.heads,
              .head_width = c.head_width,
              .queries = {.offsets = c.queries == Queries::all ? key_offsets_ : query_offsets_,
                          .rows = query_rows(c),
                          .longest = c.queries == Queries::all ? longest : c.longest_query},
              .keys = {.offsets = key_offsets_, .rows = key_rows(c), .longest = longest},
              .dropout = {.p = c.p, .site = 7, .stream = stream_.data()}};
  }

  Result<Act> run(Kernels& kernels) {
    Result<Act> r{.out = {shape_.queries.rows, width_, 4},
                  .d_q = {shape_.queries.rows, width_, 5},
                  .d_kv = {shape_.keys.rows, 2 * width_, 6},
                  .saved = DeviceVector<float>(static_cast<std::size_t>(kernels.attention_saved_size(shape_)))};
    const auto q = joined_ ? inputs_.read(2 * width_) : q_.read(0);
    kernels.attention_forward(AttentionForward<Act>{shape_, q, inputs_.read(0), inputs_.read(width_), r.out.from(0), r.saved.data()});
    kernels.attention_backward(AttentionBackward<Act>{shape_, q, inputs_.read(0), inputs_.read(width_), r.out.read(0), d_out_.read(0),
                                                      r.saved.data(), r.d_q.from(0), r.d_kv.from(0), r.d_kv.from(width_)});
    return r;
  }

  Result<Act> on_cpu() {
    CpuKernels cpu;
    return run(cpu);
  }
  Result<Act> on_gpu() {
    KernelsUnderTest gpu;
    return run(*gpu);
  }

 private:
  std::int64_t key_rows(const Case& c) const { return key_offsets_.back() + c.rows_behind; }
  std::int64_t query_rows(const Case& c) const { return query_offsets_.back() + c.rows_behind; }

  std::int64_t width_;
  DeviceVector<std::int32_t> key_offsets_;
  DeviceVector<std::int32_t> query_offsets_;
  bool joined_;
  Matrix<Act> inputs_;  // k, v, or k, v, q
  Matrix<Act> q_;
  Matrix<Act> d_out_;
  DeviceVector<DropoutStream> stream_{{.seed = 42, .step = 3, .shard = 1}};
  AttentionShape shape_{};
};

template <typename Act>
void expect_like_cpu(const Case& c, double relative, double largest) {
  Problem<Act> problem(c);
  Result<Act> cpu = problem.on_cpu();
  Result<Act> gpu = problem.on_gpu();
  const auto expect_near = [&](const char* what, Matrix<Act>& a, Matrix<Act>& b) {
    const Difference<Act> difference(a, b);
    EXPECT_LE(difference.relative, relative) << what;
    EXPECT_LE(difference.largest, largest) << what;
  };
  expect_near("out", gpu.out, cpu.out);
  expect_near("d_q", gpu.d_q, cpu.d_q);
  expect_near("d_k and d_v", gpu.d_kv, cpu.d_kv);
}

class GpuAttentionOf : public testing::TestWithParam<Case> {};

TEST_P(GpuAttentionOf, EqualsTheCpuInFp32) { expect_like_cpu<float>(GetParam(), 1e-5, 1e-5); }

// A bf16 has 2^-9 relative rounding error. Weights and scores' gradients are rounded before they are summed, as the output is, and
// out . d_out is taken from a rounded output, which weighs more where the gradient is small against it: 2^-6 covers all.
constexpr double bf16_bound = 0x1p-6;

TEST_P(GpuAttentionOf, EqualsTheCpuInBf16ButForRounding) { expect_like_cpu<BFloat16>(GetParam(), bf16_bound, bf16_bound); }

TEST_P(GpuAttentionOf, HasTheSameBitsInAnyOrderOfBlocksAndWarps) {
  Problem<BFloat16> problem(GetParam());
  const auto bits = [&] {
    const Result<BFloat16> r = problem.on_gpu();
    std::vector<std::uint16_t> all;
    for (const auto* values : {&r.out.storage, &r.d_q.storage, &r.d_kv.storage}) {
      for (const BFloat16 value : *values) all.push_back(value.bits);
    }
    return all;
  };
  EXPECT_EQ(bits(), bits());
}

Case random_case(Draw& draw) {
  Case c{.heads = draw.between(1, 4),
         .head_width = draw.one_of<std::int64_t>({8, 16, 32, 40, 48, 64, 128, draw.between(8, 128)}),
         .lengths = {},
         .queries = draw.one_of({Queries::all, Queries::all, Queries::last}),
         .p = draw.one_of({0.0F, 0.1F, 0.5F}),
         .storage = draw.toss() ? Storage::apart : Storage::columns_of_one_matrix,
         .rows_behind = draw.between(0, 70),
         .longest_multiple = draw.one_of<std::int64_t>({1, 32, 64}),
         .longest_query = draw.one_of<std::int64_t>({1, 1, 32})};
  for (std::int64_t i = draw.between(1, 5); i > 0; --i) c.lengths.push_back(static_cast<std::int32_t>(draw.between(1, 70)));
  if (draw.between(0, 5) == 0) {  // a few long ones; an emulated lane has its time
    c.lengths.push_back(static_cast<std::int32_t>(draw.between(100, 400)));
    c.heads = 1;
  }
  return c;
}

TEST(GpuAttention, EqualsTheCpuOverRandomShapes) {
  Draw draw(11);
  for (int i = 0; i < random_cases; ++i) {
    const Case c = random_case(draw);
    SCOPED_TRACE(testing::PrintToString(c));
    expect_like_cpu<float>(c, 1e-5, 1e-5);
    expect_like_cpu<BFloat16>(c, bf16_bound, bf16_bound);
  }
}

constexpr auto last = Queries::last;
constexpr auto all = Queries::all;
constexpr auto apart = Storage::apart;
constexpr auto joined = Storage::columns_of_one_matrix;
INSTANTIATE_TEST_SUITE_P(Shapes, GpuAttentionOf,
                         testing::Values(Case{4, 48, {52, 1, 17, 64, 65, 128, 33}, all, 0.1F, joined, 5},  //
                                         Case{3, 64, {40, 63, 70, 16}, all, 0.1F, joined, 9},              //
                                         Case{2, 64, {40, 0, 130, 16}, all, 0, apart, 2},                  //
                                         Case{1, 16, {1024, 3}, all, 0.2F, apart, 1},                      //
                                         Case{2, 8, {300, 80}, all, 0.3F, joined, 0},                      //
                                         Case{2, 13, {31, 90}, all, 0.1F, joined, 3},                      //
                                         Case{1, 24, {20, 66}, all, 0.1F, apart, 0},                       //
                                         Case{1, 80, {100, 5}, all, 0.1F, apart, 0},                       //
                                         Case{2, 96, {67}, all, 0, joined, 4},                             //
                                         Case{1, 112, {15, 65}, all, 0.1F, apart, 0},                      //
                                         Case{1, 128, {129, 64}, all, 0.1F, joined, 2},                    //
                                         Case{2, 127, {66}, all, 0.1F, apart, 0},                          //
                                         Case{2, 64, {}, all, 0.1F, apart, 6},                             //
                                         Case{4, 48, {52, 1, 17, 64, 65, 128, 33}, last, 0.1F, apart, 5},  //
                                         Case{3, 64, {40, 63, 1024, 16}, last, 0.1F, apart, 9},            //
                                         Case{2, 13, {31, 90}, last, 0, apart, 3},                         //
                                         Case{1, 128, {129, 64}, last, 0.1F, apart, 0}));

}  // namespace
}  // namespace agsweep
