#include "sweeps/report/palette.hpp"

#include <algorithm>  // std::clamp
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace agsweep {

namespace {

struct Rgb {
  double red, green, blue;
};
constexpr std::array<Rgb, 9> viridis = {{{68, 1, 84},
                                         {71, 44, 122},
                                         {59, 81, 139},
                                         {44, 113, 142},
                                         {33, 144, 141},
                                         {39, 173, 129},
                                         {92, 200, 99},
                                         {170, 220, 50},
                                         {253, 231, 37}}};

std::vector<FigureColour> page_colours() {
  std::vector<FigureColour> all(series_colours.begin(), series_colours.end());
  for (const FigureColour& colour : {ink, muted, grid, faint, paper}) all.push_back(colour);
  return all;
}

}  // namespace

std::string sequential_colour(double unit) {
  const double place = std::clamp(unit, 0.0, 1.0) * static_cast<double>(viridis.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, viridis.size() - 1);
  const double part = place - static_cast<double>(below);
  const auto mixed = [part](double from, double to) { return static_cast<int>(std::lround(std::lerp(from, to, part))); };
  const Rgb &a = viridis[below], &b = viridis[above];
  return fmt::format("#{:02x}{:02x}{:02x}", mixed(a.red, b.red), mixed(a.green, b.green), mixed(a.blue, b.blue));
}

bool is_bright(double unit) { return unit > 0.6; }

std::string_view variable_of(std::string_view light) {
  for (const FigureColour& colour : page_colours()) {
    if (colour.light == light) return colour.variable;
  }
  return {};
}

std::string colour_variables(bool dark) {
  std::string text;
  for (const FigureColour& colour : page_colours()) text += fmt::format("{}:{};", colour.variable, dark ? colour.dark : colour.light);
  return text;
}

}  // namespace agsweep
