#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "orchestrator/world/devices.hpp"

namespace agsweep {

/// What this machine has for agsweep, what is missing, and how to get it.
struct Diagnosis {
  nlohmann::json found;
  std::vector<std::string> missing;  // agsweep cannot work without
  std::vector<std::string> notes;
};

/// Looks at versions, CPUs, memory, GPUs, tokenizer and launchers of this machine, and at what each rank of the job would compute on.
/// @param tokenizer  a folder; empty: as default_tokenizer_folder()
Diagnosis examine(const std::filesystem::path& tokenizer, const OpenedPlatform& opened, std::span<const FoundDevice> ranks);

/// For a person, a line a fact.
std::string diagnosis_text(const Diagnosis& diagnosis);

}  // namespace agsweep
