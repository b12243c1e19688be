#include "orchestrator/slurm/submitted_jobs.hpp"

#include <algorithm>  // std::sort, std::any_of
#include <charconv>
#include <optional>

#include "slurm/queue.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// Of "job-12.sh": 12.
std::optional<std::int64_t> job_of_script(const std::string& name) {
  constexpr std::string_view begin = "job-", end = ".sh";
  if (!name.starts_with(begin) || !name.ends_with(end)) return {};
  const char* const first = name.data() + begin.size();
  const char* const last = name.data() + name.size() - end.size();
  std::int64_t id = 0;
  const auto [rest, error] = std::from_chars(first, last, id);
  return error == std::errc() && rest == last ? std::optional(id) : std::nullopt;
}

/// "12" of "12_3".
std::string_view number_of(std::string_view id) { return id.substr(0, id.find('_')); }

}  // namespace

std::vector<std::string> submitted_jobs(const fs::path& folder) {
  std::vector<std::int64_t> ids;
  if (!fs::exists(folder / "slurm")) return {};
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "slurm")) {
    if (const auto id = job_of_script(entry.path().filename().string())) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  std::vector<std::string> texts;
  for (const std::int64_t id : ids) texts.push_back(std::to_string(id));
  return texts;
}

std::vector<SlurmJob> jobs_of(const fs::path& folder) {
  const std::vector<std::string> ids = submitted_jobs(folder);
  std::vector<SlurmJob> jobs = queued_jobs(ids);
  std::vector<std::string> forgotten;
  for (const std::string& id : ids) {
    if (std::none_of(jobs.begin(), jobs.end(), [&](const SlurmJob& job) { return number_of(job.id) == id; })) forgotten.push_back(id);
  }
  std::vector<SlurmJob> ended = accounted_jobs(forgotten);
  ended.insert(ended.end(), jobs.begin(), jobs.end());
  return ended;
}

}  // namespace agsweep
