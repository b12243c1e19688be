#include "sweeps/report/trial_sessions.hpp"

#include <optional>

#include "base/utc_time.hpp"

namespace agsweep {

namespace {

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::int64_t> whole_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

}  // namespace

std::vector<TrialSession> sessions_of(const TrialResults& trial) {
  std::vector<TrialSession> sessions;
  const nlohmann::json recorded = result_value(trial, {"sessions"});
  if (!recorded.is_array()) return sessions;
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    const nlohmann::json& one = recorded[i];
    const std::optional<std::int64_t> group = one.is_object() ? whole_of(one, "group") : std::nullopt;
    if (!group) continue;
    const bool last = i + 1 == recorded.size();
    TrialSession session{.group = *group,
                         .host = text_of(one, "host"),
                         .ranks = whole_of(one, "ranks").value_or(0),
                         .started = text_of(one, "started"),
                         .ended = last ? text_of(trial.result, "ended") : text_of(one, "ended")};
    const std::optional<double> from = utc_seconds(session.started), to = utc_seconds(session.ended);
    if (!from || !to || *to < *from) continue;
    session.from = *from;
    session.to = *to;
    sessions.push_back(std::move(session));
  }
  return sessions;
}

}  // namespace agsweep
