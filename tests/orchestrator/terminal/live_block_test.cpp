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

TEST_F(LiveBlockTest, LeavesOnlyTheLastSummary) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"table", "1 of 2"});
  block.end("2 of 2");
  block.message("report");
  EXPECT_EQ(out.str(), "table\n1 of 2\n\x1b[2A\x1b[J2 of 2\nreport\n");
}

TEST_F(LiveBlockTest, CutsLinesToTheWidthAndWrapsTheSummary) {
  LiveBlock block = on(true);
  now = 1;
  block.show({"äöü 456789012345", "3 of 24 trials; äöüäöüäöüäöü"});
  now = 2;
  block.show({"over"});
  EXPECT_EQ(out.str(), "äöü 4567890\n3 of 24\ntrials;\näöüäöüäöüäö\nü\n\x1b[5A\x1b[Jover\n");
}

TEST_F(LiveBlockTest, FollowsTheWindow) {
  std::size_t width = 12;
  LiveBlock block(out, {.bar = true, .current_width = [&] { return width; }}, [this] { return now; });
  now = 1;
  block.show({"123456789", "end"});
  now = 2;
  width = 6;
  block.show({"123456789", "end"});
  EXPECT_EQ(out.str(), "123456789\nend\n\x1b[2A\x1b[J12345\nend\n");
}

TEST_F(LiveBlockTest, FitsIntoAWindowOfOneColumn) {
  LiveBlock block(out, {.bar = true, .current_width = [] { return 1; }}, [this] { return now; });
  now = 1;
  block.show({"ab", "cd"});
  EXPECT_EQ(out.str(), "a\nc\nd\n");
}

TEST_F(LiveBlockTest, SaysOnlyWhatIsMoreThanProgressWhereThatIsNotWanted) {
  LiveBlock block(out, {.silent = true}, [this] { return now; });
  now = 6;
  EXPECT_FALSE(block.due());
  block.news("trial 3 ended");
  block.message("warning");
  EXPECT_EQ(out.str(), "warning\n");
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
