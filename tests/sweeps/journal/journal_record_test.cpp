#include "sweeps/journal/journal_record.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/journal/study.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

TEST(JournalRecord, HoldsAnyTextInOneLineOfUtf8) {
  const std::string line = trial_attribute_line("agsweep-n1-1-1", 0, error_attribute, "a\nb\r\0c\xFF\"");
  EXPECT_EQ(line.find('\n'), line.npos);
  EXPECT_THAT(line, HasSubstr("a\\nb\\r"));
  EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(JournalRecord, WritesTimesThatEveryPythonReads) {
  EXPECT_THAT(trial_line("agsweep-n1-1-1", {}, {}, "2026-01-31T12:00:00Z"), HasSubstr("\"2026-01-31T12:00:00+00:00\""));
  EXPECT_THAT(finish_line("agsweep-n1-1-1", 0, TrialState::failed, std::nullopt, "2026-01-31T12:00:00.125Z"),
              HasSubstr("\"2026-01-31T12:00:00.125+00:00\""));
}

TEST(JournalRecord, RefusesAValueThatIsNotFinite) {
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THAT(error_of<RunTimeError>([&] { report_line("agsweep-n1-1-1", 3, 1, value); }), HasSubstr("trial 3: "));
    EXPECT_THAT(error_of<RunTimeError>([&] { finish_line("agsweep-n1-1-1", 3, TrialState::complete, value, ""); }),
                HasSubstr("it has to be finite"));
  }
}

}  // namespace
}  // namespace agsweep
