#include "sweeps/aggregate/find_sweeps.hpp"

#include <algorithm>  // std::max, std::sort
#include <set>

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

bool is_sweep(const fs::path& folder) { return !folders_of_sweep(folder).empty(); }

std::vector<fs::path> sweeps_in(const fs::path& folder) {
  if (is_sweep(folder)) return {folder};
  std::vector<fs::path> found;
  try {
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied);
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
      if (!entry->is_directory() || !is_sweep(entry->path())) continue;
      found.push_back(entry->path());
      entry.disable_recursion_pending();
    }
  } catch (const fs::filesystem_error& error) {
    throw DataError("{}: cannot read: {}", folder.string(), error.code().message());
  }
  if (found.empty()) throw DataError("{}: no sweep, and none below it (a sweep has {})", folder.string(), resolved_spec_name);
  std::sort(found.begin(), found.end());
  return found;
}

/// The last `parts` of a path.
std::string tail_of(const fs::path& folder, std::size_t parts) {
  fs::path tail;
  fs::path rest = folder;
  for (std::size_t i = 0; i < parts && rest.has_relative_path(); ++i) {
    tail = tail.empty() ? rest.filename() : rest.filename() / tail;
    rest = rest.parent_path();
  }
  return tail.string();
}

}  // namespace

std::vector<fs::path> find_sweeps(std::span<const fs::path> folders) {
  std::vector<fs::path> sweeps;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    for (const fs::path& sweep : sweeps_in(folder)) {
      if (seen.insert(fs::canonical(sweep)).second) sweeps.push_back(sweep);
    }
  }
  return sweeps;
}

std::vector<std::string> sweep_names(std::span<const SweepResults> sweeps) {
  std::vector<fs::path> folders;
  std::size_t longest = 0;
  for (const SweepResults& sweep : sweeps) {
    fs::path folder = fs::absolute(sweep.folder).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "runs/": it ends in an empty name
    folders.push_back(folder);
    longest = std::max(longest, static_cast<std::size_t>(std::distance(folder.begin(), folder.end())));
  }
  std::vector<std::string> names;
  for (std::size_t parts = 1; parts <= longest; ++parts) {
    names.clear();
    for (const fs::path& folder : folders) names.push_back(tail_of(folder, parts));
    if (std::set(names.begin(), names.end()).size() == names.size()) break;
  }
  return names;
}

}  // namespace agsweep
