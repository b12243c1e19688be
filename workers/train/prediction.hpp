#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "data/corpus.hpp"
#include "workers/metrics/metrics.hpp"

namespace agsweep {

/// What predict() keeps of each row. hidden: the state of its last token behind the last norm, which the head reads.
enum class Keep { logits, logits_and_hidden };

struct Prediction {
  Metrics metrics;            // loss is plain cross-entropy
  std::vector<float> logits;  // [rows * classes], in the split's order
  std::size_t classes = 0;
  std::vector<float> hidden;  // [rows * width], with Keep::logits_and_hidden

  std::size_t width() const { return logits.empty() ? 0 : hidden.size() / (logits.size() / classes); }
};

/// predictions CSV: row,label,predicted,logit_0.. with 9 significant digits; written atomically.
void write_predictions(const std::filesystem::path& path, const Split& split, const Prediction& prediction);

}  // namespace agsweep
