// Times each CUDA kernel of a training step on a GPU, in a captured graph: microseconds a call, and the bytes that it must move a second.
// cuda_kernels_bench [TOKENS [SEQUENCES]]
#include <algorithm>  // std::min
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/philox.hpp"
#include "tests/support/device_kernels.hpp"

namespace agsweep {
namespace {

/// An array in the device's memory.
template <typename T>
class DeviceArray {
 public:
  explicit DeviceArray(const std::vector<T>& values) : size_(values.size()) {
    void* memory = nullptr;
    require_success(cudaMalloc(&memory, size_ * sizeof(T)));
    data_ = static_cast<T*>(memory);
    require_success(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  explicit DeviceArray(std::int64_t size) : DeviceArray(std::vector<T>(static_cast<std::size_t>(size))) {}
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { cudaFree(data_); }

  T* data() const { return data_; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

struct Model {
  const char* name;
  std::int64_t width;
  std::int64_t heads;
  std::int64_t classes;
};

class Bench {
 public:
  Bench(const Model& model, std::int64_t tokens, std::int64_t sequences) : model_(model), tokens_(tokens), sequences_(sequences) {
    require_success(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { cudaStreamDestroy(stream_); }

  void run();

 private:
  /// Of a LoRA adapter on a layer with that many inputs.
  void run_adapter(const Dropout& dropout, std::int64_t inputs);
  void time(const std::string& name, double bytes, const std::function<void(CudaKernels&)>& call);

  Model model_;
  std::int64_t tokens_;
  std::int64_t sequences_;
  cudaStream_t stream_ = nullptr;
};

void Bench::time(const std::string& name, double bytes, const std::function<void(CudaKernels&)>& call) {
  constexpr int calls = 20;
  constexpr int launches = 10;
  DeviceScratch scratch;
  CudaKernels kernels(stream_, scratch);
  call(kernels);  // takes its scratch memory
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  require_success(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
  for (int i = 0; i < calls; ++i) call(kernels);
  require_success(cudaStreamEndCapture(stream_, &graph));
  require_success(cudaGraphInstantiate(&executable, graph, 0));
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  require_success(cudaEventCreate(&begin));
  require_success(cudaEventCreate(&end));
  require_success(cudaGraphLaunch(executable, stream_));
  require_success(cudaEventRecord(begin, stream_));
  for (int i = 0; i < launches; ++i) require_success(cudaGraphLaunch(executable, stream_));
  require_success(cudaEventRecord(end, stream_));
  require_success(cudaStreamSynchronize(stream_));
  float milliseconds = 0;
  require_success(cudaEventElapsedTime(&milliseconds, begin, end));
  const double microseconds = 1e3 * static_cast<double>(milliseconds) / (calls * launches);
  std::printf("%-8s %-34s %8.2f us %8.0f GB/s\n", model_.name, name.c_str(), microseconds, bytes / microseconds / 1e3);
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
}

void Bench::run_adapter(const Dropout& dropout, std::int64_t inputs) {
  constexpr std::int64_t rank = 8;
  const DeviceArray<BFloat16> x(tokens_ * inputs), d_x(tokens_ * inputs), a(rank * inputs), low(tokens_ * rank);
  const DeviceArray<float> d_a(rank * inputs);
  const std::string of = " of " + std::to_string(inputs);
  const auto read = 2.0 * static_cast<double>(tokens_ * inputs);
  time("adapter forward" + of, read, [&](CudaKernels& k) {
    k.adapter_forward(AdapterForward{
        .rows = tokens_, .width = inputs, .rank = rank, .scale = 2, .dropout = dropout, .x = x.data(), .a = a.data(), .low = low.data()});
  });
  time("adapter A's gradient" + of, read, [&](CudaKernels& k) {
    k.adapter_a_gradient(AdapterWeightGradient{.rows = tokens_,
                                               .width = inputs,
                                               .rank = rank,
                                               .dropout = dropout,
                                               .x = x.data(),
                                               .d_low = low.data(),
                                               .adds = false,
                                               .d_a = d_a.data()});
  });
  time("adapter input gradient" + of, 2 * read, [&](CudaKernels& k) {
    k.adapter_input_gradient(AdapterInputGradient{
        .rows = tokens_, .width = inputs, .rank = rank, .dropout = dropout, .d_low = low.data(), .a = a.data(), .d_x = d_x.data()});
  });
}

void Bench::run() {
  PhiloxStream random(1, 1);
  const std::int64_t width = model_.width;
  const std::int64_t elements = tokens_ * width;
  constexpr std::int64_t vocabulary = 50257;
  std::vector<std::int32_t> offsets{0};
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < sequences_; ++i) {  // lengths around the mean
    const std::int64_t mean = tokens_ / sequences_;
    const std::int64_t length =
        i + 1 == sequences_ ? std::min(tokens_ - offsets.back(), 2 * mean)
                            : std::min<std::int64_t>(mean / 2 + random.below(static_cast<std::uint32_t>(mean)), tokens_ - offsets.back());
    offsets.push_back(offsets.back() + static_cast<std::int32_t>(length));
    longest = std::max(longest, length);
  }
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(tokens_));
  for (auto& token : tokens) {  // a few words are in every tenth place, as in a text
    const std::uint32_t draw = random.next_u32();
    token = static_cast<std::int32_t>(draw % 10 == 0 ? draw / 10 % 4 : draw / 10 % vocabulary);
  }
  std::vector<std::int32_t> places(tokens.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int32_t>(i);
  std::stable_sort(places.begin(), places.end(), [&](std::int32_t a, std::int32_t b) {
    return tokens[static_cast<std::size_t>(a)] < tokens[static_cast<std::size_t>(b)];
  });
  const auto token_at = [&](std::size_t i) { return tokens[static_cast<std::size_t>(places[i])]; };
  std::vector<std::int32_t> begins;
  std::vector<std::int32_t> listed;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && token_at(i) == token_at(i - 1)) continue;
    begins.push_back(static_cast<std::int32_t>(i));
    listed.push_back(token_at(i));
  }
  begins.push_back(static_cast<std::int32_t>(places.size()));
  const auto rows = static_cast<std::int64_t>(listed.size());

  const DeviceArray<std::int32_t> d_offsets(offsets), d_tokens(tokens), d_places(places), d_begins(begins), d_listed(listed);
  const DeviceArray<std::int32_t> of_row(vocabulary), labels(sequences_);
  const DeviceArray<float> table(vocabulary * width), positions(longest * width), moment1(vocabulary * width), moment2(vocabulary * width);
  const DeviceArray<float> a(elements), b(elements), weight(width), bias(width), d_weight(width), d_bias(width), mean(tokens_),
      inverse_std(tokens_), logits(sequences_ * model_.classes), d_logits(sequences_ * model_.classes);
  const DeviceArray<BFloat16> x(4 * elements), y(4 * elements), z(4 * elements), dz(4 * elements);
  const DeviceArray<DropoutStream> stream(std::vector<DropoutStream>{{.seed = 1, .step = 1}});
  const DeviceArray<AdamWFactors> factors(std::vector<AdamWFactors>{{1, 0, 1, 0, 0, 1, 1, 1}});
  const DeviceArray<ClipResult> clip(std::vector<ClipResult>{{.norm = 1, .gradient_scale = 1, .skips = 0}});
  const DeviceArray<double> loss(std::int64_t{1});
  const DeviceArray<std::int64_t> confusion(model_.classes * model_.classes);
  const Dropout dropout{.p = 0.1F, .site = 1, .stream = stream.data()};
  const Sequences sequences{.offsets = d_offsets.span(), .rows = tokens_, .longest = longest};
  const Embedding embedding{.tokens = d_tokens.span(),
                            .sequences = sequences,
                            .width = width,
                            .scale = 2,
                            .table = table.data(),
                            .positions = positions.data(),
                            .dropout = dropout};
  const auto n = static_cast<double>(elements);

  time("embedding forward", 12 * n, [&](CudaKernels& k) { k.embedding_forward(embedding, a.data()); });
  time("embedding backward", 4 * n + 4.0 * static_cast<double>(rows * width), [&](CudaKernels& k) {
    k.embedding_backward(embedding, {d_places.span(), d_begins.span()}, a.data(), b.data());
  });
  time("position backward", 4 * n, [&](CudaKernels& k) { k.position_backward(embedding, a.data(), longest, b.data()); });
  const ResidualNormForward<BFloat16> forward{.rows = tokens_,
                                              .width = width,
                                              .residual_in = a.data(),
                                              .update = x.data(),
                                              .dropout = dropout,
                                              .residual_out = b.data(),
                                              .weight = weight.data(),
                                              .bias = bias.data(),
                                              .normed = y.data(),
                                              .mean = mean.data(),
                                              .inverse_std = inverse_std.data()};
  time("residual norm forward", 12 * n, [&](CudaKernels& k) { k.residual_norm_forward(forward); });
  ResidualNormBackward<BFloat16> backward{.rows = tokens_,
                                          .width = width,
                                          .residual = a.data(),
                                          .mean = mean.data(),
                                          .inverse_std = inverse_std.data(),
                                          .weight = weight.data(),
                                          .d_normed = x.data(),
                                          .d_residual = b.data(),
                                          .dropout = dropout,
                                          .d_update = y.data(),
                                          .d_weight = d_weight.data(),
                                          .d_bias = d_bias.data()};
  time("residual norm backward", 16 * n, [&](CudaKernels& k) { k.residual_norm_backward(backward); });
  backward.d_weight = backward.d_bias = nullptr;
  time("residual norm backward, frozen", 16 * n, [&](CudaKernels& k) { k.residual_norm_backward(backward); });
  time("drop rows", 4 * n, [&](CudaKernels& k) { k.drop_rows(dropout, tokens_, width, x.data(), y.data()); });
  time("add dropped rows", 6 * n, [&](CudaKernels& k) { k.add_dropped_rows(dropout, tokens_, width, x.data(), y.data()); });
  for (const std::int64_t columns : {width, 3 * width, 4 * width}) {
    time("column sums of " + std::to_string(columns), 2.0 * static_cast<double>(tokens_ * columns),
         [&](CudaKernels& k) { k.column_sums(x.data(), tokens_, columns, b.data()); });
  }
  for (const std::int64_t inputs : {width, 4 * width}) run_adapter(dropout, inputs);
  const AttentionShape shape{
      .heads = model_.heads, .head_width = width / model_.heads, .queries = sequences, .keys = sequences, .dropout = dropout};
  const DeviceArray<float> saved(shape.heads * tokens_);
  const std::int64_t stride = 3 * width;
  const HeadRows<const BFloat16> q{x.data(), stride}, key{x.data() + width, stride}, value{x.data() + 2 * width, stride};
  time("attention forward", 8 * n, [&](CudaKernels& k) {
    k.attention_forward(AttentionForward<BFloat16>{shape, q, key, value, {y.data(), width}, saved.data()});
  });
  time("attention backward", 16 * n, [&](CudaKernels& k) {
    k.attention_backward(AttentionBackward<BFloat16>{shape,
                                                     q,
                                                     key,
                                                     value,
                                                     {y.data(), width},
                                                     {z.data(), width},
                                                     saved.data(),
                                                     {dz.data(), stride},
                                                     {dz.data() + width, stride},
                                                     {dz.data() + 2 * width, stride}});
  });
  const CrossEntropy cross_entropy{.logits = logits.data(),
                                   .labels = labels.span(),
                                   .classes = model_.classes,
                                   .smoothing = 0.1,
                                   .scale = 1,
                                   .loss = loss.data(),
                                   .d_logits = d_logits.data(),
                                   .confusion = confusion.data()};
  time("cross-entropy", 8.0 * static_cast<double>(sequences_ * model_.classes), [&](CudaKernels& k) { k.cross_entropy(cross_entropy); });
  const std::int64_t count = 2 << 20;
  const DeviceArray<float> p(count), m(count), v(count), g(count);
  const DeviceArray<BFloat16> low(count);
  time("clip of 2M", 4.0 * static_cast<double>(count),
       [&](CudaKernels& k) { k.clip({.gradient = g.data(), .count = count, .loss = loss.data(), .max_norm = 1, .result = clip.data()}); });
  time("AdamW of 2M", 30.0 * static_cast<double>(count), [&](CudaKernels& k) {
    k.adamw({.factors = factors.data(),
             .clip = clip.data(),
             .count = count,
             .gradient = g.data(),
             .parameters = p.data(),
             .first_moment = m.data(),
             .second_moment = v.data(),
             .low = low.data()});
  });
  time("index of rows", 4.0 * vocabulary, [&](CudaKernels& k) { k.index_rows(d_listed.data(), rows, of_row.data(), vocabulary); });
  time("AdamW of the embedding", 24.0 * static_cast<double>(vocabulary * width) + 4.0 * static_cast<double>(rows * width),
       [&](CudaKernels& k) {
         k.adamw({.factors = factors.data(),
                  .clip = clip.data(),
                  .rows = vocabulary,
                  .width = width,
                  .gradient_row = of_row.data(),
                  .gradient = b.data(),
                  .parameters = table.data(),
                  .first_moment = moment1.data(),
                  .second_moment = moment2.data()});
       });
  time("add of 2M", 12.0 * static_cast<double>(count), [&](CudaKernels& k) { k.add(p.data(), g.data(), count); });
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try {
  const std::int64_t tokens = argc > 1 ? std::atoll(argv[1]) : 10'000;
  const std::int64_t sequences = argc > 2 ? std::atoll(argv[2]) : 192;
  for (const agsweep::Model& model : {agsweep::Model{"scratch", 192, 4, 4}, agsweep::Model{"gpt2", 768, 12, 4}}) {
    agsweep::Bench(model, tokens, sequences).run();
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
