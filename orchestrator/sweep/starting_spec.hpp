#pragma once

#include <string>

#include "workers/train/config.hpp"  // ModelKind

namespace agsweep {

/// A sweep.toml to start from: a small sweep of this model, with what else each line may be said beside it.
/// @param name  the study's
std::string starting_spec(const std::string& name, ModelKind model);

}  // namespace agsweep
