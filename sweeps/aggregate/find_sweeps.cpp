#include "sweeps/aggregate/find_sweeps.hpp"

#include <fcntl.h>  // AT_FDCWD, AT_EACCESS
#include <unistd.h>

#include <algorithm>  // std::max, std::sort
#include <set>

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

bool is_sweep(const fs::path& folder) { return !folders_of_sweep(folder).empty(); }

bool may_be_read(const fs::path& folder) { return ::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0; }

FoundSweeps sweeps_in(const fs::path& folder) {
  if (is_sweep(folder)) return {.folders = {folder}, .unreadable = {}};
  FoundSweeps found;
  try {
    for (fs::recursive_directory_iterator entry(folder); entry != fs::recursive_directory_iterator(); ++entry) {
      if (!entry->is_directory()) continue;
      const bool readable = may_be_read(entry->path());
      if (readable && !is_sweep(entry->path())) continue;
      (readable ? found.folders : found.unreadable).push_back(entry->path());
      entry.disable_recursion_pending();
    }
  } catch (const fs::filesystem_error& error) {
    throw DataError("{}: cannot read: {}", folder.string(), error.code().message());
  }
  if (found.folders.empty()) {
    throw DataError("{}: no sweep, and none below it (a sweep has {}){}", folder.string(), resolved_spec_name,
                    found.unreadable.empty() ? "" : fmt::format("; {} cannot be read", found.unreadable.front().string()));
  }
  std::sort(found.folders.begin(), found.folders.end());
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

FoundSweeps find_sweeps(std::span<const fs::path> folders) {
  FoundSweeps all;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    const FoundSweeps found = sweeps_in(folder);
    for (const fs::path& sweep : found.folders) {
      if (seen.insert(fs::canonical(sweep)).second) all.folders.push_back(sweep);
    }
    all.unreadable.insert(all.unreadable.end(), found.unreadable.begin(), found.unreadable.end());
  }
  return all;
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
