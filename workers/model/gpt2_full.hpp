#pragma once

#include <cstdint>
#include <vector>

#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/model/model.hpp"
#include "workers/model/weights.hpp"

namespace agsweep {

/// GPT-2 as transformers' GPT2ForSequenceClassification, all of it trained.
class Gpt2Full : public Model {
 public:
  /// @param dropout  adapter is not used
  Gpt2Full(Gpt2Checkpoint checkpoint, const DropoutRates& dropout, std::int64_t classes);

  /// The checkpoint's weights; the head's from the seed where the checkpoint has none.
  at::Tensor start_values(std::uint64_t seed) const override;
  std::string left_out() const override;

 protected:
  Network network(const Parameters& parameters) const override;

 private:
  Gpt2Checkpoint checkpoint_;
  DropoutRates dropout_;
  std::size_t positions_ = 0;
  std::vector<BlockIndices> blocks_;
  WeightAndBias norm_;
  std::size_t head_ = 0;
};

}  // namespace agsweep
