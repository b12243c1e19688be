#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "data/corpus.hpp"
#include "workers/model/model.hpp"
#include "workers/train/config.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

/// What the matrix products of a training read and write.
constexpr at::ScalarType compute_type(Precision precision) { return precision == Precision::bf16 ? at::kBFloat16 : at::kFloat; }

/// The model that a configuration asks for; reads --weights where it needs them.
/// @param longest  tokens of the longest row that the model will see here; no weight's shape follows from it
/// @param device   where the model's frozen tensors are to be
/// @param shared   where the GPT-2 under adapters is taken from
/// @throws DataError for weights that are missing, damaged or do not fit the tokenizer or the rows; UsageError as lora_of()
std::unique_ptr<const Model> make_model(const TrainConfig& config, std::int64_t classes, std::int64_t longest, SharedWeights& shared,
                                        c10::Device device);

/// The one that a training on this corpus begins with.
std::unique_ptr<const Model> make_model(const TrainConfig& config, const CorpusInfo& corpus, SharedWeights& shared, c10::Device device);

/// The one that answers the rows of a split.
std::unique_ptr<const Model> make_model(const TrainConfig& config, std::size_t classes, const Split& split, SharedWeights& shared,
                                        c10::Device device);

}  // namespace agsweep
