#include "sweeps/report/embedding_figure.hpp"

#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/json_file.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/confusion_figure.hpp"  // class_name
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct PlanePoint {
  double x;
  double y;
  std::uint8_t label;
  std::uint8_t predicted;
};

struct Plane {
  std::string split;
  std::array<double, 2> shares = {};  // of the variance
  std::vector<PlanePoint> points;
};

std::optional<Plane> read_plane(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return std::nullopt;
  const nlohmann::json json = read_sealed_json(path, "make it anew by `agsweep embed`, or remove it");
  try {
    Plane plane{.split = json.at("split"), .shares = json.at("variance_shares"), .points = {}};
    for (const nlohmann::json& point : json.at("points")) {
      plane.points.push_back(
          {.x = point.at(0), .y = point.at(1), .label = point.at(2).get<std::uint8_t>(), .predicted = point.at(3).get<std::uint8_t>()});
    }
    return plane;
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{}: {}", path.string(), error.what());
  }
}

/// A class's points: the six series have colours and shapes of their own; of more classes, the colour goes from dark to bright.
std::string point_style(std::size_t place, std::size_t classes) {
  const bool few = classes <= series_colours.size();
  return fmt::format(
      "with points pt {} ps 0.35 lc rgb '{}'", series_points[place % series_points.size()],
      few ? std::string(series_colours[place].light) : sequential_colour(static_cast<double>(place) / static_cast<double>(classes - 1)));
}

}  // namespace

std::optional<Figure> embedding_figure(const ReportedSweep& sweep, const TrialResults& trial) {
  constexpr std::size_t most_named = 12;  // classes in the key
  const std::optional<Plane> plane = read_plane(trial.folder / "embedding.json");
  if (!plane || plane->points.empty()) return std::nullopt;
  std::map<std::size_t, std::vector<std::vector<double>>> of_class;
  DataTable csv{.columns = {{"x", Digits::measured}, {"y", Digits::measured}, {"class"}, {"predicted"}}};
  for (const auto& [x, y, label, predicted] : plane->points) {
    of_class[label].push_back({x, y});
    csv.rows.push_back({x, y, class_name(sweep, label), class_name(sweep, predicted)});
  }
  std::string data;
  std::vector<std::string> plots;
  for (const auto& [label, points] : of_class) {
    data += data_block(fmt::format("$class{}", label), points);
    const std::string title = of_class.size() <= most_named ? "title " + gnuplot_text(clipped(class_name(sweep, label), 14)) : "notitle";
    plots.push_back(fmt::format("$class{} using 1:2 {} {}", label, point_style(plots.size(), of_class.size()), title));
  }
  const auto axis = [&](char name, std::size_t component) {
    return axis_label(name, fmt::format("component {} ({:.0f} % of variance)", component + 1, 100 * plane->shares[component]));
  };
  return Figure{
      .name = sweep.name + "-embedding",
      .title = "last hidden states in the plane",
      .caption = fmt::format("What trial {} makes of each row of {} before it chooses a class: the last hidden states' two principal "
                             "components, coloured by the true class.",
                             trial.number, plane->split),
      .csv = csv_text(csv),
      .program = axis('x', 0) + axis('y', 1) + data + fmt::format("plot {}\n", fmt::join(plots, ", ")),
      .width = 480,
      .height = 380};
}

}  // namespace agsweep
