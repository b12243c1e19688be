#include "workers/gpt2/checkpoint_files.hpp"

#include <set>

#include "base/error.hpp"
#include "workers/json/json_object.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 255;  // Linux's NAME_MAX

bool is_plain_name(std::string_view name) {
  using namespace std::literals;
  return !name.empty() && name.size() <= longest_name && name != "." && name != ".." && name.find_first_of("/\0"sv) == name.npos;
}

[[noreturn]] void refuse_pickle(const fs::path& path) {
  throw DataError(
      "{}: this is PyTorch's pickle format, which is not read; convert it: in Python, with transformers, "
      "AutoModel.from_pretrained(DIR).save_pretrained(NEW_DIR) writes model.safetensors",
      path.string());
}

void find_shards(CheckpointFiles& files) {
  const std::string text = read_json_text(files.index);
  try {
    files.weight_map = parse_weight_map(text);
  } catch (const DataError& error) {
    throw DataError("{}: {:.400}", files.index.string(), error.what());  // cut: a hostile name may have megabytes
  }
  std::set<std::string> names;
  for (const auto& [tensor, file] : files.weight_map) names.insert(file);
  for (const std::string& name : names) files.weights.push_back(files.index.parent_path() / name);
}

}  // namespace

std::map<std::string, std::string> parse_weight_map(std::string_view text) {
  const nlohmann::json json = parse_json_object(text);
  const auto found = json.find("weight_map");
  if (found == json.end() || !found->is_object()) throw DataError("no weight_map");
  std::map<std::string, std::string> weight_map;
  for (const auto& [tensor, file] : found->items()) {
    if (!file.is_string() || !is_plain_name(file.get_ref<const std::string&>())) {
      throw DataError("weight_map: {}: {} is no plain file name", tensor, shown(file));
    }
    weight_map.emplace(tensor, file.get<std::string>());
  }
  if (weight_map.empty()) throw DataError("weight_map is empty");
  return weight_map;
}

CheckpointFiles find_checkpoint_files(const fs::path& path) {
  if (!fs::exists(path)) throw DataError("{}: no such file or folder", path.string());
  CheckpointFiles files;
  if (!fs::is_directory(path)) {
    if (path.extension() == ".bin") refuse_pickle(path);
    files.config = path.parent_path() / "config.json";
    files.weights = {path};
    return files;
  }
  files.config = path / "config.json";
  if (fs::exists(path / "model.safetensors")) {
    files.weights = {path / "model.safetensors"};
    return files;
  }
  files.index = path / "model.safetensors.index.json";
  if (fs::exists(files.index)) {
    find_shards(files);
    return files;
  }
  for (const char* const pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    if (fs::exists(path / pickle)) refuse_pickle(path / pickle);
  }
  throw DataError("{}: holds neither model.safetensors nor model.safetensors.index.json", path.string());
}

}  // namespace agsweep
