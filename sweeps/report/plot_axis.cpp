#include "sweeps/report/plot_axis.hpp"

#include <algorithm>  // std::min, std::max
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

struct Extent {
  double low;
  double high;
};

Extent extent_of(const Parameter& parameter, std::span<const double> numbers) {
  Extent extent{.low = parameter.low, .high = parameter.high};
  if (parameter.scale == Scale::values) extent = {.low = 0, .high = static_cast<double>(parameter.values.size()) - 1};
  for (const double number : numbers) {
    extent.low = std::min(extent.low, number);
    extent.high = std::max(extent.high, number);
  }
  return extent;
}

std::string tick(double number, const std::string& label, int level) {
  return fmt::format("{} {} {}", gnuplot_tick_text(label), number, level);
}

std::string ticks(char axis, const std::vector<std::string>& all) { return fmt::format("set {}tics ({})\n", axis, fmt::join(all, ", ")); }

/// Named ticks at the powers of ten and, where those are few, at 2 and 5 times them; small ones between.
std::string decimal_ticks(char axis, const Parameter& parameter, Extent extent) {
  const bool wide = extent.high / extent.low > 300;
  std::vector<std::string> all;
  const int first = static_cast<int>(std::floor(std::log10(extent.low)));
  const int last = static_cast<int>(std::ceil(std::log10(extent.high)));
  for (int decade = first; decade <= last; ++decade) {
    for (int digit = 1; digit < 10; ++digit) {
      const double number = digit * std::pow(10.0, decade);
      const bool named = digit == 1 || (!wide && (digit == 2 || digit == 5));
      all.push_back(tick(number, named ? number_text(parameter, number) : "", named ? 0 : 1));
    }
  }
  return ticks(axis, all);
}

/// At the powers of two.
std::string binary_ticks(char axis, Extent extent) {
  std::vector<std::string> all;
  for (double number = 1; number <= extent.high * 2; number *= 2) all.push_back(tick(number, short_text(number), 0));
  return ticks(axis, all);
}

std::string value_ticks(char axis, const Parameter& parameter) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < parameter.values.size(); ++i) {
    all.push_back(tick(static_cast<double>(i), clipped(short_text(parameter.values[i]), 14), 0));
  }
  return ticks(axis, all);
}

std::string range(char axis, double low, double high) { return fmt::format("set {}range [{}:{}]\n", axis, low, high); }

std::string padded_range(char axis, Extent extent, double padding) { return range(axis, extent.low - padding, extent.high + padding); }

}  // namespace

std::string parameter_axis(char axis, const Parameter& parameter, std::span<const double> numbers) {
  const Extent extent = extent_of(parameter, numbers);
  switch (parameter.scale) {
    case Scale::log:
    case Scale::log_integer: {
      const double factor = std::max(std::pow(extent.high / extent.low, 0.05), 1.05);
      const std::string scale = fmt::format("set logscale {}\n", axis) + range(axis, extent.low / factor, extent.high * factor);
      return scale + (parameter.scale == Scale::log ? decimal_ticks(axis, parameter, extent) : binary_ticks(axis, extent));
    }
    case Scale::range: {
      const double width = extent.high - extent.low;
      return padded_range(axis, extent, width > 0 ? 0.05 * width : std::max(std::abs(extent.low) * 0.1, 0.1));
    }
    case Scale::integer:
      return padded_range(axis, extent, 0.5) + (extent.high - extent.low <= 12 ? fmt::format("set {}tics 1\n", axis) : "");
    case Scale::values:
      break;
  }
  return padded_range(axis, extent, 0.6) + value_ticks(axis, parameter);
}

std::string whole_number_axis(char axis, std::int64_t low, std::int64_t high) {
  const double padding = std::max(0.03 * static_cast<double>(high - low), 0.1);
  const auto place = [](std::int64_t number) { return static_cast<double>(number); };
  return range(axis, place(low) - padding, place(high) + padding) + (high - low <= 12 ? fmt::format("set {}tics {}, 1\n", axis, low) : "");
}

std::string axis_label(char axis, std::string_view text) {
  return fmt::format("set {}label {} textcolor rgb '{}'\n", axis, gnuplot_text(text), ink.light);
}

std::string parameter_label(const Parameter& parameter) {
  const bool logarithmic = parameter.scale == Scale::log || parameter.scale == Scale::log_integer;
  return parameter.key + (logarithmic ? " (log scale)" : "");
}

std::string data_block(std::string_view name, std::span<const std::vector<double>> rows) {
  std::string block = fmt::format("{} << EOD\n", name);
  for (const std::vector<double>& row : rows) block += fmt::format("{}\n", fmt::join(row, " "));
  return block + "EOD\n";
}

}  // namespace agsweep
