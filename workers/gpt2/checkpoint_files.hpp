#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// Where a Hugging Face checkpoint lies.
struct CheckpointFiles {
  std::filesystem::path config;                   // config.json; not looked for yet
  std::vector<std::filesystem::path> weights;     // safetensors files; those of an index in the order of their names
  std::filesystem::path index;                    // model.safetensors.index.json; empty: there is none
  std::map<std::string, std::string> weight_map;  // the index's: tensor to file name
};

/// @param path  a folder, with model.safetensors or else model.safetensors.index.json; or one safetensors file
/// @throws DataError naming the file: nothing there, weights in another format only, a damaged index
CheckpointFiles find_checkpoint_files(const std::filesystem::path& path);

/// An index's weight_map. File names are plain: none leads out of the index's folder.
/// @throws DataError with what is wrong (the caller adds the file's name)
std::map<std::string, std::string> parse_weight_map(std::string_view text);

}  // namespace agsweep
