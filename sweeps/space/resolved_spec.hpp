#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweeps/space/read_spec.hpp"  // OptionCheck
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// A line of a spec: where it stands, its key, and its value in TOML.
struct SpecEntry {
  std::string table;  // "" for the top, "fixed", "space", "scheduler"; "trial 0" for the first [[trial]]
  std::string key;
  std::string value;

  bool operator==(const SpecEntry&) const = default;
};

/// The spec with its defaults, table by table; a grid has no trials. Equal specs have equal entries, bit for bit.
std::vector<SpecEntry> spec_entries(const SweepSpec& spec);

/// The spec as TOML with its defaults; read_spec makes the same spec of it (but for origins).
std::string resolved_spec(const SweepSpec& spec);

/// The same with a seal, as SWEEP/sweep.resolved.toml holds it.
std::string sealed_spec(const SweepSpec& spec);

/// SWEEP/sweep.resolved.toml. @throws as read_spec; DataError for a file that is missing, or was changed since it was written
SweepSpec read_sealed_spec(const std::filesystem::path& path, const OptionCheck& check);

}  // namespace agsweep
