#include "orchestrator/export/new_folder.hpp"

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

NewFolder::NewFolder(fs::path path, std::string_view option, std::span<const char* const> files) : path_(std::move(path)), files_(files) {
  std::error_code failure;
  if (fs::exists(path_, failure) && !fs::is_directory(path_, failure)) throw UsageError("{}: {} is no folder", option, path_.string());
  for (const char* name : files_) {
    if (fs::exists(path_ / name)) throw UsageError("{}: {} holds {} already; choose another folder", option, path_.string(), name);
  }
  made_ = fs::create_directories(path_, failure);
  if (failure) throw RunTimeError("{}: cannot make this folder: {}", path_.string(), failure.message());
}

NewFolder::~NewFolder() {
  if (kept_) return;
  std::error_code ignored;
  for (const char* name : files_) fs::remove(path_ / name, ignored);
  if (made_) fs::remove(path_, ignored);
}

}  // namespace agsweep
