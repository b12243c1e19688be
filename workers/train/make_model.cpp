#include "workers/train/make_model.hpp"

#include <algorithm>  // std::max
#include <iterator>   // std::ssize

#include "base/error.hpp"
#include "data/tokenizer.hpp"                 // gpt2_vocabulary
#include "workers/kernels/residual_norm.hpp"  // most_device_width
#include "workers/model/gpt2_full.hpp"
#include "workers/model/gpt2_lora.hpp"
#include "workers/model/transformer.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

namespace {

/// The device's kernels for attention and for norms have limits.
void check_widths(std::int64_t width, std::int64_t heads, c10::Device device) {
  constexpr std::int64_t widest_head = 128;
  if (device.is_cpu()) return;
  if (width > most_device_width) throw UsageError("--device cuda: the width {} is out of range [1, {}]", width, most_device_width);
  if (width / heads <= widest_head) return;
  throw UsageError("--device cuda: heads of {} / {} = {} are out of range [1, {}]", width, heads, width / heads, widest_head);
}

void check_fit(const Gpt2Config& gpt2, const std::filesystem::path& weights, std::int64_t longest, c10::Device device) {
  check_widths(gpt2.width, gpt2.heads, device);
  if (gpt2.vocabulary < gpt2_vocabulary) {
    throw DataError("{}: its vocabulary of {} tokens does not fit GPT-2's tokenizer, which has {}", weights.string(), gpt2.vocabulary,
                    gpt2_vocabulary);
  }
  if (gpt2.positions < longest) {
    throw DataError("{}: it has {} positions, but rows have up to {} tokens; prepare the corpus with --max-length {}", weights.string(),
                    gpt2.positions, longest, gpt2.positions);
  }
}

std::unique_ptr<const Model> make_gpt2(const TrainConfig& config, std::int64_t classes, std::int64_t longest, SharedWeights& shared,
                                       c10::Device device) {
  const DropoutRates dropout{.residual = config.dropout, .attention = config.dropout, .adapter = config.lora_dropout};
  if (config.full) {
    Gpt2Checkpoint checkpoint = Gpt2Checkpoint::read(config.weights);
    check_fit(checkpoint.config(), config.weights, longest, device);
    return std::make_unique<Gpt2Full>(std::move(checkpoint), dropout, classes);
  }
  auto base = shared.base(config.weights, compute_type(config.precision), device);
  check_fit(base->config(), config.weights, longest, device);
  const LoraConfig lora = lora_of(config, base->config());
  return std::make_unique<Gpt2Lora>(std::move(base), lora, dropout, classes);
}

std::unique_ptr<const Model> make_scratch(const TrainConfig& config, std::int64_t classes, std::int64_t longest, c10::Device device) {
  check_widths(config.d_model, config.heads, device);
  return std::make_unique<Transformer>(Geometry{.longest = longest,
                                                .layers = config.layers,
                                                .width = config.d_model,
                                                .heads = config.heads,
                                                .ffn = config.ffn,
                                                .classes = classes},
                                       config.dropout, device);
}

}  // namespace

std::unique_ptr<const Model> make_model(const TrainConfig& config, std::int64_t classes, std::int64_t longest, SharedWeights& shared,
                                        c10::Device device) {
  switch (config.model) {
    case ModelKind::scratch:
      return make_scratch(config, classes, longest, device);
    case ModelKind::gpt2_lora:
      return make_gpt2(config, classes, longest, shared, device);
  }
  throw RunTimeError("the model of the configuration is none that is known");
}

std::unique_ptr<const Model> make_model(const TrainConfig& config, const CorpusInfo& corpus, SharedWeights& shared, c10::Device device) {
  return make_model(config, std::ssize(corpus.class_names), corpus.max_length, shared, device);
}

std::unique_ptr<const Model> make_model(const TrainConfig& config, std::size_t classes, const Split& split, SharedWeights& shared,
                                        c10::Device device) {
  std::int64_t longest = 1;
  for (std::size_t row = 0; row < split.rows(); ++row) longest = std::max(longest, std::ssize(split.row(row)));
  return make_model(config, static_cast<std::int64_t>(classes), longest, shared, device);
}

}  // namespace agsweep
