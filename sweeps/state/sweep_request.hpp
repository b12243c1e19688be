#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/json.hpp"
#include "sweeps/space/read_space.hpp"  // OptionCheck
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What somebody asks of a sweep, beside its spec.
struct SweepRequest {
  /// The process that works on it writes checkpoints and ends, as by a signal.
  struct StopSweep {
    std::string lock;  // the token of its sweep.lock: a later process is not meant
    bool operator==(const StopSweep&) const = default;
  };
  /// A trial ends as pruned.
  struct StopTrial {
    std::int64_t trial = 0;
    bool operator==(const StopTrial&) const = default;
  };
  /// A configuration is tried too, before the sampler's next.
  struct Enqueue {
    nlohmann::json parameters;  // a value by key
    bool operator==(const Enqueue&) const = default;
  };

  std::variant<StopSweep, StopTrial, Enqueue> what;

  bool operator==(const SweepRequest&) const = default;
};

/// As a mail has it: one JSON object.
std::string to_text(const SweepRequest& request);

/// @throws DataError for any other text than to_text() writes
SweepRequest parse_request(std::string_view text);

/// The configuration that somebody asks for: each key of the spec's space has a value of its kind. Numbers may lie outside of the space's
/// bounds, but not outside of the logarithm's or the option's; whole ones may be written as 8.0.
/// @param check       refuses what is no value of the option
/// @param parameters  whatever somebody wrote
/// @throws DataError naming the key
Point requested_point(const SweepSpec& spec, const OptionCheck& check, const nlohmann::json& parameters);

}  // namespace agsweep
