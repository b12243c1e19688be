#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "workers/lora/lora_config.hpp"
#include "workers/model/gpt2_base.hpp"
#include "workers/model/model.hpp"

namespace agsweep {

/// GPT-2 (Radford et al. 2019) as transformers' GPT2ForSequenceClassification, frozen but for the head, with peft's LoRA adapters.
class Gpt2Lora : public Model {
 public:
  /// @param dropout  residual: GPT-2's resid_pdrop and embd_pdrop; attention: its attn_pdrop
  /// @throws UsageError when the rank is above a dimension of an adapted layer
  Gpt2Lora(std::shared_ptr<const Gpt2Base> base, const LoraConfig& lora, const DropoutRates& dropout, std::int64_t classes);

  /// As peft counts: with the adapters, and the head twice, since peft keeps the one that it replaces.
  std::int64_t total_count() const override;
  at::Tensor start_values(std::uint64_t seed) const override;
  std::string left_out() const override;

 protected:
  Network network(const Parameters& parameters) const override;

 private:
  struct AdapterIndices {
    std::size_t a = 0;
    std::size_t b = 0;
  };
  struct BlockAdapters {
    std::optional<AdapterIndices> qkv, out, up, down;
  };

  std::shared_ptr<const Gpt2Base> base_;
  float scale_;
  DropoutRates dropout_;
  std::vector<BlockAdapters> adapters_;
  std::size_t head_ = 0;
};

}  // namespace agsweep
