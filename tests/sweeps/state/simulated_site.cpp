#include "tests/sweeps/state/simulated_site.hpp"

#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/state/sweep_request.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep::testing_support {

SimulatedSite::SimulatedSite(SimulatedWorld& world)
    : world_(world), id_(++world.jobs), state_(new_sweep(world.sweep.spec, world.sweep.epochs)) {
  world.disk.lock = id_;
  Study study = replay(world.disk.journal, "journal.log");
  world.disk.journal.resize(study.bytes);
  state_.replay(study, noon);
  trials_ = study.in_journal;
  for (std::int64_t trial = 0; trial < std::ssize(state_.trials()); ++trial) {
    for (std::int64_t epoch = 1; epoch <= state_.trial(trial).epochs(); ++epoch) journaled_.emplace(trial, epoch);
  }
}

std::string SimulatedSite::utc() { return noon; }

void SimulatedSite::append(std::span<const std::string> lines) {
  if (lines.empty()) return;
  std::string text;
  for (const std::string& line : lines) {
    const JournalLine json = parse_journal_line(line).value();
    if (adds_trial(json)) trials_.add(json);
    text += (adds_trial(json) ? line : trials_.numbered(json).dump()) + "\n";
  }
  const auto torn = [&] {
    return text.substr(0, static_cast<std::size_t>(world_.random.next_unit() * static_cast<double>(text.size() + 1)));
  };
  try {
    change();
  } catch (Killed) {
    world_.disk.journal += torn();
    throw;
  } catch (const WriteFailure& failure) {
    world_.disk.journal += torn();
    throw RunTimeError("journal.log: cannot write ({})", failure.full ? "full" : "broken");
  }
  world_.disk.journal += text;
  for (const std::string& line : lines) note_report(line);
}

/// The epochs that the journal has, those of earlier jobs by their replay.
void SimulatedSite::note_report(const std::string& line) {
  if (!line.starts_with(R"({"op_code":7,)")) return;
  const auto number = [&](std::string_view key) { return std::stoll(line.substr(line.find(key) + key.size())); };
  journaled_.emplace(number("\"trial_id\":"), number("\"step\":"));
}

std::vector<Mail> SimulatedSite::mail() {
  std::vector<Mail> mails;
  for (const auto& [name, text] : world_.disk.mail) mails.push_back({.name = name, .text = text});
  return mails;
}

/// Only what has its effect in the journal for good may go.
void SimulatedSite::remove_mail(const std::string& name) {
  keep_lock();
  const SweepRequest request = parse_request(world_.disk.mail.at(name));
  const Study study = replay(world_.disk.journal, "journal.log");
  if (std::holds_alternative<SweepRequest::Enqueue>(request.what)) {
    require(study.mail.contains(name), fmt::format("mail {} goes, but the journal does not have its trial", name));
  } else if (const auto* const stop = std::get_if<SweepRequest::StopTrial>(&request.what)) {
    SweepState read = new_sweep(world_.sweep.spec, world_.sweep.epochs);
    read.replay(study, noon);
    require(read.trial(stop->trial).ended(), fmt::format("mail {} goes, but trial {} has no end in the journal", name, stop->trial));
  }
  if (world_.fault(world_.how.kills)) throw Killed();
  world_.disk.mail.erase(name);
}

void SimulatedSite::set_mail_aside(const std::string& name, std::string_view /*why*/) {
  keep_lock();
  if (world_.fault(world_.how.kills)) throw Killed();
  world_.disk.mail.erase(name);
  ++world_.disk.refused;
}

/// The text of a mail.
std::string SimulatedSite::request() {
  constexpr std::array bad = {"",
                              "{",
                              "[]",
                              "{\"request\":\"dance\"}",
                              "{\"request\":\"stop\",\"trial\":1000000}",
                              "{\"request\":\"enqueue\",\"parameters\":{\"lr\":0.001}}"};
  SimulatedDisk& disk = world_.disk;
  switch (world_.random.below(8)) {
    case 0:
      return to_text({.what = SweepRequest::StopSweep{.lock = std::to_string(id_ - world_.random.below(2))}});
    case 1:
      ++disk.malformed;
      return bad.at(world_.random.below(static_cast<std::uint32_t>(bad.size())));
    case 2:
    case 3:
    case 4:
      if (state_.trials().empty()) break;
      return to_text({.what = SweepRequest::StopTrial{.trial = world_.random.below(static_cast<std::uint32_t>(state_.trials().size()))}});
    default:
      break;
  }
  const double lr = 1e-3 * (1 + world_.random.next_unit());
  const std::int64_t layers = 1 + world_.random.below(3);
  disk.asked.insert(Point{lr, static_cast<double>(layers - 1)});
  return to_text({.what = SweepRequest::Enqueue{.parameters = {{"lr", lr}, {"layers", layers}}}});
}

bool SimulatedSite::is_asked() {
  SimulatedDisk& disk = world_.disk;
  if (disk.requests >= world_.how.most_requests || !world_.chance(world_.how.requests)) return false;
  ++disk.requests;
  // Half a line, which a failed write has left, would swallow another program's.
  const bool torn = !disk.journal.empty() && disk.journal.back() != '\n';
  if (!world_.sweep.deterministic && !torn && world_.random.below(3) == 0) {
    const double lr = 1e-3 * (1 + world_.random.next_unit());
    const bool bad = world_.random.below(4) == 0;
    const nlohmann::json parameters = {{"lr", lr}, {"layers", bad ? 7 : 3}};
    if (!bad) disk.asked.insert(Point{lr, 2});
    const std::string line = waiting_line("optuna", parameters, "");
    disk.journal += line + "\n";
    trials_.take_in(parse_journal_line(line).value());
  } else {
    disk.mail[fmt::format("{:06}.json", disk.requests)] = request();
  }
  return true;
}

void SimulatedSite::remove_checkpoints(std::int64_t trial) {
  require(folder(trial).user < 0, fmt::format("trial {}: its checkpoints go while a group has it", trial));
  remove(folder(trial).checkpoint, std::int64_t{0});
}

void SimulatedSite::write_results(const std::map<std::int64_t, TrialFacts>& /*facts*/) {
  try {
    change();
  } catch (const WriteFailure& failure) {
    throw RunTimeError("results.csv: cannot write ({})", failure.full ? "full" : "broken");
  }
}

void SimulatedSite::change() {
  keep_lock();
  ++world_.disk.changes;
  if (world_.fault(world_.how.kills)) throw Killed();
  if (world_.fault(world_.how.full_disks)) world_.disk.full = true;
  if (world_.disk.full) throw WriteFailure{.full = true};
  if (world_.fault(world_.how.failed_writes)) throw WriteFailure{.full = false};
}

void SimulatedSite::remove_weights(std::int64_t trial) { remove(folder(trial).weights, false); }

template <typename T>
void SimulatedSite::remove(T& what, T nothing) {
  if (what == nothing) return;
  keep_lock();
  ++world_.disk.changes;
  if (world_.fault(world_.how.kills)) throw Killed();
  what = nothing;
}

}  // namespace agsweep::testing_support
