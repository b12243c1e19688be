#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sweeps/space/read_space.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// The most configurations of a sweep, and of a grid.
inline constexpr std::int64_t max_trials = 1'000'000;
inline constexpr std::int64_t max_grid = 100'000;

/// sweep.toml, checked and with its defaults: a name is the file's stem unless given, the sampler's seed the first of seeds.
///
/// The space's parameters and the fixed options stand in the order of the file.
/// @param name_for_errors  the file's path, as errors show it
/// @throws UsageError that names file, line, column and key, and what `check` throws
SweepSpec read_spec(const std::filesystem::path& name_for_errors, std::string_view text, const OptionCheck& check);

/// Makes the spec that of one part of a sweep. @param text  "1/3": the second of three
/// @throws UsageError for another text, or a sampler or scheduler whose decisions need all trials
void set_part(SweepSpec& spec, std::string_view text, std::string_view origin);

/// What read_spec can only check where [fixed] gives epochs. @throws UsageError when the scheduler's min_epochs are more than these
/// @param epochs  of each trial
void check_epochs(const SweepSpec& spec, std::int64_t epochs);

}  // namespace agsweep
