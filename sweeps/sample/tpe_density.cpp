#include "sweeps/sample/tpe_density.hpp"

#include <algorithm>  // std::clamp, std::max_element, std::min, std::stable_sort
#include <cmath>
#include <numbers>  // std::numbers::pi, sqrt2
#include <numeric>  // std::accumulate, std::iota

#include <boost/math/special_functions/erf.hpp>  // erfc_inv

namespace agsweep {
namespace {

constexpr std::size_t newest_trials = 25;  // of full weight

/// Probability that a standard normal variable is below z.
double normal_cdf(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

/// ... between two places: from the tail that both are in, where there is one, so that small masses keep their digits.
double normal_mass(double from, double to) { return from > 0 ? normal_cdf(-from) - normal_cdf(-to) : normal_cdf(to) - normal_cdf(from); }

std::vector<double> trial_weights(std::size_t trials) {
  std::vector<double> weights(trials, 1);
  if (trials <= newest_trials) return weights;
  const std::size_t older = trials - newest_trials;
  const double first = 1 / static_cast<double>(trials);
  for (std::size_t i = 0; i < older; ++i) {
    weights[i] = older == 1 ? first : std::lerp(first, 1.0, static_cast<double>(i) / static_cast<double>(older - 1));
  }
  return weights;
}

/// Distance of each centre to the further of its neighbours; the outermost have one neighbour, a lone centre the bounds.
std::vector<double> neighbour_distances(const ParameterAxis& axis, std::span<const double> centres) {
  if (centres.size() == 1) return {std::max(centres[0] - axis.low, axis.high - centres[0])};
  std::vector<std::size_t> order(centres.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return centres[a] < centres[b]; });
  std::vector<double> distances(centres.size(), 0);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const double gap = centres[order[i]] - centres[order[i - 1]];
    for (const std::size_t side : {order[i - 1], order[i]}) distances[side] = std::max(distances[side], gap);
  }
  return distances;
}

std::size_t draw_component(std::span<const double> weights, double unit) {
  double reached = 0;
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    reached += weights[i];
    if (unit < reached) return i;
  }
  return weights.size() - 1;
}

}  // namespace

TpeDensity::TpeDensity(std::span<const ParameterAxis> axes, std::span<const Point> points)
    : axes_(axes), weights_(trial_weights(points.size())) {
  weights_.push_back(1);  // the prior's
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    std::vector<double> numbers;
    for (const Point& point : points) numbers.push_back(point[axis]);
    factors_.push_back(axes[axis].categories > 0 ? category_factor(axes[axis], numbers) : gaussian_factor(axes[axis], numbers));
  }
}

TpeDensity::Factor TpeDensity::gaussian_factor(const ParameterAxis& axis, std::span<const double> numbers) {
  std::vector<double> centres;
  for (const double number : numbers) centres.push_back(place_of(axis, number));
  const double length = axis.high - axis.low;
  const double narrowest = length / std::min(100.0, static_cast<double>(numbers.size() + 2));
  std::vector<double> widths = centres.empty() ? centres : neighbour_distances(axis, centres);
  for (double& width : widths) width = std::clamp(width, narrowest, length);
  centres.push_back(std::midpoint(axis.low, axis.high));
  widths.push_back(length);

  Factor factor;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const double mass = normal_mass((axis.low - centres[i]) / widths[i], (axis.high - centres[i]) / widths[i]);
    const double peak = axis.whole ? 1 : widths[i] * std::sqrt(2 * std::numbers::pi);
    factor.gaussians.push_back({.centre = centres[i], .width = widths[i], .log_norm = std::log(mass * peak)});
  }
  return factor;
}

TpeDensity::Factor TpeDensity::category_factor(const ParameterAxis& axis, std::span<const double> numbers) {
  Factor factor;
  for (const double number : numbers) factor.categories.push_back(static_cast<std::int64_t>(number));
  const double prior = 1 / static_cast<double>(numbers.size() + 1);
  const double sum = 1 + prior * static_cast<double>(axis.categories);
  factor.own = (1 + prior) / sum;
  factor.other = prior / sum;
  return factor;
}

Point TpeDensity::draw(PhiloxStream& stream) const {
  const std::size_t component = draw_component(weights_, stream.next_unit());
  Point point;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) point.push_back(draw_number(axis, component, stream.next_unit()));
  return point;
}

double TpeDensity::draw_number(std::size_t axis, std::size_t component, double unit) const {
  const ParameterAxis& line = axes_[axis];
  const Factor& factor = factors_[axis];
  if (line.low == line.high) return line.first;
  if (line.categories == 0) {
    const Gaussian& gaussian = factor.gaussians[component];
    const double below = normal_cdf((line.low - gaussian.centre) / gaussian.width);
    const double above = normal_cdf((line.high - gaussian.centre) / gaussian.width);
    // Half a step of the 24 bits away from 0 and 1, whose quantiles are infinite.
    const double probability = std::lerp(below, above, unit + 0x1.0p-25);
    const double place = gaussian.centre - gaussian.width * std::numbers::sqrt2 * boost::math::erfc_inv(2 * probability);
    return number_of(line, std::clamp(place, line.low, line.high));
  }
  std::vector<double> chances(static_cast<std::size_t>(line.categories), 1 / static_cast<double>(line.categories));
  if (component < factor.categories.size()) {
    std::fill(chances.begin(), chances.end(), factor.other);
    chances[static_cast<std::size_t>(factor.categories[component])] = factor.own;
  }
  return static_cast<double>(draw_component(chances, unit));
}

double TpeDensity::log_density(const Point& point) const {
  std::vector<double> logs;  // [component]
  for (const double weight : weights_) logs.push_back(std::log(weight));
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (axes_[axis].categories > 0) {
      add_category_logs(axis, point[axis], logs);
    } else if (axes_[axis].low < axes_[axis].high) {
      add_gaussian_logs(axis, point[axis], logs);
    }
  }
  const double greatest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double log : logs) sum += std::exp(log - greatest);
  return greatest + std::log(sum);
}

void TpeDensity::add_gaussian_logs(std::size_t axis, double number, std::span<double> logs) const {
  const ParameterAxis& line = axes_[axis];
  const double from = place_of(line, number - (line.whole ? 0.5 : 0));
  const double to = place_of(line, number + (line.whole ? 0.5 : 0));
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const Gaussian& gaussian = factors_[axis].gaussians[i];
    const double left = (from - gaussian.centre) / gaussian.width;
    const double right = (to - gaussian.centre) / gaussian.width;
    logs[i] += (line.whole ? std::log(normal_mass(left, right)) : -left * left / 2) - gaussian.log_norm;
  }
}

void TpeDensity::add_category_logs(std::size_t axis, double number, std::span<double> logs) const {
  const Factor& factor = factors_[axis];
  const auto category = static_cast<std::int64_t>(number);
  for (std::size_t i = 0; i < factor.categories.size(); ++i)
    logs[i] += std::log(factor.categories[i] == category ? factor.own : factor.other);
  logs.back() -= std::log(static_cast<double>(axes_[axis].categories));
}

}  // namespace agsweep
