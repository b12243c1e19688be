#pragma once

#include <span>
#include <vector>

#include "sweeps/space/parameter_axis.hpp"
#include "sweeps/statistics/regression_tree.hpp"

namespace agsweep {

/// How a tree's prediction varies over the whole space, under the measure that is uniform on each axis.
struct MarginalVariance {
  double total = 0;             // variance of the prediction
  std::vector<double> of_axis;  // variance of its mean over all other axes, as a function of this one; one an axis
};

/// The first-order terms of the functional ANOVA of a tree, exact: Hutter et al. 2014, "An efficient approach for assessing hyperparameter
/// importance", section 3. Each leaf is a box, so a marginal is a sum of steps.
MarginalVariance marginal_variance(std::span<const ParameterAxis> axes, const RegressionTree& tree);

}  // namespace agsweep
