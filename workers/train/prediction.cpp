#include "workers/train/prediction.hpp"

#include <span>
#include <string>

#include <fmt/format.h>

#include "base/file.hpp"
#include "workers/kernels/cross_entropy.hpp"  // predicted_class

namespace agsweep {

void write_predictions(const std::filesystem::path& path, const Split& split, const Prediction& prediction) {
  std::string text = "row,label,predicted";
  for (std::size_t c = 0; c < prediction.classes; ++c) text += fmt::format(",logit_{}", c);
  text += '\n';
  for (std::size_t row = 0; row < split.rows(); ++row) {
    const std::span logits(prediction.logits.data() + row * prediction.classes, prediction.classes);
    text += fmt::format("{},{},{}", row, split.labels[row], predicted_class(logits));
    for (const float logit : logits) text += fmt::format(",{:.9g}", logit);
    text += '\n';
  }
  write_file_atomically(path, text);
}

}  // namespace agsweep
