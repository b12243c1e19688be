#include "data/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <span>
#include <thread>

#include "base/philox.hpp"
#include "base/sha256.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using Tokens = std::vector<std::uint16_t>;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// GPT-2's own tokenizer, loaded once for all tests of this file.
class Gpt2Tokenizer : public testing::Test {
 protected:
  static void SetUpTestSuite() { tokenizer_ = new Tokenizer(AGSWEEP_TOKENIZER); }
  static void TearDownTestSuite() { delete tokenizer_; }
  static Tokens tokens_of(std::string_view text, std::size_t max_tokens = no_limit) {
    Tokens tokens;
    Tokenizer::Encoder(*tokenizer_).encode(text, max_tokens, tokens);
    return tokens;
  }
  static Tokenizer* tokenizer_;
};
Tokenizer* Gpt2Tokenizer::tokenizer_ = nullptr;

TEST_F(Gpt2Tokenizer, HasThePublishedVocabularyAndFiles) {
  EXPECT_EQ(tokenizer_->vocabulary_size(), 50'257);
  EXPECT_EQ(tokenizer_->sha256().size(), 64);
}

TEST_F(Gpt2Tokenizer, GivesTheTokensThatOpenAIPublishes) {
  EXPECT_THAT(tokens_of("Hello world"), ElementsAre(15496, 995));
  EXPECT_THAT(tokens_of("Hello, my dog is cute"), ElementsAre(15496, 11, 616, 3290, 318, 13779));
  EXPECT_THAT(tokens_of(""), ElementsAre());
}

TEST_F(Gpt2Tokenizer, TakesAnEndOfTextMarkAsPlainText) {
  EXPECT_THAT(tokens_of("<|endoftext|>"), ElementsAre(27, 91, 437, 1659, 5239, 91, 29));
}

TEST_F(Gpt2Tokenizer, SplitsLowerCaseContractionsAlone) {
  EXPECT_THAT(tokens_of("it's"), ElementsAre(270, 338));
  EXPECT_EQ(tokens_of("it'S").size(), 3U);
}

TEST_F(Gpt2Tokenizer, ReadsInvalidUtf8AsReplacementCharacters) {
  EXPECT_EQ(tokens_of("a\xE2\x82z\xFF"), tokens_of("a\xEF\xBF\xBDz\xEF\xBF\xBD"));
}

TEST_F(Gpt2Tokenizer, CutsAWordOfMoreThanAMegabyteAsTheWholeOfItWouldBe) {
  const auto repeated = [](std::string_view part) {
    std::string word;
    while (word.size() < 1'200'000) word += part;
    return word;
  };
  std::vector<std::string> words = {repeated("ab")};
#ifdef __SANITIZE_ADDRESS__                  // a second each, ten with sanitizers
  constexpr std::size_t compared = 1 << 16;  // bytes, of which the first tokens are compared
#else
  constexpr std::size_t compared = std::string::npos;
  PhiloxStream random(7, 1);
  std::string letters, few;
  for (int i = 0; i < 1'200'000; ++i) {
    letters += static_cast<char>('a' + random.below(26));
    few += static_cast<char>('a' + random.below(2));
  }
  words.insert(words.end(),
               {letters, few, repeated("a"), repeated("aab"), repeated("0"), repeated("0123456789"), repeated("\xE6\xBC\xA2\xE5\xAD\x97"),
                repeated("="), repeated("-=_"), repeated("internationalisation"), repeated(" ")});
#endif
  for (const std::string& word : words) {
    const Tokens whole = tokens_of(word.substr(0, compared));
    for (const std::size_t limit : {1U, 129U, 1025U}) {
      EXPECT_THAT(tokens_of(word, limit), ElementsAreArray(std::span(whole).first(std::min(limit, whole.size())))) << word.substr(0, 8);
    }
  }
}

TEST_F(Gpt2Tokenizer, GivesTheFirstTokensOfTheWholeUnderALimit) {
  const std::string text = "Oil prices soar to an all-time record, supercalifragilisticexpialidocious   \xF0\x9F\x99\x82!";
  const Tokens whole = tokens_of(text);
  for (std::size_t limit = 0; limit <= whole.size() + 1; ++limit) {
    EXPECT_THAT(tokens_of(text, limit), ElementsAreArray(whole.begin(), whole.begin() + std::min(limit, whole.size())));
  }
}

TEST_F(Gpt2Tokenizer, AppendsToTheTokensThatAreThere) {
  Tokens tokens{7};
  Tokenizer::Encoder(*tokenizer_).encode("Hello world", 1, tokens);
  EXPECT_THAT(tokens, ElementsAre(7, 15496));
}

TEST_F(Gpt2Tokenizer, GivesTheSameTokensWhenWordsComeFromTheCache) {
  Tokenizer::Encoder encoder(*tokenizer_);
  const std::string long_word(40, 'q');  // too long for the cache
  const std::string text = "stocks, stocks " + long_word + " antidisestablishmentarianism antidisestablishmentarianism " + long_word;
  Tokens first;
  encoder.encode(text, no_limit, first);
  for (int i = 0; i < 100'000; ++i) {  // enough other words to overwrite slots
    Tokens other;
    encoder.encode(std::to_string(i) + "x", no_limit, other);
  }
  Tokens again;
  encoder.encode(text, no_limit, again);
  EXPECT_EQ(first, again);
}

TEST_F(Gpt2Tokenizer, TakesALongRunOfOneCharacterWithoutQuadraticTime) {
#ifdef __SANITIZE_ADDRESS__
  constexpr std::size_t length = 1 << 15;
#else
  constexpr std::size_t length = 1 << 17;
#endif
  for (const char c : {'a', ' ', '0', '!', '\n', '\xFF'}) {
    const Tokens tokens = tokens_of(std::string(length, c));
    EXPECT_GT(tokens.size(), 1000U);
  }
}

TEST_F(Gpt2Tokenizer, EncodesInSeveralThreadsAtOnce) {
  const std::string text = "Wall St. Bears Claw Back Into the Black";
  const Tokens expected = tokens_of(text);
  std::vector<Tokens> found(4);
  {
    std::vector<std::jthread> threads;
    for (Tokens& tokens : found) threads.emplace_back([&tokens, &text] { tokens = tokens_of(text); });
  }
  EXPECT_THAT(found, testing::Each(expected));
}

}  // namespace
}  // namespace agsweep
