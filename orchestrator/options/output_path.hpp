#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace agsweep {

/// Whether a command may write a file, which an earlier one under that name would not survive.
/// @param option  by which somebody named it: "--out"
/// @param inputs  files that the command reads; those that are missing count for nothing
/// @throws UsageError when it is one of them, by whatever name, or a record of a run or a sweep
void require_output(const std::filesystem::path& out, std::string_view option, std::span<const std::filesystem::path> inputs);

}  // namespace agsweep
