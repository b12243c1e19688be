#include "base/enum_words.hpp"

#include <gtest/gtest.h>

namespace agsweep {

enum class Tone { low, very_high };
template <>
inline constexpr auto enum_words<Tone> = std::to_array<std::string_view>({"low", "very-high"});

namespace {

TEST(EnumWords, GiveBackTheMemberOfEachWord) {
  for (const Tone tone : enum_members<Tone>()) EXPECT_EQ(from_word<Tone>(to_word(tone)), tone);
  EXPECT_EQ(to_word(Tone::very_high), "very-high");
}

TEST(EnumWords, KnowNoOtherWord) {
  for (const char* word : {"", "Low", "very_high", "low "}) EXPECT_EQ(from_word<Tone>(word), std::nullopt) << word;
}

TEST(EnumWords, CallASwitchOnOrOff) {
  EXPECT_EQ(to_word(true), "on");
  EXPECT_EQ(from_word<bool>("off"), false);
}

}  // namespace
}  // namespace agsweep
