#include "data/utf8.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

std::string repaired(std::string_view text) {
  std::string scratch = "left over";
  return std::string(replace_invalid_utf8(text, scratch));
}

const std::string bad = "\xEF\xBF\xBD";

TEST(ReplaceInvalidUtf8, GivesAValidTextAsItIsWithoutACopy) {
  const std::string text = "plain, na\xC3\xAFve, \xE6\xBC\xA2, \xF0\x9F\x99\x82, \xF4\x8F\xBF\xBF, plain again";
  std::string scratch;
  EXPECT_EQ(replace_invalid_utf8(text, scratch).data(), text.data());
  EXPECT_EQ(repaired(text), text);
  EXPECT_EQ(repaired(""), "");
}

TEST(ReplaceInvalidUtf8, ReplacesEachMaximalPartOfAnIllFormedSequenceOnce) {
  EXPECT_EQ(repaired("a\x80\xBFz"), "a" + bad + bad + "z");                  // lone continuations
  EXPECT_EQ(repaired("a\xE2\x82z"), "a" + bad + "z");                        // cut short, then a letter
  EXPECT_EQ(repaired("a\xF0\x9F\x99"), "a" + bad);                           // cut short by the end
  EXPECT_EQ(repaired("\xE2\x82\xE2\x82\xAC"), bad + "\xE2\x82\xAC");         // cut short by another lead
  EXPECT_EQ(repaired("\xC0\xAF\xC1"), bad + bad + bad);                      // bytes that never occur
  EXPECT_EQ(repaired("\xED\xA0\x80"), bad + bad + bad);                      // a surrogate
  EXPECT_EQ(repaired("\xE0\x9F\xBF"), bad + bad + bad);                      // overlong
  EXPECT_EQ(repaired("\xF0\x8F\xBF\xBF"), bad + bad + bad + bad);            // overlong
  EXPECT_EQ(repaired("\xF4\x90\x80\x80\xFF"), bad + bad + bad + bad + bad);  // past U+10FFFF
}

TEST(ReplaceInvalidUtf8, FindsABadByteAtAnyPlaceInALongText) {
  for (std::size_t place = 0; place < 40; ++place) {
    std::string text(40, 'x');
    text[place] = '\xFF';
    EXPECT_EQ(repaired(text), std::string(place, 'x') + bad + std::string(39 - place, 'x'));
  }
}

TEST(AppendUtf8, WritesOneToFourBytes) {
  std::string out;
  for (const char32_t c : {U'a', U'\u00E9', U'\u6F22', U'\U0001F642'}) append_utf8(c, out);
  EXPECT_EQ(out, "a\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x99\x82");
}

}  // namespace
}  // namespace agsweep
