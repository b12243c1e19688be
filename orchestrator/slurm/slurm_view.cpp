#include "orchestrator/slurm/slurm_view.hpp"

#include <algorithm>  // std::ranges::find_if

#include <fmt/format.h>

#include "base/error.hpp"
#include "orchestrator/slurm/submitted_jobs.hpp"

namespace agsweep {

namespace {

std::string job_text(const SlurmJob& job) {
  std::string text = fmt::format("job {}: {}", job.id, job.state);
  if (!job.reason.empty()) text += fmt::format(" ({})", job.reason);
  if (!is_final(job.state) && !job.time_left.empty()) text += fmt::format(", {} left", job.time_left);
  if (job.requeues == 1) text += ", requeued once";
  if (job.requeues.value_or(0) > 1) text += fmt::format(", requeued {} times", *job.requeues);
  return text;
}

}  // namespace

SlurmView slurm_view(const std::filesystem::path& folder) try {
  return {.jobs = jobs_of(folder), .failure = {}};
} catch (const Error& error) {
  return {.jobs = {}, .failure = error.what()};
}

const SlurmJob* unfinished_job(const SlurmView& view) {
  const auto found = std::ranges::find_if(view.jobs, [](const SlurmJob& job) { return !is_final(job.state); });
  return found == view.jobs.end() ? nullptr : &*found;
}

std::string slurm_text(const SlurmView& view) {
  std::string text;
  for (const SlurmJob& job : view.jobs) text += fmt::format("{:<9}{}\n", "slurm", job_text(job));
  if (!view.failure.empty()) text += fmt::format("{:<9}not known: {}\n", "slurm", view.failure);
  return text;
}

nlohmann::ordered_json slurm_json(const SlurmView& view) {
  using Json = nlohmann::ordered_json;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json jobs = Json::array();
  for (const SlurmJob& job : view.jobs) {
    jobs.push_back({{"job", job.id},
                    {"state", job.state},
                    {"reason", or_null(job.reason)},
                    {"time_left", or_null(job.time_left)},
                    {"requeues", job.requeues ? Json(*job.requeues) : Json()}});
  }
  return jobs;
}

}  // namespace agsweep
