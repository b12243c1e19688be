#include "sweeps/report/cell_plot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"

namespace agsweep {

namespace {

// Not the page's colours, which change with light and dark while the cells do not.
constexpr const char* dark_text = "#0b0b0c";
constexpr const char* bright_text = "#fefefe";

std::string axis(char name, const CellAxis& axis) {
  std::vector<std::string> ticks;
  const double shift = axis.between ? -0.5 : 0;
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    ticks.push_back(fmt::format("{} {}", gnuplot_tick_text(axis.ticks[i]), static_cast<double>(i) + shift));
  }
  return fmt::format("set {0}range [-0.5:{1}]\nset {0}tics ({2})\n", name, static_cast<double>(axis.cells) - 0.5, fmt::join(ticks, ", ")) +
         axis_label(name, axis.label);
}

std::string label(const PlotCell& cell, const std::string& text, double lower, std::string_view size) {
  return fmt::format("set label {} at {},{} center front font {} textcolor rgb '{}'\n", gnuplot_text(text), cell.column,
                     static_cast<double>(cell.row) - lower, size, is_bright(cell.shade) ? dark_text : bright_text);
}

}  // namespace

std::string cell_plot(const CellAxis& columns, const CellAxis& rows, const std::vector<PlotCell>& cells) {
  std::string program = "unset grid\nunset border\nunset key\nset tics scale 0\n" + axis('x', columns) + axis('y', rows);
  std::string boxes = "$cells << EOD\n";
  Hover hover;
  for (const PlotCell& cell : cells) {
    if (!cell.text.empty()) program += label(cell, cell.text, cell.note.empty() ? 0 : -0.14, "small");
    if (!cell.note.empty()) program += label(cell, cell.note, 0.2, "smaller");
    if (!cell.hover.empty()) hover.add(static_cast<double>(cell.column), static_cast<double>(cell.row), cell.hover);
    boxes += fmt::format("{} {} {}\n", cell.column, cell.row, std::stoul(sequential_colour(cell.shade).substr(1), nullptr, 16));
  }
  return program + boxes + "EOD\n" + hover.data() + "plot $cells using 1:2:(0.485):(0.485):3 with boxxyerror lc rgb variable" +
         hover.plot(4) + "\n";
}

}  // namespace agsweep
