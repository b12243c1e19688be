#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace agsweep {

/// What this machine has for agsweep, what is missing, and how to get it.
struct Diagnosis {
  nlohmann::json found;
  std::vector<std::string> missing;  // agsweep cannot work without
  std::vector<std::string> notes;
};

/// Looks at versions, CPUs, memory, tokenizer and launchers. @param tokenizer  a folder; empty: as default_tokenizer_folder()
Diagnosis examine(const std::filesystem::path& tokenizer);

}  // namespace agsweep
