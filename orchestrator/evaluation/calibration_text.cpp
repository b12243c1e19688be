#include "orchestrator/evaluation/calibration_text.hpp"

#include <algorithm>  // std::max
#include <cmath>      // std::sqrt

#include <fmt/format.h>

#include "base/table.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"

namespace agsweep {

namespace {

double edge(std::size_t bin) { return static_cast<double>(bin) / Calibration::bin_count; }

nlohmann::json mean_or_null(double mean, std::int64_t rows) { return rows == 0 ? nlohmann::json() : nlohmann::json(mean); }

std::string mean_text(double mean, std::int64_t rows) { return rows == 0 ? "–" : fmt::format("{:.4f}", mean); }

}  // namespace

nlohmann::json to_json(const Calibration& calibration) {
  nlohmann::json bins = nlohmann::json::array();
  for (std::size_t i = 0; i < Calibration::bin_count; ++i) {
    const ConfidenceBin& bin = calibration.bins[i];
    bins.push_back({{"low", edge(i)},
                    {"high", edge(i + 1)},
                    {"rows", bin.rows},
                    {"confidence", mean_or_null(bin.confidence, bin.rows)},
                    {"accuracy", mean_or_null(bin.accuracy, bin.rows)}});
  }
  return {{"ece", calibration.ece},
          {"confidence_right", mean_or_null(calibration.confidence_right, calibration.right)},
          {"confidence_wrong", mean_or_null(calibration.confidence_wrong, calibration.wrong)},
          {"right", calibration.right},
          {"wrong", calibration.wrong},
          {"bins", std::move(bins)}};
}

std::string calibration_text(const Calibration& calibration) {
  Table table({"answers", "rows", "mean confidence"});
  table.add({"right", std::to_string(calibration.right), mean_text(calibration.confidence_right, calibration.right)});
  table.add({"wrong", std::to_string(calibration.wrong), mean_text(calibration.confidence_wrong, calibration.wrong)});
  return fmt::format("{}expected calibration error {:.4f} ({} bins)\n", table.text(), calibration.ece, Calibration::bin_count);
}

Figure reliability_figure(const Calibration& calibration, const std::string& of) {
  std::vector<std::vector<double>> points;
  DataTable csv{.columns = {{"low", Digits::measured},
                            {"high", Digits::measured},
                            {"rows"},
                            {"confidence", Digits::measured},
                            {"accuracy", Digits::measured}}};
  const auto all = static_cast<double>(std::max<std::int64_t>(calibration.right + calibration.wrong, 1));
  for (std::size_t i = 0; i < Calibration::bin_count; ++i) {
    const ConfidenceBin& bin = calibration.bins[i];
    if (bin.rows == 0) {
      csv.rows.push_back({edge(i), edge(i + 1), bin.rows, {}, {}});
      continue;
    }
    csv.rows.push_back({edge(i), edge(i + 1), bin.rows, bin.confidence, bin.accuracy});
    points.push_back(
        {bin.confidence, bin.accuracy, 0.4 + 1.6 * std::sqrt(static_cast<double>(bin.rows) / all)});  // the area tells the rows
  }
  const std::string blue(series_colours[0].light);
  return {.name = "reliability",
          .title = "accuracy against confidence",
          .caption = fmt::format("Accuracy against mean confidence of {}, in {} bins of equal width; a point's area grows with its rows. "
                                 "Perfect calibration lies on the diagonal; the expected calibration error is {:.4f}.",
                                 of, Calibration::bin_count, calibration.ece),
          .csv = csv_text(csv),
          .program = "set xrange [0:1]\nset yrange [0:1]\nset size square\nunset key\n" + axis_label('x', "confidence") +
                     axis_label('y', "accuracy") + data_block("$bins", points) +
                     fmt::format("plot x with lines dt 2 lc rgb '{}', $bins using 1:2 with lines lw 1.2 lc rgb '{}', "
                                 "$bins using 1:2:3 with points pt {} ps variable lc rgb '{}'\n",
                                 muted.light, blue, series_points[0], blue),
          .width = 360,
          .height = 340};
}

}  // namespace agsweep
