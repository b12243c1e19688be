#include "workers/kernels/embedding.hpp"

#include <algorithm>  // std::sort, std::unique

#include "tests/workers/kernels/cuda/both_kernels.hpp"

namespace agsweep {
namespace {

struct EmbeddingCase {
  DeviceVector<std::int32_t> offsets;
  DeviceVector<std::int32_t> tokens;
  DeviceVector<float> table;
  DeviceVector<float> positions;
  DeviceVector<float> d_out;
  Embedding embedding;

  EmbeddingCase(Draw& draw, std::int64_t sequences, std::int64_t longest, std::int64_t width, std::int64_t vocabulary)
      : offsets(draw.offsets(sequences, longest)),
        tokens(draw.indices(offsets.back(), vocabulary)),
        table(draw.values<float>(vocabulary * width)),
        positions(draw.values<float>(longest * width)) {
    const std::int64_t rows = offsets.back() + draw.between(0, 20);
    d_out = draw.values<float>(rows * width);
    embedding = {.tokens = tokens,
                 .sequences = {.offsets = offsets, .rows = rows, .longest = longest},
                 .width = width,
                 .scale = 2.5F,
                 .table = table.data(),
                 .positions = positions.data(),
                 .dropout = draw.dropout()};
  }
  std::int64_t rows() const { return embedding.sequences.rows; }
};

/// Where the tokens 0 .. listed - 1 stand.
struct Places {
  DeviceVector<std::int32_t> places;
  DeviceVector<std::int32_t> begins{0};

  Places(const EmbeddingCase& c, std::int32_t listed) {
    for (std::int32_t token = 0; token < listed; ++token) {
      for (std::size_t place = 0; place < c.tokens.size(); ++place) {
        if (c.tokens[place] == token) places.push_back(static_cast<std::int32_t>(place));
      }
      begins.push_back(static_cast<std::int32_t>(places.size()));
    }
  }
  TokenPlaces view() const { return {places, begins}; }
};

EmbeddingCase random_case(Draw& draw) {
  return {draw, draw.one_of<std::int64_t>({0, 1, 5, 40}), draw.one_of<std::int64_t>({1, 3, 8}), draw.width(), draw.between(1, 20)};
}

TEST(CudaEmbedding, ForwardIsTheCpus) {
  Draw draw(1);
  for (int i = 0; i < random_cases; ++i) {
    const EmbeddingCase c = random_case(draw);
    auto expected = unwritten<float>(c.rows() * c.embedding.width);
    auto actual = expected;
    CpuKernels().embedding_forward(c.embedding, expected.data());
    KernelsUnderTest()->embedding_forward(c.embedding, actual.data());
    expect_close(expected, actual, 1e-6);
    expect_same_zeros(expected, actual);
  }
}

TEST(CudaEmbedding, BackwardIsTheCpusAlsoForATokenWithoutAPlace) {
  Draw draw(2);
  for (int i = 0; i < random_cases; ++i) {
    const EmbeddingCase c = random_case(draw);
    const Places places(c, 22);
    auto expected = unwritten<float>(22 * c.embedding.width);
    auto actual = expected;
    CpuKernels().embedding_backward(c.embedding, places.view(), c.d_out.data(), expected.data());
    KernelsUnderTest()->embedding_backward(c.embedding, places.view(), c.d_out.data(), actual.data());
    expect_close(expected, actual, 1e-5);
  }
}

TEST(CudaEmbedding, BackwardOfFrequentTokensIsTheCpus) {
  Draw draw(5);
  for (const std::int64_t width : {64, 193}) {
    const EmbeddingCase c(draw, 40, 30, width, 3);
    const Places places(c, 3);
    auto expected = unwritten<float>(3 * width);
    auto actual = expected;
    CpuKernels().embedding_backward(c.embedding, places.view(), c.d_out.data(), expected.data());
    KernelsUnderTest()->embedding_backward(c.embedding, places.view(), c.d_out.data(), actual.data());
    expect_close(expected, actual, 1e-5);
  }
}

TEST(CudaEmbedding, BackwardOfNoTokensDoesNothing) {
  const DeviceVector<std::int32_t> begins{0};
  const DeviceVector<std::int32_t> offsets{0};
  KernelsUnderTest()->embedding_backward(
      {.tokens = {}, .sequences = {.offsets = offsets}, .width = 64, .scale = 1, .table = nullptr, .positions = nullptr, .dropout = {}},
      {{}, begins}, nullptr, nullptr);
}

TEST(CudaEmbedding, BackwardOfPositionsIsTheCpus) {
  Draw draw(3);
  for (int i = 0; i < random_cases; ++i) {
    const EmbeddingCase c = random_case(draw);
    const std::int64_t positions = c.embedding.sequences.longest + 1;  // the last of them in no sequence
    auto expected = unwritten<float>(positions * c.embedding.width);
    auto actual = expected;
    CpuKernels().position_backward(c.embedding, c.d_out.data(), positions, expected.data());
    KernelsUnderTest()->position_backward(c.embedding, c.d_out.data(), positions, actual.data());
    expect_close(expected, actual, 1e-5);
  }
}

TEST(CudaEmbedding, TakesSequencesOfUpTo1024Tokens) {
  Draw draw(4);
  const EmbeddingCase c(draw, 2, 1024, 64, 100);
  auto expected = unwritten<float>(c.rows() * 64);
  auto actual = expected;
  CpuKernels().embedding_forward(c.embedding, expected.data());
  KernelsUnderTest()->embedding_forward(c.embedding, actual.data());
  expect_close(expected, actual, 1e-6);
}

}  // namespace
}  // namespace agsweep
