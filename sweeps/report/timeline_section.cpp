#include <algorithm>  // std::find, std::max, std::min, std::min_element
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/utc_time.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

/// Which of a sweep's folders, and a number there: each part of a sweep counts its own groups.
using Group = std::pair<std::ptrdiff_t, std::int64_t>;

/// A stretch of time in which a group trained a trial.
struct Session {
  const TrialResults* trial = nullptr;
  Group group;
  std::string host;
  std::string started, ended;  // as recorded
  double from = 0, to = 0;     // seconds since the sweep's first session began
};

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Of a trial that has a result.json; what is damaged is passed over.
void add_sessions(const TrialResults& trial, std::ptrdiff_t part, std::vector<Session>& sessions) {
  const nlohmann::json recorded = result_value(trial, {"sessions"});
  if (!recorded.is_array()) return;
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    const nlohmann::json& one = recorded[i];
    if (!one.is_object() || !one.contains("group") || !one["group"].is_number_integer()) continue;
    const bool last = i + 1 == recorded.size();
    Session session{.trial = &trial,
                    .group = {part, one["group"].get<std::int64_t>()},
                    .host = text_of(one, "host"),
                    .started = text_of(one, "started"),
                    .ended = last ? text_of(trial.result, "ended") : text_of(one, "ended")};
    const std::optional<double> from = utc_seconds(session.started), to = utc_seconds(session.ended);
    if (!from || !to || *to < *from) continue;
    session.from = *from;
    session.to = *to;
    sessions.push_back(std::move(session));
  }
}

std::vector<Session> sessions_of(const ReportedSweep& sweep) {
  std::vector<Session> sessions;
  const std::vector<std::filesystem::path>& parts = sweep.results.parts;
  for (const TrialResults& trial : sweep.results.trials) {
    const auto part = std::find(parts.begin(), parts.end(), trial.folder.parent_path().parent_path());
    add_sessions(trial, part - parts.begin(), sessions);
  }
  double first = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) first = i == 0 ? sessions[i].from : std::min(first, sessions[i].from);
  for (Session& session : sessions) {
    session.from -= first;
    session.to -= first;
  }
  return sessions;
}

double end_of(const std::vector<Session>& sessions) {
  double end = 0;
  for (const Session& session : sessions) end = std::max(end, session.to);
  return end;
}

std::string first_started(const std::vector<Session>& sessions) {
  const auto first = std::min_element(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) { return a.from < b.from; });
  return first->started;
}

std::size_t series_of(TrialPhase phase) {
  if (phase == TrialPhase::complete) return 0;
  return phase == TrialPhase::failed ? 1 : 2;
}

/// "group 1", or of a sweep in parts "part-0, group 1".
std::string group_text(const ReportedSweep& sweep, const Group& group) {
  const std::vector<std::filesystem::path>& parts = sweep.results.parts;
  const std::string number = fmt::format("group {}", group.second);
  return parts.size() < 2 ? number : fmt::format("{}, {}", parts[static_cast<std::size_t>(group.first)].filename().string(), number);
}

/// How much of the time the groups had nothing to train.
std::string idle_text(const ReportedSweep& sweep, const std::vector<Session>& sessions, const std::map<Group, std::size_t>& rows,
                      double end) {
  std::map<Group, double> busy;
  double total = 0;
  for (const Session& session : sessions) {
    busy[session.group] += session.to - session.from;
    total += session.to - session.from;
  }
  const double all = end * static_cast<double>(rows.size());
  Group idlest = rows.begin()->first;
  for (const auto& [group, seconds] : busy) idlest = seconds < busy[idlest] ? group : idlest;
  return fmt::format(
      "{} trained {:.0f} % of the {} from the first start to the last end, and waited for {} together; the longest waited {}, {}.",
      counted(std::ssize(rows), "group"), all > 0 ? 100 * total / all : 100, time_text(end), time_text(std::max(0.0, all - total)),
      group_text(sweep, idlest), time_text(std::max(0.0, end - busy[idlest])));
}

Figure timeline_figure(const ReportedSweep& sweep, const std::vector<Session>& sessions) {
  std::map<Group, std::size_t> rows;
  for (const Session& session : sessions) rows.emplace(session.group, 0);
  std::vector<std::string> ticks;
  for (auto& [group, row] : rows) {
    row = ticks.size();
    const bool named = rows.size() <= 24 || row % (rows.size() / 24 + 1) == 0;
    ticks.push_back(fmt::format("{} {}", gnuplot_tick_text(named ? group_text(sweep, group) : ""), row));
  }
  const double end = end_of(sessions);
  const double unit = end < 120 ? 1 : end < 7200 ? 60 : 3600;
  Hover hover;
  std::array<std::vector<std::vector<double>>, 3> boxes;
  DataTable csv{.columns = {{"folder"}, {"group"}, {"host"}, {"trial"}, {"state"}, {"started"}, {"ended"}}};
  for (const Session& session : sessions) {
    const auto row = static_cast<double>(rows.at(session.group));
    const double middle = (session.from + session.to) / 2 / unit, half = (session.to - session.from) / 2 / unit;
    boxes.at(series_of(session.trial->trial.phase)).push_back({middle, row, half, 0.36});
    hover.add(middle, row,
              fmt::format("trial {} ({}): {} to {}, {}", session.trial->number, to_word(session.trial->trial.phase),
                          clock_text(session.started), clock_text(session.ended), time_text(session.to - session.from)));
    const std::filesystem::path& folder = sweep.results.parts[static_cast<std::size_t>(session.group.first)];
    csv.rows.push_back({folder.filename().string(), session.group.second, session.host, session.trial->number,
                        std::string(to_word(session.trial->trial.phase)), session.started, session.ended});
  }
  constexpr std::array<const char*, 3> names = {"complete", "failed", "not complete"};
  std::string data;
  std::vector<std::string> plots;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes.at(i).empty()) continue;
    data += data_block(fmt::format("$boxes{}", i), boxes.at(i));
    plots.push_back(fmt::format("$boxes{} using 1:2:3:4 with boxxyerror fs solid 0.75 border lc rgb '{}' lc rgb '{}' title '{}'", i,
                                paper.light, series_colours.at(i).light, names.at(i)));
  }
  const std::string label = unit == 1 ? "seconds" : unit == 60 ? "minutes" : "hours";
  return {.name = sweep.name + "-timeline",
          .title = "which group trained which trial when",
          .caption = "Each bar is a group's work on a trial, from its start to the end of its last evaluation. " +
                     idle_text(sweep, sessions, rows, end),
          .csv = csv_text(csv),
          .program = fmt::format("set xrange [0:{}]\nset yrange [{}:-0.6]\nset ytics ({})\nset grid xtics noytics\n",
                                 std::max(end / unit, 0.1), static_cast<double>(rows.size()) - 0.4, fmt::join(ticks, ", ")) +
                     axis_label('x', fmt::format("{} since {}", label, clock_text(first_started(sessions)))) + data + hover.data() +
                     fmt::format("plot {}{}\n", fmt::join(plots, ", "), hover.plot()),
          .width = 720,
          .height = static_cast<int>(110 + std::min<std::size_t>(24 * rows.size(), 900))};
}

}  // namespace

ReportSection timeline_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Who trained what when"};
  const std::vector<Session> sessions = sessions_of(sweep);
  if (sessions.empty()) {
    section.before = nothing_to_show("No trial’s result.json has recorded when it was trained.");
    return section;
  }
  section.figures.push_back(timeline_figure(sweep, sessions));
  return section;
}

}  // namespace agsweep
