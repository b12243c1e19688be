// What `agsweep status` prints.
#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/system.hpp"  // utc_now
#include "sweeps/aggregate/sweep_status.hpp"
#include "sweeps/aggregate/trial_cells.hpp"

namespace agsweep {

namespace {

std::string_view view_word(ProcessView view) {
  switch (view) {
    case ProcessView::gone:
      return "gone";
    case ProcessView::running:
      return "running";
    case ProcessView::stopped:
      return "stopped";
    case ProcessView::unseen:
      break;
  }
  return "unseen";
}

std::string best_text(const SweepResults& sweep, const SweepStatus& status) {
  if (!status.best) return "none yet";
  const TrialResults& best = sweep.trials[static_cast<std::size_t>(*status.best)];
  std::vector<std::string> parameters;
  for (const Parameter& parameter : sweep.spec.space) {
    parameters.push_back(fmt::format("{} {}", parameter.key, value_text(best.parameters.at(parameter.key))));
  }
  return fmt::format("{:.4f}, trial {} after epoch {} ({}): {}", best.trial.value(), best.number, best.trial.best_epoch,
                     to_word(best.trial.phase), fmt::join(parameters, ", "));
}

/// @param go_on  what follows where nobody works on it
std::string holder_text(const std::optional<LockState>& lock, const std::string& go_on) {
  if (!lock) return fmt::format("nobody works on it{}", go_on);
  if (!lock->holder) return "sweep.lock is damaged";
  const LockHolder& holder = *lock->holder;
  const std::string job = holder.slurm_job.empty() ? "" : fmt::format(" (SLURM job {})", holder.slurm_job);
  const std::string process = fmt::format("process {} on host {}{}", holder.process.pid, holder.process.host, job);
  switch (lock->view) {
    case ProcessView::gone:
      return fmt::format("{} has ended without giving it back{}", process, go_on);
    case ProcessView::running:
      return fmt::format("{} works on it", process);
    case ProcessView::stopped:
      return fmt::format("{} holds it, and is stopped", process);
    case ProcessView::unseen:
      break;
  }
  return fmt::format("{} holds it, and cannot be seen from here", process);
}

nlohmann::ordered_json lock_json(const std::optional<LockState>& lock) {
  using Json = nlohmann::ordered_json;
  if (!lock) return nullptr;
  if (!lock->holder) return {{"damaged", true}};
  const LockHolder& holder = *lock->holder;
  return {{"host", holder.process.host},
          {"pid", holder.process.pid},
          {"slurm_job_id", holder.slurm_job.empty() ? Json() : Json(holder.slurm_job)},
          {"process", view_word(lock->view)}};
}

}  // namespace

std::string status_text(const SweepResults& sweep, const SweepStatus& status, std::string_view next) {
  std::string text = fmt::format("{}: {} by {}, {} epochs on {} rows\n", sweep.spec.name, sweep.spec.model, to_word(sweep.spec.metric),
                                 sweep.epochs, limit_text(sweep.train_limit));
  const auto add = [&](const char* name, const std::string& what) { text += fmt::format("{:<9}{}\n", name, what); };
  add("trials", counts_text(status.counts));
  add("best", best_text(sweep, status));
  if (!sweep.time_budget_ends.empty()) {
    add("budget", fmt::format("{} {}", sweep.time_budget_ends < utc_now() ? "of time, ended" : "of time, ends", sweep.time_budget_ends));
  }
  const bool open = status.counts.ended() < status.counts.planned();
  const std::string go_on = open ? fmt::format("; {}", next) : "";
  for (const FolderStatus& folder : status.folders) {
    if (sweep.parts != std::vector{sweep.folder}) text += fmt::format("{}\n", folder.folder.filename().string());
    add("lock", holder_text(folder.lock, go_on));
    if (folder.unread_mail > 0) add("mail", fmt::format("{} not yet read", folder.unread_mail));
    add("journal", fmt::format("last written {}", folder.journal_written));
  }
  return text;
}

nlohmann::ordered_json status_json(const SweepResults& sweep, const SweepStatus& status) {
  using Json = nlohmann::ordered_json;
  Json best;
  if (status.best) {
    const TrialResults& results = sweep.trials[static_cast<std::size_t>(*status.best)];
    best = {{"trial", results.number},
            {"state", to_word(results.trial.phase)},
            {"value", significant(results.trial.value())},
            {"epoch", results.trial.best_epoch},
            {"seed", results.trial.seed},
            {"parameters", parameters_json(results)}};
  }
  const TrialCounts& counts = status.counts;
  Json json = {{"name", sweep.spec.name},     {"model", sweep.spec.model},   {"metric", to_word(sweep.spec.metric)},
               {"epochs", sweep.epochs},      {"planned", counts.planned()}, {"ended", counts.ended()},
               {"complete", counts.complete}, {"pruned", counts.pruned},     {"failed", counts.failed},
               {"running", counts.running},   {"paused", counts.paused},     {"pending", counts.pending},
               {"waiting", sweep.waiting}};
  json["time_budget_ends"] = sweep.time_budget_ends.empty() ? Json() : Json(sweep.time_budget_ends);
  json["best"] = std::move(best);
  const bool in_parts = sweep.parts != std::vector{sweep.folder};
  for (const FolderStatus& folder : status.folders) {
    const Json lock = lock_json(folder.lock);
    if (in_parts) {
      json["parts"].push_back({{"folder", folder.folder.filename().string()},
                               {"lock", lock},
                               {"unread_mail", folder.unread_mail},
                               {"journal_written", folder.journal_written}});
    } else {
      json.update({{"lock", lock}, {"unread_mail", folder.unread_mail}, {"journal_written", folder.journal_written}});
    }
  }
  return json;
}

}  // namespace agsweep
