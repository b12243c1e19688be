#pragma once

#include <algorithm>  // std::max_element
#include <cstdint>
#include <span>

namespace agsweep {

/// Cross-entropy with label smoothing as torch.nn.functional.cross_entropy defines it (Szegedy et al. 2016): the target is
/// (1 - smoothing) at the label plus smoothing / classes everywhere.
struct CrossEntropy {
  const float* logits;                   // [rows, classes]
  std::span<const std::int32_t> labels;  // [rows], 0 .. classes - 1
  std::int64_t classes;
  double smoothing;
  double scale;             // what a row's loss counts: 1 / rows of the global batch
  double* loss;             // written: the sum over the rows, in order, of loss * scale
  float* d_logits;          // [rows, classes], written: the gradient of that sum; null: not wanted
  std::int64_t* confusion;  // [classes, classes], written: rows by label and predicted class; null: not wanted
};

/// The class of the largest logit, the first of equals. A row with a NaN in front counts as class 0.
inline std::int64_t predicted_class(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace agsweep
