#include "orchestrator/fetch/download.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

/// What is shown when a file of `size` bytes grows to each of `sizes`, 5 seconds apart.
std::string shown(std::int64_t size, std::initializer_list<std::int64_t> sizes) {
  double now = 0;
  std::ostringstream out;
  ProgressDisplay display(out, {}, [&] { return now; });
  DownloadProgress progress(display, "weights", size);
  for (const std::int64_t done : sizes) {
    progress(done);
    now += 5;
  }
  return out.str();
}

TEST(DownloadProgress, CountsMegabytesAndEndsOnceWithTheLastByte) {
  EXPECT_EQ(shown(20'500'000, {0, 10'000'000, 20'499'999, 20'500'000}),
            "weights 10/21  2.00 MB/s  0:06 left\n"
            "weights 20/21  2.00 MB/s  0:01 left\n"
            "weights 21/21  1.40 MB/s  0:15\n");
}

TEST(DownloadProgress, CountsEarlierBytesForThePartButNotForTheRate) {
  EXPECT_EQ(shown(20'000'000, {10'000'000, 15'000'000}), "weights 15/20  1.00 MB/s  0:05 left\n");
}

TEST(DownloadProgress, BeginsAgainWhenTheDownloadDoes) {
  EXPECT_EQ(shown(20'000'000, {10'000'000, 0, 5'000'000}), "weights 5/20  1.00 MB/s  0:15 left\n");
}

TEST(DownloadProgress, SaysNothingOfASmallFile) { EXPECT_EQ(shown(999'999, {0, 999'999}), ""); }

}  // namespace
}  // namespace agsweep
