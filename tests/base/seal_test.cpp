#include "base/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing_support::error_of;

const std::string& note() {
  static const std::string text = sealed("lr = 0.1\nseal = \"" + std::string(no_seal_yet) + "\"\nlast = 1\n");
  return text;
}

bool holds(const std::string& text) { return check_seal(text, "seal = \"", "x.toml", "begin anew"); }

TEST(Seal, HoldsForTheTextThatWasSealed) { EXPECT_TRUE(holds(note())); }

TEST(Seal, ShowsAnyByteThatWasChangedOrLost) {
  const std::size_t mark = note().find("seal = \"");  // without it the text has no seal
  for (std::size_t i = 0; i < note().size(); ++i) {
    if (i >= mark && i < mark + 8) continue;
    std::string flipped = note();
    flipped[i] ^= 1;
    EXPECT_THROW(holds(flipped), DataError) << i;
    std::string shorter = note();
    shorter.erase(i, 1);
    EXPECT_THROW(holds(shorter), DataError) << i;
  }
}

TEST(Seal, SaysWhichFileAndHowToGoOn) {
  std::string changed = note();
  changed[0] = 'x';
  EXPECT_THAT(error_of<DataError>([&] { holds(changed); }),
              testing::MatchesRegex("x.toml: its content is not what its seal says .*; begin anew"));
}

TEST(Seal, IsMissingInAnOlderText) { EXPECT_FALSE(holds("lr = 0.1\n")); }

}  // namespace
}  // namespace agsweep
