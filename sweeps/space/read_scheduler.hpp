#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "sweeps/space/spec_node.hpp"
#include "sweeps/space/sweep_spec.hpp"  // SchedulerSpec

namespace agsweep {

/// [scheduler]. @param epochs  of each trial, where [fixed] gives them
/// @throws UsageError that names file, line, column and key
SchedulerSpec read_scheduler(const SpecNode& node, const std::filesystem::path& path, std::optional<std::int64_t> epochs);

}  // namespace agsweep
