#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/philox.hpp"                  // PhiloxStream
#include "sweeps/space/parameter.hpp"       // Point
#include "sweeps/space/parameter_axis.hpp"  // ParameterAxis

namespace agsweep {

/// A mixture over configurations with one component a trial, each a product over the parameters, and one for the prior.
///
/// On an ordered parameter a component is a Gaussian truncated to the bounds, in places of the axis, centred on the trial's. Its width is
/// the distance to the further of its two neighbours among the trials (Bergstra et al. 2011, "Algorithms for hyper-parameter
/// optimization", section 4), at least the axis over min(100, 1 + components). The prior's is centred and as wide as the axis. Whole
/// numbers have the mass of their cell. On categories the prior is uniform, and a trial's component in proportion 1 + 1 / components for
/// the trial's own to 1 / components for each other one.
/// The last 25 trials weigh 1, earlier ones less, linearly down to 1 / n for the first (Bergstra et al. 2013, "Making a science of model
/// search"); the prior weighs 1.
class TpeDensity {
 public:
  /// @param axes    one a parameter; outlive this object
  /// @param points  the trials', of allowed numbers, in the order in which they began; may be empty
  TpeDensity(std::span<const ParameterAxis> axes, std::span<const Point> points);

  /// A point of allowed numbers. Takes the same count of random numbers each time: one, and one more a parameter.
  Point draw(PhiloxStream& stream) const;

  /// Of places for continuous parameters, of numbers for the others. @param point  of allowed numbers
  double log_density(const Point& point) const;

 private:
  struct Gaussian {
    double centre = 0;
    double width = 0;
    double log_norm = 0;  // of the mass between the bounds; of a continuous parameter times width * sqrt(2 pi)
  };
  /// One parameter of every component.
  struct Factor {
    std::vector<Gaussian> gaussians = {};       // of ordered numbers; [component]
    std::vector<std::int64_t> categories = {};  // each trial's
    double own = 0;                             // probability of a trial's own category in its component
    double other = 0;                           // and of each other one; in the prior's they are all alike
  };

  static Factor gaussian_factor(const ParameterAxis& axis, std::span<const double> numbers);
  static Factor category_factor(const ParameterAxis& axis, std::span<const double> numbers);
  double draw_number(std::size_t axis, std::size_t component, double unit) const;
  void add_gaussian_logs(std::size_t axis, double number, std::span<double> logs) const;
  void add_category_logs(std::size_t axis, double number, std::span<double> logs) const;

  std::span<const ParameterAxis> axes_;
  std::vector<double> weights_;  // [component], sum 1; the prior last
  std::vector<Factor> factors_;  // [axis]
};

}  // namespace agsweep
