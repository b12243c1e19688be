#include "orchestrator/terminal/live_block.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

struct LiveBlockTest : testing::Test {
  double now = 0;
  std::ostringstream out;
  LiveBlock on(bool terminal) {
    return LiveBlock(out, {.bar = terminal, .colour = false, .width = 12}, [this] { return now; });
  }
};

TEST_F(LiveBlockTest, RenewsItsLinesOnATerminal) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"one", "two"});
  now = 2;
  block.show({"three"});
  EXPECT_EQ(out.str(), "one\ntwo\n\x1b[2A\x1b[Jthree\n");
}

TEST_F(LiveBlockTest, PutsMessagesAboveTheBlock) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"running"});
  block.message("trial 3 ended");
  EXPECT_EQ(out.str(), "running\n\x1b[1A\x1b[Jtrial 3 ended\nrunning\n");
}

TEST_F(LiveBlockTest, CutsLinesToTheWidth) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"äöü 456789012345"});
  EXPECT_EQ(out.str(), "äöü 4567890\n");
}

TEST_F(LiveBlockTest, IsNotRenewedTooOften) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"one"});
  now = 1.05;
  block.show({"two"});
  EXPECT_EQ(out.str(), "one\n");
}

TEST_F(LiveBlockTest, ShowsOnlyTheSummaryElsewhere) {
  LiveBlock block = on(false);
  now = 5;
  block.show({"table", "summary"});
  block.message("trial 3 ended");
  now = 9;
  block.show({"table", "later"});
  EXPECT_EQ(out.str(), "summary\ntrial 3 ended\n");
}

}  // namespace
}  // namespace agsweep
