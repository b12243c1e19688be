#pragma once

#include <string>
#include <vector>

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

}  // namespace agsweep
