#include "base/utc_time.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(UtcTime, ReadsWhatItWrites) {
  EXPECT_EQ(utc_seconds("1970-01-02T00:00:01Z"), 86401);
  EXPECT_EQ(utc_text(86401), "1970-01-02T00:00:01Z");
  EXPECT_EQ(utc_text(utc_seconds("2026-01-31T12:00:00.123456Z").value(), 6), "2026-01-31T12:00:00.123456Z");
  EXPECT_EQ(utc_text(utc_seconds("2026-01-31T12:00:00.5").value(), 3), "2026-01-31T12:00:00.500Z");
}

TEST(UtcTime, RoundsUpIntoTheNextDay) { EXPECT_EQ(utc_text(86399.9996, 3), "1970-01-02T00:00:00.000Z"); }

TEST(UtcTime, IsNoneInAnotherText) {
  for (const char* text : {"", "noon", "2026-01-31", "2026-13-31T12:00:00Z", "2026-01-31 12:00:00"})
    EXPECT_EQ(utc_seconds(text), std::nullopt) << text;
}

}  // namespace
}  // namespace agsweep
