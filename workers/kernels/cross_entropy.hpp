#pragma once

#include <cstdint>
#include <span>

namespace agsweep {

/// Cross-entropy with label smoothing as torch.nn.functional.cross_entropy defines it (Szegedy et al. 2016): the target is
/// (1 - smoothing) at the label plus smoothing / classes everywhere.
/// @param logits    [rows, classes]
/// @param labels    [rows], 0 .. classes - 1
/// @param scale     what a row's loss counts: 1 / rows of the global batch
/// @param d_logits  [rows, classes], the gradient of the returned sum; null: not wanted
/// @return the sum over the rows of loss * scale
double cross_entropy(const float* logits, std::span<const std::int32_t> labels, std::int64_t classes, double smoothing, double scale,
                     float* d_logits);

/// The class of the largest logit, the first of equals. A row with a NaN counts as class 0.
std::int64_t predicted_class(std::span<const float> logits);

}  // namespace agsweep
