#include "orchestrator/options/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/options/train_options.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;

TEST(OptionsHelp, ShowsGroupPlaceholderRangeAndDefault) {
  const std::string help = options_help(options_of(train_options()), 100);
  EXPECT_THAT(help, HasSubstr("\nTraining:\n"));
  EXPECT_THAT(help, HasSubstr("--lr X "));
  EXPECT_THAT(help, HasSubstr("(in (0, 1]; default 0.001"));
  EXPECT_THAT(help, HasSubstr("(auto, fp32,"));
}

TEST(OptionsHelp, KeepsToTheWidth) {
  std::istringstream lines(options_help(options_of(train_options()), 80));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(OptionsMarkdown, EscapesBarsInsideItsCells) {
  EXPECT_THAT(options_markdown(options_of(train_options())), HasSubstr("`--tensorboard on\\|off`"));
}

TEST(Wrapped, BreaksAtSpacesAndIndentsWhatFollows) { EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three"); }

}  // namespace
}  // namespace agsweep
