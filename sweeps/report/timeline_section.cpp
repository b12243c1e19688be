#include <algorithm>  // std::ranges::find_if, std::max, std::min, std::min_element
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/trial_sessions.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

/// Which of a sweep's folders, and a number there: each part of a sweep counts its own groups.
using Group = std::pair<std::ptrdiff_t, std::int64_t>;

/// A trial's session, its times in seconds since the sweep's first one began.
struct Session {
  const TrialResults* trial = nullptr;
  Group group;
  TrialSession time;
};

std::vector<Session> sessions_of(const ReportedSweep& sweep) {
  std::vector<Session> sessions;
  const std::vector<std::filesystem::path>& parts = sweep.results.parts;
  for (const TrialResults& trial : sweep.results.trials) {
    const auto part = std::ranges::find_if(
        parts, [&](const std::filesystem::path& folder) { return trial_folder(folder, 0).parent_path() == trial.folder.parent_path(); });
    for (TrialSession& time : sessions_of(trial)) {
      sessions.push_back({.trial = &trial, .group = {part - parts.begin(), time.group}, .time = std::move(time)});
    }
  }
  double first = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) first = i == 0 ? sessions[i].time.from : std::min(first, sessions[i].time.from);
  for (Session& session : sessions) {
    session.time.from -= first;
    session.time.to -= first;
  }
  return sessions;
}

double end_of(const std::vector<Session>& sessions) {
  double end = 0;
  for (const Session& session : sessions) end = std::max(end, session.time.to);
  return end;
}

std::string first_started(const std::vector<Session>& sessions) {
  const auto first =
      std::min_element(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) { return a.time.from < b.time.from; });
  return first->time.started;
}

std::size_t series_of(TrialPhase phase) {
  if (phase == TrialPhase::complete) return 0;
  return phase == TrialPhase::failed ? 1 : 2;
}

/// The folder's name, also where it was given as "part-0/".
std::string folder_name(const ReportedSweep& sweep, const Group& group) {
  const std::filesystem::path& folder = sweep.results.parts[static_cast<std::size_t>(group.first)];
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

/// "group 1", or of a sweep in parts "part-0, group 1".
std::string group_text(const ReportedSweep& sweep, const Group& group) {
  const std::string number = fmt::format("group {}", group.second);
  return sweep.results.parts.size() < 2 ? number : fmt::format("{}, {}", folder_name(sweep, group), number);
}

/// How much of the time the groups had nothing to train.
std::string idle_text(const ReportedSweep& sweep, const std::vector<Session>& sessions, const std::map<Group, std::size_t>& rows,
                      double end) {
  std::map<Group, double> busy;
  double total = 0;
  for (const Session& session : sessions) {
    busy[session.group] += session.time.seconds();
    total += session.time.seconds();
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
    const double middle = (session.time.from + session.time.to) / 2 / unit, half = session.time.seconds() / 2 / unit;
    boxes.at(series_of(session.trial->trial.phase)).push_back({middle, row, half, 0.36});
    hover.add(middle, row,
              fmt::format("trial {} ({}): {} to {}, {}", session.trial->number, to_word(session.trial->trial.phase),
                          clock_text(session.time.started), clock_text(session.time.ended), time_text(session.time.seconds())));
    csv.rows.push_back({folder_name(sweep, session.group), session.group.second, session.time.host, session.trial->number,
                        std::string(to_word(session.trial->trial.phase)), session.time.started, session.time.ended});
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
