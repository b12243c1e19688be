#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/report/section.hpp"
#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::made_up_sweep;
using testing_support::made_up_trial;

/// A trial that group 0 of a folder trained from 12:00 on.
TrialResults trained(const std::filesystem::path& sweep, const char* ended) {
  TrialResults trial = made_up_trial(1, TrialPhase::complete, {0.5});
  trial.folder = trial_folder(sweep, 0);
  trial.result = {{"sessions", {{{"group", 0}, {"host", "n1"}, {"started", "2026-01-31T12:00:00Z"}}}}, {"ended", ended}};
  return trial;
}

Figure timeline_of(SweepResults sweep) { return timeline_section(reported_sweep(std::move(sweep), "sweep1")).figures.at(0); }

TEST(Timeline, HasEachGroupsSessions) {
  for (const char* const folder : {"runs/s", "runs/s/"}) {
    SweepResults sweep = made_up_sweep({trained(folder, "2026-01-31T12:01:00Z"), trained(folder, "2026-01-31T12:00:30Z")});
    sweep.parts = {folder};
    const Figure figure = timeline_of(std::move(sweep));
    EXPECT_THAT(figure.caption, HasSubstr("1 group trained"));
    EXPECT_THAT(figure.csv, HasSubstr("s,0,n1,0,complete,2026-01-31T12:00:00Z,2026-01-31T12:01:00Z\n"));
    EXPECT_THAT(figure.program, HasSubstr("'group 0'"));
  }
}

TEST(Timeline, TellsTheGroupsOfPartsApart) {
  SweepResults sweep = made_up_sweep({trained("s/part-0", "2026-01-31T12:01:00Z"), trained("s/part-1", "2026-01-31T12:00:30Z")});
  sweep.parts = {"s/part-0", "s/part-1"};
  const Figure figure = timeline_of(std::move(sweep));
  EXPECT_THAT(figure.caption, HasSubstr("2 groups trained 75 % of the"));
  EXPECT_THAT(figure.caption, HasSubstr("the longest waited part-1, group 0"));
  EXPECT_THAT(figure.csv, HasSubstr("part-1,0,n1,1,complete,2026-01-31T12:00:00Z,2026-01-31T12:00:30Z\n"));
}

}  // namespace
}  // namespace agsweep
