#include "orchestrator/sweep/folder_site.hpp"

#include <algorithm>  // std::sort
#include <utility>    // std::move
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/system.hpp"
#include "orchestrator/sweep/trial_files.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // trial_folder

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  // Where a file stands in the place of a folder there is nothing to remove.
  if (failure && failure != std::errc::not_a_directory) throw RunTimeError("{}: cannot remove: {}", path.string(), failure.message());
}

}  // namespace

FolderSite::FolderSite(fs::path folder, Journal journal, SweepLock& lock, const SweepState& state, SweepProgress& progress,
                       std::function<void()> lock_lost)
    : folder_(std::move(folder)),
      journal_(std::move(journal)),
      mailbox_(folder_),
      lock_(lock),
      state_(state),
      progress_(progress),
      lock_lost_(std::move(lock_lost)) {}

double FolderSite::seconds() { return steady_seconds(); }

std::string FolderSite::utc() { return utc_now_ms(); }

void FolderSite::keep_lock() {
  const double now = seconds();
  if (now < next_bump_) return;
  next_bump_ = now + lock_bump_seconds;
  if (!lock_.bump()) lock_lost_();
}

void FolderSite::append(std::span<const std::string> lines) {
  changed_ = true;
  journal_.append(lines);
}

void FolderSite::remove_mail(const std::string& name) {
  if (const std::string problem = mailbox_.remove(name); !problem.empty()) say("warning: " + problem);
}

void FolderSite::set_mail_aside(const std::string& name, std::string_view why) {
  say(fmt::format("warning: {}: set aside: {}", (folder_ / "mail" / name).string(), why));
  if (const std::string problem = mailbox_.set_aside(name); !problem.empty()) say("warning: " + problem);
}

void FolderSite::on_left(std::int64_t trial) {
  changed_ = true;
  progress_.trial_left(trial);
}

TrialFacts FolderSite::facts(std::int64_t trial) { return read_trial_facts(trial_folder(folder_, trial)); }

bool FolderSite::has_weights(std::int64_t trial) { return fs::exists(trial_folder(folder_, trial) / "model.safetensors"); }

void FolderSite::remove_weights(std::int64_t trial) { remove_tree(trial_folder(folder_, trial) / "model.safetensors"); }

void FolderSite::remove_checkpoints(std::int64_t trial) { remove_tree(trial_folder(folder_, trial) / "checkpoints"); }

void FolderSite::remove_older_checkpoints(std::int64_t trial) {
  const fs::path checkpoints = trial_folder(folder_, trial) / "checkpoints";
  if (!fs::exists(checkpoints)) return;
  std::vector<fs::path> generations;
  for (const auto& entry : fs::directory_iterator(checkpoints)) generations.push_back(entry.path());
  std::sort(generations.begin(), generations.end());
  for (std::size_t i = 0; i + 1 < generations.size(); ++i) remove_tree(generations[i]);
}

void FolderSite::write_results(const std::map<std::int64_t, TrialFacts>& facts) {
  if (!lock_.holds()) lock_lost_();
  agsweep::write_results(folder_, state_, facts);
}

}  // namespace agsweep
