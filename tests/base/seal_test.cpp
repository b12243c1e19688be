#include "base/seal.hpp"

#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
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

TEST(Seal, OfRowsStandsInTheRecordBesideThem) {
  const std::string rows = "step,loss\n1,0.5\n";
  const nlohmann::json record = {
      {"files", {{"steps.csv", PrefixSeal{.bytes = rows.size(), .sha256 = sha256(std::as_bytes(std::span(rows)))}}}}};
  const auto refusal = [&](const std::string& text, bool grows) {
    return error_of<DataError>([&] { check_rows("run/steps.csv", text, record, "result.json", grows); });
  };
  EXPECT_EQ(refusal(rows, false), "no error");
  EXPECT_EQ(refusal(rows + "2,0.25\n", true), "no error");
  for (const std::string& damaged : {rows + "2,0.25\n", std::string(), std::string("step,loss\n1,0.6\n")}) {
    EXPECT_THAT(refusal(damaged, false), testing::StartsWith("run/steps.csv: its rows are not those that result.json has sealed"));
  }
  EXPECT_THAT(refusal("step,loss\n", true), testing::StartsWith("run/steps.csv"));
  check_rows("run/hashes.csv", "", record, "result.json", false);  // of before it was sealed
}

}  // namespace
}  // namespace agsweep
