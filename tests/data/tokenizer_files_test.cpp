#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "data/tokenizer.hpp"
#include "data/utf8.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::TemporaryFolder;

/// The 256 bytes, then `more` tokens.
json vocabulary(const std::vector<std::string>& more) {
  json tokens = json::object();
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    std::string spelling;
    append_utf8((byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD) ? byte : next++, spelling);
    tokens[spelling] = tokens.size();
  }
  for (const std::string& token : more) tokens[token] = tokens.size();
  return tokens;
}

class TokenizerFiles : public testing::Test {
 protected:
  void write(const std::string& encoder, const std::string& merges) {
    write_file_atomically(folder_ / "encoder.json", encoder);
    write_file_atomically(folder_ / "vocab.bpe", merges);
  }
  std::string load_error() const {
    return error_of([&] { Tokenizer tokenizer(folder_.path()); });
  }
  std::string error_with(const std::string& encoder, const std::string& merges) {
    write(encoder, merges);
    return load_error();
  }
  std::string good_ = vocabulary({"he", "ll", "hell", "\xC4\xA0h"}).dump();
  std::string merges_ = "h e\nl l\nhe ll\n\xC4\xA0 h\n";
  TemporaryFolder folder_;
};

TEST_F(TokenizerFiles, JoinPairsBestFirst) {
  write(good_, "#version: 0.2\n" + merges_);
  const Tokenizer tokenizer(folder_.path());
  std::vector<std::uint16_t> tokens;
  Tokenizer::Encoder(tokenizer).encode("hello he lll hh", 100, tokens);
  const json ids = json::parse(good_);
  std::vector<std::uint16_t> expected;
  for (const char* token : {"hell", "o", "\xC4\xA0", "he", "\xC4\xA0", "ll", "l", "\xC4\xA0h", "h"}) expected.push_back(ids.at(token));
  EXPECT_EQ(tokens, expected);
}

TEST_F(TokenizerFiles, AreKnownByTheSha256OfBothInOrder) {
  write(good_, merges_);
  const std::string both = good_ + merges_;
  EXPECT_EQ(Tokenizer(folder_.path()).sha256(), sha256(std::as_bytes(std::span(both))));
}

TEST_F(TokenizerFiles, MayHaveHuggingFacesNames) {
  write_file_atomically(folder_ / "vocab.json", good_);
  write_file_atomically(folder_ / "merges.txt", merges_);
  EXPECT_EQ(Tokenizer(folder_.path()).vocabulary_size(), 260U);
}

TEST_F(TokenizerFiles, ThatAreMissingAreNamed) {
  EXPECT_THAT(load_error(), HasSubstr("holds neither encoder.json nor vocab.json"));
  write_file_atomically(folder_ / "encoder.json", good_);
  EXPECT_THAT(load_error(), HasSubstr("holds neither vocab.bpe nor merges.txt"));
}

TEST_F(TokenizerFiles, RefuseAnEncoderThatIsNoVocabulary) {
  EXPECT_THAT(error_with("", "h e\n"), HasSubstr("encoder.json: "));
  EXPECT_THAT(error_with(good_.substr(0, good_.size() / 2), "h e\n"), HasSubstr("parse error"));
  EXPECT_THAT(error_with("[1, 2]", "h e\n"), EndsWith("encoder.json: expected an object of tokens and their ids"));
  EXPECT_THAT(error_with("{\"a\": 0}", "h e\n"), HasSubstr("no token for the byte 0x00"));
  EXPECT_THAT(error_with("{\"a\": {\"b\": 1}}", "h e\n"), HasSubstr("the id object is not one of 0 .. 0"));
  EXPECT_THAT(error_with("{\"a\": -1, \"b\": 0}", "h e\n"), HasSubstr("the id -1 is not one of 0 .. 1"));
  EXPECT_THAT(error_with("{\"a\": 0, \"b\": 2}", "h e\n"), HasSubstr("token \"b\": the id 2 is not one of 0 .. 1"));
  EXPECT_THAT(error_with("{\"a\": 0, \"b\": 0}", "h e\n"), HasSubstr("the id 0 is given to two tokens"));
  EXPECT_THAT(error_with("{\"a\": 0, \"a\": 0}", "h e\n"), HasSubstr("a token stands there twice"));
}

TEST_F(TokenizerFiles, RefuseAVocabularyWhoseIdsDoNotFit16Bits) {
  std::vector<std::string> more;
  for (int i = 0; i < 65'536 - 256; ++i) more.push_back("token" + std::to_string(i));
  EXPECT_EQ(error_with(vocabulary(more).dump(), "h e\n").find("at most"), std::string::npos);
  more.emplace_back("one more");
  EXPECT_THAT(error_with(vocabulary(more).dump(), "h e\n"), EndsWith("65537 tokens; at most 65536 are supported"));
}

TEST_F(TokenizerFiles, RefuseMergesOfUnknownTokensAndDuplicates) {
  EXPECT_THAT(error_with(good_, ""), EndsWith("vocab.bpe: no merges"));
  EXPECT_THAT(error_with(good_, "h e\nx y\n"), EndsWith("vocab.bpe:2: \"xy\" is not in " + (folder_ / "encoder.json").string()));
  EXPECT_THAT(error_with(good_, "#version: 0.2\nh ell\n"), HasSubstr("vocab.bpe:2: \"ell\" is not in"));
  EXPECT_THAT(error_with(good_, "h e\nl l\nh e\n"), EndsWith("vocab.bpe:3: the pair stands there twice"));
  EXPECT_THAT(error_with(good_, merges_.substr(0, 8)), HasSubstr("vocab.bpe: no merge makes \"hell\" of")) << "a file that was cut";
  for (const char* line : {"he\n", "h e l\n", "\nh e\n"})
    EXPECT_THAT(error_with(good_, line), HasSubstr("vocab.bpe:1: expected two tokens with one space between"));
}

}  // namespace
}  // namespace agsweep
