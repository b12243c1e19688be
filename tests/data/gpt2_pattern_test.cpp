#include "data/gpt2_pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agsweep {
namespace {

using testing::ElementsAre;

std::vector<std::string> words_of(const std::string& text) {
  const Gpt2Pattern pattern;
  Gpt2Words words(pattern);
  std::vector<std::string> found;
  for (std::size_t start = 0; start < text.size(); start += found.back().size())
    found.push_back(text.substr(start, words.word_length(text, start)));
  return found;
}

TEST(Gpt2Pattern, CutsBeforeASpaceAndBetweenLettersNumbersAndSigns) {
  EXPECT_THAT(words_of("Oil at $46.50 a barrel!!"), ElementsAre("Oil", " at", " $", "46", ".", "50", " a", " barrel", "!!"));
}

TEST(Gpt2Pattern, CutsLowerCaseContractionsFromTheirWord) {
  EXPECT_THAT(words_of("it's we'll you're I'd"), ElementsAre("it", "'s", " we", "'ll", " you", "'re", " I", "'d"));
  EXPECT_THAT(words_of("IT'S"), ElementsAre("IT", "'", "S"));
}

TEST(Gpt2Pattern, LeavesTheLastOfSeveralSpacesToTheWordThatFollows) {
  EXPECT_THAT(words_of("a   b\n\n c  "), ElementsAre("a", "  ", " b", "\n\n", " c", "  "));
  EXPECT_THAT(words_of("a\tb"), ElementsAre("a", "\t", "b"));
}

TEST(Gpt2Pattern, CountsTheLettersAndNumbersOfUnicode16) {
  EXPECT_THAT(words_of("a\u1C89b"), ElementsAre("a\u1C89b"));          // Unicode 16's CYRILLIC CAPITAL LETTER TJE
  EXPECT_THAT(words_of("a\U0002EBF0"), ElementsAre("a\U0002EBF0"));    // Unicode 15.1's CJK extension I
  EXPECT_THAT(words_of("1\U00011F50"), ElementsAre("1\U00011F50"));    // Unicode 15's KAWI DIGIT ZERO
  EXPECT_THAT(words_of("a\u0378b"), ElementsAre("a", "\u0378", "b"));  // not assigned: a sign
}

TEST(Gpt2Pattern, TakesUnicodesWhiteSpaceAndNoMoreAsSpace) {
  for (const char* space : {"\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u3000", "\v"})
    EXPECT_THAT(words_of(std::string("!") + space + "!"), ElementsAre("!", space, "!"));
  for (const char* sign : {"\u180E", "\u200B", "\uFEFF", "\x1C", "\x1F"})
    EXPECT_THAT(words_of(std::string("!") + sign + "!"), ElementsAre(std::string("!") + sign + "!"));
}

}  // namespace
}  // namespace agsweep
