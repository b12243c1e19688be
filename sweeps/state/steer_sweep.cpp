// What people ask of a SweepState beside its spec: trials more, or fewer.
#include <utility>  // std::move

#include "base/error.hpp"
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/state/sweep_request.hpp"
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

bool SweepState::set_waiting(const std::vector<WaitingTrial>& waiting) {
  if (waiting == waiting_) return false;
  waiting_ = waiting;
  return true;
}

void SweepState::enqueue(const nlohmann::json& parameters, const std::string& mail) {
  if (mail_.contains(mail)) return;
  requested_point(spec_, check_, parameters);
  mail_.insert(mail);
  lines_.push_back(waiting_line(writer_, parameters, mail));
}

bool SweepState::stop(std::int64_t number, std::string_view now) {
  if (number < 0 || number >= static_cast<std::int64_t>(trials_.size())) throw DataError("trial {} has not begun", number);
  SweepTrial& trial = at(number);
  if (trial.ended()) return false;
  trial.stopped = true;
  note(number, stopped_attribute, true);
  scheduler_->retire(number, false);
  finish(number, TrialPhase::pruned, now);
  return true;
}

/// A configuration that has begun under one seed begins under the others.
std::optional<SweepState::Run> SweepState::next_asked_run() {
  const auto seeds = static_cast<std::int64_t>(spec_.seeds.size());
  for (; first_open_asked_ < asked_ * seeds; ++first_open_asked_) {
    const Run run{-1 - first_open_asked_ / seeds, spec_.seeds[static_cast<std::size_t>(first_open_asked_ % seeds)]};
    if (!begun_.contains(run)) return run;
  }
  return {};
}

/// The first that waits becomes a trial. What is no configuration of the space fails where it stands, with the reason.
std::optional<std::int64_t> SweepState::begin_waiting(std::string_view now) {
  while (!waiting_.empty()) {
    const WaitingTrial waiting = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    try {
      const Point point = requested_point(spec_, check_, waiting.parameters);
      for (std::size_t i = 0; i < point.size(); ++i) {
        lines_.push_back(waiting_parameter_line(writer_, waiting.in_journal, spec_.space[i], point[i]));
      }
      lines_.push_back(begin_waiting_line(writer_, waiting.in_journal, now));
      const std::int64_t number = add_trial({-asked_ - 1, spec_.seeds.front()}, point, now);
      note_run(number);
      return number;
    } catch (const DataError& error) {
      for (std::string& line : refuse_waiting_lines(writer_, waiting.in_journal, error.what(), now)) lines_.push_back(std::move(line));
    }
  }
  return {};
}

}  // namespace agsweep
