#include "base/system.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(UtcNow, HasDateAndTimeToTheSecond) {
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), std::string("2026-01-31T12:00:00Z").size());
  EXPECT_EQ(now[4], '-');
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now.back(), 'Z');
}

TEST(DurationText, CountsMinutesAndHours) {
  EXPECT_EQ(duration_text(7.4), "0:07");
  EXPECT_EQ(duration_text(754), "12:34");
  EXPECT_EQ(duration_text(3723), "1:02:03");
}

}  // namespace
}  // namespace agsweep
