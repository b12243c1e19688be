#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

struct FoundSweeps {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> unreadable;  // folders in which there may be more
};

/// The sweeps' folders that `folders` stand for: each is a sweep, or holds sweeps at any depth (what links stand for is not searched). One
/// that is named twice comes once. In the order given, below one folder by name.
/// @throws DataError for a folder that is missing, cannot be read, or holds no sweep
FoundSweeps find_sweeps(std::span<const std::filesystem::path> folders);

/// Short names that differ: a folder's own, with as many of its parents' as it takes. In the order of the sweeps.
std::vector<std::string> sweep_names(std::span<const SweepResults> sweeps);

}  // namespace agsweep
