#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/options/option_table.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What the options are resolved against.
struct WorldFacts {
  int ranks = 1;
  int cpus = 1;         // that this rank may use
  int fewest_cpus = 1;  // over the ranks
  int most_cpus = 1;    // over the ranks
  std::int64_t train_rows = 0;
  Device device = Device::cpu;  // what "auto" takes
};

struct Resolved {
  TrainConfig config;
  std::vector<std::string> messages;  // what a person should know of: a default that was cut, fewer CPUs than threads
};

/// Whether a value other than "auto" was asked for.
bool is_given(const AskedOptions& asked, std::string_view name);

/// Fills in defaults and "auto", and checks how the options fit together and fit the world. A pure function; on every rank the same but
/// for `threads`.
/// @throws UsageError that names option, value and allowed range
Resolved resolve(const AskedOptions& asked, const WorldFacts& facts);

}  // namespace agsweep
