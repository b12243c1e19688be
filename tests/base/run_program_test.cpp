#include "base/run_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

TEST(RunProgram, GivesStatusOutputAndMessages) {
  const ProgramResult result = run_program({"sh", "-c", "cat; echo no >&2; exit 3"}, "in");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "in");
  EXPECT_EQ(result.messages, "no\n");
}

TEST(RunProgram, ArgumentsArriveAsTheyAre) {
  EXPECT_EQ(run_program({"printf", "%s|", "a b", "$HOME 'x' \"y\"", "*", ""}).output, "a b|$HOME 'x' \"y\"|*||");
}

TEST(RunProgram, AStatusAbove128NamesTheSignalThatEndedIt) { EXPECT_EQ(run_program({"sh", "-c", "kill -TERM $$"}).status, 128 + 15); }

TEST(RunProgram, OneThatIsMissingIsToldByName) {
  EXPECT_THAT(error_of<RunTimeError>([] { run_program({"no-such-program"}); }),
              HasSubstr("no-such-program: cannot be started: No such file"));
}

TEST(RunProgram, OneThatTakesTooLongIsEnded) {
  const std::string error = error_of<RunTimeError>([] { run_program({"sleep", "600"}, "", std::chrono::milliseconds(50)); });
  EXPECT_THAT(error, HasSubstr("sleep: still at work after 0.05 s"));
}

}  // namespace
}  // namespace agsweep
