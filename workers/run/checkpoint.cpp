#include "workers/run/checkpoint.hpp"

#include <algorithm>   // std::sort
#include <charconv>    // std::from_chars
#include <functional>  // std::greater
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "workers/safetensors/sealed.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "step-", suffix = ".safetensors";

fs::path generation_path(const fs::path& folder, std::int64_t step) { return folder / fmt::format("{}{:08}{}", prefix, step, suffix); }

/// The step in a generation's file name; below 0 for another file.
std::int64_t step_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) return -1;
  const char* const begin = name.data() + prefix.size();
  const char* const end = name.data() + name.size() - suffix.size();
  std::int64_t step = -1;
  const auto [stop, error] = std::from_chars(begin, end, step);
  return error == std::errc() && stop == end && generation_path("", step) == name ? step : -1;
}

/// The generations in a folder, the newest first.
std::vector<std::int64_t> steps_in(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  if (!fs::exists(folder)) return steps;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (const std::int64_t step = step_of(entry.path()); step >= 0) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end(), std::greater<>());
  return steps;
}

/// @throws DataError naming file and cause
LoadedCheckpoint load(const fs::path& path, std::int64_t step) {
  SafetensorsFile file = SafetensorsFile::read(path);
  if (!check_seal(file, path)) throw DataError("{}: its metadata have no \"sha256\"", path.string());
  for (const char* const key : {"step", "state"}) {
    if (!file.metadata().contains(key)) throw DataError("{}: its metadata have no \"{}\"", path.string(), key);
  }
  const std::string& state = file.metadata().at("state");
  if (file.metadata().at("step") != std::to_string(step)) throw DataError("{}: holds step {}", path.string(), file.metadata().at("step"));
  nlohmann::json parsed = nlohmann::json::parse(state, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) throw DataError("{}: its state is no JSON", path.string());
  return {.step = step, .file = std::move(file), .state = std::move(parsed)};
}

}  // namespace

bool has_checkpoint(const fs::path& folder) { return !steps_in(folder).empty(); }

CheckpointStore::CheckpointStore(fs::path folder, int generations) : folder_(std::move(folder)), generations_(generations) {}

void CheckpointStore::save(std::int64_t step, std::span<const TensorBytes> tensors, const nlohmann::json& state) try {
  make_folder(folder_);
  remove_temporary_files(folder_);

  write_sealed_safetensors(generation_path(folder_, step), tensors, {{"step", std::to_string(step)}, {"state", state.dump()}});
  // A damaged one must not take the place of a whole one.
  for (const std::int64_t other : damaged_) {
    if (other != step) fs::remove(generation_path(folder_, other));
  }
  damaged_.clear();
  int kept = 0;
  for (const std::int64_t other : steps_in(folder_)) {
    if (other > step || ++kept > generations_) fs::remove(generation_path(folder_, other));
  }
} catch (const fs::filesystem_error& error) {
  throw RunTimeError("{}", error.what());
}

std::optional<LoadedCheckpoint> CheckpointStore::load_newest(const std::function<void(const std::string&)>& warn) try {
  const std::vector<std::int64_t> steps = steps_in(folder_);
  if (steps.empty()) return std::nullopt;
  std::string newest;  // what is wrong with it
  for (const std::int64_t step : steps) {
    try {
      return load(generation_path(folder_, step), step);
    } catch (const DataError& error) {
      damaged_.push_back(step);
      if (newest.empty()) newest = error.what();
      warn(fmt::format("{}; the checkpoint before it is tried", error.what()));
    }
  }
  throw DataError(
      "{}: every checkpoint is damaged ({}); put one back as it was, or remove this folder, and begin again at the first step by --resume "
      "--repair",
      folder_.string(), newest);
} catch (const fs::filesystem_error& error) {
  throw DataError("{}", error.what());
}

}  // namespace agsweep
