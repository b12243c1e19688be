#pragma once

#include <filesystem>

namespace agsweep {

/// RUN/model.safetensors. @throws DataError where it is missing, with why, as far as the folder tells
std::filesystem::path trained_weights(const std::filesystem::path& run);

}  // namespace agsweep
