#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "workers/train/principal_components.hpp"

namespace agsweep {

/// The last hidden states of a split's rows, and what is known of each row.
struct HiddenStates {
  std::string split;
  std::size_t width = 0;
  std::vector<float> hidden;             // [rows, width]
  std::vector<std::uint8_t> labels;      // [rows]
  std::vector<std::uint8_t> predicted;   // [rows]
  std::vector<std::string> class_names;  // in label order

  std::size_t rows() const { return labels.size(); }
};

/// numpy's format 1.0: an array [rows, width] of little-endian fp32. @throws RunTimeError
void write_npy(const std::filesystem::path& path, std::span<const float> values, std::size_t width);

/// A folder for TensorBoard's projector: vectors.tsv, metadata.tsv (row, class, predicted) and projector_config.pbtxt, which is written
/// last; `tensorboard --logdir FOLDER` then shows it. @throws RunTimeError
void write_projector(const std::filesystem::path& folder, const HiddenStates& embedding);

/// The view as RUN/embedding.json has it, which a report draws.
nlohmann::json plane_json(const PlaneView& view, const HiddenStates& embedding);

}  // namespace agsweep
