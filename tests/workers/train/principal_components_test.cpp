#include "workers/train/principal_components.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(PrincipalPlane, OfOneColumnIsALine) {
  const PlaneView view = principal_plane(std::vector<float>{1, 2, 6}, 1);
  ASSERT_EQ(view.points.size(), 3U);
  const std::vector<double> along = {-2, -1, 3};
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_NEAR(view.points[row][0], along[row], 1e-12);
    EXPECT_EQ(view.points[row][1], 0);
  }
  EXPECT_EQ(view.share[0], 1);
  EXPECT_EQ(view.share[1], 0);
}

}  // namespace
}  // namespace agsweep
